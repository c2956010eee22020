// The drawer at the right edge: what the page can do besides showing the desktop.

import { element } from "./dom.js";
import { CHOICES } from "./layouts.js";

const STORED_LAYOUT = "tos-layout";

/**
 * @typedef {object} MenuListener
 * @property {() => void} onStats
 * @property {() => void} onPortal
 * @property {() => void} onSignOut
 * @property {() => void} onPointerLock
 * @property {() => void} onCopy
 * @property {(files: Iterable<File>) => void} onUpload
 * @property {() => void} onClosed the desktop takes the keyboard again
 * @property {(code: string, modifiers: string[]) => void} onSend a key that the browser would keep
 * @property {(command: Record<string, unknown>) => void} onCommand an operation of the session
 * @property {(layout: string) => void} onLayout
 */

/** The drawer. */
export class Menu {
    #drawer = element("menu", HTMLElement);
    #handle = element("menu-handle", HTMLButtonElement);
    #layout = element("layout", HTMLSelectElement);

    /** @param {MenuListener} listener */
    constructor(listener) {
        this.listener = listener;
        this.#handle.onclick = () => this.toggle();
        const on = (/** @type {string} */ id, /** @type {() => void} */ call) => {
            element(id, HTMLButtonElement).onclick = () => {
                this.toggle(false);
                call();
            };
        };
        on("menu-close", () => {});
        on("menu-stats", listener.onStats);
        on("menu-portal", listener.onPortal);
        on("menu-sign-out", listener.onSignOut);
        on("menu-lock", listener.onPointerLock);
        on("menu-full", () => void fullScreen());
        const files = element("files", HTMLInputElement);
        on("menu-upload", () => files.click());
        files.onchange = () => {
            // The list is emptied with the field: the same file can be chosen again.
            listener.onUpload([...(files.files ?? [])]);
            files.value = "";
        };
        element("menu-full", HTMLButtonElement).hidden = !document.fullscreenEnabled;
        element("menu-lock", HTMLButtonElement).hidden = !("requestPointerLock" in document.body);
        for (const id of ["menu-copy", "copy"]) element(id, HTMLButtonElement).onclick = listener.onCopy;
        for (const button of this.#drawer.querySelectorAll("button")) {
            const keys = button.dataset.send?.split("+");
            const code = keys?.pop();
            if (keys && code) button.onclick = () => listener.onSend(code, keys);
            const command = button.dataset.command;
            if (command) button.onclick = () => listener.onCommand(JSON.parse(command));
        }
        for (const [name, title] of CHOICES) this.#layout.add(new Option(title, name));
        this.#layout.value = this.storedLayout;
        this.#layout.onchange = () => {
            localStorage.setItem(STORED_LAYOUT, this.#layout.value);
            if (this.#layout.value) listener.onLayout(this.#layout.value);
        };
        this.#drawer.addEventListener("keydown", (event) => {
            if (event.key === "Escape") this.toggle(false);
        });
    }

    get open() {
        return !this.#drawer.hidden;
    }

    /** The layout that the user chose here earlier; empty for the server's own. */
    get storedLayout() {
        return localStorage.getItem(STORED_LAYOUT) ?? "";
    }

    /** @param {boolean} [open] */
    toggle(open = Boolean(this.#drawer.hidden)) {
        this.#drawer.hidden = !open;
        this.#handle.setAttribute("aria-expanded", String(open));
        if (open) /** @type {HTMLElement | null} */ (this.#drawer.querySelector("button:not([hidden])"))?.focus();
        else this.listener.onClosed();
    }

    /**
     * There is a portal to go to, or none.
     * @param {boolean} known
     */
    offerPortal(known) {
        element("menu-portal", HTMLButtonElement).hidden = !known;
        element("menu-sign-out", HTMLButtonElement).hidden = !known;
    }

    /** @param {boolean} pending */
    offerCopy(pending) {
        element("copy", HTMLButtonElement).hidden = !pending;
        element("menu-copy", HTMLButtonElement).hidden = !pending;
    }
}

async function fullScreen() {
    if (document.fullscreenElement) await document.exitFullscreen();
    else await document.documentElement.requestFullscreen({ navigationUI: "hide" });
}
