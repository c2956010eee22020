// Text, HTML and pictures between the two clipboards. Browsers guard theirs: reading needs a permission or a paste by the
// user, writing needs the focus and often a click. What is not permitted at once is done with the user's next key or click,
// and offered as a button.

import { bring, fromItems, fromTransfer, get, mark, MOST, part, typeOf } from "./copied.js";

/** What a data channel takes in one message, bytes of JSON. */
const LONGEST = 256 * 1024;
/** With which a browser lets a page write to the clipboard. */
const GESTURES = ["keydown", "mousedown", "pointerup", "touchend"];

/**
 * @typedef {import("./copied.js").Copied} Copied
 * @typedef {import("./protocol.js").ClipboardForm} Form
 * @typedef {Extract<import("./protocol.js").ToPage, { t: "clipboard" }>} Inside
 * @typedef {Extract<import("./protocol.js").ToPage, { t: "clipboard_wanted" }>} Wanted
 */

/**
 * @typedef {object} ClipboardListener
 * @property {(pending: boolean) => void} onPending what was copied inside waits for a click on COPY
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
    /** What is out there was written by this page, and nobody else had the focus since. */
    #ours = false;
    /** What was announced last, for when it is wanted. @type {{ offer: number, copied: Copied } | undefined} */
    #announced;
    #turn = 0;
    /** @type {Inside | undefined} */
    #pending;
    #writing = false;
    /** The window has not had the focus all the time since `#pending` came: something else may have been copied outside. */
    #stale = false;
    /** What was fetched of one thing copied inside. @type {{ offer: number, parts: Map<Form, Promise<Blob>> }} */
    #fetched = { offer: -1, parts: new Map() };

    /**
     * @param {import("./link.js").Link} link
     * @param {ClipboardListener} listener
     */
    constructor(link, listener) {
        this.link = link;
        this.listener = listener;
        window.addEventListener("focus", () => void this.read());
        window.addEventListener("blur", () => {
            this.#ours = false;
            this.#stale = true;
        });
        for (const gesture of GESTURES) {
            window.addEventListener(gesture, () => {
                if (this.#pending && !this.#stale && navigator.clipboard) void this.copyPending();
            }, { capture: true, passive: true });
        }
    }

    /**
     * The user pasted this.
     * @param {DataTransfer} data
     * @returns {boolean} whether it is anything that a clipboard takes
     */
    paste(data) {
        const copied = fromTransfer(data);
        this.#toServer(copied);
        return copied.text !== "" || copied.html !== "" || copied.png !== undefined;
    }

    /** Sends what was copied outside, where the user has allowed the page to read it. */
    async read() {
        if (!this.link.open || !navigator.clipboard?.readText || !navigator.permissions) return;
        try {
            const name = /** @type {PermissionName} */ (/** @type {string} */ ("clipboard-read"));
            const { state } = await navigator.permissions.query({ name });
            if (state !== "granted") return;
            if (typeof navigator.clipboard.read === "function") {
                this.#toServer(await fromItems(await navigator.clipboard.read()));
            } else {
                this.#toServer({ text: await navigator.clipboard.readText(), html: "", png: undefined });
            }
        } catch {
            // Firefox does not know the permission, and a page that lost the focus meanwhile may not read.
        }
    }

    /**
     * A program inside pastes what this page announced.
     * @param {Wanted} wanted
     */
    async want({ ask, offer, form }) {
        const copied = this.#announced?.offer === offer ? this.#announced.copied : undefined;
        try {
            await bring(ask, copied && part(copied, form));
        } catch (error) {
            this.listener.onProblem(`Not pasted: ${error instanceof Error ? error.message : "the server does not answer"}.`);
            // Whoever waits inside waits no longer.
            await bring(ask, undefined).catch(() => {});
        }
    }

    /**
     * An application inside copied this.
     * @param {Inside} inside
     */
    async receive(inside) {
        const turn = (this.#turn += 1);
        this.#setPending(undefined);
        // Without the focus nothing can be written, so nothing is fetched either.
        const focused = document.hasFocus();
        this.#stale = !focused;
        const written = focused && (await this.#write(inside, turn));
        if (written || (focused && (await this.#isGone(inside)))) return;
        // Unless a newer one came meanwhile.
        if (turn === this.#turn) this.#setPending(inside);
    }

    /** The user clicked COPY, or did something else that lets the page write. */
    async copyPending() {
        const pending = this.#pending;
        if (!pending || this.#writing) return;
        const turn = this.#turn;
        this.#writing = true;
        try {
            const written = (await this.#write(pending, turn)) || (await this.#writeByCommand(pending));
            const gone = !written && (await this.#isGone(pending));
            if (gone) this.listener.onProblem("What was copied is not there any more.");
            if ((written || gone) && turn === this.#turn) this.#setPending(undefined);
        } finally {
            this.#writing = false;
        }
    }

    /**
     * Whether there is nothing of it to be had: the program has ended, or something else was copied since.
     * @param {Inside} inside
     */
    async #isGone({ text, offer, more }) {
        if (text !== "") return false;
        const had = await Promise.allSettled(more.map((form) => this.#fetch(offer, form)));
        return had.every(({ status }) => status === "rejected");
    }

    /**
     * @param {Inside} inside
     * @param {number} turn
     * @returns {Promise<boolean>} whether it is in the outer clipboard
     */
    async #write({ text, offer, more }, turn) {
        if (!navigator.clipboard) return false;
        try {
            if (more.length === 0) {
                await navigator.clipboard.writeText(text);
            } else if (typeof ClipboardItem === "undefined" || !navigator.clipboard.write) {
                await navigator.clipboard.writeText(await this.#plain(text, offer, more));
            } else {
                await this.#writeAll(text, offer, more);
            }
        } catch {
            return false;
        }
        if (turn === this.#turn) this.#wrote(text, offer, more);
        return true;
    }

    /**
     * All forms at once; promised, so that the browser sees the user's gesture and the bytes may come later.
     * @param {string} text
     * @param {number} offer
     * @param {Form[]} more
     */
    async #writeAll(text, offer, more) {
        const write = (/** @type {Form[]} */ forms) => {
            /** @type {Record<string, Blob | Promise<Blob>>} */
            const parts = {};
            if (text) parts[typeOf("text")] = new Blob([text], { type: typeOf("text") });
            for (const form of forms) parts[typeOf(form)] = this.#fetch(offer, form);
            return navigator.clipboard.write([new ClipboardItem(parts)]);
        };
        try {
            await write(more);
        } catch (error) {
            // A form that the program did not give, or that the browser does not take, must not cost the others.
            const had = await Promise.allSettled(more.map((form) => this.#fetch(offer, form)));
            const given = more.filter((form, at) => had[at]?.status === "fulfilled" && supports(form));
            if (given.length === more.length || (given.length === 0 && !text)) throw error;
            await write(given);
        }
    }

    /**
     * @param {number} offer
     * @param {Form} form
     * @returns {Promise<Blob>}
     */
    #fetch(offer, form) {
        if (this.#fetched.offer !== offer) this.#fetched = { offer, parts: new Map() };
        const { parts } = this.#fetched;
        const known = parts.get(form);
        if (known) return known;
        const blob = get(offer, form);
        parts.set(form, blob);
        // Asked for again the next time; and no error that nobody looks at.
        blob.catch(() => parts.delete(form));
        return blob;
    }

    /**
     * @param {string} text
     * @param {number} offer
     * @param {Form[]} more
     */
    async #plain(text, offer, more) {
        return more.includes("text") ? (await this.#fetch(offer, "text")).text() : text;
    }

    /**
     * The old way, for pages without TLS. Pictures cannot go this way.
     * @param {Inside} inside
     */
    async #writeByCommand({ text, offer, more }) {
        let words = text;
        let html = "";
        try {
            words = await this.#plain(text, offer, more);
            if (more.includes("html")) html = await (await this.#fetch(offer, "html")).text();
        } catch {
            // What is there is copied.
        }
        if (words === "" && html === "") {
            this.listener.onProblem("This browser takes no pictures from a page without TLS.");
            return false;
        }
        if (!copyByCommand(words, html)) return false;
        this.#wrote(words, offer, []);
        return true;
    }

    /**
     * @param {string} text
     * @param {number} offer
     * @param {Form[]} more
     */
    #wrote(text, offer, more) {
        this.#ours = true;
        this.#outside = text || `inside ${offer} ${more.join()}`;
    }

    /** @param {Copied} copied */
    #toServer(copied) {
        const { text } = copied;
        const marked = mark(copied);
        if ((text === "" && copied.html === "" && !copied.png) || marked === this.#outside) return;
        // What this page wrote comes back rewritten by the browser: only a text tells that it is the same.
        if (this.#ours && text === "" && this.#outside?.startsWith("inside ")) return;
        if (!this.link.open) return;
        const offer = ((this.#announced?.offer ?? 0) + 1) % 0xffff_ffff;
        // The cheap look first: no character is shorter than a byte.
        const short =
            text.length <= LONGEST &&
            new TextEncoder().encode(JSON.stringify({ t: "clipboard", text, offer, more: ["text", "html", "png"] })).length <= LONGEST;
        /** @type {Form[]} */
        const forms = ["text", "html", "png"];
        const more = forms.filter((form) => {
            if (form === "text" && short) return false;
            const blob = part(copied, form);
            if (blob && blob.size > MOST) {
                this.listener.onProblem(`What was copied is longer than ${MOST / 1024 / 1024} MiB and cannot be taken along.`);
                return false;
            }
            return blob !== undefined;
        });
        if (!short && more.length === 0) return;
        this.#outside = marked;
        this.#ours = false;
        // What was copied outside is newer than what waits to go there.
        this.#setPending(undefined);
        this.#announced = { offer, copied };
        this.link.send({ t: "clipboard", text: short ? text : "", offer, more });
    }

    /** @param {Inside | undefined} inside */
    #setPending(inside) {
        this.#pending = inside;
        this.listener.onPending(inside !== undefined);
    }
}

/** @param {Form} form */
function supports(form) {
    return typeof ClipboardItem.supports !== "function" || ClipboardItem.supports(typeOf(form));
}

/**
 * @param {string} text
 * @param {string} html
 */
function copyByCommand(text, html) {
    const field = document.createElement("textarea");
    field.value = text || " ";
    field.className = "offscreen";
    const fill = (/** @type {ClipboardEvent} */ event) => {
        event.preventDefault();
        if (text) event.clipboardData?.setData("text/plain", text);
        if (html) event.clipboardData?.setData("text/html", html);
    };
    const focused = document.activeElement;
    document.body.append(field);
    field.addEventListener("copy", fill);
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    if (focused instanceof HTMLElement) focused.focus({ preventScroll: true });
    return done;
}
