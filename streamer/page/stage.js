// Commands for a shell that the page brings: what is dropped on the picture goes to the prompt, where it is looked at
// before anybody can run it. Files go another way, see drop.js.

/**
 * @typedef {Extract<import("./protocol.js").ToPage, { t: "staging" }>} Answer
 * @typedef {{ t: "stage", text: string, sector?: number } | { t: "commit", id: string, hash: string, confirm: boolean, proof?: string }
 *   | { t: "discard", id: string }} Question
 */

/** Answers that may be waited for; a server that gives none is not asked for ever more. */
const MOST = 64;

/** Asks, and gives each answer to who asked. */
export class Staging {
    #next = 1;
    /** @type {Map<number, (answer: Answer) => void>} */
    #waiting = new Map();

    /** @param {import("./link.js").Link} link */
    constructor(link) {
        this.link = link;
    }

    /**
     * @param {Question} question
     * @returns {Promise<Answer>} also where it was refused
     */
    ask(question) {
        const ask = this.#next;
        this.#next = (this.#next % 0xffff_ffff) + 1;
        return new Promise((resolve, reject) => {
            if (!this.link.open) {
                reject(new Error("not connected, or only watching"));
                return;
            }
            if (this.#waiting.size >= MOST) {
                const oldest = this.#waiting.keys().next().value;
                if (oldest !== undefined) this.#waiting.delete(oldest);
            }
            this.#waiting.set(ask, resolve);
            this.link.send({ ...question, ask });
        });
    }

    /**
     * An answer came.
     * @param {Answer} answer
     */
    answer(answer) {
        this.#waiting.get(answer.ask)?.(answer);
        this.#waiting.delete(answer.ask);
    }
}

/**
 * Text that is dropped on the picture is staged.
 * @param {HTMLElement} stage
 * @param {Staging} staging
 * @param {(text: string) => void} onProblem
 */
export function readDrops(stage, staging, onProblem) {
    const hasText = (/** @type {DragEvent} */ event) => event.dataTransfer?.types.includes("text/plain") ?? false;
    stage.addEventListener("dragover", (event) => {
        if (!hasText(event) || !staging.link.open) return;
        event.preventDefault();
        if (event.dataTransfer) event.dataTransfer.dropEffect = "copy";
    });
    stage.addEventListener("drop", (event) => {
        // Else the browser would leave the page for what was dropped.
        event.preventDefault();
        const text = hasText(event) ? (event.dataTransfer?.getData("text/plain") ?? "") : "";
        if (text === "" || !staging.link.open) return;
        void staging.ask({ t: "stage", text }).then((answer) => {
            if (answer.refused) onProblem(`Not staged: ${answer.refused.message}.`);
        });
    });
}
