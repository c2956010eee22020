// The way out for everything that reads the user's hands: sends what the viewer's role allows, and names inputs so that
// their delay can be measured.

/** @typedef {import("./protocol.js").FromPage} FromPage */

/** From the input modules to the connection in force, if there is one. */
export class Link {
    /** @type {import("./protocol.js").Role} */
    role = "view";

    /**
     * @param {import("./session.js").Session} session
     * @param {import("./markers.js").Markers} markers
     */
    constructor(session, markers) {
        this.session = session;
        this.markers = markers;
    }

    /** Whether input goes anywhere. */
    get open() {
        return this.role !== "view" && this.session.connection !== undefined;
    }

    /** @param {FromPage} message */
    send(message) {
        if (this.open) this.session.connection?.send(message);
    }

    /** @param {{ t: "motion", x: number, y: number } | { t: "relative", dx: number, dy: number }} message */
    sendMotion(message) {
        if (this.open) this.session.connection?.sendMotion(message);
    }

    /**
     * A name for this input.
     * @param {Event} event
     * @returns {number}
     */
    mark(event) {
        return this.open ? this.markers.sent(event.timeStamp) : 0;
    }
}
