// Programs that break the rules: only they die. The page that watches and the next program notice nothing.

import assert from "node:assert/strict";
import path from "node:path";
import { after, before, test } from "node:test";

import { launch, open } from "./harness/page.mjs";
import { until } from "./harness/poll.mjs";
import { CLIENTS, inSession } from "./harness/session.mjs";

const MODES = [
    "lying-pool", "truncate", "grow-pool", "zero-pool", "buffer-outside", "huge-damage", "bad-scale", "double-role",
    "no-ack", "bad-ack", "orphan-popup", "grab-popup", "popup-order", "no-pong", "subsurface-loop", "deep-subsurfaces",
    "flood", "hoard-callbacks", "killed-midway", "half-message", "garbage",
    "negative-sizes", "overflow", "giant-buffer", "viewport", "many-windows",
];

for (const mode of MODES) {
    test(`hostile client: ${mode}`, inSession({}, async (session) => {
        const offender = session.run(path.join(CLIENTS, "hostile"), [mode]);
        const verdict = await offender.hears("its verdict", (said) => said.mode !== undefined);
        assert.equal(session.server.how, undefined, "tos-comp lives");
        assert.deepEqual({ ...verdict, got: "" }, { ...verdict, as_the_protocol_says: true, others_live: true, got: "" },
            `it got: ${verdict.got}`);
    }));
}

let chromium;
before(async () => (chromium = await launch()));
after(() => chromium?.close());

test("a page goes on watching while programs are killed and misbehave", inSession({}, async (session) => {
    const flip = await session.client("flip", "--fullscreen");
    const desk = await open(chromium.browser, session.url);
    await desk.shows([0x10, 0x10, 0x60]);
    for (const mode of ["truncate", "no-ack", "killed-midway", "lying-pool"]) {
        await session.run(path.join(CLIENTS, "hostile"), [mode]).exited;
    }
    const victim = await session.client("anim");
    await until("the animation is seen", async () => (await desk.state()).frames > 20);
    await victim.stop("SIGKILL");
    await session.message("focus", String((await session.state()).windows.find((one) => one.app_id === "flip").id));
    await desk.shows([0x10, 0x10, 0x60]);
    await desk.page.keyboard.press("Space");
    await desk.shows([0xf0, 0xe0, 0x40]);
    assert.equal(flip.how, undefined);
    assert.equal((await session.metrics()).get("tos_viewers_joined_total"), 1);
}));
