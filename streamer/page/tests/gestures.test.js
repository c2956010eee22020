import assert from "node:assert/strict";
import { test } from "node:test";

import { Gestures } from "../gestures.js";

const screen = () => new Gestures(({ x, y }) => ({ x: x / 1000, y: y / 1000 }));
const at = (x, y) => ({ x, y });

test("one and two fingers are the application's, at once", () => {
    const gestures = screen();
    assert.deepEqual(gestures.take(71, "begin", at(100, 200), 5), [
        { t: "touch", points: [{ id: 0, phase: "begin", x: 0.1, y: 0.2 }], id: 5 },
    ]);
    assert.deepEqual(gestures.take(72, "begin", at(300, 200), 6)[0]?.points[0]?.id, 1);
    assert.deepEqual(gestures.take(71, "update", at(110, 200), 0)[0]?.points, [
        { id: 0, phase: "update", x: 0.11, y: 0.2 },
    ]);
    assert.deepEqual(gestures.take(71, "end", at(110, 200), 7)[0]?.points[0]?.phase, "end");
    // The number of a lifted finger is used again.
    assert.deepEqual(gestures.take(73, "begin", at(1, 1), 8)[0]?.points[0]?.id, 0);
});

function three(gestures) {
    gestures.take(1, "begin", at(100, 100), 0);
    gestures.take(2, "begin", at(200, 100), 0);
    return gestures.take(3, "begin", at(150, 200), 0);
}

test("the third finger cancels the touches under way", () => {
    const out = three(screen());
    assert.deepEqual(out.map((message) => message.t), ["touch"]);
    assert.deepEqual(out[0].points.map((point) => [point.id, point.phase]), [[0, "cancel"], [1, "cancel"]]);
});

test("along is a swipe, and it ends with the first finger lifted", () => {
    const gestures = screen();
    three(gestures);
    const out = [];
    for (let step = 1; step <= 10; step += 1) {
        out.push(...gestures.take(1, "update", at(100 + 10 * step, 100), 0));
        out.push(...gestures.take(2, "update", at(200 + 10 * step, 100), 0));
        out.push(...gestures.take(3, "update", at(150 + 10 * step, 200), 0));
    }
    out.push(...gestures.take(2, "end", at(300, 100), 0));
    assert.ok(out.every((message) => message.t === "swipe" && message.fingers === 3), JSON.stringify(out[0]));
    assert.equal(out[0].phase, "begin");
    assert.equal(out.at(-1).phase, "end");
    const total = out.reduce((sum, message) => sum + message.dx, 0);
    assert.ok(Math.abs(total - 100) < 1e-9, String(total));
    // The fingers that stay are nobody's touch.
    assert.deepEqual(gestures.take(1, "update", at(0, 0), 0), []);
    assert.deepEqual(gestures.take(1, "end", at(0, 0), 0), []);
    assert.deepEqual(gestures.take(3, "end", at(0, 0), 0), []);
    // All are up: the next one is a touch again.
    assert.equal(gestures.take(4, "begin", at(5, 5), 0)[0]?.t, "touch");
});

test("apart is a pinch, with the scale against the beginning", () => {
    const gestures = screen();
    three(gestures);
    const out = [];
    for (const factor of [1.1, 1.3, 1.6, 2]) {
        const away = (x, y) => at(150 + (x - 150) * factor, 400 / 3 + (y - 400 / 3) * factor);
        out.push(...gestures.take(1, "update", away(100, 100), 0));
        out.push(...gestures.take(2, "update", away(200, 100), 0));
        out.push(...gestures.take(3, "update", away(150, 200), 0));
    }
    assert.ok(out.every((message) => message.t === "pinch"));
    assert.equal(out[0].scale, 1);
    assert.ok(Math.abs(out.at(-1).scale - 2) < 1e-9, String(out.at(-1).scale));
});

test("a finger that trembles decides nothing", () => {
    const gestures = screen();
    three(gestures);
    assert.deepEqual(gestures.take(1, "update", at(102, 101), 0), []);
    assert.deepEqual(gestures.take(1, "end", at(102, 101), 0), []);
});

test("a gesture taken away by the system is cancelled", () => {
    const gestures = screen();
    three(gestures);
    for (const pointer of [1, 2, 3]) gestures.take(pointer, "update", at(500 + pointer * 40, 500), 0);
    assert.equal(gestures.take(1, "cancel", at(0, 0), 0)[0]?.phase, "cancel");
});

test("events of fingers that never began are nothing", () => {
    const gestures = screen();
    assert.deepEqual(gestures.take(9, "update", at(1, 1), 0), []);
    assert.deepEqual(gestures.take(9, "end", at(1, 1), 0), []);
});
