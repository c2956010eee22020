// The access token. It comes in the fragment, which browsers never send; from there it goes to the tab's own store and out
// of the address bar, where it could be read over a shoulder or copied along by mistake.

const STORED = "tos-token";

/** @returns {string} empty if there is none */
export function takeToken() {
    const given = new URLSearchParams(location.hash.slice(1)).get("token");
    if (given) {
        keepToken(given);
        history.replaceState(history.state, "", location.pathname + location.search);
    }
    return given ?? sessionStorage.getItem(STORED) ?? "";
}

/**
 * The header that shows the token. A server in front of tos-comp that knows the person adds its own where there is none.
 * @param {string} token
 * @returns {Record<string, string>}
 */
export function bearer(token) {
    return token === "" ? {} : { Authorization: `Bearer ${token}` };
}

/** @param {string} token */
export function keepToken(token) {
    sessionStorage.setItem(STORED, token);
}
