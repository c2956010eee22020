// Level 0 is a page, not a scene of ours: what it looks like is compared here as the scenes are with their golden pictures.
// TOS_UPDATE=1 writes them anew.

import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { after, before, test } from "node:test";

import { launch } from "../browser/harness/page.mjs";
import { until } from "../browser/harness/poll.mjs";
import { Host } from "./harness/host.mjs";

/** Points of a block's side, CSS pixels: a browser's next version draws the edge of a letter a little differently. */
const BLOCK = 8;
/** How far the mean of a block may be off, of 255. */
const OFF = 24;

/** @type {Awaited<ReturnType<typeof launch>>} */
let chromium;
/** @type {Host} */
let host;

before(async () => {
    chromium = await launch();
    host = await Host.start();
});

after(async () => {
    await chromium?.close();
    await host?.stop();
});

/**
 * The blocks in which two PNG files differ, as `x,y` in blocks; `null` if they are not of one size.
 * @param {import("playwright-core").Page} blank any page without rules of its own
 */
function differences(blank, one, other, side) {
    return blank.evaluate(async ([one, other, side, most]) => {
        const read = async (data) => {
            const image = new Image();
            image.src = `data:image/png;base64,${data}`;
            await image.decode();
            const canvas = new OffscreenCanvas(image.width, image.height);
            const context = canvas.getContext("2d");
            context.drawImage(image, 0, 0);
            return context.getImageData(0, 0, image.width, image.height);
        };
        const [a, b] = [await read(one), await read(other)];
        if (a.width !== b.width || a.height !== b.height) return null;
        const means = (picture) => {
            const across = Math.ceil(picture.width / side);
            const sums = new Float64Array(across * Math.ceil(picture.height / side) * 3);
            for (let at = 0; at < picture.data.length; at += 4) {
                const [x, y] = [(at / 4) % picture.width, Math.floor(at / 4 / picture.width)];
                const block = (Math.floor(y / side) * across + Math.floor(x / side)) * 3;
                for (let channel = 0; channel < 3; channel += 1) sums[block + channel] += picture.data[at + channel];
            }
            return { sums: sums.map((sum) => sum / (side * side)), across };
        };
        const [first, second] = [means(a), means(b)];
        const off = new Set();
        first.sums.forEach((mean, at) => {
            const block = Math.floor(at / 3);
            if (Math.abs(mean - second.sums[at]) > most) off.add(`${block % first.across},${Math.floor(block / first.across)}`);
        });
        return [...off];
    }, [one.toString("base64"), other.toString("base64"), side, OFF]);
}

for (const scale of [1, 2]) {
    test(`the portal asks for a sign-in as it is drawn, at scale ${scale}`, async () => {
        const context = await chromium.browser.newContext({
            viewport: { width: 1280, height: 720 }, deviceScaleFactor: scale, ignoreHTTPSErrors: true, reducedMotion: "reduce",
            timezoneId: "UTC", locale: "en-GB",
        });
        const page = await context.newPage();
        await page.clock.setFixedTime(new Date("2026-01-05T14:02:00Z"));
        await page.goto(host.origin);
        await page.getByRole("heading", { name: "Sign in" }).waitFor();
        await page.evaluate(() => document.fonts.ready);
        const golden = new URL(`../golden/portal${scale === 1 ? "" : "-scale-2"}.png`, import.meta.url);
        const taken = () => page.screenshot({ caret: "hide", animations: "disabled" });
        if (process.env.TOS_UPDATE) await writeFile(golden, await taken());
        const [blank, wanted] = [await context.newPage(), await readFile(golden)];
        try {
            await until("the portal looks as it should", async () => {
                const off = await differences(blank, wanted, await taken(), BLOCK * scale);
                assert.ok(off, "the pictures are of different sizes");
                assert.deepEqual(off, [], `${off.length} blocks of ${BLOCK} pixels differ`);
                return true;
            });
        } catch (error) {
            await writeFile(golden.pathname.replace(/png$/, "actual.png"), await taken());
            throw error;
        }
        await context.close();
    });
}
