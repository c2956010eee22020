// The way into a desktop: it is started by asking how it is, and asked until it runs.

import { asked, Refused } from "./api.js";
import { still } from "./look.js";

/**
 * How a desktop is.
 * @typedef {{ is: string, step?: string, why?: string }} Phase
 */

const WORDS = /** @type {Record<string, string>} */ ({
    new: "Your desktop is made for the first time.",
    starting: "Your desktop starts.",
    running: "Your desktop runs.",
    frozen: "Your desktop is asleep. It resumes where you left it.",
    hibernating: "Your desktop is being put away.",
    hibernated: "Your desktop is put away. It resumes where you left it.",
    recovering: "Your desktop ended unasked, and is started again.",
    failed: "Your desktop does not start.",
});

/** @param {Phase | null | undefined} phase */
export function describe(phase) {
    return (phase && WORDS[phase.is]) ?? "";
}

/**
 * Waits until a desktop runs. Asked a second time, the server answers when something is otherwise.
 * @param {string} user
 * @param {(phase: Phase) => void} onPhase
 * @throws {Refused}
 */
export async function ready(user, onPhase) {
    let misses = 0;
    /** @type {string | undefined} */
    let seen;
    for (;;) {
        try {
            const { said, tag } = await asked(`/u/${encodeURIComponent(user)}/phase`, seen);
            const phase = /** @type {Phase} */ (said);
            misses = 0;
            seen = tag;
            onPhase(phase);
            if (phase.is === "running") return;
            if (phase.is === "failed") throw new Refused("failed", phase.why ?? "Your desktop does not start.");
        } catch (error) {
            const passes = error instanceof Refused && (error.reason === "gone" || error.reason === "unavailable");
            misses += 1;
            if (!passes || misses > 40) throw error;
            await new Promise((done) => setTimeout(done, 1000));
        }
    }
}

/**
 * Goes there: what is nearest comes nearer for as long as the way takes.
 * @param {string} to
 */
export function go(to) {
    if (!still()) document.body.dataset.zoom = "in";
    location.assign(to);
}

/**
 * Shows how far a start is, in a list of steps.
 * @param {HTMLElement} list
 * @param {Phase} phase
 */
export function steps(list, phase) {
    const order = ["container", "binding", "answer"];
    const at = phase.is === "running" ? order.length : order.indexOf(phase.step ?? "");
    list.hidden = false;
    for (const item of list.querySelectorAll("li")) {
        const place = order.indexOf(item.dataset.step ?? "");
        item.dataset.state = place < at ? "done" : place === at ? "now" : "later";
    }
}
