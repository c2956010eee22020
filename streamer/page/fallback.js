// The desktop over VNC, for browsers without WebRTC or without a decoder for its video. noVNC is the server's own copy and
// is loaded only when it is wanted.

import { wait } from "./backoff.js";
import { element } from "./dom.js";
import { request } from "./signalling.js";

/**
 * What this page uses of noVNC.
 * @typedef {EventTarget & { scaleViewport: boolean, viewOnly: boolean, background: string, disconnect: () => void,
 *   focus: () => void, clipboardPasteFrom: (text: string) => void }} Client
 */

/**
 * @typedef {object} Listener
 * @property {() => void} onStart the user took it
 * @property {() => void} onEnd the user wants the video again
 */

/** A browser that could not get video so often is offered the other way. */
const OFFERED_AFTER = 2;

/** Offers the fallback where the server has one, and shows it. */
export class Fallback {
    /** @type {"off" | "connecting" | "live" | "waiting"} */
    state = "off";
    role = "";

    #token = "";
    /** @type {string | undefined} the token that was asked with */
    #asked;
    #offered = false;
    #failures = 0;
    #timer = 0;
    /** @type {Client | undefined} */
    #client;

    /** @param {Listener} listener */
    constructor(listener) {
        this.listener = listener;
        element("fallback", HTMLButtonElement).onclick = () => this.start();
        element("vnc-leave", HTMLButtonElement).onclick = () => {
            this.stop();
            listener.onEnd();
        };
        document.addEventListener("paste", (event) => {
            const text = event.clipboardData?.getData("text/plain");
            if (this.state === "live" && text) this.#client?.clipboardPasteFrom(text);
        });
    }

    /**
     * The session of the video is in this state.
     * @param {import("./session.js").State} state
     * @param {string} token
     */
    watch(state, token) {
        const lost = state.name === "failed"
            ? state.kind === "codec" || state.kind === "unsupported"
            : (state.name === "waiting" || state.name === "connecting") && state.failures >= OFFERED_AFTER;
        if (!lost) {
            element("fallback", HTMLButtonElement).hidden = true;
        } else {
            void this.#offer(token);
        }
    }

    /** @param {string} token */
    async #offer(token) {
        if (this.#asked !== token) {
            this.#asked = token;
            try {
                const response = await request(token, "GET", "api/v1/config", {});
                const config = response.ok ? await response.json() : {};
                this.#token = token;
                this.#offered = config.fallback === "vnc";
                this.role = config.role ?? "";
            } catch {
                // It does not answer at all; asked again at the next attempt.
                this.#asked = undefined;
                return;
            }
        }
        element("fallback", HTMLButtonElement).hidden = !this.#offered;
    }

    /** Shows the desktop over VNC. */
    start() {
        this.listener.onStart();
        this.#failures = 0;
        element("vnc", HTMLElement).hidden = false;
        void this.#connect();
    }

    /** Ends it. */
    stop() {
        window.clearTimeout(this.#timer);
        this.state = "off";
        this.#client?.disconnect();
        this.#client = undefined;
        element("vnc", HTMLElement).hidden = true;
    }

    async #connect() {
        this.#say("connecting", "Connecting");
        /** @type {{ default: new (target: HTMLElement, url: string, options: object) => Client }} */
        let module;
        try {
            // Not a file of this folder: the server has it from the machine that it runs on.
            module = await import(new URL("novnc/core/rfb.js", document.baseURI).href);
        } catch {
            this.#again();
            return;
        }
        if (this.#state() === "off") return;
        const url = new URL("vnc", document.baseURI);
        url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
        url.hash = url.search = "";
        const client = new module.default(element("vnc-picture", HTMLElement), url.href, {
            wsProtocols: this.#token === "" ? ["tos.vnc"] : ["tos.vnc", `tos.bearer.${this.#token}`],
        });
        this.#client = client;
        client.scaleViewport = true;
        client.background = "transparent";
        client.viewOnly = this.role === "view";
        client.addEventListener("connect", () => {
            this.#failures = 0;
            this.#say("live", this.role === "view" ? "View only" : "");
            client.focus();
        });
        client.addEventListener("disconnect", () => {
            if (this.#client === client) this.#again();
        });
        client.addEventListener("clipboard", (event) => {
            const { text } = /** @type {CustomEvent<{ text: string }>} */ (event).detail;
            // Without the permission it stays inside.
            navigator.clipboard?.writeText(text).catch(() => undefined);
        });
    }

    #state() {
        return this.state;
    }

    #again() {
        this.#client = undefined;
        if (this.state === "off") return;
        this.#failures += 1;
        this.#say("waiting", "The connection was lost");
        this.#timer = window.setTimeout(() => void this.#connect(), wait(this.#failures, Math.random()));
    }

    /**
     * @param {"connecting" | "live" | "waiting"} state
     * @param {string} text
     */
    #say(state, text) {
        this.state = state;
        element("vnc-line", HTMLElement).textContent = text;
    }
}
