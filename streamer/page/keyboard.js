// Keys and text. A hidden text field has the focus while the desktop does: it gives key events, and where an input
// method, a dead key or an on-screen keyboard is at work, the text that they make.

import { Chord, meaning } from "./keys.js";
import { keyOf } from "./layouts.js";
import { difference, FILLER } from "./typed.js";

/**
 * @typedef {object} KeyboardListener
 * @property {(captured: boolean) => void} onCapture the desktop has the keyboard, or has it no longer
 * @property {() => void} onLeave the user asked for the keyboard back
 * @property {() => void} onStats
 * @property {(data: DataTransfer) => void} onPaste
 */

/** The keyboard, physical or on the screen. */
export class Keyboard {
    /** Layout of the server, as XKB names it. */
    layout = "";
    /** Whether the on-screen keyboard is up: its words count while they are still being composed. */
    onScreen = false;
    /** Modifiers to hold during the next key: the phone's sticky ones. @type {Set<string>} */
    sticky = new Set();
    /** Called when the sticky modifiers have been used. @type {() => void} */
    onStickyUsed = () => {};

    /** @type {Set<string>} */
    #held = new Set();
    #chord = new Chord();
    #before = FILLER;
    /** A paste shortcut that waits for the clipboard to go first. @type {{ event: KeyboardEvent, timer: number } | undefined} */
    #pasting;
    #mac = /Mac|iP(hone|ad)/.test(navigator.platform);

