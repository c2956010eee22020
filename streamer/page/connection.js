// One WHEP session: offer, answer, two data channels, one video. It knows how to repair itself by an ICE restart and says
// when that failed; trying anew is the business of session.js.

import { lowDelay, prefer, received } from "./media.js";
import { fragment, tidy, videoCodec, withFragment } from "./sdp.js";
import { iceServers, Lost, refused, request } from "./signalling.js";

/** @typedef {import("./protocol.js").FromPage} FromPage */
/** @typedef {import("./protocol.js").ToPage} ToPage */

/** A slow STUN or TURN server must not hold up the picture, milliseconds. */
const CLOSED = "The server closed the connection.";
const GATHER_AT_MOST = 1_000;
/** Chromium's host candidates come after 100 ms, and the server can do without (see `#gathered`). */
const GATHER_HOST_AT_MOST = navigator.userAgent.includes("Chrome/") ? 0 : 60;
/** How long a POST, its answer, ICE and DTLS may take together, milliseconds. */
const CONNECT_AT_MOST = 15_000;
/** A ping each second, and how long no answer may come before the path is taken for lost. */
const PING_EVERY = 1_000;
const SILENT_AFTER = 4_000;
/** The greeting says what this viewer may do; without it nothing works. */
const GREETED_WITHIN = 5_000;
/** ICE says `disconnected` for a lost packet or two; wait before believing it. */
const DISCONNECTED_FOR = 1_500;
/** How long a restart may take. */
const REPAIR_AT_MOST = 6_000;
/** Media that arrives and is not decoded for so long never will be. */
const UNDECODED_FOR = 5_000;
/** Motion waiting in the channel, bytes: above this a newer one is dropped rather than queued behind old ones. */
const MOTION_BACKLOG = 2_048;
/** Messages that may come before anybody listens. */
const EARLY_AT_MOST = 64;

/**
 * @typedef {object} Options
 * @property {string} token
 * @property {import("./media.js").Codec[]} codecs what to offer
 * @property {string} output the picture: `new`, a number, or empty for the first one
 * @property {(message: ToPage) => void} onMessage
 * @property {(stream: MediaStream, receiver: RTCRtpReceiver) => void} onVideo
 * @property {(repairing: boolean) => void} onRepair
 * @property {(reason: Lost) => void} onLost once, after `start`
 */

/** A session. Made by `connect`, live from `start` on. */
export class Connection {
    /** @type {RTCPeerConnection} */
    pc;
    /** @type {RTCRtpReceiver} */
    receiver;
    /** @type {string | undefined} as agreed */
    codec;
    /** @type {number | undefined} milliseconds */
    roundTrip;

    /** @type {Options} */
    #options;
    /** @type {RTCDataChannel} */
    #input;
    /** @type {RTCDataChannel} */
    #motion;
    /** @type {string | undefined} */
    #session;
    #answer = "";
    #seq = 0;
    #pings = { id: 0, sent: 0, heard: 0 };
    #over = false;
    #live = false;
    #started = 0;
    #greeted = false;
    /** What came before `start`: the server greets as soon as the channel is open. @type {unknown[]} */
    #early = [];
    /** @type {Promise<void> | undefined} */
    #repair;
    /** @type {Set<number>} */
    #timers = new Set();
    #decoding = { since: 0, done: false };

