// From a tile to what it did: what is tapped is staged, edited, looked at, held where it is dangerous, and run.

import assert from "node:assert/strict";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { after, before, test } from "node:test";

import { becomes, command, middle, part, press } from "./harness/desktop.mjs";
import { files } from "./harness/files.mjs";
import { launch, open } from "./harness/page.mjs";
import { until } from "./harness/poll.mjs";
import { exists, holds, idle, openPrompt, shown, withPolicy } from "./harness/prompt.mjs";
import { inSession } from "./harness/session.mjs";

let chromium;
before(async () => (chromium = await launch()));
after(() => chromium?.close());

/** The files of a hub whose shell is there too, so that a file needs no path. */
async function filesOfShell(session) {
    const desk = await files(chromium, session);
    await command(session, { op: "mode", mode: "command" });
    await idle(session);
    await command(session, { op: "mode", mode: "directory" });
    await part(desk, "list", "FILES").waitFor({ state: "attached" });
    await desk.rests();
    return desk;
}

const tile = (desk, name) => part(desk, "list", "FILES").getByRole("button", { name, exact: true });

test("a file is tapped, what is staged is edited, and EXECUTE does it to the file system", inSession({ follow: false }, async (session) => {
    const home = session.place.home;
    await writeFile(path.join(home, "notes.txt"), "words");
    const desk = await filesOfShell(session);
    await press(desk, "button", "notes.txt");
    await holds(desk, "open notes.txt");
    await desk.page.keyboard.press("Home");
    for (const _ of "open") await desk.page.keyboard.press("Delete");
    await desk.page.keyboard.type("cp", { delay: 5 });
    await desk.page.keyboard.press("End");
    await desk.page.keyboard.type(" copied.txt", { delay: 5 });
    await holds(desk, "cp notes.txt copied.txt");
    assert.equal(await exists(path.join(home, "copied.txt")), false, "nothing has run yet");
    await press(desk, "button", "EXECUTE");
    await tile(desk, "copied.txt").waitFor({ state: "attached" });
    assert.equal(await readFile(path.join(home, "copied.txt"), "utf8"), "words");
    const { last } = await becomes(session, "it has ended", (now) => shown(now)?.last && shown(now));
    assert.deepEqual([last.command, last.status], ["cp notes.txt copied.txt", 0]);
}));

test("a directory is zoomed into by its staged cd, and out of by a typed one", inSession({ follow: false }, async (session) => {
    const home = session.place.home;
    await mkdir(path.join(home, "src"));
    await writeFile(path.join(home, "src/inside.rs"), "");
    const desk = await filesOfShell(session);
    await press(desk, "button", "src");
    await holds(desk, "cd src");
    await press(desk, "button", "EXECUTE");
    await tile(desk, "inside.rs").waitFor({ state: "attached" });
    await becomes(session, "the shell is there", (now) => shown(now)?.directory === path.join(home, "src"));

    await command(session, { op: "mode", mode: "command" });
    await idle(session);
    await desk.rests();
    await desk.page.keyboard.type("cd ..\n", { delay: 5 });
    await becomes(session, "the shell is back", (now) => shown(now)?.directory === home);
    await command(session, { op: "mode", mode: "directory" });
    await tile(desk, "src").waitFor({ state: "attached" });
    await tile(desk, "inside.rs").waitFor({ state: "detached" });
}));

/** Puts a dangerous command into the prompt and lets it run as far as the question. */
async function asks(session, desk, name) {
    await idle(session);
    await until("the page has the keyboard", async () => (await desk.state()).captured);
    await openPrompt(desk);
    await desk.page.keyboard.type(`touch ${name}\n`, { delay: 5 });
    await isAsked(session, desk, name);
}

async function isAsked(session, desk, name) {
    await part(desk, "button", "HOLD TO CONFIRM").waitFor({ state: "attached" });
    assert.equal(await exists(path.join(session.place.home, name)), false, "it waits for somebody to hold");
}

/** Nothing asks any more, and the command has made its file. */
async function ran(session, desk, name) {
    await until("it has run", () => exists(path.join(session.place.home, name)));
    await part(desk, "button", "HOLD TO CONFIRM").waitFor({ state: "detached" });
}

function page(session, tokens, context = {}) {
    const url = new URL(session.url);
    url.hash = `token=${tokens.admin}`;
    return open(chromium.browser, url.href, context);
}

const HOLD = ["button", "HOLD TO CONFIRM"];

test("what is dangerous runs when its button was held with the mouse, and not when it was clicked", withPolicy(async (session, tokens) => {
    const desk = await page(session, tokens);
    await asks(session, desk, "careful-mouse");
    await press(desk, ...HOLD);
    await part(desk, ...HOLD).waitFor({ state: "attached" });
    assert.equal(await exists(path.join(session.place.home, "careful-mouse")), false, "a click is no hold");
    await desk.page.mouse.move(...(await middle(part(desk, ...HOLD))));
    await desk.page.mouse.down();
    await ran(session, desk, "careful-mouse");
    await desk.page.mouse.up();

    await asks(session, desk, "careful-cancelled");
    await press(desk, "button", "CANCEL");
    await part(desk, ...HOLD).waitFor({ state: "detached" });
    await holds(desk, "touch careful-cancelled");
    assert.equal(await exists(path.join(session.place.home, "careful-cancelled")), false);
}));

test("what is dangerous runs when its button was held with a key", withPolicy(async (session, tokens) => {
    const desk = await page(session, tokens);
    await asks(session, desk, "careful-key");
    // The keyboard is on the way back: whoever presses Enter once too often has cancelled.
    await desk.page.keyboard.press("Tab");
    await desk.page.keyboard.press("Enter");
    await part(desk, ...HOLD).waitFor({ state: "attached" });
    assert.equal(await exists(path.join(session.place.home, "careful-key")), false, "a stroke is no hold");
    await desk.page.keyboard.down("Enter");
    await ran(session, desk, "careful-key");
    await desk.page.keyboard.up("Enter");
    await idle(session);

    await asks(session, desk, "careful-hasty");
    await desk.page.keyboard.press("Enter");
    await part(desk, ...HOLD).waitFor({ state: "detached" });
    await holds(desk, "touch careful-hasty");
    assert.equal(await exists(path.join(session.place.home, "careful-hasty")), false);
}));

test("what is dangerous runs when its button was held with a finger", withPolicy(async (session, tokens) => {
    const desk = await page(session, tokens, { hasTouch: true });
    const tap = async (role, name) => desk.page.touchscreen.tap(...(await middle(part(desk, role, name))));
    // Where there is no keyboard, a program stages it.
    await command(session, { ui: "stage", text: "touch careful-touch" });
    await holds(desk, "touch careful-touch");
    await tap("button", "EXECUTE");
    await isAsked(session, desk, "careful-touch");
    await tap(...HOLD);
    await part(desk, ...HOLD).waitFor({ state: "attached" });
    assert.equal(await exists(path.join(session.place.home, "careful-touch")), false, "a tap is no hold");
    const cdp = await desk.page.context().newCDPSession(desk.page);
    const [x, y] = await middle(part(desk, ...HOLD));
    await cdp.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints: [{ x, y }] });
    await ran(session, desk, "careful-touch");
    await cdp.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
}));
