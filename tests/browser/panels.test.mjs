// Panels: the user's own pages in the picture, in a real browser engine.

import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import path from "node:path";
import { after, before, test } from "node:test";

import { becomes, command, desktop, part, press, save, whereabouts } from "./harness/desktop.mjs";
import { launch, open } from "./harness/page.mjs";
import { engines, panel } from "./harness/panels.mjs";
import { until } from "./harness/poll.mjs";
import { inSession } from "./harness/session.mjs";

const [GREEN, BLUE, RED, VIOLET] = [[0x00, 0xa0, 0x40], [0x20, 0x40, 0xff], [0xe0, 0x10, 0x10], [0xa0, 0x20, 0xc0]];
const css = ([r, g, b]) => `rgb(${r} ${g} ${b})`;

/** A page in the theme's colour of focus that turns blue when it is pressed. */
const LAMP = `<!doctype html><title>Lamp</title>
<style>html, body { height: 100%; margin: 0; background: var(--lcars-focus); }</style>
<body onclick="document.body.style.background = document.documentElement.style.background = '${css(BLUE)}'">`;

let chromium;
before(async () => (chromium = await launch()));
after(() => chromium?.close());

const file = (session, name) => path.join(session.place.home, `.config/tos/panels/${name}.html`);
const theme = (session) => path.join(session.place.home, ".config/tos/theme.css");

/** Waits until a panel does as named: `resting`, `starting`, `well`, `hung`, `stopped`. */
function does(session, name, health, options = {}) {
    return until(`the panel ${name} is ${health}`, async () => {
        const now = panel(await desktop(session), name)?.panel.health;
        if (now?.is === health) return now;
        throw new Error(`it is ${JSON.stringify(now)}`);
    }, options);
}

test("a user's panel appears, looks like the theme, is pressed, dies and is restarted, and goes with its file", inSession({ follow: false }, async (session) => {
    await save(theme(session), `:root { --lcars-focus: ${css(GREEN)}; }\n`);
    const desk = await open(chromium.browser, session.url);
    assert.deepEqual(await engines(session), [], "without panels in sight nothing runs");

    await save(file(session, "lamp"), LAMP);
    await becomes(session, "the panel is there", (now) => panel(now, "lamp"));
    await part(desk, "button", "LAMP").waitFor({ state: "attached" });
    await does(session, "lamp", "well");
    const [engine] = await engines(session);
    for (const secret of [session.token, "TOS_SOCKET", "TOS_TRUSTED"]) assert.ok(!`${engine.env}${engine.words}`.includes(secret));

    await press(desk, "button", "LAMP");
    await part(desk, "application", "LAMP").waitFor({ state: "attached" });
    await desk.shows(GREEN);
    await save(theme(session), `:root { --lcars-focus: ${css(VIOLET)}; }\n`);
    await desk.shows(VIOLET);
    await until("a press reaches the page", async () => {
        await desk.page.mouse.click(...(await desk.at(0.5, 0.5)));
        return desk.shows(BLUE);
    });

    process.kill(engine.pid, "SIGKILL");
    const { why } = await does(session, "lamp", "stopped");
    assert.match(why, /ended/);
    await part(desk, "heading", "PANEL STOPPED").waitFor({ state: "attached" });
    await press(desk, "button", "RESTART");
    await does(session, "lamp", "well");
    await desk.shows(VIOLET);

    await save(file(session, "lamp"), LAMP.replace("var(--lcars-focus)", css(RED)));
    await desk.shows(RED);
    await rm(file(session, "lamp"));
    await becomes(session, "the panel is gone", (now) => !panel(now, "lamp"));
    assert.equal(whereabouts(await desktop(session)), "1");
    await until("its engine is gone", async () => (await engines(session)).length === 0);
}));

test("a panel that takes too much memory is stopped, and the desktop goes on", inSession({ follow: false }, async (session) => {
    const greedy = `<!doctype html><title>Greedy</title><script>
        const held = [];
        setInterval(() => held.push(new Uint8Array(32 << 20).fill(1)), 50);
    </script>`;
    await save(file(session, "greedy"), greedy);
    const desk = await open(chromium.browser, session.url);
    await becomes(session, "the panel is there", (now) => panel(now, "greedy"));
    await command(session, { op: "open_panel", name: "greedy" });
    const { why } = await does(session, "greedy", "stopped", { within: 60_000 });
    assert.match(why, /memory/);
    await part(desk, "heading", "PANEL STOPPED").waitFor({ state: "attached" });
    await until("its engine is gone", async () => (await engines(session)).length === 0);
    await command(session, { op: "zoom_out" });
    assert.equal(whereabouts(await desktop(session)), "1");
}));

