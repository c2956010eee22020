// Files in a real page: what is on the disk is seen, a tap puts a command into the prompt, and a shell that goes elsewhere
// takes the view with it.

import assert from "node:assert/strict";
import { mkdir, rename, rm, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { after, before, test } from "node:test";

import { becomes, command, part, press, sector } from "./harness/desktop.mjs";
import { files } from "./harness/files.mjs";
import { launch } from "./harness/page.mjs";
import { until } from "./harness/poll.mjs";
import { holds } from "./harness/prompt.mjs";
import { inSession } from "./harness/session.mjs";

const options = { follow: false };

let chromium;
before(async () => (chromium = await launch()));
after(() => chromium?.close());

/** The names of the files in sight. */
function names(desk) {
    return desk.page
        .locator("#semantics")
        .getByRole("list", { name: "FILES", exact: true })
        .getByRole("button")
        .evaluateAll((all) => all.map((one) => one.getAttribute("aria-label") ?? one.textContent ?? ""));
}

/** Waits until the files in sight are these. */
function shows(desk, what, check) {
    return until(what, async () => {
        const now = await names(desk);
        if (check(now)) return now;
        throw new Error(JSON.stringify(now));
    });
}

const same = (expected) => (now) => JSON.stringify(now) === JSON.stringify(expected);

/** Lets the shell of the hub go into a directory below the home directory. */
async function goes(session, desk, name) {
    const terminal = (now) => {
        const { terminals, terminal } = sector(now, "BUILD");
        return terminals.find(({ id }) => id === terminal);
    };
    await command(session, { op: "mode", mode: "command" });
    await becomes(session, "the shell waits", (now) => terminal(now)?.activity === "at_prompt");
    await desk.rests();
    await desk.page.keyboard.type(`cd ${name}\n`, { delay: 5 });
    const there = path.join(session.place.home, name);
    await becomes(session, "the shell is there", (now) => terminal(now)?.directory === there);
    await command(session, { op: "mode", mode: "directory" });
}

test("what happens on the disk is seen, and a tap stages without running anything", inSession(options, async (session) => {
    const home = session.place.home;
    await mkdir(path.join(home, "my src"));
    await writeFile(path.join(home, "notes.txt"), "words");
    await writeFile(path.join(home, "two\nlines"), "");
    await symlink("nothing", path.join(home, "broken"));
    const desk = await files(chromium, session);
    await shows(desk, "what is in the home directory", same(["my src", "broken", "notes.txt", "two\\nlines"]));
    await writeFile(path.join(home, "later.txt"), "");
    await shows(desk, "what was made later", (now) => now.includes("later.txt"));
    await rename(path.join(home, "later.txt"), path.join(home, "renamed.txt"));
    await shows(desk, "its new name", (now) => now.includes("renamed.txt") && !now.includes("later.txt"));
    await rm(path.join(home, "renamed.txt"));
    await shows(desk, "that it is gone", (now) => !now.includes("renamed.txt"));

    await press(desk, "button", "notes.txt");
    await holds(desk, "notes.txt");
    await press(desk, "button", "my src");
    await holds(desk, "my src'");
    await press(desk, "button", "two\\nlines");
    await part(desk, "alert", /^NOT STAGED/).waitFor({ state: "attached" });
    await holds(desk, "my src'");
}));

test("a shell that goes into a directory takes the view with it, and out again", inSession(options, async (session) => {
    const home = session.place.home;
    await mkdir(path.join(home, "src"));
    await writeFile(path.join(home, "src", "inside.rs"), "");
    const desk = await files(chromium, session);
    await shows(desk, "the home directory", (now) => now.includes("src"));
    await goes(session, desk, "src");
    await shows(desk, "what is inside", same(["inside.rs"]));
    // Where the shell is a file needs no path.
    await press(desk, "button", "inside.rs");
    await holds(desk, "open inside.rs");
    await press(desk, "button", "UP TO THE DIRECTORY AROUND THIS ONE");
    await holds(desk, "cd ..");
}));

test("many files are scrolled and searched", inSession(options, async (session) => {
    const home = session.place.home;
    for (let n = 0; n < 3000; n += 1) await writeFile(path.join(home, `file ${n}`), "");
    const desk = await files(chromium, session);
    await shows(desk, "the first", (now) => now[0] === "file 0" && now.length < 60);
    await part(desk, "status", home).waitFor({ state: "attached" });
    await desk.page.mouse.move(...(await desk.at(0.6, 0.4)));
    await desk.page.mouse.wheel(0, 1200);
    await shows(desk, "further down", (now) => now.length > 0 && now[0] !== "file 0");
    await desk.page.keyboard.press("End");
    await shows(desk, "the last", (now) => now.at(-1) === "file 2999");
    await desk.page.keyboard.type("2718", { delay: 5 });
    await shows(desk, "what was looked for", same(["file 2718"]));
}));

test("a directory that goes is told of", inSession(options, async (session) => {
    const home = session.place.home;
    await mkdir(path.join(home, "src"));
    const desk = await files(chromium, session);
    await shows(desk, "the home directory", (now) => now.includes("src"));
    await writeFile(path.join(home, "src", "inside.rs"), "");
    await goes(session, desk, "src");
    await shows(desk, "what is inside", same(["inside.rs"]));
    await rename(path.join(home, "src"), path.join(home, "moved"));
    await part(desk, "heading", "THIS DIRECTORY IS GONE").waitFor({ state: "attached" });
    await rename(path.join(home, "moved"), path.join(home, "src"));
    await shows(desk, "what is inside again", same(["inside.rs"]));
    await part(desk, "heading", "THIS DIRECTORY IS GONE").waitFor({ state: "detached" });
}));

test("msg open says why nothing opens", inSession(options, async (session) => {
    const file = session.place.file("bytes.unknown");
    await writeFile(file, Buffer.from([0, 1, 2, 3, 0xff]));
    await assert.rejects(session.message("open", file), /no program here opens/);
    await assert.rejects(session.message("open", session.place.file("nothing")), /No such file/);
}));
