// Text between the two clipboards. Browsers guard theirs: reading needs a permission or a paste by the user, writing needs
// the focus and often a click. What is not permitted is offered as a button instead.

/** What a data channel takes in one message, bytes of JSON. */
const LONGEST = 256 * 1024;

/**
 * @typedef {object} ClipboardListener
 * @property {(pending: boolean) => void} onPending text from inside waits for a click on COPY
 * @property {(text: string) => void} onProblem
 */

/** Keeps the two in step. */
export class ClipboardSync {
    /**
     * What the outer clipboard held when last seen or written. The same again is not news: it must not replace what an
     * application inside has copied since.
     * @type {string | undefined}
     */
    #outside;
    #turn = 0;
    /** @type {string | undefined} */
    #pending;

    /**
     * @param {import("./link.js").Link} link
     * @param {ClipboardListener} listener
     */
    constructor(link, listener) {
        this.link = link;
        this.listener = listener;
        window.addEventListener("focus", () => void this.read());
    }

    /**
     * The user pasted this.
     * @param {DataTransfer} data
     */
    paste(data) {
        this.#toServer(data.getData("text/plain"));
    }

    /** Sends what was copied outside, where the user has allowed the page to read it. */
    async read() {
        if (!this.link.open || !navigator.clipboard?.readText || !navigator.permissions) return;
        try {
            const name = /** @type {PermissionName} */ (/** @type {string} */ ("clipboard-read"));
            const { state } = await navigator.permissions.query({ name });
            if (state === "granted") this.#toServer(await navigator.clipboard.readText());
        } catch {
            // Firefox does not know the permission, and a page that lost the focus meanwhile may not read.
        }
    }

    /**
     * An application inside copied this.
     * @param {string} text
     */
    async receive(text) {
        const turn = (this.#turn += 1);
        this.#setPending(undefined);
        try {
            if (!navigator.clipboard) throw new Error("not a secure context");
            await navigator.clipboard.writeText(text);
            this.#outside = text;
        } catch {
            // Unless a newer one came meanwhile.
            if (turn === this.#turn) this.#setPending(text);
        }
    }

    /** The user clicked COPY. */
    async copyPending() {
        const text = this.#pending;
        if (text === undefined) return;
        try {
            await navigator.clipboard.writeText(text);
        } catch {
            if (!copyByCommand(text)) return;
        }
        this.#outside = text;
        this.#setPending(undefined);
    }

    /** @param {string} text */
    #toServer(text) {
        if (text === "" || text === this.#outside) return;
        // The cheap look first: no character is shorter than a byte.
        if (text.length > LONGEST || new TextEncoder().encode(JSON.stringify({ t: "clipboard", text })).length > LONGEST) {
            this.listener.onProblem("The copied text is too long to be taken along.");
            return;
        }
        this.#outside = text;
        this.link.send({ t: "clipboard", text });
    }

    /** @param {string | undefined} text */
    #setPending(text) {
        this.#pending = text;
        this.listener.onPending(text !== undefined);
    }
}

/**
 * The old way, for pages without TLS.
 * @param {string} text
 */
function copyByCommand(text) {
    const field = document.createElement("textarea");
    field.value = text;
    field.className = "offscreen";
    document.body.append(field);
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    return done;
}
