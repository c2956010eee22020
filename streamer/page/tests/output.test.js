import assert from "node:assert/strict";
import { test } from "node:test";

import { asked } from "../output.js";

test("a page that wants a picture of its own asks for the one it had", () => {
    assert.equal(asked("?output=new", null), "new");
    assert.equal(asked("?output=new", "3"), "new-3");
    assert.equal(asked("?output=new", "0"), "new");
    assert.equal(asked("?output=new", "3; x"), "new");
});

test("any other page asks for what its address says", () => {
    assert.equal(asked("", "3"), "");
    assert.equal(asked("?output=2", "3"), "2");
});
