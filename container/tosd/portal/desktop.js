// The way into a desktop: it is started by asking how it is, and asked until it runs.

import { ask, Refused } from "./api.js";

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
 * Waits until a desktop runs.
 * @param {string} user
 * @param {(phase: Phase) => void} onPhase
 * @throws {Refused}
 */
export async function ready(user, onPhase) {
    let misses = 0;
    for (;;) {
        try {
            const phase = /** @type {Phase} */ (await ask(`/u/${encodeURIComponent(user)}/phase`));
            misses = 0;
            onPhase(phase);
            if (phase.is === "running") return;
            if (phase.is === "failed") throw new Refused("failed", phase.why ?? "Your desktop does not start.");
        } catch (error) {
            const passes = error instanceof Refused && (error.reason === "gone" || error.reason === "unavailable");
            misses += 1;
            if (!passes || misses > 40) throw error;
        }
        await new Promise((done) => setTimeout(done, misses ? 1000 : 150));
    }
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
