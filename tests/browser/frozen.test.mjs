// A tos-comp that is stopped for a while and goes on, as one in a frozen container: to it nothing has happened but that the
// clock has jumped.

import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { after, before, test } from "node:test";

import { launch, open } from "./harness/page.mjs";
import { until } from "./harness/poll.mjs";
import { inSession } from "./harness/session.mjs";

let chromium;
before(async () => (chromium = await launch()));
after(() => chromium?.close());

const stopped = (session) => until("it is stopped", async () => /State:\s+T/.test(await session.proc("status")));

/** Processor time so far, in ticks. */
async function ticks(session) {
    const stat = await session.proc("stat");
    const [user, system] = stat.slice(stat.lastIndexOf(")") + 2).split(" ").slice(11, 13);
    return Number(user) + Number(system);
}

test("a page comes back by itself to a desktop that was frozen, and nothing is made up for", inSession({}, async (session) => {
    await session.client("anim", "--size", "400x300");
    const desk = await open(chromium.browser, session.url);
    const before = await session.metrics();
    const keys = (metrics) => [...metrics].filter(([name]) => name.startsWith("tos_key_frames")).reduce((sum, [, n]) => sum + n, 0);
    process.kill(session.server.pid, "SIGSTOP");
    try {
        await stopped(session);
        const spent = await ticks(session);
        await until("the page has noticed", async () => ["waiting", "connecting", "repairing"].includes((await desk.state()).connection));
        await until("the page has given this connection up", async () => ["waiting", "connecting"].includes((await desk.state()).connection));
        assert.equal(await ticks(session), spent, "a frozen desktop costs nothing");
    } finally {
        process.kill(session.server.pid, "SIGCONT");
    }
    await desk.live();
    const now = await desk.state();
    await until("pictures come again", async () => (await desk.state()).frames > now.frames);
    // Long enough for whatever was due meanwhile to be made up for, if it were.
    await pause(2000);
    const after = await session.metrics();
    assert.ok(keys(after) - keys(before) <= 12, `${keys(before)} and ${keys(after)} key frames`);
    await until("the connection from before is gone", async () => (await session.metrics()).get("tos_viewers") === 1);
    await desk.close();
}));

test("who comes to a desktop that has just been thawed is let in at once", inSession({}, async (session) => {
    await session.client("anim", "--size", "400x300");
    process.kill(session.server.pid, "SIGSTOP");
    await stopped(session);
    await pause(3000);
    process.kill(session.server.pid, "SIGCONT");
    const desk = await open(chromium.browser, session.url);
    await desk.close();
}));
