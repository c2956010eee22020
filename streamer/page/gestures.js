// Decides whether fingers on a touch screen belong to the application or are a gesture of the desktop. Pure.
//
// The rule, as PROTOCOL.md tells it: one and two fingers are touches of the application, sent at once and unaltered. When
// a third finger lands, the touches under way are cancelled, and the first clear movement of the three or more decides:
// apart or together is a pinch, along is a swipe. It ends with the first finger lifted; the fingers that stay are ignored
// until all are up, so that a gesture never ends as a stray tap.

/** @typedef {import("./protocol.js").FromPage} FromPage */
/** @typedef {import("./protocol.js").TouchPoint} TouchPoint */
/** @typedef {{ x: number, y: number }} Point */
/** @typedef {"begin" | "update" | "end" | "cancel"} Phase */

/** Fingers that make a gesture. */
export const GESTURE_FINGERS = 3;
/** Movement of the centre that makes it a swipe, CSS pixels. */
const SWIPE_FROM = 16;
/** Change of the spread that makes it a pinch. */
const PINCH_FROM = 0.12;

/** One touch screen's fingers. Points come in CSS pixels; `normalise` makes protocol coordinates of them. */
export class Gestures {
    /** @type {Map<number, { id: number, at: Point }>} by pointerId */
    #fingers = new Map();
    /** @type {"touch" | "undecided" | "pinch" | "swipe" | "ignored"} */
    #mode = "touch";
    /** @type {{ centre: Point, spread: number, angle: number }} at the beginning of the gesture */
    #start = { centre: { x: 0, y: 0 }, spread: 1, angle: 0 };
    /** @type {{ centre: Point, spread: number, angle: number }} at the last message */
    #last = this.#start;
    #count = 0;

    /**
     * @param {(at: Point) => Point} normalise
     */
    constructor(normalise) {
        this.normalise = normalise;
    }

    /**
     * One pointer event of a finger.
     * @param {number} pointer its pointerId
     * @param {Phase} phase
     * @param {Point} at CSS pixels
     * @param {number} id names the input, for `touch`
     * @returns {FromPage[]} what to send
     */
    take(pointer, phase, at, id) {
        const finger = this.#fingers.get(pointer);
        if (phase === "begin") return finger ? [] : this.#begin(pointer, at, id);
        if (!finger) return [];
        finger.at = at;
        if (phase === "update") return this.#update(finger, id);
        this.#fingers.delete(pointer);
        const out = this.#lift(finger, phase, id);
        if (this.#fingers.size === 0) this.#mode = "touch";
        return out;
    }

    /** Everything is off the screen, whatever was under way. */
    reset() {
        this.#fingers.clear();
        this.#mode = "touch";
    }

    /**
     * @param {number} pointer
     * @param {Point} at
     * @param {number} id
     * @returns {FromPage[]}
     */
    #begin(pointer, at, id) {
        const used = new Set([...this.#fingers.values()].map((finger) => finger.id));
        let free = 0;
        while (used.has(free)) free += 1;
        if (free > 255) return [];
        const before = [...this.#fingers.values()];
        const finger = { id: free, at };
        this.#fingers.set(pointer, finger);
        if (this.#mode === "touch") {
            if (this.#fingers.size < GESTURE_FINGERS) return [this.#touch([finger], "begin", id)];
            this.#mode = "undecided";
            this.#anchor();
            return [this.#touch(before, "cancel", 0)];
        }
        // A fourth or fifth finger joins before anything was decided: measure from here.
        if (this.#mode === "undecided") this.#anchor();
        return [];
    }

    /**
     * @param {{ id: number, at: Point }} finger
     * @param {number} id
     * @returns {FromPage[]}
     */
    #update(finger, id) {
        if (this.#mode === "touch") return [this.#touch([finger], "update", id)];
        if (this.#mode === "ignored") return [];
        /** @type {FromPage[]} */
        const out = [];
        const now = this.#measure();
        if (this.#mode === "undecided") {
            const moved = Math.hypot(now.centre.x - this.#start.centre.x, now.centre.y - this.#start.centre.y);
            const scale = now.spread / this.#start.spread;
            if (Math.abs(scale - 1) > PINCH_FROM) this.#mode = "pinch";
            else if (moved > SWIPE_FROM) this.#mode = "swipe";
            else return [];
            this.#count = this.#fingers.size;
            out.push(this.#gesture("begin", this.#start));
        }
        out.push(this.#gesture("update", now));
        return out;
    }

    /**
     * @param {{ id: number, at: Point }} finger
     * @param {"end" | "cancel"} phase
     * @param {number} id
     * @returns {FromPage[]}
     */
    #lift(finger, phase, id) {
        if (this.#mode === "touch") return [this.#touch([finger], phase, id)];
        const decided = this.#mode === "pinch" || this.#mode === "swipe";
        const out = decided ? [this.#gesture(phase, this.#last)] : [];
        this.#mode = "ignored";
        return out;
    }

    /**
     * @param {{ id: number, at: Point }[]} fingers
     * @param {Phase} phase
     * @param {number} id
     * @returns {FromPage}
     */
    #touch(fingers, phase, id) {
        return { t: "touch", points: fingers.map(({ id, at }) => ({ id, phase, ...this.normalise(at) })), id };
    }

    /**
     * @param {Phase} phase
     * @param {{ centre: Point, spread: number, angle: number }} now
     * @returns {FromPage}
     */
    #gesture(phase, now) {
        const [dx, dy] = [now.centre.x - this.#last.centre.x, now.centre.y - this.#last.centre.y];
        // The short way round.
        const turn = ((now.angle - this.#last.angle + 540) % 360) - 180;
        this.#last = now;
        const base = { phase, fingers: this.#count, dx, dy };
        if (this.#mode === "swipe") return { t: "swipe", ...base };
        return { t: "pinch", ...base, scale: now.spread / this.#start.spread, rotation: turn };
    }

    #anchor() {
        this.#start = this.#measure();
        this.#last = this.#start;
    }

    #measure() {
        const points = [...this.#fingers.values()].map((finger) => finger.at);
        const mean = (/** @type {number[]} */ values) => values.reduce((sum, value) => sum + value, 0) / values.length;
        const centre = { x: mean(points.map((at) => at.x)), y: mean(points.map((at) => at.y)) };
        const spread = mean(points.map((at) => Math.hypot(at.x - centre.x, at.y - centre.y)));
        const first = points[0] ?? centre;
        const angle = (Math.atan2(first.y - centre.y, first.x - centre.x) * 180) / Math.PI;
        return { centre, spread: Math.max(spread, 1), angle };
    }
}
