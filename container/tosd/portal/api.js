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

/** @type {RequestInit} */
const INIT = { cache: "no-store", credentials: "same-origin", redirect: "error" };

/**
 * @param {string} path
 * @param {object} [body] sends it; without one it asks
 * @returns {Promise<any>}
 * @throws {Refused}
 */
export async function ask(path, body) {
    const init = { ...INIT };
    if (body) {
        init.method = "POST";
        init.headers = { "Content-Type": "application/json", "X-TOS": "1" };
        init.body = JSON.stringify(body);
    }
    return (await answer(path, init)).said;
}

/**
 * Asks for something as it is, or, where it is known already, for when it is otherwise.
 * @param {string} path
 * @param {string} [seen] the tag of what is known
 * @returns {Promise<{ said: any, tag: string | undefined }>}
 * @throws {Refused}
 */
export function asked(path, seen) {
    const headers = /** @type {Record<string, string>} */ (seen ? { "If-None-Match": seen } : {});
    return answer(path, { ...INIT, headers });
}

/**
 * @param {string} path
 * @param {RequestInit} init
 */
async function answer(path, init) {
    let response;
    try {
        response = await fetch(path, init);
    } catch {
        throw new Refused("gone", "The server does not answer.");
    }
    const said = await response.json().catch(() => undefined);
    if (response.ok && said) return { said, tag: response.headers.get("ETag") ?? undefined };
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