    /** @param {Options} options */
    constructor(options) {
        this.#options = options;
        this.pc = new RTCPeerConnection({ bundlePolicy: "max-bundle" });
        const transceiver = this.pc.addTransceiver("video", { direction: "recvonly" });
        this.receiver = transceiver.receiver;
        prefer(transceiver, options.codecs);
        lowDelay(this.receiver);
        this.#input = this.pc.createDataChannel("input", { ordered: true });
        this.#motion = this.pc.createDataChannel("motion", { ordered: false, maxRetransmits: 0 });
        this.#input.addEventListener("message", (event) => this.#hear(event.data));
        this.#input.addEventListener("close", () => this.#lose(new Lost("gone", this.#live ? CLOSED : neverReached())));
        this.pc.addEventListener("track", (event) => {
            lowDelay(event.receiver);
            options.onVideo(event.streams[0] ?? new MediaStream([event.track]), event.receiver);
        });
        this.pc.addEventListener("iceconnectionstatechange", () => this.#iceChanged());
        this.pc.addEventListener("connectionstatechange", () => {
            if (this.pc.connectionState === "failed") this.#tryRepair();
        });
    }

    /**
     * Offer, POST, answer, until both channels are open.
     * @param {AbortSignal} signal
     */
    async open(signal) {
        // Mostly there are no servers, and the offer is ready by then.
        const [servers] = await Promise.all([iceServers(this.#options.token, signal), this.pc.setLocalDescription()]);
        if (servers.length > 0) {
            this.pc.setConfiguration({ ...this.pc.getConfiguration(), iceServers: servers });
            // Only a new offer looks for candidates with them.
            await this.pc.setLocalDescription(await this.pc.createOffer({ iceRestart: true }));
        }
        await this.#gathered();
        const { output } = this.#options;
        const url = output ? `whep?${new URLSearchParams({ output })}` : "whep";
        const response = await request(this.#options.token, "POST", url, {
            body: tidy(this.pc.localDescription?.sdp ?? ""),
            type: "application/sdp",
            signal,
        });
        if (response.status === 406) throw new Lost("codec", "Server and browser have no video codec in common.");
        if (response.status !== 201) throw refused(response, this.#options.token);
        const location = response.headers.get("location");
        if (location) this.#session = new URL(location, response.url).href;
        this.#answer = await response.text();
        this.codec = videoCodec(this.#answer);
        if (!this.codec) throw new Lost("codec", "The server sends no video.");
        await this.pc.setRemoteDescription({ type: "answer", sdp: this.#answer });
        await Promise.all([opened(this.#input, signal), opened(this.#motion, signal)]);
    }

    /** From here on messages are delivered, those that came before first. */
    start() {
        this.#live = true;
        if (this.#over) {
            this.#options.onLost(new Lost("gone", CLOSED));
            return;
        }
        for (const data of this.#early.splice(0)) this.#hear(data);
        this.#started = this.#pings.heard = performance.now();
        this.#every(PING_EVERY, () => this.#beat());
        this.#beat();
    }

    /** @param {FromPage} message */
    send(message) {
        if (this.#input.readyState === "open") this.#input.send(JSON.stringify(message));
    }

    /**
     * Sends the newest position. Dropped, not queued, while the channel is stuck.
     * @param {{ t: "motion", x: number, y: number } | { t: "relative", dx: number, dy: number }} message
     */
    sendMotion(message) {
        if (this.#motion.readyState !== "open" || this.#motion.bufferedAmount > MOTION_BACKLOG) return;
        this.#seq = (this.#seq + 1) >>> 0;
        this.#motion.send(JSON.stringify({ ...message, seq: this.#seq }));
    }

    /**
     * Leaves. The server hears of it at once, even when the page is being closed.
     */
    close() {
        this.#end();
        if (this.#session) {
            request(this.#options.token, "DELETE", this.#session, { keepalive: true }).catch(() => {});
            this.#session = undefined;
        }
    }

    /**
     * Waits for candidates. Without STUN and TURN not for long, and in Chromium not at all: the server can do without, since
     * the page's first check tells it where the page is (RFC 8445, peer-reflexive). Firefox has them in a tenth of
     * Chromium's time, and does not connect without.
     */
    async #gathered() {
        const servers = this.pc.getConfiguration().iceServers ?? [];
        await gathered(this.pc, servers.length > 0 ? GATHER_AT_MOST : GATHER_HOST_AT_MOST);
    }

    #end() {
        this.#over = true;
        for (const timer of this.#timers) clearInterval(timer);
        this.#timers.clear();
        this.pc.close();
    }

    /** @param {unknown} data */
    #hear(data) {
        if (!this.#live) {
            if (this.#early.length < EARLY_AT_MOST) this.#early.push(data);
            return;
        }
        this.#pings.heard = performance.now();
        if (typeof data !== "string") return;
        /** @type {ToPage} */
        let message;
        try {
            message = JSON.parse(data);
        } catch {
            return;
        }
        if (typeof message !== "object" || message === null) return;
        if (message.t === "hello") this.#greeted = true;
        if (message.t === "pong") {
            if (message.id === this.#pings.id) this.roundTrip = performance.now() - this.#pings.sent;
        } else if (message.t === "bye") {
            this.#lose(new Lost("bye", message.reason));
        } else {
            this.#options.onMessage(message);
        }
    }

    /** Once a second: the ping, and what only the passing of time can tell. */
    #beat() {
        const now = performance.now();
        if (now - this.#pings.heard > SILENT_AFTER) this.#tryRepair();
        this.#pings = { ...this.#pings, id: (this.#pings.id + 1) >>> 0, sent: now };
        this.send({ t: "ping", id: this.#pings.id });
        if (!this.#greeted && now - this.#started > GREETED_WITHIN) {
            this.#lose(new Lost("refused", "The server connected, but said nothing."));
        }
        if (!this.#decoding.done) void this.#checkDecoding(now);
    }

    /** @param {number} now */
    async #checkDecoding(now) {
        const { packets, decoded } = await received(this.receiver);
        if (decoded > 0) this.#decoding.done = true;
        // A hidden page may have its reasons not to decode.
        else if (packets < 10 || document.hidden) this.#decoding.since = now;
        else if (now - (this.#decoding.since ||= now) > UNDECODED_FOR) {
            this.#lose(new Lost("codec", `This browser could not decode the ${this.codec} video.`));
        }
    }

    #iceChanged() {
        const state = this.pc.iceConnectionState;
        if (state === "failed") this.#tryRepair();
        if (state === "disconnected") {
            this.#after(DISCONNECTED_FOR, () => {
                if (this.pc.iceConnectionState === "disconnected") this.#tryRepair();
            });
        }
    }

    #tryRepair() {
        if (this.#over || !this.#live || this.#repair) return;
        this.#options.onRepair(true);
        this.#repair = this.#restart().then(
            () => {
                this.#repair = undefined;
                if (!this.#over) this.#options.onRepair(false);
            },
            (error) => this.#lose(error instanceof Lost ? error : new Lost("gone", "The server does not answer.")),
        );
    }

    /** An ICE restart: new credentials by PATCH, then wait until the server is heard again. */
    async #restart() {
        const signal = AbortSignal.timeout(REPAIR_AT_MOST);
        if (!this.#session) throw new Lost("gone", "The connection was lost.");
        await this.pc.setLocalDescription(await this.pc.createOffer({ iceRestart: true }));
        await this.#gathered();
        const response = await request(this.#options.token, "PATCH", this.#session, {
            body: fragment(this.pc.localDescription?.sdp ?? ""),
            type: "application/trickle-ice-sdpfrag",
            signal,
            // Whatever is in force there: RFC 8840 wants it of a restart.
            ifMatch: "*",
        });
        if (response.status !== 200) throw new Lost("gone", `The server answered ${response.status}.`);
        this.#answer = withFragment(this.#answer, await response.text());
        await this.pc.setRemoteDescription({ type: "answer", sdp: this.#answer });
        const before = performance.now();
        this.#pings.heard = before;
        while (this.#pings.heard === before) {
            if (this.#over) return;
            if (signal.aborted) throw new Lost("gone", "The connection was lost.");
            this.send({ t: "ping", id: this.#pings.id });
            await new Promise((resolve) => this.#after(100, () => resolve(undefined)));
        }
    }

    /** @param {Lost} reason */
    #lose(reason) {
        if (this.#over) return;
        this.#over = true;
        // Told first: the last picture goes away with the connection.
        if (this.#live) this.#options.onLost(reason);
        this.close();
    }

    /**
     * @param {number} delay
     * @param {() => void} call
     */
    #every(delay, call) {
        this.#timers.add(window.setInterval(call, delay));
    }

    /**
     * @param {number} delay
     * @param {() => void} call
     */
    #after(delay, call) {
        window.setTimeout(() => {
            if (!this.#over) call();
        }, delay);
    }
}

/**
 * Opens a session.
 * @param {Options} options
 * @returns {Promise<Connection>}
 * @throws {Lost}
 */
export async function connect(options) {
    const signal = AbortSignal.timeout(CONNECT_AT_MOST);
    const connection = new Connection(options);
    try {
        await connection.open(signal);
        return connection;
    } catch (error) {
        connection.close();
        if (error instanceof Lost) throw error;
        throw new Lost("gone", error instanceof Error ? error.message : "The connection could not be made.");
    }
}

/**
 * @param {RTCPeerConnection} pc
 * @param {number} most milliseconds
 * @returns {Promise<void>}
 */
function gathered(pc, most) {
    return new Promise((resolve) => {
        const done = () => {
            if (pc.iceGatheringState === "complete" || most === 0) resolve();
        };
        pc.addEventListener("icegatheringstatechange", done);
        window.setTimeout(resolve, most);
        done();
    });
}

/**
 * @param {RTCDataChannel} channel
 * @param {AbortSignal} signal
 * @returns {Promise<void>}
 */
function opened(channel, signal) {
    return new Promise((resolve, reject) => {
        const fail = () => reject(new Lost("gone", "The server answered, but no connection came about."));
        if (channel.readyState === "open") resolve();
        channel.addEventListener("open", () => resolve(), { once: true });
        channel.addEventListener("close", fail, { once: true });
        signal.addEventListener("abort", fail, { once: true });
    });
}

/** Why no media came of a server that answered. */
function neverReached() {
    const loopback = ["127.0.0.1", "localhost", "[::1]"].includes(location.hostname);
    return loopback && navigator.userAgent.includes("Firefox")
        ? "Firefox sends no media to 127.0.0.1. Start tos-comp with --media-address 0.0.0.0, or use Chromium."
        : CLOSED;
}
