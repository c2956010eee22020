// What was typed into the hidden text field since last time, as erased and inserted characters. Pure.
//
// On-screen keyboards do not press keys: they compose, complete and correct words, and all that a page can rely on is the
// field's value before and after. The field is kept filled with a few characters, so that Backspace has something to
// erase before anything was typed.

/** What the field holds at rest. Zero-width would be simpler, but some keyboards skip such characters at a Backspace. */
export const FILLER = "        ";

/**
 * @param {string} before
 * @param {string} after
 * @returns {{ erase: number, insert: string }} erase this many characters (code points), then insert the text
 */
export function difference(before, after) {
    const [old, now] = [[...before], [...after]];
    let same = 0;
    while (same < old.length && same < now.length && old[same] === now[same]) same += 1;
    return { erase: old.length - same, insert: now.slice(same).join("") };
}
