// Pages with a picture of their own: own size, own path, one desktop.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { becomes, desktop, press, sector } from "./harness/desktop.mjs";
import { launch, open } from "./harness/page.mjs";
import { until } from "./harness/poll.mjs";
import { inSession } from "./harness/session.mjs";

/** Of tests/clients/src/bin/flip.rs. */
const DARK = [0x10, 0x10, 0x60];
const options = { follow: false };
/** A device that is held upright. */
const upright = { viewport: { width: 560, height: 800 } };

let chromium;
before(async () => (chromium = await launch()));
after(() => chromium?.close());

const url = (session, output) => session.url.replace("#", `?output=${output}#`);
/** Where the page of a picture is: `1`, `2`, `3`. */
const level = (now, picture) => now.outputs.find((output) => output.picture === picture)?.panes[0].label;
const size = ({ width, height }) => ({ width, height });

test("two devices see one desktop, each from where it is and as large as it is", inSession(options, async (session) => {
    const wide = await open(chromium.browser, session.url);
    await session.client("flip");
    await becomes(session, "the window is there", (now) => sector(now, "BUILD").apps.length === 1);
    const high = await open(chromium.browser, url(session, "new"), upright);
    const { output } = await high.state();
    assert.ok(output > 0);
    assert.deepEqual(size(await high.state()), { width: 560, height: 800 });
    assert.deepEqual(size(await wide.state()), { width: 1280, height: 720 }, "the other one keeps its size");

    await press(high, "button", "BUILD");
    await becomes(session, "the new page is in the hub", (now) => level(now, output) === "2");
    assert.equal(level(await desktop(session), 0), "1", "the first is where it was");
    await press(high, "button", "FLIP");
    await becomes(session, "the new page is at the window", (now) => level(now, output) === "3");
    await high.shows(DARK);
    const told = (await desktop(session)).outputs.find((one) => one.picture === output);
    assert.ok(told.area.w <= 560 && told.area.h <= 800, JSON.stringify(told.area));

    // The same window on both, and a third page that looks over the second one's shoulder.
    await press(wide, "button", "BUILD");
    await becomes(session, "the first page is in the hub", (now) => level(now, 0) === "2");
    await press(wide, "button", "FLIP");
    await becomes(session, "the first page is at the window", (now) => level(now, 0) === "3");
    await wide.shows(DARK);
    await high.shows(DARK);
    const mirror = await open(chromium.browser, url(session, output), upright);
    assert.equal((await mirror.state()).output, output);
    await mirror.shows(DARK);

    // A page that is loaded again is where it was.
    await mirror.page.context().close();
    await press(high, "button", "ZOOM OUT");
    await becomes(session, "the new page is in the hub again", (now) => level(now, output) === "2");
    await high.page.reload();
    await high.live();
    assert.equal((await high.state()).output, output);
    assert.equal(level(await desktop(session), output), "2");

    await high.page.context().close();
    await press(wide, "button", "ZOOM OUT");
    await becomes(session, "the first page goes on", (now) => level(now, 0) === "2");
    assert.equal(sector(await desktop(session), "BUILD").apps.length, 1, "the window is still there");
    assert.deepEqual(wide.complaints, []);
}));

test("a new size of one page is no business of the other", inSession(options, async (session) => {
    const wide = await open(chromium.browser, session.url);
    const own = await open(chromium.browser, url(session, "new"), upright);
    const { output } = await own.state();
    await own.page.setViewportSize({ width: 720, height: 480 });
    await until("it has the new size", async () => (await own.state()).width === 720 && (await own.state()).height === 480);
    assert.deepEqual(size(await wide.state()), { width: 1280, height: 720 });
    const other = await open(chromium.browser, url(session, "new"), upright);
    assert.notEqual((await other.state()).output, output);
    assert.equal((await desktop(session)).outputs.length, 3);
}));

test("a page that only watches gets no picture of its own", inSession(options, async (session) => {
    await open(chromium.browser, session.url);
    const { url: watching } = await session.message("url", "view");
    const watcher = await open(chromium.browser, watching.replace("#", "?output=new#"));
    assert.equal((await watcher.state()).output, 0);
    assert.equal((await desktop(session)).outputs.length, 1);
}));
