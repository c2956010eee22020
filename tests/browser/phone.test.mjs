// A screen the size of a phone's, a finger, and an on-screen keyboard; and what the panel says.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";

import { launch, open } from "./harness/page.mjs";
import { until } from "./harness/poll.mjs";
import { inSession } from "./harness/session.mjs";

let chromium;
before(async () => (chromium = await launch()));
after(() => chromium?.close());

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

test("on a phone the keyboard button brings keys, and what an on-screen keyboard writes arrives", inSession({}, async (session) => {
    const file = session.place.file("words");
    await session.foot(["/bin/sh"], { FILE: file, PS1: "> " });
    const desk = await open(chromium.browser, session.url, PHONE);
    const { page } = desk;
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth > innerWidth), false, "nothing sticks out");
    await page.tap("#keyboard");
    await until("the row of keys is there", () => page.isVisible("#keys"));
    await until("the field has the keyboard", async () => (await desk.state()).captured);
    // An on-screen keyboard reports no keys, only what its field holds.
    await page.keyboard.insertText("this goes away");
    await page.tap('#keys [data-key="ControlLeft"]');
    await page.keyboard.insertText("u");
    await page.keyboard.insertText("echo hallo > $FILE");
    await page.keyboard.press("Enter");
    const text = await until("the shell writes the file", async () => (await readFile(file, "utf8")).trim());
    assert.equal(text, "hallo");
    assert.deepEqual(desk.complaints, []);
}));

test("the statistics name the codec, the size and the pictures a second", inSession({}, async (session) => {
    await session.client("anim");
    const desk = await open(chromium.browser, session.url);
    await desk.page.click("#menu-handle");
    await desk.page.click("#menu-stats");
    await until("the panel is filled", async () => {
        const text = await desk.page.innerText("#stats");
        if (/H\.?264/i.test(text) && /1280\s*×\s*720/.test(text)) return true;
        throw new Error(text);
    });
    const figures = await until("pictures are counted", async () => {
        const now = await desk.page.evaluate(() => window.tos.stats());
        // What the server counts comes once a second.
        return now.fps > 5 && now.viewers !== null && now;
    });
    assert.equal(figures.packetsLost, 0);
    assert.equal(figures.viewers, 1);
}));
