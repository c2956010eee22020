import assert from "node:assert/strict";
import { test } from "node:test";

import { WheelReader } from "../wheel.js";

const event = (given) => ({ deltaX: 0, deltaY: 0, deltaMode: 0, wheelDeltaX: 0, wheelDeltaY: 0, timeStamp: 0, ...given });

test("a notch is 120, whatever its pixels are", () => {
    const message = new WheelReader().read(event({ deltaY: 53, wheelDeltaY: -120 }), 700);
    assert.deepEqual(message, { t: "wheel", dx: 0, dy: 53, v120_x: 0, v120_y: 120, source: "wheel", stop: false });
    const up = new WheelReader().read(event({ deltaY: -100, wheelDeltaY: 240 }), 700);
    assert.equal(up.v120_y, -240);
});

test("a touch pad gives pixels only", () => {
    const message = new WheelReader().read(event({ deltaY: 7, wheelDeltaY: -21 }), 700);
    assert.deepEqual([message.source, message.dy, message.v120_y], ["finger", 7, 0]);
});

test("both directions at once are a touch pad, even in whole notches", () => {
    const message = new WheelReader().read(event({ deltaX: 40, deltaY: 40, wheelDeltaX: -120, wheelDeltaY: -120 }), 700);
    assert.equal(message.source, "finger");
});

test("a touch pad that hits a whole notch by chance stays a touch pad, until it rests", () => {
    const reader = new WheelReader();
    reader.read(event({ deltaY: 7, wheelDeltaY: -21, timeStamp: 1000 }), 700);
    assert.equal(reader.read(event({ deltaY: 40, wheelDeltaY: -120, timeStamp: 1016 }), 700).source, "finger");
    assert.equal(reader.read(event({ deltaY: 40, wheelDeltaY: -120, timeStamp: 9000 }), 700).source, "wheel");
});

test("lines and pages become pixels", () => {
    const lines = new WheelReader().read(event({ deltaY: 3, deltaMode: 1, wheelDeltaY: -120 }), 700);
    assert.deepEqual([Math.round(lines.dy), lines.v120_y, lines.source], [100, 120, "wheel"]);
    const bare = new WheelReader().read({ deltaX: 0, deltaY: -3, deltaMode: 1, timeStamp: 0 }, 700);
    assert.equal(bare.v120_y, -120);
    const page = new WheelReader().read({ deltaX: 0, deltaY: 1, deltaMode: 2, timeStamp: 0 }, 700);
    assert.deepEqual([page.dy, page.v120_y], [700, 120]);
});

test("120ths are whole numbers and never minus zero, as the server's type wants", () => {
    const message = new WheelReader().read({ deltaX: 0, deltaY: 0.5, deltaMode: 1, timeStamp: 0 }, 700);
    assert.ok(Number.isInteger(message.v120_y));
    assert.ok(Object.is(message.v120_x, 0));
});
