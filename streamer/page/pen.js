// A stylus: position, pressure and tilt.

import { normalise } from "./letterbox.js";

/** @typedef {import("./protocol.js").PenPhase} PenPhase */

/** `PointerEvent.buttons` while the tip touches. */
const TOUCHES = 1;
/** The same of the other end. */
const ERASES = 32;
/** `PointerEvent.button` when the other end touches or is lifted. */
const ERASER = 5;

/**
 * @param {HTMLElement} stage
 * @param {import("./picture.js").Picture} picture
 * @param {import("./link.js").Link} link
 */
export function readPen(stage, picture, link) {
    /**
     * @param {string} kind
     * @param {(event: PointerEvent) => PenPhase} phase
     */
    const on = (kind, phase) =>
        stage.addEventListener(kind, (event) => {
            if (!(event instanceof PointerEvent) || event.pointerType !== "pen") return;
            event.preventDefault();
            link.send({
                t: "pen",
                phase: phase(event),
                ...normalise(picture.rect, event.clientX, event.clientY),
                pressure: event.pressure,
                tilt_x: event.tiltX,
                tilt_y: event.tiltY,
                eraser: event.button === ERASER || (event.buttons & ERASES) !== 0,
            });
        });
    on("pointerdown", (event) => {
        stage.setPointerCapture(event.pointerId);
        return "down";
    });
    on("pointermove", (event) => (event.buttons & (TOUCHES | ERASES) ? "move" : "hover"));
    on("pointerup", () => "up");
    on("pointercancel", () => "leave");
    on("pointerleave", () => "leave");
}
