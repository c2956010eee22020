// A stylus: position, pressure and tilt.

import { normalise } from "./letterbox.js";

/** @typedef {import("./protocol.js").PenPhase} PenPhase */

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
            });
        });
    on("pointerdown", (event) => {
        stage.setPointerCapture(event.pointerId);
        return "down";
    });
    on("pointermove", (event) => (event.buttons & 1 ? "move" : "hover"));
    on("pointerup", () => "up");
    on("pointercancel", () => "leave");
    on("pointerleave", () => "leave");
}
