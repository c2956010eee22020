// The pointer: drawn by the browser, so that it moves without any delay.

/** @typedef {import("./protocol.js").CursorImage} CursorImage */

/** Browsers refuse larger ones. CSS pixels. */
const LARGEST = 128;

/** Shows the server's cursor over the stage. */
export class Cursor {
    #turn = 0;

    /** @param {HTMLElement} stage */
    constructor(stage) {
        this.stage = stage;
    }

    /** @param {CursorImage} cursor */
    async show(cursor) {
        const turn = (this.#turn += 1);
        const css = await toCss(cursor);
        // A newer one may have been quicker.
        if (turn === this.#turn) this.stage.style.cursor = css;
    }
}

/**
 * @param {CursorImage} cursor
 * @returns {Promise<string>}
 */
async function toCss(cursor) {
    if (cursor.kind === "hidden") return "none";
    if (cursor.kind === "named") return CSS.supports("cursor", cursor.name) ? cursor.name : "default";
    const { png, width, height } = cursor;
    const scale = cursor.scale > 0 ? cursor.scale : 1;
    if (!/^[A-Za-z0-9+/=]+$/.test(png) || !(width > 0 && height > 0)) return "default";
    const url = `data:image/png;base64,${png}`;
    const [x, y] = [Math.round(cursor.hotspot_x / scale), Math.round(cursor.hotspot_y / scale)];
    const small = Math.max(width, height) / scale <= LARGEST;
    if (scale === 1 && small) return `url("${url}") ${x} ${y}, default`;
    // A picture of more pixels than its size: sharp where the browser takes its resolution, drawn smaller elsewhere.
    const sharp = `image-set(url("${url}") ${scale}x) ${x} ${y}, default`;
    if (small && CSS.supports("cursor", sharp)) return sharp;
    return drawn(url, cursor, Math.max(scale, Math.max(width, height) / LARGEST)).catch(() => "default");
}

/**
 * @param {string} url
 * @param {Extract<CursorImage, { kind: "image" }>} cursor
 * @param {number} scale
 */
async function drawn(url, cursor, scale) {
    const image = new Image();
    image.src = url;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(cursor.width / scale));
    canvas.height = Math.max(1, Math.round(cursor.height / scale));
    canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
    const [x, y] = [Math.round(cursor.hotspot_x / scale), Math.round(cursor.hotspot_y / scale)];
    return `url("${canvas.toDataURL()}") ${x} ${y}, default`;
}
