// Input methods: what is typed becomes other letters on its way into a program.

import { until } from "../../browser/harness/poll.mjs";
import { TOS_COMP } from "../../browser/harness/session.mjs";
import { programEnvironment, writes } from "../trial.mjs";

/** As Vietnamese is typed on a keyboard that has none of its letters, and as it is read. */
const [TYPED, READ] = ["tieengs Vieetj", "tiếng Việt"];

/** Types into an editor, and looks into the file. */
async function composes(trial, env) {
    const file = trial.file("letter.txt");
    await writes(file, "");
    trial.session.run("gnome-text-editor", ["--standalone", file], { ...env, GSETTINGS_BACKEND: "memory" });
    await until("the editor has a window", async () => {
        trial.main = (await trial.windows())[0];
        return trial.main;
    });
    await trial.settles();
    await trial.keyboard.type(TYPED);
    await trial.settles();
    await trial.photo("typed");
    // The last word is finished by what follows it.
    await trial.keyboard.press("Space");
    await trial.keyboard.press("Control+s");
    await trial.contains(file, READ);
}

export default [
    {
        name: "fcitx5",
        packages: ["fcitx5", "fcitx5-unikey", "gnome-text-editor"],
        does: "composes letters, by the protocol of input methods",
        async drive(trial) {
            await trial.tries("works", async () => {
                const group = "[Groups/0]\nName=Default\nDefault Layout=us\nDefaultIM=unikey\n\n[Groups/0/Items/0]\nName=unikey\nLayout=\n\n[GroupOrder]\n0=Default\n";
                await writes(trial.file(".config/fcitx5/profile"), group);
                const env = await programEnvironment(trial.session);
                trial.session.run(TOS_COMP, ["trust", "--", "fcitx5", "--disable=xim,xcb,kimpanel,notificationitem"], env);
                await composes(trial, env);
            });
        },
    },
    {
        name: "ibus",
        packages: ["ibus", "ibus-unikey", "ibus-gtk4", "gnome-text-editor"],
        does: "the same, by D-Bus and a module in the program",
        async drive(trial) {
            await trial.tries("works", async () => {
                const env = { ...(await programEnvironment(trial.session)), GSETTINGS_BACKEND: "memory" };
                trial.session.run("ibus-daemon", ["--panel=disable", "--config=disable", "--emoji-extension=disable"], env);
                const ibus = (...words) => trial.session.run("ibus", words, env);
                await until("its engine is chosen", async () => {
                    // It also tells the X server of a layout, which that refuses.
                    await ibus("engine", "Unikey").exited;
                    const told = ibus("engine");
                    await told.exited;
                    return told.log.includes("Unikey");
                });
                await composes(trial, { ...env, GTK_IM_MODULE: "ibus" });
            });
        },
    },
];
