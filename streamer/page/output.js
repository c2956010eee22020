// Which picture to ask for: as the page's address says, and if that is one of its own, the one that it had before its link
// broke or it was loaded again.

/** Where this tab keeps the number of its own picture. */
const KEPT = "tos-output";

/**
 * What to ask the server for.
 * @param {string} search the query of the page's address
 * @param {string | null} before the number of the picture of its own that it had
 */
export function asked(search, before) {
    const output = new URLSearchParams(search).get("output") ?? "";
    return output === "new" && before !== null && /^[1-9]\d*$/.test(before) ? `new-${before}` : output;
}

/** What to ask for now. */
export function wanted() {
    return asked(location.search, sessionStorage.getItem(KEPT));
}

/**
 * The server has told which picture this is.
 * @param {number} output
 */
export function remember(output) {
    if (output > 0 && new URLSearchParams(location.search).get("output") === "new") {
        sessionStorage.setItem(KEPT, String(output));
    }
}
