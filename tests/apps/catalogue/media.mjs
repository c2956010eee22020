// Office, films, games.

import { press } from "../../browser/harness/desktop.mjs";
import { until } from "../../browser/harness/poll.mjs";
import { writes } from "../trial.mjs";

export default [
    {
        name: "libreoffice writer",
        packages: ["libreoffice-writer", "libreoffice-gtk3"],
        command: "soffice",
        args: ["--writer", "--norestore", "--nologo", "--nofirststartwizard"],
        env: { SAL_USE_VCLPLUGIN: "gtk3" },
        id: /libreoffice|soffice/i,
        async drive(trial) {
            await until("its document is there", async () => (await trial.windows()).some((window) => /Untitled/.test(window.title)), { within: 90_000 });
            trial.main = (await trial.windows()).find((window) => /Untitled/.test(window.title));
            await trial.settles();
            // It begins with a tip of the day.
            if ((await trial.windows()).length > 1) await trial.keyboard.press("Escape");
            await until("one window is left", async () => (await trial.windows()).length === 1);
            await trial.fills();
            await trial.menu(() => trial.keyboard.press("Alt+f"));
            await trial.types("Grusswort");
            await trial.takes("pasted: äß 日本");
            await trial.tries("shortcuts", async () => {
                await trial.keyboard.press("Control+z");
                await trial.holds("Grusswort");
            });
            await trial.dialog(() => trial.keyboard.press("Control+s"));
            await trial.resizes();
            await trial.closes(async () => {
                await trial.keyboard.press("Control+q");
                await until("it asks whether to save", async () => (await trial.windows()).length === 2);
                await trial.settles();
                await trial.photo("asks");
                // DON'T SAVE, by its letter.
                await trial.keyboard.press("Alt+n");
            });
        },
    },
    {
        name: "mpv",
        packages: ["mpv"],
        command: "sh",
        args: ["-c", 'exec mpv --no-config --vo=wlshm --no-audio --loop --no-osc "$HOME/film.webm"'],
        id: /mpv/i,
        moves: true,
        prepare: (trial) => trial.films(trial.file("film.webm")),
        async drive(trial) {
            await trial.fills();
            trial.notes.film = await trial.shownPerSecond();
            await trial.tries("shortcuts", async () => {
                await trial.keyboard.press("Space");
                // It holds the picture, and goes on.
                await trial.settles();
                const still = await trial.desk.glance();
                await trial.keyboard.press("Space");
                await trial.desk.differs(still, 10);
            });
            await trial.resizes();
            await trial.closes(() => trial.keyboard.press("q"));
        },
    },
    {
        name: "chocolate-doom (SDL 2)",
        packages: ["chocolate-doom", "freedoom"],
        command: "/usr/games/chocolate-doom",
        args: ["-iwad", "/usr/share/games/doom/freedoom1.wad", "-nosound", "-window"],
        env: { SDL_VIDEODRIVER: "wayland" },
        id: /doom/i,
        moves: true,
        async prepare(trial) {
            // Else it says good-bye in a window of text that waits for a key.
            await writes(trial.file(".local/share/chocolate-doom/chocolate-doom.cfg"), "show_endoom 0\n");
        },
        async drive(trial) {
            await trial.fills();
            await trial.tries("shortcuts", async () => {
                const before = await trial.desk.glance();
                await trial.keyboard.press("Escape", { delay: 100 });
                await trial.desk.differs(before, 60);
            });
            await trial.resizes();
            await trial.closes(async () => {
                await press(trial.desk, "button", "CLOSE");
                // It asks in its own picture, which never rests: what is answered too soon is answered again.
                await until("it is answered", async () => {
                    await trial.keyboard.press("y", { delay: 100 });
                    return (await trial.windows()).length === 0;
                });
            });
        },
    },
    {
        name: "glxgears",
        packages: ["mesa-utils", "xwayland"],
        command: "glxgears",
        id: /glxgears/i,
        moves: true,
        async drive(trial) {
            await trial.fills();
            trial.notes.film = await trial.shownPerSecond();
            await trial.resizes();
            await trial.closes(() => trial.keyboard.press("Escape"));
        },
    },
];
