// The video on the screen: one picture pixel on one device pixel, and a note of each one shown.

import { contain, devicePixels, outputSize } from "./letterbox.js";

/** How long the window must keep its size before the server is asked for another one, milliseconds. */
const SETTLE = 150;

/**
 * @typedef {object} PictureListener
 * @property {(rtp: number | undefined, shown: number) => void} onFrame a new picture is on the screen
 * @property {(size: { width: number, height: number, scale: number }) => void} onBox the window settled on this size
 * @property {(rect: import("./letterbox.js").Rect) => void} onPlace the picture lies here now, relative to the stage
 */

/** The video element and its place in the stage. */
export class Picture {
    /** How many pictures have been shown. */
    frames = 0;
    /** The picture's place, client coordinates. @type {import("./letterbox.js").Rect} */
    rect = { left: 0, top: 0, width: 1, height: 1 };

    #device = { width: 0, height: 0 };
    #settle = 0;
    /** A stream has come since the last `freeze`, so the next frame is a new one. */
    #fresh = false;
    /** @type {number[]} when the last ones were shown */
    #shown = [];

    /**
     * @param {HTMLElement} stage
     * @param {HTMLVideoElement} video
     * @param {HTMLCanvasElement} still
     * @param {PictureListener} listener
     */
    constructor(stage, video, still, listener) {
        this.stage = stage;
        this.video = video;
        this.still = still;
        this.listener = listener;
        video.addEventListener("resize", () => this.#place());
        // A browser may pause a video that it takes for decoration, such as one in a window it thinks covered.
        video.addEventListener("pause", () => void video.play().catch(() => {}));
        this.#observe();
        this.#watch();
    }

    /** Physical pixels of the picture; 0 before the first. */
    get size() {
        return { width: this.video.videoWidth, height: this.video.videoHeight };
    }

    /** Pictures shown in the last second. */
    get rate() {
        const from = performance.now() - 1000;
        return this.#shown.filter((time) => time > from).length;
    }

    /** What to ask of the server now. */
    get wanted() {
        return { ...outputSize(this.#device.width, this.#device.height), scale: window.devicePixelRatio };
    }

    /** @param {MediaStream} stream */
    show(stream) {
        this.#fresh = true;
        this.video.srcObject = stream;
        void this.video.play().catch(() => {});
    }

    /** Keeps the last picture in sight after its connection is gone, until there is a new one. */
    freeze() {
        this.#fresh = false;
        const { width, height } = this.size;
        if (!width || !height || !this.still.hidden) return;
        this.still.width = width;
        this.still.height = height;
        this.still.getContext("2d")?.drawImage(this.video, 0, 0);
        this.still.hidden = false;
    }

    #thaw() {
        if (this.still.hidden || !this.#fresh) return;
        this.still.hidden = true;
        // Its memory goes with its size.
        this.still.width = this.still.height = 0;
    }

    #observe() {
        const take = (/** @type {ResizeObserverEntry | undefined} */ entry) => {
            const box = this.stage.getBoundingClientRect();
            this.#device = devicePixels(box, window.devicePixelRatio, entry?.devicePixelContentBoxSize?.[0]);
            this.#place();
            window.clearTimeout(this.#settle);
            this.#settle = window.setTimeout(() => this.listener.onBox(this.wanted), SETTLE);
        };
        take(undefined);
        const observer = new ResizeObserver((entries) => take(entries.at(-1)));
        try {
            observer.observe(this.stage, { box: "device-pixel-content-box" });
        } catch {
            observer.observe(this.stage);
            window.addEventListener("resize", () => take(undefined));
        }
    }

    #place() {
        const box = this.stage.getBoundingClientRect();
        const inner = contain(box, this.size, window.devicePixelRatio);
        for (const { style } of [this.video, this.still]) {
            style.left = `${inner.left}px`;
            style.top = `${inner.top}px`;
            style.width = `${inner.width}px`;
            style.height = `${inner.height}px`;
        }
        this.rect = { ...inner, left: box.left + inner.left, top: box.top + inner.top };
        this.listener.onPlace(inner);
    }

    #watch() {
        if (!("requestVideoFrameCallback" in this.video)) {
            // Without it there is no count and no delay, but a picture all the same.
            /** @type {HTMLVideoElement} */ (this.video).addEventListener("timeupdate", () => {
                this.#note(undefined, performance.now());
            });
            return;
        }
        /** @type {VideoFrameRequestCallback} */
        const next = (_, metadata) => {
            this.video.requestVideoFrameCallback(next);
            // Not the time given, which is when the frame was due: on a busy machine that lies before the input that the
            // picture answers.
            this.#note(metadata.rtpTimestamp, performance.now());
        };
        this.video.requestVideoFrameCallback(next);
    }

    /**
     * @param {number | undefined} rtp
     * @param {number} now
     */
    #note(rtp, now) {
        this.frames += 1;
        this.#thaw();
        this.#shown.push(now);
        if (this.#shown.length > 240) this.#shown.shift();
        this.listener.onFrame(rtp, now);
    }
}
