// Where the picture lies in its box, and where in the picture a point of the window is. Pure.

/**
 * A rectangle in CSS pixels.
 * @typedef {{ left: number, top: number, width: number, height: number }} Rect
 */

/**
 * The picture's place in a box. A picture that fits exactly, to the device pixel, is shown one to one, since any scaling
 * blurs text; another one is scaled to fit, with bars. Edges fall on device pixels.
 * @param {{ width: number, height: number }} box CSS pixels
 * @param {{ width: number, height: number }} picture physical pixels
 * @param {number} ratio device pixels per CSS pixel
 * @returns {Rect} relative to the box
 */
export function contain(box, picture, ratio) {
    if (!(picture.width > 0 && picture.height > 0 && box.width > 0 && box.height > 0)) {
        return { left: 0, top: 0, width: box.width, height: box.height };
    }
    const boxWidth = Math.round(box.width * ratio);
    const boxHeight = Math.round(box.height * ratio);
    // Encoders take even sizes only, so a box of odd size may be one device pixel larger or smaller than its picture.
    const exact = Math.abs(boxWidth - picture.width) <= 1 && Math.abs(boxHeight - picture.height) <= 1;
    const scale = exact ? 1 : Math.min(boxWidth / picture.width, boxHeight / picture.height);
    const width = Math.round(picture.width * scale);
    const height = Math.round(picture.height * scale);
    return {
        left: Math.max(0, Math.floor((boxWidth - width) / 2)) / ratio,
        top: Math.max(0, Math.floor((boxHeight - height) / 2)) / ratio,
        width: width / ratio,
        height: height / ratio,
    };
}

/**
 * A point of the window as the protocol wants it: 0 to 1 over the picture. Outside it is clamped to the edge, so a drag
 * that leaves the picture goes on along its border.
 * @param {Rect} rect the picture, in the same coordinates as the point
 * @param {number} x
 * @param {number} y
 * @returns {{ x: number, y: number }}
 */
export function normalise(rect, x, y) {
    const within = (/** @type {number} */ value) => Math.min(1, Math.max(0, value)) || 0;
    return { x: within((x - rect.left) / rect.width), y: within((y - rect.top) / rect.height) };
}

/**
 * The size of a box in device pixels: what the browser counted, unless that cannot be, as where a phone is only imitated
 * by the developer tools.
 * @param {{ width: number, height: number }} box CSS pixels
 * @param {number} ratio device pixels per CSS pixel
 * @param {{ inlineSize: number, blockSize: number } | undefined} counted
 * @returns {{ width: number, height: number }}
 */
export function devicePixels(box, ratio, counted) {
    const [width, height] = [Math.round(box.width * ratio), Math.round(box.height * ratio)];
    if (!counted || Math.abs(counted.inlineSize - width) > 2 || Math.abs(counted.blockSize - height) > 2) {
        return { width, height };
    }
    return { width: counted.inlineSize, height: counted.blockSize };
}

/**
 * The size to ask the server for: the box in device pixels, even, as the encoder needs it.
 * @param {number} width device pixels
 * @param {number} height device pixels
 * @returns {{ width: number, height: number }}
 */
export function outputSize(width, height) {
    const even = (/** @type {number} */ value) => Math.max(64, Math.floor(value / 2) * 2);
    return { width: even(width), height: even(height) };
}
