// Staged texts: each answer comes to who asked, and nothing is asked where nobody may.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Staging } from "../stage.js";

function link(open = true) {
    /** @type {any[]} */
    const sent = [];
    return { open, sent, send: (/** @type {any} */ message) => void sent.push(message) };
}

/** @param {ReturnType<typeof link>} to */
const staging = (to) => new Staging(/** @type {any} */ (to));

test("answers come to who asked, in whatever order", async () => {
    const to = link();
    const asks = staging(to);
    const first = asks.ask({ t: "stage", text: "ls" });
    const second = asks.ask({ t: "discard", id: "x" });
    assert.deepEqual(to.sent, [{ t: "stage", text: "ls", ask: 1 }, { t: "discard", id: "x", ask: 2 }]);
    asks.answer({ t: "staging", ask: 2, refused: { reason: "expired", message: "too late" } });
    asks.answer({ t: "staging", ask: 7 });
    asks.answer({ t: "staging", ask: 1 });
    assert.equal((await second).refused?.reason, "expired");
    assert.equal((await first).refused, undefined);
});

test("who only watches asks nothing", async () => {
    const to = link(false);
    await assert.rejects(staging(to).ask({ t: "stage", text: "ls" }), /only watching/);
    assert.deepEqual(to.sent, []);
});
