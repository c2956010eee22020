// Makes one protocol message of a DOM wheel event. Pure but for what it remembers of the last event.
//
// Browsers say neither "this is a wheel" nor "the fingers are off": both have to be guessed from the numbers. A notch is
// 120 in `wheelDelta`, whatever the pixel distance is that the system has set for it; a touch pad gives any number.

/** Pixels of a line, where the browser counts in lines (Firefox with a wheel: three lines a notch). */
const LINE = 100 / 3;
/** How long a touch pad stays the source, milliseconds: one of its events may look like a notch by chance. */
const STAY = 250;

/**
 * The fields used of a DOM WheelEvent.
 * @typedef {{ deltaX: number, deltaY: number, deltaMode: number, wheelDeltaX?: number, wheelDeltaY?: number,
 *   timeStamp: number }} WheelLike
 */

/** Tells wheels and touch pads apart from one event to the next. */
export class WheelReader {
    #finger = -Infinity;

    /**
     * @param {WheelLike} event
     * @param {number} page height of the picture, CSS pixels: what a page-wise step moves
     * @returns {Extract<import("./protocol.js").FromPage, { t: "wheel" }>}
     */
    read(event, page) {
        const unit = event.deltaMode === 1 ? LINE : event.deltaMode === 2 ? page : 1;
        const notches = { x: -(event.wheelDeltaX ?? 0), y: -(event.wheelDeltaY ?? 0) };
        if (event.deltaMode !== 0 && !notches.x && !notches.y) {
            // Lines without wheelDelta: three lines are a notch.
            notches.x = event.deltaMode === 1 ? event.deltaX * 40 : Math.sign(event.deltaX) * 120;
            notches.y = event.deltaMode === 1 ? event.deltaY * 40 : Math.sign(event.deltaY) * 120;
        }
        const whole = notches.x % 120 === 0 && notches.y % 120 === 0 && (notches.x !== 0 || notches.y !== 0);
        const both = notches.x !== 0 && notches.y !== 0;
        const recent = event.timeStamp - this.#finger < STAY;
        const wheel = event.deltaMode !== 0 || (whole && !both && !recent);
        if (!wheel) this.#finger = event.timeStamp;
        return {
            t: "wheel",
            dx: event.deltaX * unit,
            dy: event.deltaY * unit,
            v120_x: wheel ? Math.round(notches.x) || 0 : 0,
            v120_y: wheel ? Math.round(notches.y) || 0 : 0,
            source: wheel ? "wheel" : "finger",
            stop: false,
        };
    }
}
