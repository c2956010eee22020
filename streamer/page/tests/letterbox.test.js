import assert from "node:assert/strict";
import { test } from "node:test";

import { contain, devicePixels, normalise, outputSize } from "../letterbox.js";

test("a picture of the box's size is shown one to one", () => {
    assert.deepEqual(contain({ width: 1280, height: 720 }, { width: 1280, height: 720 }, 1), {
        left: 0, top: 0, width: 1280, height: 720,
    });
    assert.deepEqual(contain({ width: 640, height: 360 }, { width: 1280, height: 720 }, 2), {
        left: 0, top: 0, width: 640, height: 360,
    });
});

test("a box of odd size does not blur its even picture", () => {
    const rect = contain({ width: 1281, height: 721 }, { width: 1280, height: 720 }, 1);
    assert.deepEqual([rect.width, rect.height], [1280, 720]);
});

test("another picture is scaled to fit and centred", () => {
    assert.deepEqual(contain({ width: 1000, height: 1000 }, { width: 500, height: 250 }, 1), {
        left: 0, top: 250, width: 1000, height: 500,
    });
    assert.deepEqual(contain({ width: 400, height: 100 }, { width: 800, height: 800 }, 1), {
        left: 150, top: 0, width: 100, height: 100,
    });
});

test("edges fall on device pixels at any ratio", () => {
    for (const ratio of [1, 1.25, 1.5, 2, 2.625, 3]) {
        const rect = contain({ width: 391, height: 843 }, { width: 1280, height: 720 }, ratio);
        for (const edge of [rect.left, rect.top, rect.width, rect.height]) {
            const device = edge * ratio;
            assert.ok(Math.abs(device - Math.round(device)) < 1e-6, `${edge} at ${ratio}`);
        }
    }
});

test("without a picture the box is the place", () => {
    assert.deepEqual(contain({ width: 10, height: 20 }, { width: 0, height: 0 }, 1), {
        left: 0, top: 0, width: 10, height: 20,
    });
});

test("points are told in parts of the picture, clamped to it", () => {
    const rect = { left: 100, top: 50, width: 200, height: 100 };
    assert.deepEqual(normalise(rect, 100, 50), { x: 0, y: 0 });
    assert.deepEqual(normalise(rect, 200, 100), { x: 0.5, y: 0.5 });
    assert.deepEqual(normalise(rect, 300, 150), { x: 1, y: 1 });
    assert.deepEqual(normalise(rect, -9, 999), { x: 0, y: 1 });
});

test("a picture without size gives no NaN", () => {
    const { x, y } = normalise({ left: 0, top: 0, width: 0, height: 0 }, 0, 5);
    assert.deepEqual([x, y], [0, 1]);
});

test("the browser's count of device pixels is taken, if it can be true", () => {
    const box = { width: 333.4, height: 200 };
    assert.deepEqual(devicePixels(box, 1.5, { inlineSize: 501, blockSize: 300 }), { width: 501, height: 300 });
    assert.deepEqual(devicePixels(box, 1.5, undefined), { width: 500, height: 300 });
    assert.deepEqual(devicePixels(box, 1.5, { inlineSize: 333, blockSize: 200 }), { width: 500, height: 300 });
});

test("the size asked for is even and never larger than the box", () => {
    assert.deepEqual(outputSize(1281, 721), { width: 1280, height: 720 });
    assert.deepEqual(outputSize(1280.9, 720), { width: 1280, height: 720 });
    assert.deepEqual(outputSize(0, 1), { width: 64, height: 64 });
});
