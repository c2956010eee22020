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
    /** An application holds the pointer. */
    #wanted = false;
    /** The lock in force was made for it. */
    #theirs = false;

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
        // Browsers lock the pointer only for somebody who just did something.
        for (const kind of ["mousedown", "keydown"]) {
            document.addEventListener(kind, () => {
                if (this.#wanted) void this.#follow();
            });
        }
        document.addEventListener("pointerlockchange", () => this.#changed());
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

    /**
     * An application locked the pointer, or let it go.
     * @param {boolean} locked
     */
    want(locked) {
        this.#wanted = locked;
        if (!locked && this.#theirs && this.locked) document.exitPointerLock();
        else if (locked && navigator.userActivation?.isActive) void this.#follow();
    }

    /** Locks the pointer for the application. Where the browser does not, positions do. */
    async #follow() {
        if (this.locked || !this.link.open || !document.hasFocus()) return;
        try {
            this.#theirs = true;
            await this.stage.requestPointerLock();
        } catch {
            this.#theirs = false;
        }
    }

    #changed() {
        if (this.locked) {
            // It may have let go while the browser asked.
            if (this.#theirs && !this.#wanted) document.exitPointerLock();
            return;
        }
        if (this.#theirs && this.#wanted) {
            this.#wanted = false;
            this.link.send({ t: "leave_lock" });
        }
        this.#theirs = false;
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
