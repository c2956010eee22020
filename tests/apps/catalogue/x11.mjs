// Programs of the other lists once more, as X programs.

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
    asX11(media, "libreoffice writer", {
        env: { SAL_USE_VCLPLUGIN: "gen" },
        known: { typing: "what its own X11 interface copies first does not come to the page" },
    }),
    asX11(media, "mpv", { args: ["-c", 'exec mpv --no-config --vo=x11 --no-audio --loop --no-osc "$HOME/film.webm"'] }),
    asX11(media, "chocolate-doom (SDL 2)", { env: { SDL_VIDEODRIVER: "x11" } }),
];
