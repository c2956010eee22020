import assert from "node:assert/strict";
import { test } from "node:test";

import { FIRST, GONE_AFTER, LONGEST, outlook, wait } from "../backoff.js";

test("the first retry is quick, the next ones double up to a bound", () => {
    assert.equal(wait(1, 1), FIRST);
    assert.equal(wait(2, 1), FIRST * 2);
    assert.equal(wait(3, 1), FIRST * 4);
    assert.equal(wait(50, 1), LONGEST);
    assert.equal(wait(1e9, 1), LONGEST);
});

test("half of the wait is random, so pages do not come back together", () => {
    for (let failures = 1; failures < 20; failures += 1) {
        assert.equal(wait(failures, 0) * 2, wait(failures, 1));
        assert.ok(wait(failures, 0.5) > wait(failures, 0));
    }
});

test("a count that makes no sense still waits", () => {
    assert.ok(wait(0, 0) > 0);
    assert.ok(wait(-3, 0) > 0);
});

test("the server is called gone after some failures, not after the first", () => {
    assert.equal(outlook(1), "soon");
    assert.equal(outlook(GONE_AFTER - 1), "soon");
    assert.equal(outlook(GONE_AFTER), "gone");
});
