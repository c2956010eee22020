// Files on their way: whatever the line and the server do, all of a file arrives once, or the user hears why not.

import assert from "node:assert/strict";
import { test } from "node:test";

import { carry, PIECE, Refused } from "../transfer.js";

/** A server that keeps one file; `mishap` is asked before each request and may spoil it. */
function server(mishap = (/** @type {string} */ _what, /** @type {number} */ _count) => /** @type {any} */ (undefined)) {
    const kept = { bytes: /** @type {number[]} */ ([]), size: 0, requests: 0, whole: 0 };
    const standing = () => ({ id: "1", offset: kept.bytes.length, size: kept.size });
    const json = (/** @type {number} */ status, /** @type {unknown} */ body) => new Response(JSON.stringify(body), { status });
    const finish = () => {
        if (kept.bytes.length < kept.size) return json(200, standing());
        kept.whole += 1;
        return json(200, { ...standing(), name: "a (2).bin" });
    };
    const call = async (/** @type {string} */ method, /** @type {string} */ _path, /** @type {any} */ { offset, body }) => {
        kept.requests += 1;
        const spoiled = await mishap(method, kept.requests);
        if (spoiled === "before") throw new Error("no line");
        if (spoiled instanceof Response) return spoiled;
        if (method === "POST") {
            kept.size = JSON.parse(body).size;
            return finish();
        }
        if (offset !== kept.bytes.length) return json(409, { error: { reason: "wrong_offset", message: "not there" } });
        const bytes = new Uint8Array(body);
        // Half of it comes through.
        for (const byte of spoiled === "within" ? bytes.slice(0, bytes.length / 2) : bytes) kept.bytes.push(byte);
        if (spoiled === "within" || spoiled === "after") throw new Error("no line");
        return finish();
    };
    return { kept, call, json };
}

/** @param {number} size */
function file(size) {
    const bytes = Uint8Array.from({ length: size }, (_, at) => at % 251);
    return { name: "a.bin", size, lastModified: 5.5, slice: (/** @type {number} */ a, /** @type {number} */ b) => new Blob([bytes.slice(a, b)]), bytes };
}

/** @param {ReturnType<typeof server>} to */
function by(to, signal = new AbortController().signal) {
    /** @type {[number, boolean][]} */
    const progress = [];
    let pauses = 0;
    return {
        call: /** @type {any} */ (to.call),
        pause: async () => void (pauses += 1),
        onProgress: (/** @type {number} */ sent, /** @type {boolean} */ waiting) => void progress.push([sent, waiting]),
        signal,
        progress,
        get pauses() {
            return pauses;
        },
    };
}

test("a file goes in pieces and arrives as it was", async () => {
    const [to, what] = [server(), file(PIECE + 1000)];
    const how = by(to);
    assert.equal(await carry(what, how), "a (2).bin");
    assert.deepEqual(Uint8Array.from(to.kept.bytes), what.bytes);
    assert.deepEqual(how.progress.map(([sent]) => sent), [0, PIECE, PIECE + 1000]);
    assert.equal(how.pauses, 0);
});

test("an empty file arrives too", async () => {
    assert.equal(await carry(file(0), by(server())), "a (2).bin");
});

test("a line that breaks before, within and after a piece costs nothing but time", async () => {
    for (const mishap of ["before", "within", "after"]) {
        const to = server((_, count) => (count === 2 || count === 3 ? mishap : undefined));
        const what = file(10_000);
        const how = by(to);
        assert.equal(await carry(what, how), "a (2).bin", mishap);
        assert.deepEqual(Uint8Array.from(to.kept.bytes), what.bytes, mishap);
        assert.equal(to.kept.whole, 1);
        assert.ok(how.pauses > 0 && how.progress.some(([, waiting]) => waiting));
    }
});

test("a server that forgot the file is told again, one that is busy is asked later", async () => {
    for (const [status, reason] of [[404, "unknown_upload"], [503, "busy"], [502, ""]]) {
        const to = server((method, count) => (method === "PATCH" && count === 2 ? to.json(Number(status), { error: { reason, message: "m" } }) : undefined));
        assert.equal(await carry(file(100), by(to)), "a (2).bin", `${reason}`);
    }
});

test("what the server will not have is said in its words", async () => {
    for (const [status, reason] of [[413, "too_large"], [507, "no_space"], [403, "forbidden"], [500, "disk"]]) {
        const to = server(() => to.json(Number(status), { error: { reason, message: `no: ${reason}` } }));
        await assert.rejects(carry(file(1), by(to)), (error) => error instanceof Refused && error.message === `no: ${reason}`);
        assert.equal(to.kept.requests, 1);
    }
    const torn = { ...file(10), slice: () => ({ arrayBuffer: () => Promise.reject(new Error("gone")) }) };
    await assert.rejects(carry(/** @type {any} */ (torn), by(server())), /cannot be read/);
});

test("the user can take it back while the server does not answer", async () => {
    const abort = new AbortController();
    const how = by(server(() => "before"), abort.signal);
    how.pause = async () => abort.abort();
    await assert.rejects(carry(file(1), how), { name: "AbortError" });
});
