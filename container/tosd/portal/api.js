// What this page asks the server. The header keeps foreign pages out: they cannot set it.

/** Why the server said no: `reason` for programs, the message for people. */
export class Refused extends Error {
    /**
     * @param {string} reason
     * @param {string} message
     */
    constructor(reason, message) {
        super(message);
        this.reason = reason;
    }
}

/**
 * @param {string} path
 * @param {object} [body] sends it; without one it asks
 * @returns {Promise<any>}
 * @throws {Refused}
 */
export async function ask(path, body) {
    /** @type {RequestInit} */
    const init = { cache: "no-store", credentials: "same-origin", redirect: "error" };
    if (body) {
        init.method = "POST";
        init.headers = { "Content-Type": "application/json", "X-TOS": "1" };
        init.body = JSON.stringify(body);
    }
    let response;
    try {
        response = await fetch(path, init);
    } catch {
        throw new Refused("gone", "The server does not answer.");
    }
    const said = await response.json().catch(() => undefined);
    if (response.ok && said) return said;
    const error = said?.error;
    throw new Refused(error?.reason ?? "unknown", error?.message ?? `The server answered ${response.status}.`);
}

/**
 * What to say about something that went wrong.
 * @param {unknown} error
 */
export function words(error) {
    if (error instanceof Refused) return error.message;
    // The browser does not say why: not wanted, too late, or there is none.
    if (error instanceof DOMException) return "No passkey was used.";
    return "Something went wrong on this page. Load it again.";
}
