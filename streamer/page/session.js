// Keeps a session up: connects, and when the connection is lost connects again, as backoff.js says. What it is doing at
// any time is one `State`, which the page shows.

import { outlook, wait } from "./backoff.js";
import { connect } from "./connection.js";
import { receivable } from "./media.js";
import { wanted } from "./output.js";
import { Lost } from "./signalling.js";

/** @typedef {import("./connection.js").Connection} Connection */
/** @typedef {import("./media.js").Codec} Codec */

/**
 * - `connecting`: an attempt is under way; `again` if there was a picture before
 * - `live`: connected
 * - `repairing`: the path was lost, ICE looks for another one
 * - `waiting`: for the next attempt, at `until` (`performance.now()`); `starting` where the desktop is on its way
 * - `failed`: over, unless the user does something
 * @typedef {{ name: "connecting", again: boolean, failures: number }
 *   | { name: "live" }
 *   | { name: "repairing" }
 *   | { name: "waiting", again: boolean, failures: number, until: number, starting: boolean,
 *     outlook: "soon" | "gone", reason: string }
 *   | { name: "failed", kind: "token" | "codec" | "bye" | "unsupported" | "signed-out", text: string }} State
 */

/**
 * @typedef {object} Listener
 * @property {(state: State) => void} onState
 * @property {(message: import("./protocol.js").ToPage) => void} onMessage
 * @property {(stream: MediaStream, receiver: RTCRtpReceiver) => void} onVideo
 */

/** One page's session, through any number of connections. */
export class Session {
    /** @type {State} */
    state = { name: "connecting", again: false, failures: 0 };
    /** @type {Connection | undefined} */
    connection;

    #token = "";
    #failures = 0;
    #again = false;
    /** @type {Set<Codec>} what this browser claims and cannot */
    #undecodable = new Set();
    #timer = 0;
    #run = 0;

    /** @param {Listener} listener */
    constructor(listener) {
        this.listener = listener;
    }

    /**
     * Connects from the beginning.
     * @param {string} token
     */
    start(token) {
        this.stop();
        this.#token = token;
        this.#failures = 0;
        if (typeof RTCPeerConnection === "undefined") {
            this.#set({ name: "failed", kind: "unsupported", text: "This browser has no WebRTC." });
        } else {
            void this.#attempt();
        }
    }

    /** Connects now instead of at the end of the wait. */
    retryNow() {
        if (this.state.name !== "waiting") return;
        window.clearTimeout(this.#timer);
        void this.#attempt();
    }

    /** Leaves, with a word to the server. */
    stop() {
        this.#run += 1;
        window.clearTimeout(this.#timer);
        this.connection?.close();
        this.connection = undefined;
    }

    async #attempt() {
        const run = (this.#run += 1);
        const current = () => run === this.#run;
        const codecs = receivable().filter((codec) => !this.#undecodable.has(codec));
        if (codecs.length === 0) {
            this.#set({ name: "failed", kind: "codec", text: "This browser decodes neither H.264 nor VP8." });
            return;
        }
        this.#set({ name: "connecting", again: this.#again, failures: this.#failures });
        try {
            const connection = await connect({
                token: this.#token,
                codecs,
                output: wanted(),
                onMessage: (message) => current() && this.listener.onMessage(message),
                onVideo: (stream, receiver) => current() && this.listener.onVideo(stream, receiver),
                onRepair: (repairing) => current() && this.#set({ name: repairing ? "repairing" : "live" }),
                onLost: (reason) => current() && this.#lost(reason),
            });
            if (!current()) {
                connection.close();
                return;
            }
            this.connection = connection;
            this.#failures = 0;
            this.#again = true;
            this.#set({ name: "live" });
            connection.start();
        } catch (error) {
            if (current()) this.#lost(error instanceof Lost ? error : new Lost("gone", String(error)));
        }
    }

    /** @param {Lost} reason */
    #lost(reason) {
        const codec = /** @type {Codec | undefined} */ (this.connection?.codec);
        this.connection = undefined;
        if (reason.kind === "codec" && codec && !this.#undecodable.has(codec)) {
            // It was agreed on and yet cannot be decoded (Firefox without its H.264 plug-in): try the next one at once.
            this.#undecodable.add(codec);
            void this.#attempt();
            return;
        }
        if (reason.kind === "token" || reason.kind === "codec" || reason.kind === "bye" || reason.kind === "signed-out") {
            this.#run += 1;
            this.#set({ name: "failed", kind: reason.kind, text: reason.message });
            return;
        }
        const starting = reason.kind === "starting";
        // Who says when to come again has not failed.
        this.#failures = starting ? 0 : this.#failures + 1;
        const delay = reason.after ?? wait(this.#failures, Math.random());
        this.#timer = window.setTimeout(() => void this.#attempt(), delay);
        this.#set({
            name: "waiting",
            again: this.#again,
            failures: this.#failures,
            until: performance.now() + delay,
            starting,
            outlook: outlook(this.#failures),
            reason: reason.message,
        });
    }

    /** @param {State} state */
    #set(state) {
        this.state = state;
        this.listener.onState(state);
    }
}
