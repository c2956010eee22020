// As much of a browser's document as mirror.js touches, with a count of what is changed: a screen reader notices changes.

/** Elements, attributes, order and focus. */
export class FakeElement extends EventTarget {
    constructor(name) {
        super();
        this.name = name;
        this.childNodes = [];
        this.parentElement = null;
        this.attributes = new Map();
        this.style = { setProperty(name, value) { this[name] = value; } };
        this.changes = 0;
        this.words = "";
    }
    get id() { return this.attributes.get("id") ?? ""; }
    set id(id) { this.attributes.set("id", id); }
    get textContent() { return this.words; }
    set textContent(words) { this.words = words; this.changes += 1; }
    get firstChild() { return this.childNodes[0] ?? null; }
    get nextSibling() {
        const all = this.parentElement?.childNodes ?? [];
        return all[all.indexOf(this) + 1] ?? null;
    }
    setAttribute(name, value) { this.attributes.set(name, value); this.changes += 1; }
    removeAttribute(name) { this.attributes.delete(name); this.changes += 1; }
    contains(other) { return other === this || (other?.parentElement ? this.contains(other.parentElement) : false); }
    remove() {
        const all = this.parentElement?.childNodes;
        if (!all) return;
        all.splice(all.indexOf(this), 1);
        this.parentElement = null;
        this.changes += 1;
        // Browsers take the focus from what is taken out, also if it is put in again.
        if (this.contains(document.activeElement)) document.activeElement = document.body;
    }
    insertBefore(child, at) {
        if (child.contains(this)) throw new Error("an element cannot be put into itself");
        child.remove();
        const place = at === null ? this.childNodes.length : this.childNodes.indexOf(at);
        if (place < 0) throw new Error("not a child of this");
        this.childNodes.splice(place, 0, child);
        child.parentElement = this;
        child.changes += 1;
    }
    prepend(child) { this.insertBefore(child, this.firstChild); }
    focus() {
        document.activeElement = this;
        this.send("focusin");
    }
    /** An event that bubbles. */
    send(kind, more = {}) {
        const event = Object.assign(new MouseEvent(kind), { button: 0, detail: 0, pointerType: "" }, more);
        Object.defineProperty(event, "target", { value: this });
        let stopped = false;
        event.stopPropagation = () => (stopped = true);
        for (let at = this; at && !stopped; at = at.parentElement) at.heard(event);
        return !stopped;
    }
    heard(event) { for (const call of this.listeners?.[event.type] ?? []) call(event); }
    addEventListener(kind, call) { ((this.listeners ??= {})[kind] ??= []).push(call); }
}

class FakeSpan extends FakeElement {}

class MouseEvent {
    constructor(type) { this.type = type; }
}

/** The globals of a page, with an empty body. */
export function install() {
    const document = { createElement: (name) => new (name === "span" ? FakeSpan : FakeElement)(name), body: new FakeElement("body") };
    document.activeElement = document.body;
    Object.assign(globalThis, { document, HTMLElement: FakeElement, HTMLSpanElement: FakeSpan, MouseEvent, PointerEvent: MouseEvent });
    return document;
}
