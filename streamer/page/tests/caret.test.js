import assert from "node:assert/strict";
import { test } from "node:test";

import { placed } from "../caret.js";

const box = { left: 10, top: 20, width: 640, height: 360 };

test("a place is scaled with the picture", () => {
    assert.deepEqual(placed({ x: 100, y: 50, h: 20 }, box, 1280), { left: 60, top: 45, height: 10 });
});

test("a place outside the picture is brought inside", () => {
    assert.deepEqual(placed({ x: -5, y: 9999, h: 20 }, box, 640), { left: 10, top: 360, height: 20 });
    assert.deepEqual(placed({ x: 9999, y: 0, h: 1e9 }, box, 640), { left: 649, top: 20, height: 360 });
});

test("without a picture there is no place", () => {
    assert.equal(placed({ x: 1, y: 1, h: 1 }, box, 0), undefined);
    assert.equal(placed({ x: 1, y: 1, h: 1 }, { ...box, width: 0 }, 640), undefined);
});
