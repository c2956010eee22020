// Who may watch, who may type, and what becomes of a page or a server that goes away.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { launch, open } from "./harness/page.mjs";
import { until } from "./harness/poll.mjs";
import { inSession, Place, Session, tokenFile } from "./harness/session.mjs";

let chromium;
before(async () => (chromium = await launch()));
after(() => chromium?.close());

const text = (desk) => desk.page.evaluate(() => document.body.innerText);

test("a page with a view token sees the picture and cannot type, click or resize", inSession({}, async (session) => {
    const events = await session.client("events");
    const { url } = await session.message("url", "view");
    const watcher = await open(chromium.browser, url);
    assert.equal((await watcher.state()).role, "view");
    const before = await session.state();
    await watcher.page.setViewportSize({ width: 700, height: 500 });
    await watcher.page.mouse.click(350, 250);
    await watcher.page.keyboard.press("KeyE");

    // What the watcher did is sent before what the user does now; so once this has arrived, that never will.
    const user = await open(chromium.browser, session.url);
    await until("the page has the keyboard", async () => (await user.state()).captured);
    const from = events.said.length;
    await user.page.keyboard.press("KeyR");
    await events.hears("the user's key", (said) => said.event === "key" && said.key === 19, from);
    assert.equal(events.said.filter((said) => said.event === "key" && said.key === 18).length, 0, "no E");
    assert.equal(events.said.filter((said) => said.event === "button").length, 0, "no click");
    assert.notEqual(before.width, 700);
    assert.notEqual((await session.state()).width, 700);
}));

test("a view token cannot type even when its page is changed to try", inSession({}, async (session) => {
    const events = await session.client("events");
    const { url } = await session.message("url", "view");
    const watcher = await open(chromium.browser, url, {
        init: () => {
            const create = RTCPeerConnection.prototype.createDataChannel;
            RTCPeerConnection.prototype.createDataChannel = function (...args) {
                const channel = create.apply(this, args);
                (window.channels ??= {})[args[0]] = channel;
                return channel;
            };
        },
    });
    await watcher.page.evaluate(() => {
        for (const pressed of [true, false]) {
            window.channels.input.send(JSON.stringify({ t: "key", code: "KeyE", pressed, id: 0 }));
        }
    });
    await until("it is counted", async () => {
        return ((await session.metrics()).get('tos_messages_rejected_total{reason="forbidden"}') ?? 0) >= 2;
    });
    assert.equal(events.said.filter((said) => said.event === "key").length, 0);
    assert.equal((await watcher.state()).connection, "live", "dropped and counted, the connection lives");
}));

test("malformed, unknown and huge messages are dropped and counted, and the connection lives", inSession({}, async (session) => {
    await session.client("flip", "--fullscreen");
    const desk = await open(chromium.browser, session.url, {
        init: () => {
            const create = RTCPeerConnection.prototype.createDataChannel;
            RTCPeerConnection.prototype.createDataChannel = function (...args) {
                const channel = create.apply(this, args);
                (window.channels ??= {})[args[0]] = channel;
                return channel;
            };
        },
    });
    const bad = [
        "", "{", "null", "[]", '"key"', "{}", '{"t":"nonsense"}', '{"t":"key"}', '{"t":"key","code":5,"pressed":true}',
        `{"t":"key","code":"${"A".repeat(5000)}","pressed":true}`,
        `{"t":"text","text":"${"x".repeat(100_000)}"}`,
        '{"t":"motion","x":1e400,"y":0,"seq":1}',
    ];
    await desk.page.evaluate((bad) => {
        for (const line of bad) for (const channel of Object.values(window.channels)) channel.send(line);
        window.channels.input.send(new Uint8Array([0xff, 0xfe, 0, 1]));
    }, bad);
    // Harmless where clamped: positions outside, sizes beyond all screens.
    await desk.page.evaluate(() => {
        const send = (message) => window.channels.input.send(JSON.stringify(message));
        send({ t: "wheel", dx: 1e300, dy: -1e300, v120_x: 2147483647, v120_y: -2147483648 });
        send({ t: "touch", points: [{ id: 255, phase: "end", x: -5, y: 7 }] });
        send({ t: "pinch", phase: "update", fingers: 255, dx: 0, dy: 0, scale: 0, rotation: 1e9 });
    });
    await until("they are counted", async () => {
        const metrics = await session.metrics();
        const count = (reason) => metrics.get(`tos_messages_rejected_total{reason="${reason}"}`) ?? 0;
        if (count("malformed") >= 10 && count("oversized") >= 2) return true;
        throw new Error(`malformed ${count("malformed")}, oversized ${count("oversized")}`);
    });
    const before = await desk.pixel();
    await desk.page.keyboard.press("Space");
    await until("it still works", async () => Math.abs((await desk.pixel())[0] - before[0]) > 100);
    assert.equal((await session.metrics()).get("tos_viewers_joined_total"), 1);
}));

