// Waiting for something to become true. The deadline is generous: it ends a test that hangs, it never measures speed.

import { setTimeout as pause } from "node:timers/promises";

/** Thrown by a check that knows that waiting is in vain. */
export class InVain extends Error {}

/**
 * Asks `check` until it gives something other than false, null or undefined, and returns that. What it throws counts as
 * "not yet" and is told at the end.
 * @template T
 * @param {string} what for the message, as "the picture changes"
 * @param {() => T | Promise<T>} check
 * @param {{ within?: number }} [options] milliseconds
 * @returns {Promise<NonNullable<T>>}
 */
export async function until(what, check, { within = 30_000 } = {}) {
    const deadline = Date.now() + within;
    let last;
    for (;;) {
        try {
            const value = await check();
            if (value !== false && value !== null && value !== undefined) return value;
            // What it threw before is no reason any more.
            last = undefined;
        } catch (error) {
            if (error instanceof InVain) throw error;
            last = error;
        }
        if (Date.now() > deadline) {
            const seen = last instanceof Error ? `; ${last.message}` : "";
            throw new Error(`not within ${within} ms: ${what}${seen}`, { cause: last });
        }
        await pause(25);
    }
}
