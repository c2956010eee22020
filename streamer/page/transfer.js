// One file on its way to the desktop: in pieces, each sent until the server has it. A line that breaks costs one piece; the
// same file begun again goes on where it was.

import { wait } from "./backoff.js";

/** Bytes in one request. */
export const PIECE = 4 * 1024 * 1024;

/**
 * @typedef {{ id: string, offset: number, size: number, name?: string }} Standing
 * @typedef {(method: string, path: string, more: { offset?: number, body?: BodyInit, signal: AbortSignal }) => Promise<Response>} Call
 */

/** The server will not have it, whatever is tried. */
export class Refused extends Error {}

/**
 * Sends a file until all of it is there.
 * @param {{ name: string, size: number, lastModified: number, slice: (from: number, to: number) => Blob }} file
 * @param {object} by
 * @param {Call} by.call rejects where the server does not answer
 * @param {(milliseconds: number, signal: AbortSignal) => Promise<void>} by.pause
 * @param {(sent: number, waiting: boolean) => void} by.onProgress
 * @param {AbortSignal} by.signal
 * @returns {Promise<string>} what it is called there
 * @throws {Refused} for good; or what `signal` was aborted with
 */
export async function carry(file, { call, pause, onProgress, signal }) {
    let failures = 0;
    /** @type {Standing | undefined} */
    let standing;
    /** What the server had when it was last heard of. */
    let sent = 0;
    const begin = JSON.stringify({ name: file.name, size: file.size, modified: Math.max(0, Math.trunc(file.lastModified)) });
    for (;;) {
        signal.throwIfAborted();
        /** @type {Response | undefined} */
        let response;
        const before = standing;
        const body = before ? await read(file, before.offset) : begin;
        try {
            response = before
                ? await call("PATCH", `upload/${before.id}`, { offset: before.offset, body, signal })
                : await call("POST", "upload", { body, signal });
        } catch {
            signal.throwIfAborted();
        }
        if (response?.ok) {
            /** @type {Standing} */
            const now = await response.json();
            if (!before || now.offset > before.offset) failures = 0;
            standing = now;
            sent = now.offset;
            onProgress(sent, false);
            if (now.name !== undefined) {
                signal.throwIfAborted();
                return now.name;
            }
            if (before && now.offset === before.offset) failures += 1;
        } else {
            const final = response && (await verdict(response));
            if (final) throw new Refused(final);
            // What the server has is asked again: the last piece may have come in part.
            onProgress(sent, true);
            standing = undefined;
            failures += 1;
        }
        if (failures > 0) await pause(wait(failures, Math.random()), signal);
    }
}

/**
 * The next piece. Read here, so that a file that is gone is not taken for a server that is.
 * @param {{ size: number, slice: (from: number, to: number) => Blob }} file
 * @param {number} offset
 */
async function read(file, offset) {
    try {
        return await file.slice(offset, Math.min(offset + PIECE, file.size)).arrayBuffer();
    } catch {
        throw new Refused("the file cannot be read any more");
    }
}

/**
 * Why the server will never take it; nothing where it may yet.
 * @param {Response} response
 * @returns {Promise<string | undefined>}
 */
async function verdict(response) {
    /** @type {{ reason?: string, message?: string }} */
    let error = {};
    try {
        error = (await response.json()).error ?? {};
    } catch {
        // An answer without a body.
    }
    const passes = response.status >= 500 && error.reason !== "no_space" && error.reason !== "disk";
    const again = ["wrong_offset", "unknown_upload", "broken_off", "too_slow"].includes(error.reason ?? "");
    return passes || again ? undefined : (error.message ?? `the server answered ${response.status}`);
}
