// Fingers on a touch screen. What they mean is decided in gestures.js.

import { Gestures } from "./gestures.js";
import { normalise } from "./letterbox.js";

/**
 * @param {HTMLElement} stage
 * @param {import("./picture.js").Picture} picture
 * @param {import("./link.js").Link} link
 */
export function readTouch(stage, picture, link) {
    const gestures = new Gestures(({ x, y }) => normalise(picture.rect, x, y));
    /** @type {Record<string, "begin" | "update" | "end" | "cancel">} */
    const phases = { pointerdown: "begin", pointermove: "update", pointerup: "end", pointercancel: "cancel" };
    for (const [kind, phase] of Object.entries(phases)) {
        stage.addEventListener(kind, (event) => {
            if (!(event instanceof PointerEvent) || event.pointerType !== "touch") return;
            event.preventDefault();
            const id = phase === "update" ? 0 : link.mark(event);
            const at = { x: event.clientX, y: event.clientY };
            for (const message of gestures.take(event.pointerId, phase, at, id)) link.send(message);
        });
    }
    // A touch also makes a mouse click afterwards, which the application must not see as a second one.
    for (const kind of ["touchstart", "touchmove", "touchend"]) {
        stage.addEventListener(kind, (event) => event.preventDefault(), { passive: false });
    }
    window.addEventListener("blur", () => gestures.reset());
}
