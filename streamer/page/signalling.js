// The HTTP side of a session: requests with the token, and what their failures mean. Addresses are relative to the page,
// which may lie below any path of a server in front.

import { portal } from "./portal.js";
import { bearer } from "./token.js";

/** Why a session could not be had or went away. */
export class Lost extends Error {
    /**
     * - `token`: the server does not know the token
     * - `codec`: no codec in common, or what came cannot be decoded
     * - `gone`: nobody answers
     * - `refused`: the server answers, but not with a session
     * - `bye`: it ended the session on purpose
     * - `starting`: a server in front says that the desktop is on its way
     * - `signed-out`: a server in front does not know the person any more
     * @param {"token" | "codec" | "gone" | "refused" | "bye" | "starting" | "signed-out"} kind
     * @param {string} text
     * @param {number} [after] milliseconds after which asking again makes sense
     */
    constructor(kind, text, after) {
        super(text);
        this.kind = kind;
        this.after = after;
    }
}

/** A desktop that starts is asked after at least so often and at most so often, milliseconds. */
const STARTING = { least: 500, most: 5_000 };

/**
 * The STUN and TURN servers that the server is configured with. Also the first that tells a wrong token, and where a server
 * in front has its own pages.
 * @param {string} token
 * @param {AbortSignal} signal
 * @returns {Promise<RTCIceServer[]>}
 */
export async function iceServers(token, signal) {
    const response = await request(token, "GET", "api/v1/config", { signal });
    if (response.status !== 200) throw refused(response, token);
    const config = await response.json();
    portal.learn(config);
    return config.ice_servers ?? [];
}

/**
 * What an answer means that brings no session.
 * @param {Response} response
 * @param {string} token
 */
export function refused(response, token) {
    if (response.status === 401 && token === "" && portal.url) return signedOut();
    if (response.status === 401) return new Lost("token", token === "" ? "" : "The token is not valid.");
    const after = response.headers.get("Retry-After");
    if (response.status === 503 && after !== null) {
        const wait = Math.min(STARTING.most, Math.max(STARTING.least, Number(after) * 1000 || 0));
        return new Lost("starting", "It will be here in a moment.", wait);
    }
    return new Lost("refused", `The server answered ${response.status}.`);
}

function signedOut() {
    return new Lost("signed-out", "");
}

/**
 * A request with the token, if there is one. Whoever leads it elsewhere does not know the person any more.
 * @param {string} token
 * @param {string} method
 * @param {string} url
 * @param {{ body?: string, type?: string, ifMatch?: string, signal?: AbortSignal, keepalive?: boolean }} more
 * @returns {Promise<Response>}
 * @throws {Lost}
 */
export async function request(token, method, url, { body, type, ifMatch, ...more }) {
    const headers = new Headers(bearer(token));
    if (type) headers.set("Content-Type", type);
    if (ifMatch) headers.set("If-Match", ifMatch);
    /** @type {Response} */
    let response;
    try {
        const how = { method, headers, cache: /** @type {const} */ ("no-store"), redirect: /** @type {const} */ ("manual") };
        response = await fetch(new URL(url, document.baseURI), { ...how, ...(body === undefined ? {} : { body }), ...more });
    } catch {
        throw new Lost("gone", "The server does not answer.");
    }
    if (response.type === "opaqueredirect") throw signedOut();
    return response;
}
