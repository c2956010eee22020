// Terminals: what is typed runs in a shell, whose files tell.

import { readFile } from "node:fs/promises";

import { until } from "../../browser/harness/poll.mjs";

const shell = { PS1: "> ", SHELL: "/bin/sh" };

/** @param {import("../trial.mjs").Trial} trial */
async function works(trial, { copies, pastes }) {
    const typed = trial.file("typed");
    await trial.fills();
    await trial.tries("typing", async () => {
        await trial.keyboard.type(`echo "äß, $((40+2))" > '${typed}'\n`);
        await trial.contains(typed, "äß, 42");
    });
    await trial.tries("shortcuts", async () => {
        // Thrown away at once by the terminal's line discipline.
        await trial.keyboard.type("exit");
        await trial.keyboard.press("Control+u");
        await trial.keyboard.type(`printf shortcut > '${typed}'\n`);
        await trial.contains(typed, "shortcut");
    });
    await trial.tries("clipboard", async () => {
        await trial.pastes(`echo pasted > '${typed}'`, pastes);
        // It comes when whoever has it gives it; an Enter before that is an empty line.
        await until("what was pasted has run", async () => {
            await trial.keyboard.press("Enter");
            return (await readFile(typed, "utf8")).trim() === "pasted";
        });
        if (copies) {
            await trial.keyboard.type("clear; printf 'copied'\n");
            await trial.settles();
            await trial.click(12, 12, { clickCount: 2 });
            await trial.keyboard.press(copies);
            await trial.copied("copied");
        }
    });
    await trial.resizes();
    await trial.closes(() => trial.keyboard.type("exit\n"));
}

export default [
    {
        name: "foot",
        packages: ["foot"],
        command: "foot",
        args: ["--config=/dev/null", "--log-level=warning", "/bin/sh"],
        env: shell,
        id: /^foot$/,
        quick: true,
        drive: (trial) => works(trial, { copies: "Control+Shift+C", pastes: "Control+Shift+V" }),
    },
    {
        name: "weston-terminal",
        packages: ["weston"],
        command: "weston-terminal",
        args: ["--shell=/bin/sh"],
        env: shell,
        id: /weston/i,
        drive: (trial) => works(trial, { pastes: "Control+Shift+V" }),
    },
    {
        name: "xterm",
        packages: ["xterm", "xwayland"],
        command: "xterm",
        args: ["-xrm", "XTerm*selectToClipboard: true", "-xrm", "XTerm*VT100.translations: #override Ctrl Shift <Key>V: insert-selection(CLIPBOARD)", "-e", "/bin/sh"],
        env: shell,
        id: /xterm/i,
        quick: true,
        async drive(trial) {
            await trial.menu(async () => {
                // Its menu lasts as long as the button is held.
                await trial.keyboard.down("Control");
                await trial.mouse.move(...(await trial.point(200, 200)));
                await trial.mouse.down();
            }, async () => {
                await trial.mouse.up();
                await trial.keyboard.up("Control");
            });
            await works(trial, { pastes: "Control+Shift+V" });
        },
    },
];
