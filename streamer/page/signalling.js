// The HTTP side of a session: requests with the token, and what their failures mean.

/** Why a session could not be had or went away. */
export class Lost extends Error {
    /**
     * - `token`: the server does not know the token
     * - `codec`: no codec in common, or what came cannot be decoded
     * - `gone`: nobody answers
     * - `refused`: the server answers, but not with a session
     * - `bye`: it ended the session on purpose
     * @param {"token" | "codec" | "gone" | "refused" | "bye"} kind
     * @param {string} text
     */
    constructor(kind, text) {
        super(text);
        this.kind = kind;
    }
}

/**
 * The STUN and TURN servers that the server is configured with. Also the first that tells a wrong token.
 * @param {string} token
 * @param {AbortSignal} signal
 * @returns {Promise<RTCIceServer[]>}
 */
export async function iceServers(token, signal) {
    const response = await request(token, "GET", "/api/v1/config", { signal });
    if (response.status !== 200) throw refused(response);
    const config = await response.json();
    return config.ice_servers ?? [];
}

/**
 * What an answer means that brings no session.
 * @param {Response} response
 */
export function refused(response) {
    if (response.status === 401) return new Lost("token", "The token is not valid.");
    return new Lost("refused", `The server answered ${response.status}.`);
}

/**
 * A request with the token.
 * @param {string} token
 * @param {string} method
 * @param {string} url
 * @param {{ body?: string, type?: string, ifMatch?: string, signal?: AbortSignal, keepalive?: boolean }} more
 * @returns {Promise<Response>}
 * @throws {Lost}
 */
export async function request(token, method, url, { body, type, ifMatch, ...more }) {
    const headers = new Headers({ Authorization: `Bearer ${token}` });
    if (type) headers.set("Content-Type", type);
    if (ifMatch) headers.set("If-Match", ifMatch);
    try {
        return await fetch(url, { method, headers, cache: "no-store", ...(body === undefined ? {} : { body }), ...more });
    } catch {
        throw new Lost("gone", "The server does not answer.");
    }
}
