// The picture has one pixel for each of the window's, whatever happens to the window.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { launch, open } from "./harness/page.mjs";
import { until } from "./harness/poll.mjs";
import { inSession } from "./harness/session.mjs";

let chromium;
before(async () => (chromium = await launch()));
after(() => chromium?.close());

test("a resized window gets a picture of its size without connecting anew, and the clients are told", inSession({}, async (session) => {
    const events = await session.client("events", "--fullscreen");
    const desk = await open(chromium.browser, session.url);
    for (const [width, height] of [[900, 700], [1283, 719], [400, 800], [1280, 720]]) {
        await desk.page.setViewportSize({ width, height });
        await until(`the picture fits ${width}×${height}`, async () => {
            const fits = await desk.fits();
            if (!fits.ok) throw new Error(JSON.stringify(fits));
            return Math.abs(fits.wanted[0] - width) <= 1;
        });
        const from = events.said.length;
        await events.hears(
            `configured to about ${width}`,
            (said) => said.event === "configured" && Math.abs(said.width - width) <= 1 && Math.abs(said.height - height) <= 1,
            Math.max(0, from - 50),
        );
    }
    assert.equal((await desk.state()).connection, "live");
    assert.equal((await session.metrics()).get("tos_viewers_joined_total"), 1, "the first connection still serves");
    assert.deepEqual(desk.complaints, []);
}));

test("a page on a dense screen gets its physical pixels, and the session its scale", inSession({}, async (session) => {
    await session.client("events");
    // Not emulated by the driver: then `devicePixelRatio` changes and the size in device pixels does not.
    const dense = await launch(["--force-device-scale-factor=2", "--window-size=640,400"]);
    try {
        const desk = await open(dense.browser, session.url, { viewport: null });
        const inner = await desk.page.evaluate(() => [innerWidth, innerHeight, devicePixelRatio]);
        assert.equal(inner[2], 2);
        const state = await until("the scale is 2", async () => {
            const now = await session.state();
            return now.scale === 2 && now;
        });
        assert.ok(Math.abs(state.width - inner[0] * 2) <= 1 && Math.abs(state.height - inner[1] * 2) <= 1,
            `${state.width}×${state.height} for ${inner}`);
    } finally {
        await dense.close();
    }
}));

test("tos-comp msg resize changes the picture of a page that does not resize back", inSession({}, async (session) => {
    const { url } = await session.message("url", "view");
    const desk = await open(chromium.browser, url, { viewport: { width: 1280, height: 720 } });
    await session.message("resize", "800x600");
    await until("the video is 800×600", async () => {
        const { width, height } = await desk.state();
        return width === 800 && height === 600;
    });
}));
