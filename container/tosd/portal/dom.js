// Elements by their ids, and new ones. Texts go in as texts: whatever somebody called a key or a desktop is never markup.

/**
 * @template {HTMLElement} T
 * @param {string} id
 * @param {new () => T} type
 * @returns {T}
 */
export function element(id, type) {
    const found = document.getElementById(id);
    if (!(found instanceof type)) throw new Error(`no ${type.name} #${id}`);
    return found;
}

/**
 * @param {string} tag
 * @param {string} [classes]
 * @param {(Node | string)[]} children
 */
export function make(tag, classes, ...children) {
    const made = document.createElement(tag);
    if (classes) made.className = classes;
    made.append(...children);
    return made;
}

/**
 * A button that waits while what it does is under way.
 * @param {string} text
 * @param {string} classes
 * @param {() => Promise<unknown> | void} act
 */
export function button(text, classes, act) {
    const made = document.createElement("button");
    made.type = "button";
    made.className = `pill ${classes}`;
    made.textContent = text;
    made.onclick = async () => {
        made.disabled = true;
        try {
            await act();
        } finally {
            made.disabled = false;
        }
    };
    return made;
}

/**
 * A strip of a list: a name, what else there is to say, what can be done.
 * @param {string} name
 * @param {string[]} lines
 * @param {Node[]} acts
 * @param {string} [state]
 */
export function strip(name, lines, acts, state) {
    const what = make("div", "what", make("span", "name", name));
    for (const line of lines.filter(Boolean)) what.append(make("span", "muted", line));
    return make("li", `strip ${state ?? ""}`, what, ...acts);
}

/**
 * Fills a list, or says that it is empty.
 * @param {string} id
 * @param {Node[]} items
 * @param {string} nothing
 */
export function fill(id, items, nothing) {
    const list = element(id, HTMLElement);
    list.replaceChildren(...(items.length ? items : [make("li", "empty", nothing)]));
}

const DATE = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

/** @param {number | null | undefined} millis */
export function when(millis) {
    return millis ? DATE.format(millis) : "never";
}

/** @param {number} bytes */
export function bytes(bytes) {
    const units = ["B", "KiB", "MiB", "GiB", "TiB"];
    let at = 0;
    let value = bytes;
    while (value >= 1024 && at < units.length - 1) {
        value /= 1024;
        at += 1;
    }
    return `${value < 10 && at ? value.toFixed(1) : Math.round(value)} ${units[at]}`;
}

/** @param {number} seconds */
export function span(seconds) {
    if (seconds < 90) return `${Math.round(seconds)} s`;
    if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
    if (seconds < 129600) return `${Math.round(seconds / 3600)} h`;
    return `${Math.round(seconds / 86400)} d`;
}
