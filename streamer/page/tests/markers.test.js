import assert from "node:assert/strict";
import { test } from "node:test";

import { Markers, notBefore } from "../markers.js";

test("time stamps compare across their wrap", () => {
    assert.ok(notBefore(5, 5));
    assert.ok(notBefore(6, 5));
    assert.ok(!notBefore(4, 5));
    assert.ok(notBefore(3, 0xffff_fff0));
    assert.ok(!notBefore(0xffff_fff0, 3));
});

test("the first picture that is not older answers the input", () => {
    const markers = new Markers();
    const id = markers.sent(100);
    markers.marker(id, 9000);
    markers.frame(8999, 105);
    assert.deepEqual(markers.answers, []);
    markers.frame(9000, 112);
    markers.frame(9001, 120);
    assert.deepEqual(markers.answers, [{ id, rtp: 9000, latency: 12 }]);
    assert.equal(markers.median, 12);
});

test("a picture that was dropped is answered by the next one", () => {
    const markers = new Markers();
    const id = markers.sent(100);
    markers.marker(id, 9000);
    markers.frame(10_500, 130);
    assert.equal(markers.answers[0]?.latency, 30);
});

test("the word may come after the picture", () => {
    const markers = new Markers();
    const id = markers.sent(100);
    markers.frame(7000, 104);
    markers.frame(9000, 110);
    markers.frame(9600, 118);
    markers.marker(id, 9000);
    assert.equal(markers.answers[0]?.latency, 10);
});

test("a picture from before the input never answers it", () => {
    const markers = new Markers();
    markers.frame(9000, 90);
    const id = markers.sent(100);
    markers.marker(id, 9000);
    assert.deepEqual(markers.answers, []);
});

test("a word about an unknown input, or a second one, changes nothing", () => {
    const markers = new Markers();
    const id = markers.sent(1);
    markers.marker(999, 5);
    markers.marker(id, 5);
    markers.marker(id, 6);
    markers.frame(7, 10);
    assert.equal(markers.answers.length, 1);
});

test("nothing grows without bound", () => {
    const markers = new Markers();
    for (let count = 0; count < 10_000; count += 1) {
        const id = markers.sent(count);
        if (count % 2) markers.marker(id, 5_000_000 + count);
        markers.frame(count, count);
    }
    markers.frame(6_000_000, 10_001);
    assert.ok(markers.answers.length <= 128);
});

test("a new stream forgets the old one's time stamps", () => {
    const markers = new Markers();
    const id = markers.sent(100);
    markers.marker(id, 9000);
    markers.restart();
    markers.frame(10_000, 500);
    assert.deepEqual(markers.answers, []);
});
