// The mouse, or whatever moves a pointer: position, buttons, wheel, and the pointer lock.

import { normalise } from "./letterbox.js";
import { WheelReader } from "./wheel.js";

/** Without wheel events for so long the fingers are taken to be off the touch pad, milliseconds. */
const WHEEL_STOPS = 120;

/** Reads the mouse over the picture. */
export class Pointer {
    #reader = new WheelReader();
    #stop = 0;
    /** A pinch on a touch pad, which browsers report as a wheel with Control. */
    #pinch = { active: false, scale: 1, timer: 0 };
    /** @type {{ x: number, y: number } | undefined} */
    #last;

    /**
     * @param {HTMLElement} stage
     * @param {import("./picture.js").Picture} picture
     * @param {import("./link.js").Link} link
     */
    constructor(stage, picture, link) {
        this.stage = stage;
        this.picture = picture;
        this.link = link;
        // Chromium aligns pointermove to its rendering, which costs up to a frame; the raw ones come at once.
        const moves = "onpointerrawupdate" in window ? "pointerrawupdate" : "pointermove";
        const mouse = (/** @type {(event: PointerEvent) => void} */ call) => (/** @type {Event} */ event) => {
            if (event instanceof PointerEvent && event.pointerType === "mouse") call(event);
        };
        stage.addEventListener(moves, mouse((event) => this.#move(event)));
        if (moves !== "pointermove") stage.addEventListener("pointermove", mouse((event) => this.#lockedMove(event)));
        stage.addEventListener("pointerdown", mouse((event) => {
            if (!this.locked) stage.setPointerCapture(event.pointerId);
        }));
        // Not pointerdown and pointerup: those come for the first button pressed and the last one lifted only.
        stage.addEventListener("mousedown", (event) => this.#button(event, true));
        stage.addEventListener("mouseup", (event) => this.#button(event, false));
        stage.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
        for (const kind of ["contextmenu", "auxclick", "dragstart", "selectstart"]) {
            stage.addEventListener(kind, (event) => event.preventDefault());
        }
    }

    get locked() {
        return document.pointerLockElement === this.stage;
    }

    /** Hides the pointer and sends movements instead of positions, until Esc. */
    async lock() {
        await this.stage.requestPointerLock();
    }

    /** @param {PointerEvent} event */
    #move(event) {
        if (this.locked) {
            if (event.type === "pointermove") this.#lockedMove(event);
            return;
        }
        const newest = event.getCoalescedEvents?.().at(-1) ?? event;
        const at = normalise(this.picture.rect, newest.clientX, newest.clientY);
        if (at.x === this.#last?.x && at.y === this.#last.y) return;
        this.#last = at;
        this.link.sendMotion({ t: "motion", ...at });
    }

    /** @param {PointerEvent} event */
    #lockedMove(event) {
        if (!this.locked || (event.movementX === 0 && event.movementY === 0)) return;
        this.link.sendMotion({ t: "relative", dx: event.movementX, dy: event.movementY });
    }

    /**
     * @param {MouseEvent} event
     * @param {boolean} pressed
     */
    #button(event, pressed) {
        // Touches and pens make mouse events of their own afterwards; touch.js and pen.js prevent those.
        event.preventDefault();
        const at = this.locked ? {} : normalise(this.picture.rect, event.clientX, event.clientY);
        this.link.send({ t: "button", button: event.button, pressed, ...at, id: this.link.mark(event) });
    }

    /** @param {WheelEvent} event */
    #wheel(event) {
        event.preventDefault();
        if (isPinch(event)) {
            this.#pinchStep(event);
            return;
        }
        const message = this.#reader.read(event, this.picture.rect.height);
        this.link.send(message);
        window.clearTimeout(this.#stop);
        if (message.source !== "finger") return;
        this.#stop = window.setTimeout(
            () => this.link.send({ ...message, dx: 0, dy: 0, v120_x: 0, v120_y: 0, stop: true }),
            WHEEL_STOPS,
        );
    }

    /** @param {WheelEvent} event */
    #pinchStep(event) {
        const pinch = this.#pinch;
        const send = (/** @type {"begin" | "update" | "end"} */ phase) =>
            this.link.send({ t: "pinch", phase, fingers: 2, dx: 0, dy: 0, scale: pinch.scale, rotation: 0 });
        if (!pinch.active) {
            pinch.active = true;
            pinch.scale = 1;
            send("begin");
        }
        pinch.scale *= Math.exp(-event.deltaY / 100);
        send("update");
        window.clearTimeout(pinch.timer);
        pinch.timer = window.setTimeout(() => {
            pinch.active = false;
            send("end");
        }, WHEEL_STOPS);
    }
}

/**
 * A pinch on a touch pad comes as a wheel with Control; a wheel turned with Control held counts in notches.
 * @param {WheelEvent} event
 */
function isPinch(event) {
    return event.deltaMode === 0 && event.ctrlKey && (event.wheelDeltaY ?? 0) % 120 !== 0;
}
