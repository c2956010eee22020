// A line that loses packets: the picture goes on.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { LossyLine, rtp } from "./harness/lossy.mjs";
import { launch, open } from "./harness/page.mjs";
import { until } from "./harness/poll.mjs";
import { inSession } from "./harness/session.mjs";

/** No picture may stand longer than this while packets are lost, milliseconds. */
const LONGEST_FREEZE = 500;
/** After a lost key frame there is a picture by then, milliseconds. */
const PICTURE_WITHIN = 1_000;
/** Pictures that are watched. */
const WATCHED = 300;
/** A machine that is busy with something else freezes pictures too. What the line does, it does every time. */
const ATTEMPTS = 3;

let chromium;
before(async () => (chromium = await launch()));
after(() => chromium?.close());

/** Opens the page with a bad line. */
async function across(line, session, more = {}) {
    return open(chromium.browser, session.url, { ...more, prepare: (context) => line.cutInto(context) });
}

/** The longest time between two pictures, of the next `count`. */
const longestGap = (desk, count) => desk.page.evaluate((count) => new Promise((resolve) => {
    const video = document.getElementById("picture");
    let [last, longest, left] = [performance.now(), 0, count];
    const shown = (now) => {
        longest = Math.max(longest, now - last);
        last = now;
        if (--left > 0) video.requestVideoFrameCallback(shown);
        else resolve(longest);
    };
    video.requestVideoFrameCallback(shown);
}), count);

/** Writes down when the first picture was shown. */
function noteFirstPicture() {
    document.addEventListener("DOMContentLoaded", () => {
        const video = document.getElementById("picture");
        video.requestVideoFrameCallback(() => (window.firstPicture = Date.now()));
    });
}

test("of a hundred packets three are lost: no picture stands for half a second", inSession({}, async (session) => {
    let count = 0;
    // Every 33rd, but never the same place of a picture: pictures differ in length.
    const line = new LossyLine((packet) => rtp(packet) !== undefined && ++count % 33 === 0);
    try {
        await session.client("anim");
        const desk = await across(line, session);
        let gap = Infinity;
        for (let attempt = 0; attempt < ATTEMPTS && gap > LONGEST_FREEZE; attempt += 1) gap = await longestGap(desk, WATCHED);
        assert.ok(line.lost >= 10, `${line.lost} of ${line.lost + line.passed} packets were lost`);
        assert.ok(gap <= LONGEST_FREEZE, `a picture stood for ${gap.toFixed()} ms`);
    } finally {
        line.close();
    }
}));

test("the first key frame is lost whole: there is a picture within a second", inSession({}, async (session) => {
    let [began, shown] = [Infinity, Infinity];
    for (let attempt = 0; attempt < ATTEMPTS && !(shown - began <= PICTURE_WITHIN); attempt += 1) {
        let key;
        // Sent again in answer to a NACK, it has the same timestamp: it never arrives.
        const line = new LossyLine((packet) => {
            const media = rtp(packet);
            if (!media) return false;
            if (key === undefined) [key, began] = [media.timestamp, Date.now()];
            return media.timestamp === key;
        });
        try {
            const desk = await across(line, session, { picture: false, init: noteFirstPicture });
            shown = await until("a picture", () => desk.page.evaluate(() => window.firstPicture));
            assert.ok(line.lost > 0, "the key frame was lost");
            await desk.close();
        } finally {
            line.close();
        }
    }
    assert.ok(shown - began <= PICTURE_WITHIN, `it took ${(shown - began).toFixed()} ms`);
}));
