// The command line as a script sees it: what is printed, what it answers, how it ends.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

import { until } from "./harness/poll.mjs";
import { inSession, Place, Program, Session, TOS_COMP } from "./harness/session.mjs";

/** Runs tos-comp to its end. */
async function run(env, ...args) {
    const program = new Program(TOS_COMP, args, env);
    return { ...(await program.exited), said: program.said, log: program.log.join("\n") };
}

test("the ready line is the first and only line, and names a URL with a token and a display", inSession({}, async (session) => {
    assert.match(session.url, /^http:\/\/127\.0\.0\.1:\d+\/#token=[\w-]{20,}$/);
    assert.match(session.display, /^wayland-/);
    assert.equal(session.server.said.length, 1);
    assert.equal((await fetch(`${session.origin}/healthz`)).status, 200);
}));

test("SIGTERM ends it in good order: status 0, its programs and sockets gone", async () => {
    const place = await Place.make();
    try {
        const session = await Session.start({ place });
        const events = await session.client("events");
        const how = await session.server.stop("SIGTERM");
        assert.deepEqual({ code: how.code, signal: how.signal }, { code: 0, signal: null }, session.server.tail);
        await events.exited;
        const { readdir } = await import("node:fs/promises");
        const left = (await readdir(place.runtime)).filter((name) => !name.endsWith(".lock") && name.startsWith("wayland"));
        assert.deepEqual(left, []);
    } finally {
        await place.remove();
    }
});

test("a second start on a used port says so, and ends", inSession({}, async (session) => {
    const place = await Place.make();
    try {
        const { host } = new URL(session.url);
        const { code, said, log } = await run(place.env, "run", "--listen", host);
        assert.notEqual(code, 0);
        assert.deepEqual(said, []);
        assert.match(log, new RegExp(`${new URL(session.url).port}.*use|use.*${new URL(session.url).port}`, "is"));
    } finally {
        await place.remove();
    }
}));

test("msg tells the state, focuses, closes and quits", inSession({ args: ["--size", "800x600"] }, async (session) => {
    const first = await session.client("events");
    await session.client("flip");
    const { windows, width, height } = await session.state();
    assert.deepEqual([width, height], [800, 600]);
    assert.deepEqual(windows.map((window) => window.app_id).sort(), ["events", "flip"]);
    const { id } = windows.find((window) => window.app_id === "events");
    await session.message("focus", String(id));
    assert.equal((await session.state()).windows.find((window) => window.focused).id, id);
    await session.message("close", String(id));
    assert.equal((await first.exited).code, 0, "it was asked, not killed");
    await session.message("quit");
    assert.equal((await session.server.exited).code, 0);
}));

test("screenshot writes what is shown", inSession({ args: ["--size", "640x480"] }, async (session) => {
    await session.client("flip", "--fullscreen");
    const file = session.place.file("shot.png");
    const { TOS_SOCKET: _, ...env } = session.env;
    await until("the screenshot has the window", async () => {
        const { code, log } = await run(env, "screenshot", file);
        assert.equal(code, 0, log);
        const png = await readFile(file);
        assert.deepEqual([...png.subarray(0, 8)], [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
        assert.deepEqual([png.readUInt32BE(16), png.readUInt32BE(20)], [640, 480]);
        return true;
    });
}));

test("a command given after -- runs inside", async () => {
    const place = await Place.make();
    const file = place.file("display");
    try {
        const command = ["--", "/bin/sh", "-c", `echo "$WAYLAND_DISPLAY" > ${file}; exec sleep 1000`];
        const session = await Session.start({ place, args: command });
        const display = await until("it ran", async () => (await readFile(file, "utf8")).trim());
        assert.equal(display, session.display);
        await session.stop();
    } finally {
        await place.remove();
    }
});

test("doctor says what there is, as JSON too", inSession({}, async (session) => {
    const { code, said, log } = await run(session.place.env, "doctor", "--json", "--listen", "127.0.0.1:0");
    assert.equal(code, 0, log);
    assert.match(JSON.stringify(said) + log, /adapter/i);
    assert.match(JSON.stringify(said) + log, /x264|openh264|vp8/i);
}));
