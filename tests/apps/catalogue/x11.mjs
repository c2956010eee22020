// Programs of the other lists once more, as X programs.

import { until } from "../../browser/harness/poll.mjs";
import editors from "./editors.mjs";
import media from "./media.mjs";

/** The program of that name, started otherwise. */
function asX11(list, name, { env = {}, ...rest }) {
    const app = list.find((app) => app.name === name);
    if (!app) throw new Error(`there is no ${name} in the list`);
    return { ...app, quick: false, name: `${name}, X11`, packages: [...app.packages, "xwayland"], env: { ...app.env, ...env }, ...rest };
}

export default [
    asX11(editors, "gnome-text-editor", { env: { GDK_BACKEND: "x11" } }),
    asX11(editors, "kate (Qt 5)", { env: { QT_QPA_PLATFORM: "xcb" } }),
    asX11(media, "libreoffice writer", { env: { SAL_USE_VCLPLUGIN: "gen" }, pace: 40 }),
    asX11(media, "mpv", { args: ["-c", 'exec mpv --no-config --vo=x11 --no-audio --loop --no-osc "$HOME/film.webm"'] }),
    asX11(media, "chocolate-doom (SDL 2)", { env: { SDL_VIDEODRIVER: "x11" } }),
    {
        name: "jedit (Java Swing), X11",
        packages: ["jedit", "default-jre", "xwayland"],
        command: "jedit",
        args: ["-nosplash", "-noserver", "-norestore"],
        id: /jedit/i,
        async drive(trial) {
            // It begins with a page of help over it.
            const titled = (words) => async () => (await trial.windows()).find((window) => words.test(window.title));
            const help = await until("its help is there", titled(/Help/));
            await trial.session.message("close", String(help.id));
            trial.main = await until("its window is there", titled(/Untitled/));
            await until("its help is gone", async () => (await trial.windows()).length === 1);
            await trial.fills();
            await trial.menu(() => trial.click(20, 12));
            await trial.click(600, 300);
            await trial.types("Grüße from outside");
            await trial.takes("pasted: äß 日本");
            await trial.dialog(() => trial.keyboard.press("Control+o"));
            await trial.resizes();
            await trial.closes(() => trial.keyboard.press("Control+q"));
        },
    },
];
