// Measures input→photon: from the DOM event to the rendering step that shows the first picture answering it. Pure.
//
// Three things must meet: the time the input was sent, the server's word which picture answers it (its RTP time stamp),
// and the moment a picture of that time stamp or a later one was shown. The picture often comes before the word, so the
// last shown ones are remembered.

/** How many of each are remembered. Older ones are forgotten, so nothing grows. */
const KEEP = 128;

/**
 * Whether RTP time stamp `a` is `b` or later; they wrap at 2³².
 * @param {number} a
 * @param {number} b
 */
export function notBefore(a, b) {
    return ((a - b) >>> 0) < 0x8000_0000;
}

/**
 * A measured input.
 * @typedef {{ id: number, rtp: number, latency: number }} Answer
 */

/** Matches inputs, markers and shown pictures. */
export class Markers {
    /** @type {Map<number, number>} input id → when it happened */
    #sent = new Map();
    /** @type {{ id: number, rtp: number, from: number }[]} markers whose picture has not been shown yet */
    #waiting = [];
    /** @type {{ rtp: number, shown: number }[]} oldest first */
    #frames = [];
    /** @type {Answer[]} newest last */
    #answers = [];
    #next = 1;

    /**
     * A new input: gives it a name.
     * @param {number} timeStamp of the DOM event, milliseconds
     * @returns {number} the `id` to send
     */
    sent(timeStamp) {
        const id = this.#next;
        this.#next = id === 0xffff_ffff ? 1 : id + 1;
        this.#sent.set(id, timeStamp);
        if (this.#sent.size > KEEP) {
            for (const oldest of this.#sent.keys()) {
                this.#sent.delete(oldest);
                break;
            }
        }
        return id;
    }

    /**
     * The server's word.
     * @param {number} id
     * @param {number} rtp
     */
    marker(id, rtp) {
        const from = this.#sent.get(id);
        if (from === undefined) return;
        this.#sent.delete(id);
        const frame = this.#frames.find((frame) => frame.shown >= from && notBefore(frame.rtp, rtp));
        if (frame) {
            this.#answer(id, rtp, frame.shown - from);
        } else {
            this.#waiting.push({ id, rtp, from });
            if (this.#waiting.length > KEEP) this.#waiting.shift();
        }
    }

    /**
     * A picture is shown.
     * @param {number} rtp its time stamp
     * @param {number} shown the rendering step, milliseconds
     */
    frame(rtp, shown) {
        this.#frames.push({ rtp, shown });
        if (this.#frames.length > KEEP) this.#frames.shift();
        this.#waiting = this.#waiting.filter((marker) => {
            if (!notBefore(rtp, marker.rtp)) return true;
            this.#answer(marker.id, marker.rtp, shown - marker.from);
            return false;
        });
    }

    /** The last measured inputs, newest last. */
    get answers() {
        return this.#answers.slice();
    }

    /** Median of the last inputs in milliseconds; null before the first. */
    get median() {
        const sorted = this.#answers.slice(-31).map((answer) => answer.latency).sort((a, b) => a - b);
        return sorted[Math.floor(sorted.length / 2)] ?? null;
    }

    /** After a reconnection: time stamps of the old stream mean nothing in the new one. */
    restart() {
        this.#sent.clear();
        this.#waiting = [];
        this.#frames = [];
    }

    /**
     * @param {number} id
     * @param {number} rtp
     * @param {number} latency
     */
    #answer(id, rtp, latency) {
        this.#answers.push({ id, rtp, latency });
        if (this.#answers.length > KEEP) this.#answers.shift();
    }
}
