// The shell in the picture: a real one, typed into in a real page, and what it does seen by programs, files and pixels.

import assert from "node:assert/strict";
import { mkdir, stat } from "node:fs/promises";
import path from "node:path";
import { after, before, test } from "node:test";

import { becomes, command, desktop, save, sector } from "./harness/desktop.mjs";
import { launch, open } from "./harness/page.mjs";
import { until } from "./harness/poll.mjs";
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

/** The terminal that the sector of the tests shows. */
function shown(desktop) {
    const { terminals, terminal } = sector(desktop, "BUILD");
    return terminals.find(({ id }) => id === terminal);
}

function idle(session) {
    return becomes(session, "the shell waits for a command", (now) => shown(now)?.activity === "at_prompt" && shown(now));
}

const exists = (file) => stat(file).then(() => true, () => false);

for (const shell of ["fish", "bash", "zsh"]) {
    test(`what is typed into ${shell} runs`, async () => {
        const place = await Place.make();
        try {
            // Else a new user's Fish begins to read all manuals.
            await mkdir(path.join(place.home, ".local/share/fish/generated_completions"), { recursive: true });
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
    await mkdir(path.join(session.place.home, ".local/share/fish/generated_completions"), { recursive: true });
    const desk = await atPrompt(session);
    const isAt = (directory) => becomes(session, `the shell is at ${directory}`, (now) => shown(now).directory === directory);
    const { directory: home } = shown(await desktop(session));
    await desk.page.keyboard.type("cd deep/er\n");
    await isAt(path.join(home, "deep/er"));
    await desk.page.keyboard.type("cd ..\n");
    await isAt(path.join(home, "deep"));
}));
