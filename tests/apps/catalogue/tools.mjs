// Tools of the screen: they have no window that fills a place, and are tried by what they are for.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";

import { part, whereabouts, desktop } from "../../browser/harness/desktop.mjs";
import { until } from "../../browser/harness/poll.mjs";
import { TOS_COMP } from "../../browser/harness/session.mjs";
import { writes } from "../trial.mjs";

/**
 * A program that the user trusts with the screen, as `tos-comp trust` starts it.
 * @param {import("../trial.mjs").Trial} trial
 * @param {string[]} words
 */
const trusted = (trial, ...words) => trial.session.run(TOS_COMP, ["trust", "--", ...words]);

/** The same through a shell, with the trial's home as `$HOME`. */
const shell = (trial, script) => trusted(trial, "sh", "-c", script);

/** Waits for a program to end well. */
async function ends(program) {
    const { code } = await program.exited;
    assert.equal(code, 0, program.tail);
}

/** A shell in foot, at rest, that fills its place. */
async function foot(trial) {
    await trial.session.foot(["/bin/sh"], { PS1: "> " });
    trial.main = (await trial.windows())[0];
    await until("foot fills its place", () => trial.fitting().catch(() => undefined));
    await trial.settles();
}

/** Where the window in focus goes, page coordinates. */
const place = (trial) => part(trial.desk, "application", /.*/).first().boundingBox();

/** Asks a list of names of a launcher for one, with the keyboard. */
function chooses(command) {
    return async (trial) => {
        await foot(trial);
        await trial.tries("works", async () => {
            const chosen = trial.file("chosen");
            const before = await trial.desk.glance();
            const launcher = shell(trial, `printf 'alpha\\nbravo\\ncharlie\\n' | ${command} > "$HOME/chosen"`);
            await trial.desk.differs(before, 60);
            await trial.settles();
            await trial.photo("open");
            await trial.keyboard.type("brav");
            await trial.settles();
            await trial.keyboard.press("Enter");
            await ends(launcher);
            await trial.contains(chosen, "bravo");
        });
    };
}

export default [
    {
        name: "wl-clipboard",
        packages: ["wl-clipboard"],
        does: "copies text for the browser and pastes the browser's",
        quick: true,
        async drive(trial) {
            await trial.tries("works", async () => {
                await ends(trusted(trial, "wl-copy", "copied: äß 日本"));
                await trial.copied("copied: äß 日本");
                await trial.desk.page.evaluate(() => navigator.clipboard.writeText("from outside"));
                await trial.desk.page.evaluate(() => window.dispatchEvent(new Event("focus")));
                await until("wl-paste has it", async () => {
                    const pastes = shell(trial, 'wl-paste --no-newline > "$HOME/pasted"');
                    await pastes.exited;
                    return (await readFile(trial.file("pasted"), "utf8")) === "from outside";
                });
            });
        },
    },
    {
        name: "grim",
        packages: ["grim"],
        does: "takes a picture of the screen",
        quick: true,
        async drive(trial) {
            await foot(trial);
            await trial.tries("works", async () => {
                await ends(trusted(trial, "grim", trial.file("shot.png")));
                const png = await readFile(trial.file("shot.png"));
                assert.deepEqual([png.readUInt32BE(16), png.readUInt32BE(20)], [1280, 720]);
            });
        },
    },
    {
        name: "slurp",
        packages: ["slurp"],
        does: "lets the mouse choose a part of the screen",
        async drive(trial) {
            await foot(trial);
            await trial.tries("works", async () => {
                const before = await trial.desk.glance();
                const slurp = shell(trial, 'slurp > "$HOME/chosen"');
                await trial.desk.differs(before, 60);
                await trial.mouse.move(200, 150);
                await trial.mouse.down();
                await trial.mouse.move(500, 350, { steps: 5 });
                await trial.settles();
                await trial.photo("open");
                await trial.mouse.up();
                await ends(slurp);
                // It counts the last pixel, too.
                await trial.contains(trial.file("chosen"), "200,150 301x201");
            });
        },
    },
    {
        name: "wtype",
        packages: ["wtype"],
        does: "types into the window with the keyboard",
        quick: true,
        async drive(trial) {
            await foot(trial);
            await trial.tries("works", async () => {
                await ends(trusted(trial, "wtype", `echo "äß 日本" > '${trial.file("typed")}'`, "-k", "Return"));
                await trial.contains(trial.file("typed"), "äß 日本");
            });
        },
    },
    {
        name: "wev",
        packages: ["wev"],
        does: "tells what keys and pointer do in its window",
        quick: true,
        async drive(trial) {
            await trial.tries("works", async () => {
                const wev = trial.session.run("stdbuf", ["-oL", "wev"]);
                await until("it has a window", async () => (await trial.windows()).length === 1);
                await trial.settles();
                await trial.keyboard.press("q");
                const box = await place(trial);
                await trial.mouse.click(box.x + 100, box.y + 80);
                for (const said of [/sym: q +\(113\), utf8: 'q'/, /wl_pointer\] button: .* button: 272/, /wl_pointer\] motion: .* x, y: 100\.0+, 80\.0+/]) {
                    await until(`it says ${said}`, () => wev.log.some((line) => said.test(line)));
                }
            });
        },
    },
    {
        name: "waybar",
        packages: ["waybar"],
        does: "keeps a bar at the upper edge, and windows below it",
        async drive(trial) {
            await foot(trial);
            await trial.tries("works", async () => {
                const [config, style] = [trial.file("bar.json"), trial.file("bar.css")];
                await writes(config, JSON.stringify({ layer: "top", height: 30, "modules-left": ["clock"] }));
                await writes(style, "* { font-size: 14px; } window#waybar { background: #204060; color: #ffffff; }");
                const before = await place(trial);
                const bar = trial.session.run("waybar", ["-c", config, "-s", style]);
                await until("the window makes room", async () => (await place(trial)).y >= before.y + 30 - 1);
                await until("the window follows", () => trial.fitting().catch(() => undefined));
                await trial.settles();
                await trial.photo("open");
                await bar.stop();
                await until("the room is the window's again", async () => (await place(trial)).y === before.y);
            });
        },
    },
    { name: "wofi", packages: ["wofi"], does: "offers names to choose from, by keyboard", drive: chooses("wofi --dmenu --cache-file=/dev/null") },
    { name: "fuzzel", packages: ["fuzzel"], does: "the same", drive: chooses("fuzzel --dmenu") },
    {
        name: "swaylock",
        packages: ["swaylock"],
        does: "locks every level, and is the only one that unlocks",
        async drive(trial) {
            await foot(trial);
            await trial.tries("works", async () => {
                const lock = trial.session.run("swaylock", ["--color", "204060"]);
                await trial.desk.shows([0x20, 0x40, 0x60], { x: 0.1, y: 0.9 });
                await trial.photo("locked");
                const where = whereabouts(await desktop(trial.session));
                await trial.keyboard.press("Meta+ArrowUp");
                await trial.keyboard.type("echo out\n");
                await trial.settles();
                assert.equal(whereabouts(await desktop(trial.session)), where, "keys lead nowhere");
                await trial.desk.shows([0x20, 0x40, 0x60], { x: 0.1, y: 0.9 });
                // What it does when the password was right.
                process.kill(lock.pid, "SIGUSR1");
                await ends(lock);
                await until("the window is seen again", async () => (await part(trial.desk, "application", /.*/).count()) > 0);
            });
        },
    },
];