test("a panel that hangs is shown as such, and restarted", inSession({ follow: false }, async (session) => {
    const spins = LAMP.replace(/onclick="[^"]*"/, 'onclick="while (true) {}"').replace("var(--lcars-focus)", css(GREEN));
    await save(file(session, "spin"), spins.replace("Lamp", "Spin"));
    const desk = await open(chromium.browser, session.url);
    await becomes(session, "the panel is there", (now) => panel(now, "spin"));
    await command(session, { op: "open_panel", name: "spin" });
    await does(session, "spin", "well");
    await desk.shows(GREEN);
    await until("it hangs", async () => {
        // A click that comes before the engine listens does nothing: then there is another one.
        await desk.page.mouse.click(...(await desk.at(0.5, 0.5)));
        return does(session, "spin", "hung", { within: 15_000 });
    }, { within: 90_000 });
    await part(desk, "heading", "PANEL DOES NOT ANSWER").waitFor({ state: "attached" });
    await press(desk, "button", "RESTART");
    await does(session, "spin", "well");
    await desk.shows(GREEN);
    await command(session, { op: "zoom_out" });
    assert.equal(whereabouts(await desktop(session)), "1");
}));

test("a panel whose page goes elsewhere says so, and is restarted", inSession({ follow: false }, async (session) => {
    const leaves = LAMP.replace(/onclick="[^"]*"/, 'onclick="location = \'about:blank\'"').replace("var(--lcars-focus)", css(GREEN));
    await save(file(session, "stray"), leaves.replace("Lamp", "Stray"));
    const desk = await open(chromium.browser, session.url);
    await becomes(session, "the panel is there", (now) => panel(now, "stray"));
    await command(session, { op: "open_panel", name: "stray" });
    await does(session, "stray", "well");
    await desk.shows(GREEN);
    const { why } = await until("it is gone", async () => {
        await desk.page.mouse.click(...(await desk.at(0.5, 0.5)));
        return does(session, "stray", "stopped", { within: 15_000 });
    }, { within: 90_000 });
    assert.match(why, /gone elsewhere/);
    await part(desk, "heading", "PANEL STOPPED").waitFor({ state: "attached" });
    await press(desk, "button", "RESTART");
    await does(session, "stray", "well");
    await desk.shows(GREEN);
}));

test("a panel reaches nothing that its file does not name, and opens no window", inSession({ follow: false }, async (session) => {
    const port = new URL(session.url).port;
    await save(file(session, "spy"), `<!doctype html><title>Spy</title>
<style>html { height: 100%; background: ${css(VIOLET)}; }</style>
<script>
    const tries = ["http://127.0.0.1:${port}/healthz", "http://localhost:${port}/healthz", "http://example.com/", "file:///etc/passwd"];
    const reached = Promise.any(tries.map((url) => fetch(url, { mode: "no-cors" })));
    const image = new Promise((resolve, reject) => {
        const image = new Image();
        [image.onload, image.onerror] = [resolve, reject];
        image.src = "http://127.0.0.1:${port}/favicon.ico";
    });
    Promise.any([reached, image]).then(
        () => { document.documentElement.style.background = "${css(RED)}"; },
        () => {
            document.documentElement.style.background = window.open("http://127.0.0.1:${port}/") ? "${css(RED)}" : "${css(GREEN)}";
        },
    );
</script>`);
    const desk = await open(chromium.browser, session.url);
    await becomes(session, "the panel is there", (now) => panel(now, "spy"));
    await command(session, { op: "open_panel", name: "spy" });
    await desk.shows(GREEN);
    await does(session, "spy", "well");
}));

test("diagnostics start when they are opened and end when they are closed", inSession({ follow: false }, async (session) => {
    const desk = await open(chromium.browser, session.url);
    await part(desk, "button", "SYSTEM DIAGNOSTICS").waitFor({ state: "attached" });
    assert.deepEqual(await engines(session), []);
    await press(desk, "button", "SYSTEM DIAGNOSTICS");
    await does(session, "diagnostics", "well");
    const empty = Array.from({ length: 160 * 90 }, () => 0);
    await desk.differs(empty, 1500);
    await press(desk, "button", "CLOSE");
    await until("its engine is gone", async () => (await engines(session)).length === 0);
    assert.equal(whereabouts(await desktop(session)), "1");
    await does(session, "diagnostics", "resting");
}));
