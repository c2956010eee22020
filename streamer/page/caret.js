// Where the hidden text field is: beside what is typed, as far as the desktop knows, because the browser's input method
// opens its window there.

/** @typedef {Extract<import("./protocol.js").ToPage, { t: "caret" }>} Place */

/** Moves the text field. */
export class Caret {
    /** Logical pixels. */
    #width = 0;
    #box = { left: 0, top: 0, width: 0, height: 0 };
    /** @type {Place | undefined} */
    #at;

    /** @param {HTMLElement} field */
    constructor(field) {
        this.field = field;
    }

    /**
     * The width that places are counted in.
     * @param {number} width logical pixels
     */
    scale(width) {
        this.#width = width;
        this.#place();
    }

    /**
     * Where the picture is.
     * @param {import("./letterbox.js").Rect} box relative to the stage, CSS pixels
     */
    place(box) {
        this.#box = box;
        this.#place();
    }

    /** @param {Place} at */
    show(at) {
        this.#at = at.known ? at : undefined;
        this.#place();
    }

    #place() {
        const style = this.field.style;
        const place = this.#at && placed(this.#at, this.#box, this.#width);
        style.left = place ? `${place.left}px` : "";
        style.top = place ? `${place.top}px` : "";
        style.bottom = place ? "auto" : "";
        style.height = place ? `${place.height}px` : "";
    }
}

/**
 * A place in the picture as one in the stage, within the picture.
 * @param {{ x: number, y: number, h: number }} at logical pixels
 * @param {import("./letterbox.js").Rect} box the picture, CSS pixels
 * @param {number} width of the picture, logical pixels
 * @returns {{ left: number, top: number, height: number } | undefined}
 */
export function placed(at, box, width) {
    if (!(width > 0 && box.width > 0 && box.height > 0)) return undefined;
    const unit = box.width / width;
    const inside = (/** @type {number} */ value, /** @type {number} */ most) => Math.min(Math.max(value, 0), most);
    const height = inside(at.h * unit, box.height);
    const left = box.left + inside(at.x * unit, box.width - 1);
    return { left, top: box.top + inside(at.y * unit, box.height - height), height: Math.max(height, 1) };
}
