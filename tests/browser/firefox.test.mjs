// The same page in Firefox: the picture moves, and typing works.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";

import { Firefox } from "./harness/firefox.mjs";
import { until } from "./harness/poll.mjs";
import { inSession } from "./harness/session.mjs";

let firefox;
before(async () => (firefox = await Firefox.launch()));
after(() => firefox?.close());

const state = () => firefox.evaluate("window.tos.state");
const live = () =>
    until("Firefox shows a picture", async () => {
        const now = await state();
        if (now.connection === "live" && now.frames > 0) return now;
        throw new Error(JSON.stringify(now));
    }, { within: 60_000 });
/** The green of the shown picture, 64 points. */
const glance = () =>
    firefox.evaluate(`(() => {
        const canvas = new OffscreenCanvas(8, 8);
        const context = canvas.getContext("2d", { willReadFrequently: true });
        context.drawImage(document.getElementById("picture"), 0, 0, 8, 8);
        const { data } = context.getImageData(0, 0, 8, 8);
        return Array.from({ length: 64 }, (_, at) => data[at * 4 + 1]);
    })()`);
const differ = (a, b) => a.filter((value, at) => Math.abs(value - b[at]) > 24).length;

test("Firefox shows moving video", inSession({}, async (session) => {
    await session.client("anim", "--fullscreen");
    await firefox.open(session.url);
    const { frames } = await live();
    const first = await glance();
    await until("the picture moves", async () => differ(first, await glance()) > 5);
    await until("pictures go on arriving", async () => (await state()).frames > frames + 30);
}));

test("text typed in Firefox reaches the shell in foot", inSession({}, async (session) => {
    const file = session.place.file("greeting");
    await session.foot(["/bin/sh"], { FILE: file, PS1: "> " });
    await firefox.open(session.url);
    await live();
    await firefox.click(300, 300);
    await until("the page has the keyboard", async () => (await state()).captured);
    await firefox.type('echo "hallo $((40+2))" > $FILE\uE007');
    const text = await until("the shell writes the file", async () => (await readFile(file, "utf8")).trim());
    assert.equal(text, "hallo 42");
}));
