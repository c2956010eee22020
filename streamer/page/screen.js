// The page's own picture while there is none from the server: connecting, waiting, failed. Once there was a picture, it
// stays, dimmed, with a bar over it instead.

import { words } from "./errors.js";
import { element } from "./dom.js";

/**
 * @typedef {object} ScreenListener
 * @property {() => void} onRetry
 * @property {() => void} onAgain
 * @property {() => void} onPortal
 * @property {(token: string) => void} onToken
 */

/** Shows what the session is doing. */
export class Screen {
    /** @type {import("./session.js").State | undefined} */
    #state;
    #picture = false;
    #tick = 0;

    /** @param {ScreenListener} listener */
    constructor(listener) {
        for (const id of ["retry", "lost-retry"]) element(id, HTMLButtonElement).onclick = listener.onRetry;
        element("again", HTMLButtonElement).onclick = listener.onAgain;
        element("to-portal", HTMLButtonElement).onclick = listener.onPortal;
        element("token-form", HTMLFormElement).addEventListener("submit", (event) => {
            event.preventDefault();
            const field = element("token", HTMLInputElement);
            const token = field.value.trim();
            field.value = "";
            if (token) listener.onToken(token);
        });
    }

    /** @param {import("./session.js").State} state */
    show(state) {
        this.#state = state;
        window.clearInterval(this.#tick);
        if (state.name === "failed") this.#picture = false;
        // The seconds of the wait count down.
        if (state.name === "waiting") this.#tick = window.setInterval(() => this.#draw(), 250);
        this.#draw();
    }

    /** A picture of the server is on the screen. */
    picture() {
        // The last one of a session that failed may still be on its way.
        if (this.#picture || this.#state?.name === "failed") return;
        this.#picture = true;
        this.#draw();
    }

    #draw() {
        if (!this.#state) return;
        const live = this.#state.name === "live";
        const said = words(this.#state, performance.now()) ?? {
            ...none,
            title: "Connecting",
            heading: "Opening your desktop",
            body: "Connected. Waiting for the first picture.",
            line: "Connected",
        };
        // A wait that goes on hides the old picture: it is no longer what the desktop looks like.
        const gone = this.#state.name === "waiting" && this.#state.outlook === "gone";
        const full = !this.#picture || gone;
        const lost = this.#picture && !full && !live;
        document.body.dataset.tone = said.tone;
        document.body.dataset.dim = String(lost);
        element("screen", HTMLElement).hidden = !full;
        element("lost", HTMLElement).hidden = !lost;
        // Only what differs: a screen reader repeats a text that is set again.
        text(full ? "screen-title" : "lost-title", said.title);
        text(full ? "screen-line" : "lost-line", said.line);
        if (full) {
            text("screen-heading", said.heading);
            text("screen-body", said.body);
        }
        element("retry", HTMLButtonElement).hidden = !said.offers.includes("retry");
        element("lost-retry", HTMLButtonElement).hidden = !said.offers.includes("retry");
        element("to-portal", HTMLButtonElement).hidden = !said.offers.includes("portal");
        element("again", HTMLButtonElement).hidden = !said.offers.includes("again");
        const form = element("token-form", HTMLFormElement);
        const asks = full && said.offers.includes("token");
        if (form.hidden === asks) {
            form.hidden = !asks;
            if (asks) element("token", HTMLInputElement).focus();
        }
    }
}

/** @type {import("./errors.js").Words} */
const none = { title: "", heading: "", body: "", line: "", tone: "busy", offers: [] };

/**
 * @param {string} id
 * @param {string} value
 */
function text(id, value) {
    const to = element(id, HTMLElement);
    if (to.textContent !== value) to.textContent = value;
}