test("a wrong token is told as such, by the page and with a bare 401", inSession({}, async (session) => {
    const desk = await open(chromium.browser, `${session.origin}/#token=${"x".repeat(43)}`, { picture: false });
    await desk.becomes("failed");
    assert.equal((await desk.state()).kind, "token");
    assert.match(await text(desk), /token/i);
    for (const headers of [{}, { authorization: "Bearer wrong" }, { authorization: `Basic ${session.token}` }]) {
        for (const [path, method] of [["/metrics", "GET"], ["/whep", "POST"]]) {
            const answer = await fetch(session.origin + path, { method, headers });
            assert.equal(answer.status, 401, `${method} ${path}`);
            assert.equal(await answer.text(), "", "no detail");
        }
    }
    assert.equal((await fetch(`${session.origin}/healthz`)).status, 200);
}));

test("a reload connects again, with the token no longer in the address", inSession({}, async (session) => {
    await session.client("flip", "--fullscreen");
    const desk = await open(chromium.browser, session.url);
    assert.doesNotMatch(desk.page.url(), /token/);
    await desk.page.reload();
    await desk.live();
    await until("the first connection is gone", async () => (await session.metrics()).get("tos_viewers") === 1);
}));

test("when the server is killed the page says so, and connects when it is back on the same port", async () => {
    const place = await Place.make();
    const { file } = await tokenFile(place);
    let session = await Session.start({ place, args: ["--token-file", file] });
    try {
        const url = (await session.message("url", "control")).url;
        const listen = new URL(url).host;
        const desk = await open(chromium.browser, url);
        await session.stop.call({ ...session, programs: [], server: { stop: () => session.server.stop("SIGKILL") } });
        await until("the page has noticed", async () => (await desk.state()).connection !== "live");
        await desk.becomes("waiting");
        assert.match(await text(desk), /connect|gone|lost|answer/i);
        session = await Session.start({ place, args: ["--token-file", file], listen });
        await desk.live();
        await session.client("flip", "--fullscreen");
        await desk.shows([0x10, 0x10, 0x60]);
    } finally {
        await session.stop();
        await place.remove();
    }
});

test("two pages share one encoder, and one of them closing changes nothing for the other", inSession({}, async (session) => {
    await session.client("anim");
    const [one, two] = [await open(chromium.browser, session.url), await open(chromium.browser, session.url)];
    const before = await session.metrics();
    assert.equal(before.get("tos_viewers"), 2);
    const frames = [(await one.state()).frames, (await two.state()).frames];
    await until("both have moved on by 40 pictures", async () => {
        return (await one.state()).frames >= frames[0] + 40 && (await two.state()).frames >= frames[1] + 40;
    });
    const now = await session.metrics();
    const grown = (name) => now.get(name) - before.get(name);
    const [drawn, encoded] = [grown("tos_frames_drawn_total"), grown("tos_frames_encoded_total")];
    assert.ok(encoded <= drawn * 1.2 + 5, `${encoded} encoded of ${drawn} drawn`);
    await one.close();
    await until("one is left", async () => (await session.metrics()).get("tos_viewers") === 1);
    const { frames: then } = await two.state();
    await until("it goes on", async () => (await two.state()).frames >= then + 10);
}));

test("a page that is killed leaves no key behind and is gone within seconds", inSession({}, async (session) => {
    const events = await session.client("events");
    const doomed = await launch();
    const desk = await open(doomed.browser, session.url);
    await until("the page has the keyboard", async () => (await desk.state()).captured);
    await desk.page.keyboard.down("KeyT");
    const KEY_T = 20;
    await events.hears("t down", (said) => said.event === "key" && said.key === KEY_T && said.pressed);
    doomed.process.kill("SIGKILL");
    await events.hears("t up", (said) => said.event === "key" && said.key === KEY_T && !said.pressed);
    await until("nobody watches", async () => (await session.metrics()).get("tos_viewers") === 0);
}));

test("ten pages at once: all see the picture, and there is one encoder", inSession({ args: ["--size", "320x240"] }, async (session) => {
    await session.client("flip", "--fullscreen");
    const desks = [];
    const options = { viewport: { width: 320, height: 240 } };
    for (let count = 0; count < 10; count += 1) desks.push(await open(chromium.browser, session.url, options));
    assert.equal((await session.metrics()).get("tos_viewers"), 10);
    const before = await session.metrics();
    await desks[0].page.mouse.click(160, 120);
    await Promise.all(desks.map((desk) => desk.shows([0xf0, 0xe0, 0x40])));
    const now = await session.metrics();
    const grown = (name) => now.get(name) - before.get(name);
    const encoded = grown("tos_frames_encoded_total");
    assert.ok(encoded < 10 * Math.max(1, grown("tos_frames_drawn_total")), `${encoded} for one change`);
    await Promise.all(desks.map((desk) => desk.close()));
}));
