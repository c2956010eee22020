// When to try again after a connection was lost. Pure: takes the random number and returns what to do.
//
// The first retry is quick, since most losses are a server that restarts or a network that changed; then the wait doubles
// to a bound. Half of it is random, so that the pages of one server do not all come back in the same moment.

/** The first wait, milliseconds. */
export const FIRST = 500;
/** The longest wait, milliseconds. */
export const LONGEST = 15_000;
/** From this many failures on the page says that the server is gone, instead of that it will be back soon. */
export const GONE_AFTER = 4;

/**
 * How long to wait before the next attempt.
 * @param {number} failures how many attempts in a row have failed, from 1
 * @param {number} random from 0 to 1
 * @returns {number} milliseconds
 */
export function wait(failures, random) {
    const whole = Math.min(LONGEST, FIRST * 2 ** Math.min(Math.max(failures, 1) - 1, 16));
    return Math.round(whole / 2 + (whole / 2) * random);
}

/**
 * What to show while waiting.
 * @param {number} failures as in `wait`
 * @returns {"soon" | "gone"}
 */
export function outlook(failures) {
    return failures >= GONE_AFTER ? "gone" : "soon";
}
