// Lays real elements over the picture, one for each part of it that means something: seen by nobody, found by screen
// readers and tests. What is done with a mouse, a finger or a pen goes through them to the stage, as if they were not
// there; what assistive technology does (a click that no pointer made, the focus) is told to the server by name.

import { attributes, text } from "./semantics.js";

/** @typedef {import("./protocol.js").SemanticNode} Node */

/**
 * @typedef {object} MirrorListener
 * @property {(id: string, secondary: boolean) => void} onActivate
 * @property {(id: string) => void} onFocus
 * @property {(element: string | undefined) => void} onActive the desktop's own focus is at the node of this element
 * @property {() => void} onGone the element that had the browser's focus is no more
 */

/**
 * One node's element, and what was last put on it.
 * @typedef {object} Part
 * @property {HTMLElement} element
 * @property {Node} node
 * @property {Record<string, string>} attributes
 * @property {HTMLElement | undefined} text
 * @property {string} place
 */

/** The elements. Those of nodes that stay are kept as they are: a screen reader may just be there. */
export class Mirror {
    /** Logical pixels. */
    #width = 0;
    #box = { left: 0, top: 0, width: 0, height: 0 };
    /** @type {Map<string, Part>} */
    #parts = new Map();
    /** @type {WeakMap<EventTarget, Node>} */
    #nodes = new WeakMap();
    #ours = false;

    /**
     * @param {HTMLElement} layer
     * @param {MirrorListener} listener
     */
    constructor(layer, listener) {
        this.layer = layer;
        this.listener = listener;
        layer.addEventListener("click", (event) => {
            // A pointer's click counts, and has gone its own way.
            if (event.detail === 0) this.#activate(event, false);
        });
        layer.addEventListener("contextmenu", (event) => {
            const pointer = event instanceof PointerEvent ? event.pointerType : "mouse";
            if (pointer === "" && event.button !== 2) this.#activate(event, true);
        });
        // Browsers press and lift a button of their own at a click of assistive technology, in the corner of the page.
        for (const kind of ["mousedown", "mouseup"]) {
            layer.addEventListener(kind, (event) => {
                if (event instanceof MouseEvent && event.detail === 0) event.stopPropagation();
            });
        }
        layer.addEventListener("focusin", (event) => {
            const node = event.target ? this.#nodes.get(event.target) : undefined;
            if (node && !this.#ours) listener.onFocus(node.id);
        });
    }

    /**
     * The size that nodes are placed in.
     * @param {number} width logical pixels
     */
    scale(width) {
        this.#width = width;
        this.#place();
    }

    /**
     * Where the picture is.
     * @param {import("./letterbox.js").Rect} box relative to the stage, CSS pixels
     */
    place(box) {
        this.#box = box;
        this.#place();
    }

    #place() {
        const { left, top, width, height } = this.#box;
        const style = this.layer.style;
        style.left = `${left}px`;
        style.top = `${top}px`;
        style.width = `${width}px`;
        style.height = `${height}px`;
        style.setProperty("--unit", this.#width > 0 ? `${width / this.#width}` : "1");
    }

    /**
     * @param {Node[]} nodes each after the one it is part of
     */
    show(nodes) {
        const focused = this.layer.contains(document.activeElement) ? document.activeElement : null;
        const stay = new Set(nodes.map((node) => node.id));
        for (const [id, part] of this.#parts) {
            if (stay.has(id)) continue;
            part.element.remove();
            this.#parts.delete(id);
        }
        for (const node of nodes) this.#update(this.#parts.get(node.id) ?? this.#make(node), node);
        const placed = this.#lift(nodes);
        /** What comes next in each element. @type {Map<HTMLElement, ChildNode | null>} */
        const next = new Map();
        let active;
        for (const [part, into] of placed) {
            const at = next.has(into) ? next.get(into) ?? null : first(into);
            next.set(into, at === part.element ? at.nextSibling : at);
            if (at !== part.element) into.insertBefore(part.element, at);
            if (part.node.focused) active = part.element.id;
        }
        if (focused instanceof HTMLElement) this.#refocus(focused);
        this.listener.onActive(active);
    }

    /**
     * Takes out what belongs into another element now, so that what is left in each only lacks some and has its order.
     * @param {Node[]} nodes
     * @returns {[Part, HTMLElement][]} each with the element that it belongs into
     */
    #lift(nodes) {
        /** @type {[Part, HTMLElement][]} */
        const placed = [];
        for (const node of nodes) {
            const part = this.#parts.get(node.id);
            if (!part) continue;
            const into = (node.parent === undefined ? undefined : this.#parts.get(node.parent)?.element) ?? this.layer;
            placed.push([part, into]);
            if (part.element.parentElement !== into) part.element.remove();
        }
        return placed;
    }

    /**
     * An element that had to be moved has lost the focus.
     * @param {HTMLElement} focused
     */
    #refocus(focused) {
        if (focused === document.activeElement) return;
        this.#ours = true;
        if (this.layer.contains(focused)) focused.focus({ preventScroll: true });
        else this.listener.onGone();
        this.#ours = false;
    }

    /**
     * @param {Node} node
     * @returns {Part}
     */
    #make(node) {
        const element = document.createElement("div");
        element.id = `node-${node.id}`;
        /** @type {Part} */
        const part = { element, node, attributes: {}, text: undefined, place: "" };
        this.#parts.set(node.id, part);
        return part;
    }

    /**
     * Changes what differs; what is set again would be read out again.
     * @param {Part} part
     * @param {Node} node
     */
    #update(part, node) {
        const { element } = part;
        const wanted = attributes(node);
        for (const name of Object.keys(part.attributes)) if (!(name in wanted)) element.removeAttribute(name);
        for (const [name, value] of Object.entries(wanted)) {
            if (part.attributes[name] !== value) element.setAttribute(name, value);
        }
        part.attributes = wanted;
        part.node = node;
        this.#nodes.set(element, node);
        this.#write(part, text(node));
        const parent = node.parent === undefined ? undefined : this.#parts.get(node.parent)?.node;
        const lengths = [node.x - (parent?.x ?? 0), node.y - (parent?.y ?? 0), node.w, node.h];
        const place = lengths.map((length) => length.toFixed(2)).join(" ");
        if (part.place === place) return;
        part.place = place;
        const [left = "", top = "", width = "", height = ""] = place.split(" ").map((length) => `calc(var(--unit) * ${length}px)`);
        Object.assign(element.style, { left, top, width, height });
    }

    /**
     * @param {Part} part
     * @param {string} words
     */
    #write(part, words) {
        if (!part.text && words === "") return;
        if (!part.text) {
            part.text = document.createElement("span");
            part.element.prepend(part.text);
        }
        if (part.text.textContent !== words) part.text.textContent = words;
    }

    /**
     * @param {Event} event
     * @param {boolean} secondary
     */
    #activate(event, secondary) {
        let target = event.target instanceof HTMLElement ? event.target : null;
        for (; target && target !== this.layer; target = target.parentElement) {
            const node = this.#nodes.get(target);
            if (!node || !(secondary ? node.menu : node.actionable)) continue;
            if (!node.disabled) this.listener.onActivate(node.id, secondary);
            return;
        }
    }
}

/**
 * Where the nodes in an element begin: behind its text.
 * @param {HTMLElement} element
 * @returns {ChildNode | null}
 */
function first(element) {
    const child = element.firstChild;
    return child instanceof HTMLSpanElement ? child.nextSibling : child;
}
