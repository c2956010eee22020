// What a person does in the page arrives in the programs, and what the programs draw arrives in the page.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";

import { launch, open } from "./harness/page.mjs";
import { until } from "./harness/poll.mjs";
import { inSession } from "./harness/session.mjs";

/** The two colours of tests/clients/src/bin/flip.rs. */
const DARK = [0x10, 0x10, 0x60];
const LIGHT = [0xf0, 0xe0, 0x40];

let chromium;
before(async () => (chromium = await launch()));
after(() => chromium?.close());

test("text typed in the page appears in foot, and in the file that its shell writes", inSession({}, async (session) => {
    const file = session.place.file("greeting");
    await session.foot(["/bin/sh"], { FILE: file, PS1: "> " });
    const desk = await open(chromium.browser, session.url);
    await until("the page has the keyboard", async () => (await desk.state()).captured);
    const prompt = await desk.glance();
    // `$`, `>` and `"` come without a held Shift from this keyboard, as from a layout that the server does not have.
    await desk.page.keyboard.type('echo "hallo welt, $((40+2)) times" | tee "$FILE"', { delay: 5 });
    await desk.differs(prompt);
    const line = await desk.glance();
    await desk.page.keyboard.press("Enter");
    const text = await until("the shell writes the file", async () => (await readFile(file, "utf8")).trim());
    assert.equal(text, "hallo welt, 42 times");
    await desk.differs(line, 5);
    assert.deepEqual(desk.complaints, []);
}));

test("fish in foot takes keys with modifiers, and characters that the layout does not have", inSession({ args: ["--xkb-layout", "us"] }, async (session) => {
    const file = session.place.file("words");
    await session.foot(["/usr/bin/fish", "--no-config"], { FILE: file });
    const desk = await open(chromium.browser, session.url);
    await until("the page has the keyboard", async () => (await desk.state()).captured);
    const { keyboard } = desk.page;
    await keyboard.type("this is thrown away");
    await keyboard.press("Control+u");
    await keyboard.type("echo ");
    await keyboard.down("Shift");
    await keyboard.press("KeyA");
    await keyboard.up("Shift");
    await keyboard.insertText("äß€日本🖖");
    await keyboard.type("xyz");
    await keyboard.press("ArrowLeft");
    await keyboard.press("Backspace");
    await keyboard.press("End");
    await keyboard.type(" > $FILE\n");
    const text = await until("the shell writes the file", async () => (await readFile(file, "utf8")).trim());
    assert.equal(text, "Aäß€日本🖖xz");
}));

test("a click and a key each flip the colour that the page shows", inSession({}, async (session) => {
    const flip = await session.client("flip", "--fullscreen");
    const desk = await open(chromium.browser, session.url);
    await desk.shows(DARK);
    await desk.page.mouse.click(...(await desk.at(0.5, 0.5)));
    await desk.shows(LIGHT);
    await desk.shows(LIGHT, { x: 0.05, y: 0.95 });
    await desk.page.keyboard.press("Space");
    await desk.shows(DARK);
    assert.equal(flip.said.filter((said) => said.flip !== undefined).length, 2, "one flip for each");
}));

test("pointer, wheel and keys reach a client as Wayland events, where and as they were made", inSession({}, async (session) => {
    const events = await session.client("events", "--fullscreen");
    const desk = await open(chromium.browser, session.url);
    const { width, height } = await events.hears("its size in the end", (said) => said.width === 1280);
    await desk.page.mouse.move(...(await desk.at(0.25, 0.25)));
    const near = (x, y) => (said) => Math.abs(said.x - x * width) < 1.5 && Math.abs(said.y - y * height) < 1.5;
    await events.hears("enter or motion to a quarter", near(0.25, 0.25));
    await desk.page.mouse.move(...(await desk.at(0.75, 0.5)));
    await events.hears("motion", (said) => said.event === "motion" && near(0.75, 0.5)(said));

    for (const [button, code] of [["left", 0x110], ["right", 0x111], ["middle", 0x112]]) {
        await desk.page.mouse.click(...(await desk.at(0.5, 0.5)), { button });
        for (const pressed of [true, false]) {
            await events.hears(
                `${button} ${pressed}`,
                (said) => said.event === "button" && said.button === code && said.pressed === pressed,
            );
        }
    }

    let from = events.said.length;
    await desk.page.mouse.wheel(0, 120);
    const down = await events.hears("a scroll down", (said) => said.event === "axis" && !said.horizontal, from);
    assert.ok(down.value > 0, "down is positive");
    from = events.said.length;
    await desk.page.mouse.wheel(-60, 0);
    const left = await events.hears("a scroll to the left", (said) => said.event === "axis" && said.horizontal, from);
    assert.ok(left.value < 0, "left is negative");

    from = events.said.length;
    await desk.page.keyboard.press("KeyQ");
    const KEY_Q = 16;
    await events.hears("q down", (said) => said.event === "key" && said.key === KEY_Q && said.pressed, from);
    await events.hears("q up", (said) => said.event === "key" && said.key === KEY_Q && !said.pressed, from);
}));

test("two fingers reach a client as wl_touch, each with its own id, and a lifted one is up", inSession({}, async (session) => {
    const events = await session.client("events", "--fullscreen");
    const desk = await open(chromium.browser, session.url, { hasTouch: true });
    const touch = await desk.page.context().newCDPSession(desk.page);
    const [ax, ay] = await desk.at(0.25, 0.5);
    const [bx, by] = await desk.at(0.75, 0.5);
    const points = (...list) => list.map(([x, y, id]) => ({ x, y, id }));
    const dispatch = (type, touchPoints) => touch.send("Input.dispatchTouchEvent", { type, touchPoints });
    await dispatch("touchStart", points([ax, ay, 0]));
    const one = await events.hears("the first finger", (said) => said.event === "touch_down");
    assert.ok(Math.abs(one.x - 320) < 1.5, `x is ${one.x}`);
    await dispatch("touchMove", points([ax, ay + 40, 0]));
    await events.hears("its motion", (said) => said.event === "touch_motion" && said.id === one.id);
    await dispatch("touchStart", points([ax, ay + 40, 0], [bx, by, 1]));
    await events.hears("the second finger", (said) => said.event === "touch_down" && said.id !== one.id);
    await dispatch("touchEnd", []);
    await events.hears("the first is up", (said) => said.event === "touch_up" && said.id === one.id);
    await events.hears("the second is up", (said) => said.event === "touch_up" && said.id !== one.id);
    await events.hears("a frame", (said) => said.event === "touch_frame");
}));

test("a key that is held when the page loses the focus is up in the client", inSession({}, async (session) => {
    const events = await session.client("events");
    const desk = await open(chromium.browser, session.url);
    await until("the page has the keyboard", async () => (await desk.state()).captured);
    await desk.page.keyboard.down("KeyW");
    const KEY_W = 17;
    await events.hears("w down", (said) => said.event === "key" && said.key === KEY_W && said.pressed);
    await desk.page.evaluate(() => document.activeElement.blur());
    await events.hears("w up", (said) => said.event === "key" && said.key === KEY_W && !said.pressed);
}));