    /**
     * @param {HTMLTextAreaElement} field
     * @param {HTMLElement} layer a screen reader may have the focus in here; the keys are the desktop's all the same
     * @param {import("./link.js").Link} link
     * @param {KeyboardListener} listener
     */
    constructor(field, layer, link, listener) {
        this.field = field;
        this.layer = layer;
        this.link = link;
        this.listener = listener;
        this.#reset();
        field.addEventListener("input", (event) => this.#input(event instanceof InputEvent && event.isComposing));
        field.addEventListener("compositionend", () => this.#input(false));
        for (const element of [field, layer]) {
            element.addEventListener("keydown", (event) => this.#down(event));
            element.addEventListener("keyup", (event) => this.#up(event));
            element.addEventListener("paste", (event) => {
                event.preventDefault();
                if (event.clipboardData) listener.onPaste(event.clipboardData);
            });
            element.addEventListener("focusin", () => {
                if (element === field) this.#reset();
                listener.onCapture(true);
            });
            element.addEventListener("focusout", () => {
                this.release();
                listener.onCapture(false);
            });
        }
        window.addEventListener("blur", () => this.release());
        document.addEventListener("visibilitychange", () => {
            if (document.hidden) this.release();
        });
        document.addEventListener("fullscreenchange", () => this.#lock());
    }

    get captured() {
        const active = document.activeElement;
        return (active === this.field || this.layer.contains(active)) && document.hasFocus();
    }

    /** The desktop takes the keyboard. */
    capture() {
        this.field.focus({ preventScroll: true });
    }

    /** The browser has it again. */
    leave() {
        if (this.captured && document.activeElement instanceof HTMLElement) document.activeElement.blur();
    }

    /** Everything is up: releases outside the page are not seen here. */
    release() {
        this.#held.clear();
        this.#chord.reset();
        this.link.send({ t: "blur" });
    }

    /**
     * Presses and releases a key, together with the sticky modifiers and `modifiers`.
     * @param {string} code
     * @param {string[]} [modifiers]
     */
    tap(code, modifiers = []) {
        const all = [...this.sticky, ...modifiers];
        for (const modifier of all) this.#send(modifier, true);
        this.#send(code, true);
        this.#send(code, false);
        for (const modifier of all.reverse()) this.#send(modifier, false);
        if (this.sticky.size > 0) {
            this.sticky.clear();
            this.onStickyUsed();
        }
    }

    /**
     * @param {string} text
     */
    type(text) {
        for (const [at, part] of text.split(/\r\n|\r|\n/).entries()) {
            if (at > 0) this.tap("Enter");
            let rest = part;
            if (this.sticky.size > 0 && rest) {
                const [first = ""] = rest;
                const key = keyOf(this.layout, first);
                if (key) {
                    this.tap(key.code, key.shift ? ["ShiftLeft"] : []);
                    rest = rest.slice(first.length);
                }
            }
            if (rest) this.link.send({ t: "text", text: rest });
        }
    }

    /** @param {KeyboardEvent} event */
    #down(event) {
        this.#flushPaste();
        if (this.#chord.take(event.code, true) === "stats") {
            event.preventDefault();
            this.release();
            this.listener.onStats();
            return;
        }
        const altGraph = event.getModifierState("AltGraph");
        const what = meaning(
            {
                code: event.code,
                key: event.key,
                isComposing: event.isComposing,
                keyCode: event.keyCode,
                ctrlKey: event.ctrlKey,
                altKey: event.altKey,
                metaKey: event.metaKey,
                shiftKey: event.shiftKey,
                altGraph,
            },
            this.layout,
            this.#mac,
        );
        if (what.as === "compose") return;
        if (isPaste(event) && !event.repeat) {
            // The browser's own paste gives the clipboard without a permission; the key follows it.
            this.#pasting = { event, timer: window.setTimeout(() => this.#flushPaste(), 0) };
            return;
        }
        event.preventDefault();
        if (what.as === "altgraph") {
            // Windows makes Control + Alt of it.
            for (const code of ["ControlLeft", "AltRight", "AltLeft"]) this.#lift(code);
        } else if (what.as === "text") {
            if (this.#mac) for (const code of ["AltLeft", "AltRight"]) this.#lift(code);
            this.type(what.text);
        } else if (what.as === "key" && !event.repeat) {
            this.#press(event);
        }
    }

    /** @param {KeyboardEvent} event */
    #up(event) {
        this.#flushPaste();
        const chord = this.#chord.take(event.code, false);
        if (this.#held.has(event.code)) {
            event.preventDefault();
            this.#lift(event.code);
        }
        // macOS reports no releases while Command is held.
        if (event.key === "Meta") for (const code of [...this.#held]) this.#lift(code);
        if (chord === "leave") this.listener.onLeave();
    }

    /** @param {boolean} composing */
    #input(composing) {
        if (composing && !this.onScreen) return;
        const { erase, insert } = difference(this.#before, this.field.value);
        this.#before = this.field.value;
        for (let count = 0; count < erase; count += 1) this.tap("Backspace");
        if (insert) this.type(insert);
        if (!composing) this.#reset();
    }

    #reset() {
        this.field.value = FILLER;
        this.#before = FILLER;
        this.field.setSelectionRange(FILLER.length, FILLER.length);
    }

    #flushPaste() {
        const pasting = this.#pasting;
        if (!pasting) return;
        this.#pasting = undefined;
        window.clearTimeout(pasting.timer);
        this.#press(pasting.event);
    }

    /** @param {KeyboardEvent} event */
    #press(event) {
        if (this.#held.has(event.code)) return;
        this.#held.add(event.code);
        this.#send(event.code, true, this.link.mark(event));
    }

    /** @param {string} code */
    #lift(code) {
        if (this.#held.delete(code)) this.#send(code, false);
    }

    /**
     * @param {string} code
     * @param {boolean} pressed
     * @param {number} [id]
     */
    #send(code, pressed, id = 0) {
        this.link.send({ t: "key", code, pressed, id });
    }

    #lock() {
        if (document.fullscreenElement) navigator.keyboard?.lock().catch(() => {});
        else navigator.keyboard?.unlock();
    }
}

/** @param {KeyboardEvent} event */
function isPaste(event) {
    if (event.altKey) return false;
    const v = (event.ctrlKey || event.metaKey) && event.code === "KeyV";
    return v || (event.shiftKey && !event.ctrlKey && event.code === "Insert");
}
