// What becomes of one keyboard event: a key, a text, or nothing. Pure.
//
// Keys go by position, so games, shortcuts and the server's layout work. But the user's keyboard may have another layout
// than the server: where the character that the browser reports is not the one that the server's layout would give, the
// character is sent as text. Lock keys stay in the browser for the same reason: the two sides' locks cannot drift apart
// if only one side has any.

import { characterOf } from "./layouts.js";

/**
 * The fields used of a DOM KeyboardEvent.
 * @typedef {{ code: string, key: string, isComposing: boolean, keyCode: number, ctrlKey: boolean, altKey: boolean,
 *   metaKey: boolean, shiftKey: boolean, altGraph: boolean }} KeyLike
 */

/**
 * - `key`: send the key.
 * - `text`: send the character; its release means nothing.
 * - `compose`: leave it to the browser, whose input method or dead key will give a text.
 * - `altgraph`: the third level is on from here; nothing is sent, for characters typed with it come as text.
 * - `ignore`: nothing.
 * @typedef {{ as: "key" } | { as: "text", text: string } | { as: "compose" } | { as: "altgraph" } | { as: "ignore" }} Meaning
 */

const LOCKS = new Set(["CapsLock", "NumLock", "ScrollLock"]);
/** @type {Meaning} */
const KEY = { as: "key" };

/**
 * @param {string} key KeyboardEvent.key
 */
export function isCharacter(key) {
    // Named keys ("Enter", "F1") are ASCII words; a character may be one or two UTF-16 units.
    return [...key].length === 1;
}

/**
 * What a key press means.
 * @param {KeyLike} event
 * @param {string} layout of the server, as XKB names it; empty while not known
 * @param {boolean} mac whether Option types characters
 * @returns {Meaning}
 */
export function meaning(event, layout, mac) {
    if (event.isComposing || event.keyCode === 229 || event.key === "Process" || event.key === "Dead") {
        return { as: "compose" };
    }
    if (event.key === "AltGraph") return { as: "altgraph" };
    if (LOCKS.has(event.code)) return { as: "ignore" };
    // Android's on-screen keyboards report no code; what they type arrives as input events.
    if (event.code === "" || event.code === "Unidentified" || event.key === "Unidentified") return { as: "compose" };
    if (!isCharacter(event.key)) return KEY;
    if (event.altGraph) return { as: "text", text: event.key };
    const option = mac && event.altKey && !event.ctrlKey && !event.metaKey;
    if (option && (event.key < " " || event.key > "~")) return { as: "text", text: event.key };
    if (event.ctrlKey || event.altKey || event.metaKey) return KEY;
    // With the user's NumLock on; the server has no lock of its own to agree with.
    if (event.code.startsWith("Numpad") && /[0-9.,]/.test(event.key)) return { as: "text", text: event.key };
    const there = characterOf(layout, event.code, event.shiftKey);
    return there === undefined || there === event.key ? KEY : { as: "text", text: event.key };
}

/** The chord that gives the keyboard back to the browser, and the key that makes it toggle the statistics. */
export const CHORD = ["Control", "Alt", "Shift"];
export const STATS_CODE = "KeyS";

/**
 * Recognises the chord: all three held, then released without another key in between. With `STATS_CODE` it is another
 * chord, which takes effect at once.
 */
export class Chord {
    /** @type {Set<string>} */
    #held = new Set();
    #armed = false;

    /**
     * @param {string} code KeyboardEvent.code
     * @param {boolean} pressed
     * @returns {"leave" | "stats" | undefined}
     */
    take(code, pressed) {
        const name = code.replace(/(Left|Right)$/, "");
        if (!CHORD.includes(name)) {
            const all = this.#held.size === CHORD.length;
            if (pressed) this.#armed = false;
            return pressed && all && code === STATS_CODE ? "stats" : undefined;
        }
        if (pressed) {
            this.#held.add(name);
            if (this.#held.size === CHORD.length) this.#armed = true;
            return undefined;
        }
        this.#held.delete(name);
        const leave = this.#armed;
        this.#armed = false;
        return leave ? "leave" : undefined;
    }

    /** Forgets what is held, as releases outside the page are not seen. */
    reset() {
        this.#held.clear();
        this.#armed = false;
    }
}
