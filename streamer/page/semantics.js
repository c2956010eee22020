// What the picture means, as the server tells it: a list of nodes, and what each of them is to a screen reader. Pure;
// mirror.js makes elements of it.

/** @typedef {import("./protocol.js").SemanticNode} Node */
/** @typedef {Extract<import("./protocol.js").ToPage, { t: "semantics" }>} Message */

/** Roles that a screen reader reads out when their text changes, and how urgently. @type {Record<string, string>} */
const LIVE = { status: "polite", alert: "assertive" };
/** Roles whose value is their text. */
const TEXTS = new Set(["textbox", "searchbox"]);
/** Roles that may have the focus without being pressed. */
const FOCUSABLE = new Set(["application", "searchbox", "textbox"]);

/** Puts messages together: a list may come in parts, or only what differs from the last one. */
export class Nodes {
    /** Each after the one it is part of. @type {Node[]} */
    all = [];
    /** @type {Node[]} */
    #parts = [];

    /**
     * @param {Message} message
     * @returns {boolean} whether the list is another one now
     */
    take(message) {
        this.#parts.push(...message.nodes);
        if (message.more) return false;
        const parts = this.#parts;
        this.#parts = [];
        if (message.whole) {
            this.all = parts;
        } else {
            const changed = new Map(parts.map((node) => [node.id, node]));
            this.all = this.all.map((node) => changed.get(node.id) ?? node);
        }
        return true;
    }

    /** Another connection begins from nothing. */
    clear() {
        this.all = [];
        this.#parts = [];
    }
}

/**
 * The text of a node that a screen reader finds as text rather than as a name.
 * @param {Node} node
 * @returns {string}
 */
export function text(node) {
    if (TEXTS.has(node.role)) return node.value ?? "";
    if (node.role in LIVE) return node.value === undefined ? node.name : `${node.name} ${node.value}`;
    return "";
}

/**
 * The attributes of a node's element. One that is not in here is not on it.
 * @param {Node} node
 * @returns {Record<string, string>}
 */
export function attributes(node) {
    /** @type {Record<string, string>} */
    const all = { role: node.role };
    if (node.name) all["aria-label"] = node.name;
    if (node.disabled) all["aria-disabled"] = "true";
    // Only some roles can be selected; of the others one is the current one.
    if (node.role === "tab") all["aria-selected"] = String(node.selected ?? false);
    else if (node.selected) all["aria-current"] = "true";
    if (node.expanded) all["aria-expanded"] = "true";
    if (node.modal) all["aria-modal"] = "true";
    if (node.focused) all["data-focused"] = "true";
    if (node.actionable || FOCUSABLE.has(node.role)) all.tabindex = "-1";
    const live = LIVE[node.role];
    if (live) all["aria-live"] = live;
    if (node.role === "meter") Object.assign(all, reading(node.value ?? ""));
    else if (node.value !== undefined && !live && !TEXTS.has(node.role)) all["aria-description"] = node.value;
    return all;
}

/**
 * A reading such as `34 %` or `1.2 MB/s`.
 * @param {string} value
 */
function reading(value) {
    /** @type {Record<string, string>} */
    const all = { "aria-valuetext": value };
    const number = /-?\d+(\.\d+)?/.exec(value)?.[0];
    if (number !== undefined) all["aria-valuenow"] = number;
    if (value.includes("%")) Object.assign(all, { "aria-valuemin": "0", "aria-valuemax": "100" });
    return all;
}
