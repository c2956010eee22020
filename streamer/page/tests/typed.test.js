import assert from "node:assert/strict";
import { test } from "node:test";

import { difference, FILLER } from "../typed.js";

test("typed, erased, corrected", () => {
    assert.deepEqual(difference(FILLER, `${FILLER}a`), { erase: 0, insert: "a" });
    assert.deepEqual(difference(FILLER, FILLER.slice(1)), { erase: 1, insert: "" });
    assert.deepEqual(difference(`${FILLER}teh`, `${FILLER}the`), { erase: 2, insert: "he" });
    assert.deepEqual(difference("same", "same"), { erase: 0, insert: "" });
});

test("a character of two units is erased by one Backspace", () => {
    assert.deepEqual(difference("a😀", "a"), { erase: 1, insert: "" });
    assert.deepEqual(difference("a", "a😀"), { erase: 0, insert: "😀" });
    // The two share their first unit.
    assert.deepEqual(difference("😀", "😁"), { erase: 1, insert: "😁" });
});
