// The statistics panel: what the connection does, and where frames are lost. Numbers are gathered only while it is open,
// or when a test asks.

import { element } from "./dom.js";

/**
 * @typedef {object} Figures
 * @property {string | null} codec
 * @property {string | null} encoder
 * @property {number} width of the picture, physical pixels
 * @property {number} height
 * @property {number} fps shown in the last second
 * @property {number} frames shown since the page was loaded
 * @property {number | null} bitrate bits a second received
 * @property {number | null} target bits a second the server may send
 * @property {number | null} roundTrip milliseconds
 * @property {number | null} inputToPhoton median, milliseconds
 * @property {number | null} encode milliseconds
 * @property {number} decoderDropped frames since connecting
 * @property {number} packetsLost since connecting
 * @property {number | null} deferred frames the server held back in the last second
 * @property {number | null} viewers
 */

/** Gathers and shows. */
export class Stats {
    /** @type {Extract<import("./protocol.js").ToPage, { t: "stats" }> | undefined} */
    server;

    #last = { bytes: 0, at: 0 };
    /** @type {number | null} */
    #bitrate = null;
    #timer = 0;
    #panel = element("stats", HTMLElement);

    /**
     * @param {import("./session.js").Session} session
     * @param {import("./picture.js").Picture} picture
     * @param {import("./markers.js").Markers} markers
     */
    constructor(session, picture, markers) {
        this.session = session;
        this.picture = picture;
        this.markers = markers;
        element("stats-close", HTMLButtonElement).onclick = () => this.toggle(false);
    }

    get open() {
        return !this.#panel.hidden;
    }

    /** @param {boolean} [open] */
    toggle(open = !this.open) {
        this.#panel.hidden = !open;
        window.clearInterval(this.#timer);
        if (!open) return;
        const draw = async () => this.#draw(await this.gather());
        this.#timer = window.setInterval(draw, 1000);
        void draw();
    }

    /** @returns {Promise<Figures>} */
    async gather() {
        const connection = this.session.connection;
        const inbound = connection ? await inboundVideo(connection.receiver) : undefined;
        const bytes = number(inbound?.bytesReceived);
        const at = performance.now();
        const passed = at - this.#last.at;
        if (passed >= 500) {
            const first = this.#last.at === 0 || bytes < this.#last.bytes;
            this.#bitrate = first ? null : ((bytes - this.#last.bytes) * 8000) / passed;
            this.#last = { bytes, at };
        }
        return {
            codec: connection?.codec ?? null,
            encoder: this.server?.encoder ?? null,
            ...this.picture.size,
            fps: this.picture.rate,
            frames: this.picture.frames,
            bitrate: this.#bitrate,
            target: this.server?.target_bitrate ?? null,
            roundTrip: connection?.roundTrip ?? null,
            inputToPhoton: this.markers.median,
            encode: this.server?.encode_ms ?? null,
            decoderDropped: number(inbound?.framesDropped),
            packetsLost: number(inbound?.packetsLost),
            deferred: this.server?.deferred ?? null,
            viewers: this.server?.viewers ?? null,
        };
    }

    /** @param {Figures} figures */
    #draw(figures) {
        const unknown = "–";
        const ms = (/** @type {number | null} */ value) => (value === null ? unknown : `${value.toFixed(1)} ms`);
        const mbit = (/** @type {number | null} */ value) =>
            value === null ? unknown : `${(value / 1e6).toFixed(2)} Mbit/s`;
        /** @type {[string, string][]} */
        const rows = [
            ["Codec", figures.codec ?? unknown],
            ["Encoder", figures.encoder ?? unknown],
            ["Size", figures.width ? `${figures.width} × ${figures.height}` : unknown],
            ["Shown", `${figures.fps} fps`],
            ["Bitrate", mbit(figures.bitrate)],
            ["Allowed", mbit(figures.target)],
            ["Round trip", ms(figures.roundTrip)],
            ["Input to photon", ms(figures.inputToPhoton)],
            ["Encoding", ms(figures.encode)],
            ["Lost in network", `${figures.packetsLost} packets`],
            ["Dropped by decoder", `${figures.decoderDropped} frames`],
            ["Held by server", figures.deferred === null ? unknown : `${figures.deferred} /s`],
            ["Viewers", figures.viewers === null ? unknown : String(figures.viewers)],
        ];
        const list = element("stats-rows", HTMLElement);
        list.replaceChildren(...rows.flatMap(([name, value]) => {
            const term = document.createElement("dt");
            const said = document.createElement("dd");
            term.textContent = name;
            said.textContent = value;
            return [term, said];
        }));
    }
}

/**
 * @param {RTCRtpReceiver} receiver
 * @returns {Promise<Record<string, unknown> | undefined>}
 */
async function inboundVideo(receiver) {
    for (const report of (await receiver.getStats()).values()) if (report.type === "inbound-rtp") return report;
    return undefined;
}

/** @param {unknown} value */
function number(value) {
    return typeof value === "number" ? value : 0;
}
