// What characters the keys of common layouts give, so that a page can tell when the server's layout would type another
// character than the user's keyboard shows. Pure data, and one question asked of it.
//
// Only printable keys of the main block, plain and with Shift. A layout that is not here is trusted: its keys are sent as
// keys. Dead keys are left out, as browsers compose them.

/** The keys of each row, in the order of the strings below. */
const ROWS = [
    ["Backquote", "Digit1", "Digit2", "Digit3", "Digit4", "Digit5", "Digit6", "Digit7", "Digit8", "Digit9", "Digit0",
        "Minus", "Equal"],
    ["KeyQ", "KeyW", "KeyE", "KeyR", "KeyT", "KeyY", "KeyU", "KeyI", "KeyO", "KeyP", "BracketLeft", "BracketRight"],
    ["KeyA", "KeyS", "KeyD", "KeyF", "KeyG", "KeyH", "KeyJ", "KeyK", "KeyL", "Semicolon", "Quote", "Backslash"],
    ["IntlBackslash", "KeyZ", "KeyX", "KeyC", "KeyV", "KeyB", "KeyN", "KeyM", "Comma", "Period", "Slash"],
];

/**
 * Rows plain, then the same rows with Shift. A space stands for a key without a character of its own.
 * @type {Record<string, [string[], string[]]>}
 */
const TABLES = {
    us: [
        ["`1234567890-=", "qwertyuiop[]", "asdfghjkl;'\\", "<zxcvbnm,./"],
        ["~!@#$%^&*()_+", "QWERTYUIOP{}", "ASDFGHJKL:\"|", ">ZXCVBNM<>?"],
    ],
    gb: [
        ["`1234567890-=", "qwertyuiop[]", "asdfghjkl;'#", "\\zxcvbnm,./"],
        ["¬!\"£$%^&*()_+", "QWERTYUIOP{}", "ASDFGHJKL:@~", "|ZXCVBNM<>?"],
    ],
    de: [
        [" 1234567890ß ", "qwertzuiopü+", "asdfghjklöä#", "<yxcvbnm,.-"],
        ["°!\"§$%&/()=? ", "QWERTZUIOPÜ*", "ASDFGHJKLÖÄ'", ">YXCVBNM;:_"],
    ],
    fr: [
        ["²&é\"'(-è_çà)=", "azertyuiop $", "qsdfghjklmù*", "<wxcvbn,;:!"],
        [" 1234567890°+", "AZERTYUIOP £", "QSDFGHJKLM%µ", ">WXCVBN?./§"],
    ],
    es: [
        ["º1234567890'¡", "qwertyuiop +", "asdfghjklñ ç", "<zxcvbnm,.-"],
        ["ª!\"·$%&/()=?¿", "QWERTYUIOP *", "ASDFGHJKLÑ Ç", ">ZXCVBNM;:_"],
    ],
};

/** The layouts a user can choose from in the page: XKB name and what it is called there. */
export const CHOICES = [
    ["us", "US English"], ["gb", "UK English"], ["de", "German"], ["fr", "French"], ["es", "Spanish"],
    ["it", "Italian"], ["pt", "Portuguese"], ["br", "Brazilian"], ["pl", "Polish"], ["cz", "Czech"],
    ["se", "Swedish"], ["no", "Norwegian"], ["dk", "Danish"], ["fi", "Finnish"], ["ch", "Swiss"],
    ["tr", "Turkish"], ["ru", "Russian"], ["ua", "Ukrainian"], ["gr", "Greek"], ["jp", "Japanese"], ["kr", "Korean"],
];

/** @type {Map<string, { typed: Map<string, [string, string]>, keys: Map<string, { code: string, shift: boolean }> }>} */
const made = new Map();

/** @param {string} layout */
function lookup(layout) {
    const table = TABLES[layout];
    if (!table) return undefined;
    let entry = made.get(layout);
    if (!entry) {
        entry = { typed: new Map(), keys: new Map() };
        for (const [row, codes] of ROWS.entries()) {
            const [plain, shifted] = [[...(table[0][row] ?? "")], [...(table[1][row] ?? "")]];
            for (const [column, code] of codes.entries()) {
                const pair = /** @type {[string, string]} */ ([plain[column] ?? " ", shifted[column] ?? " "]);
                entry.typed.set(code, pair);
                for (const [level, character] of pair.entries()) {
                    if (character === " " || entry.keys.has(character)) continue;
                    entry.keys.set(character, { code, shift: level === 1 });
                }
            }
        }
        entry.typed.set("Space", [" ", " "]);
        entry.keys.set(" ", { code: "Space", shift: false });
        made.set(layout, entry);
    }
    return entry;
}

/**
 * The character that a key gives.
 * @param {string} layout as XKB names it
 * @param {string} code KeyboardEvent.code
 * @param {boolean} shift
 * @returns {string | undefined} empty for a dead key; undefined if the layout or the key is not known here
 */
export function characterOf(layout, code, shift) {
    const pair = lookup(layout)?.typed.get(code);
    if (!pair) return undefined;
    const character = pair[shift ? 1 : 0];
    return code !== "Space" && character === " " ? "" : character;
}

/**
 * The key that gives a character: what an on-screen keyboard's `c` is while CTRL is held.
 * @param {string} layout as XKB names it
 * @param {string} character
 * @returns {{ code: string, shift: boolean } | undefined}
 */
export function keyOf(layout, character) {
    return (lookup(layout) ?? lookup("us"))?.keys.get(character);
}
