// What was copied: its forms, and what tells one thing from another.

import assert from "node:assert/strict";
import { test } from "node:test";

import { fromItems, fromTransfer, mark, part } from "../copied.js";

const nothing = { text: "", html: "", png: undefined };

test("a paste brings text, HTML and a picture, and no other file", () => {
    const file = (/** @type {string} */ type) => ({ kind: "file", type, getAsFile: () => ({ type, size: 3 }) });
    const transfer = (/** @type {unknown[]} */ items, /** @type {Record<string, string>} */ data = {}) =>
        /** @type {any} */ ({ items, getData: (/** @type {string} */ type) => data[type] ?? "" });
    const all = fromTransfer(transfer([file("image/png")], { "text/plain": "a", "text/html": "<b>a</b>" }));
    assert.deepEqual(all, { text: "a", html: "<b>a</b>", png: { type: "image/png", size: 3 } });
    assert.deepEqual(fromTransfer(transfer([file("application/zip")])), nothing);
});

test("what the clipboard cannot give of a thing costs not the rest", async () => {
    const item = {
        types: ["text/plain", "image/png"],
        getType: async (/** @type {string} */ type) => {
            if (type === "image/png") throw new Error("gone");
            return new Blob(["words"]);
        },
    };
    assert.deepEqual(await fromItems(/** @type {any} */ ([item])), { ...nothing, text: "words" });
    assert.deepEqual(await fromItems([]), nothing);
});

test("two things are told apart, and the same is the same though a browser rewrote its HTML", () => {
    const png = (/** @type {number} */ size) => new Blob(["x".repeat(size)]);
    assert.equal(mark({ ...nothing, text: "a", html: "<b>a</b>" }), mark({ ...nothing, text: "a", html: "<meta><b>a</b>" }));
    assert.notEqual(mark({ ...nothing, png: png(3) }), mark({ ...nothing, png: png(4) }));
    assert.notEqual(mark({ ...nothing, html: "<i>" }), mark({ ...nothing, html: "<b>" }));
});

test("a form that is not there is nothing", async () => {
    assert.equal(part(nothing, "text"), undefined);
    assert.equal(part(nothing, "html"), undefined);
    const html = part({ ...nothing, html: "<b>" }, "html");
    assert.deepEqual([html?.type, await html?.text()], ["text/html", "<b>"]);
});
