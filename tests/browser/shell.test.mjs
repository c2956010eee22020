// The shell in the picture: a real one, typed into in a real page, and what it does seen by programs, files and pixels.

import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { after, before, test } from "node:test";

import { becomes, command, desktop, part, save, sector } from "./harness/desktop.mjs";
import { launch, open } from "./harness/page.mjs";
import { until } from "./harness/poll.mjs";
import { exists, idle, openPrompt, shown } from "./harness/prompt.mjs";
import { inSession, Place, Session } from "./harness/session.mjs";

let chromium;
before(async () => (chromium = await launch()));
after(() => chromium?.close());

/**
 * A page in the COMMAND mode of the first sector, where a shell waits for a command.
 * @param {import("./harness/session.mjs").Session} session
 */
async function atPrompt(session) {
    const desk = await open(chromium.browser, session.url);
    await until("the page has the keyboard", async () => (await desk.state()).captured);
    const { id } = sector(await desktop(session), "BUILD");
    await command(session, { op: "jump", to: { sector: id } });
    await command(session, { op: "mode", mode: "command" });
    await idle(session);
    return desk;
}

for (const shell of ["fish", "bash", "zsh"]) {
    test(`what is typed into ${shell} runs`, async () => {
        const place = await Place.make();
        try {
            await save(path.join(place.home, ".config/tos/config.toml"), `[terminal]\nshell = "${shell}"\n`);
            const session = await Session.start({ place, follow: false });
            try {
                const desk = await atPrompt(session);
                await desk.page.keyboard.type("touch made-here\n");
                await until("the file is there", () => exists(path.join(place.home, "made-here")));
                const { last } = await becomes(session, "the command has ended", (now) => shown(now).last && shown(now));
                assert.deepEqual([last.command, last.status], ["touch made-here", 0]);
            } finally {
                await session.stop();
            }
        } finally {
            await place.remove();
        }
    });
}

test("a directory that the shell goes to is where the sector is", inSession({ follow: false }, async (session) => {
    await mkdir(path.join(session.place.home, "deep/er"), { recursive: true });
    const desk = await atPrompt(session);
    const isAt = (directory) => becomes(session, `the shell is at ${directory}`, (now) => shown(now).directory === directory);
    const { directory: home } = shown(await desktop(session));
    await desk.page.keyboard.type("cd deep/er\n");
    await isAt(path.join(home, "deep/er"));
    await desk.page.keyboard.type("cd ..\n");
    await isAt(path.join(home, "deep"));
}));

test("a command in the prompt runs once it was looked at, and the keys are the terminal's again", inSession({ follow: false }, async (session) => {
    const desk = await atPrompt(session);
    await openPrompt(desk);
    await desk.page.keyboard.type("touch from-prompt\n");
    await until("the file is there", () => exists(path.join(session.place.home, "from-prompt")));
    await idle(session);
    await desk.page.keyboard.type("touch typed-after\n");
    await until("the other file is there", () => exists(path.join(session.place.home, "typed-after")));
}));

test("several lines in the prompt run as one command", inSession({ follow: false }, async (session) => {
    const desk = await atPrompt(session);
    await openPrompt(desk);
    await desk.page.keyboard.type("for name in one two");
    await desk.page.keyboard.press("Shift+Enter");
    await desk.page.keyboard.type("touch line-$name");
    await desk.page.keyboard.press("Shift+Enter");
    await desk.page.keyboard.type("end\n");
    await until("both files are there", async () =>
        await exists(path.join(session.place.home, "line-one")) && await exists(path.join(session.place.home, "line-two")));
}));

test("Tab completes what is in the prompt by what Fish says", inSession({ follow: false }, async (session) => {
    await save(path.join(session.place.home, "the-only-name-with-this-start"), "");
    const desk = await atPrompt(session);
    await openPrompt(desk);
    await desk.page.keyboard.type("mv the-only");
    await desk.page.keyboard.press("Tab");
    const boxes = desk.page.locator("#semantics").getByRole("textbox");
    await until("it is completed", async () => {
        const texts = await boxes.evaluateAll((all) => all.map((box) => box.outerHTML));
        if (texts.some((text) => text.includes("mv the-only-name-with-this-start"))) return true;
        throw new Error(texts.join("\n"));
    });
    await desk.page.keyboard.type(" moved\n");
    await until("the file has moved", () => exists(path.join(session.place.home, "moved")));
}));
