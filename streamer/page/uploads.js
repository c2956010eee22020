// Files that the user drops on the picture, pastes or chooses: they go to the desktop's folder for downloads, a few at a time,
// and the page shows how far they are.

import { bearer, takeToken } from "./token.js";
import { carry } from "./transfer.js";

/** Files sent at once. */
const AT_ONCE = 2;
/** Files in one go. */
const MOST = 200;
/** How long a finished one is shown, milliseconds. */
const STAYS = 5_000;

/**
 * @typedef {{ x: number, y: number }} Place of the picture, 0 to 1 each
 * @typedef {{ place: Place | undefined, names: string[], left: number }} Group files that were dropped together
 * @typedef {object} UploadsListener
 * @property {(place: Place, names: string[]) => void} onDropped all files of a drop are in the folder
 * @property {(text: string) => void} onProblem
 */

/** The files on their way, and the list that shows them. */
export class Uploads {
    /** @type {(() => Promise<void>)[]} */
    #waiting = [];
    #running = 0;

    /**
     * @param {HTMLElement} list
     * @param {import("./link.js").Link} link
     * @param {UploadsListener} listener
     */
    constructor(list, link, listener) {
        this.list = list;
        this.link = link;
        this.listener = listener;
    }

    /**
     * @param {Iterable<File>} files
     * @param {Place} [place] where they were dropped
     */
    add(files, place) {
        const all = [...files];
        if (all.length === 0) return;
        if (!this.link.open) {
            this.listener.onProblem("Files can be sent once the desktop is connected, by those who may use it.");
            return;
        }
        if (all.length > MOST) {
            this.listener.onProblem(`No more than ${MOST} files at once. Put them into an archive.`);
            return;
        }
        /** @type {Group} */
        const group = { place, names: [], left: all.length };
        for (const file of all) {
            const row = new Row(this.list, file.name);
            this.#waiting.push(() => this.#send(file, row, group));
        }
        this.#next();
    }

    #next() {
        while (this.#running < AT_ONCE) {
            const send = this.#waiting.shift();
            if (!send) return;
            this.#running += 1;
            void send().finally(() => {
                this.#running -= 1;
                this.#next();
            });
        }
    }

    /**
     * @param {File} file
     * @param {Row} row
     * @param {Group} group
     */
    async #send(file, row, group) {
        /** @type {string | undefined} */
        let id;
        try {
            const name = await carry(file, {
                call: async (method, path, more) => {
                    const response = await call(method, path, more);
                    if (method === "POST" && response.ok) id = (await response.clone().json()).id;
                    return response;
                },
                pause,
                onProgress: (sent, waiting) => row.progress(sent, file.size, waiting),
                signal: row.signal,
            });
            group.names.push(name);
            row.done(name);
        } catch (error) {
            if (row.signal.aborted) {
                row.remove();
                if (id) await call("DELETE", `upload/${id}`, {}).catch(() => {});
            } else {
                row.failed(error instanceof Error ? error.message : "it did not work");
            }
        }
        group.left -= 1;
        if (group.left === 0 && group.place && group.names.length > 0) this.listener.onDropped(group.place, group.names);
    }
}

/**
 * @param {string} method
 * @param {string} path
 * @param {{ offset?: number, body?: BodyInit, signal?: AbortSignal }} more
 */
function call(method, path, { offset, body, signal }) {
    const headers = new Headers(bearer(takeToken()));
    if (offset !== undefined) headers.set("Upload-Offset", String(offset));
    return fetch(`api/v1/${path}`, { method, headers, body: body ?? null, signal: signal ?? null, cache: "no-store" });
}

/**
 * @param {number} milliseconds
 * @param {AbortSignal} signal
 * @returns {Promise<void>}
 */
function pause(milliseconds, signal) {
    return new Promise((resolve) => {
        const end = () => {
            window.clearTimeout(timer);
            signal.removeEventListener("abort", end);
            // A network that is back is tried at once.
            window.removeEventListener("online", end);
            resolve();
        };
        const timer = window.setTimeout(end, milliseconds);
        signal.addEventListener("abort", end);
        window.addEventListener("online", end);
    });
}

/** A file in the list. */
class Row {
    #abort = new AbortController();
    #item = document.createElement("li");
    #word = document.createElement("span");
    #bar = document.createElement("progress");
    #stop = document.createElement("button");

    /**
     * @param {HTMLElement} list
     * @param {string} name
     */
    constructor(list, name) {
        this.#item.className = "transfer";
        const title = document.createElement("span");
        title.className = "name";
        title.textContent = name;
        this.title = title;
        this.#word.className = "word";
        this.#word.textContent = "Waits";
        this.#bar.max = 1;
        this.#bar.value = 0;
        this.#bar.setAttribute("aria-label", `Sending ${name}`);
        this.#stop.type = "button";
        this.#stop.className = "stop";
        this.#stop.textContent = "Cancel";
        this.#stop.setAttribute("aria-label", `Cancel ${name}`);
        this.#stop.onclick = () => {
            this.#abort.abort();
            this.remove();
        };
        this.#item.append(this.#word, title, this.#bar, this.#stop);
        list.append(this.#item);
    }

    get signal() {
        return this.#abort.signal;
    }

    /**
     * @param {number} sent
     * @param {number} size
     * @param {boolean} waiting for the server
     */
    progress(sent, size, waiting) {
        const part = size === 0 ? 1 : sent / size;
        this.#bar.value = part;
        this.#word.textContent = waiting ? "Waits" : `${Math.floor(part * 100)} %`;
        this.#item.classList.toggle("waiting", waiting);
    }

    /** @param {string} name what it is called there */
    done(name) {
        this.title.textContent = name;
        this.#word.textContent = "Arrived";
        this.#item.classList.add("done");
        this.#bar.value = 1;
        this.#stop.remove();
        window.setTimeout(() => this.remove(), STAYS);
    }

    /** @param {string} why */
    failed(why) {
        this.title.textContent += `: ${why}`;
        this.#word.textContent = "Not sent";
        this.#item.classList.add("failed");
        this.#bar.remove();
        this.#stop.textContent = "Close";
        this.#stop.onclick = () => this.remove();
    }

    remove() {
        this.#item.remove();
    }
}
