// Browsers as programs of the desktop: a page of their own with a text, and a film that has to be seen moving.

import { writes } from "../trial.mjs";

const PAGE = `<!doctype html><meta charset="utf-8"><title>trial</title>
<style>body{margin:0;background:#204060}textarea{display:block;width:100%;height:60px;font:24px monospace}video{position:fixed;bottom:0;left:0;width:640px;height:270px}</style>
<textarea autofocus></textarea><video src="film.webm" autoplay muted loop></video>`;

/** @param {import("../trial.mjs").Trial} trial */
async function browses(trial, quits) {
    await trial.fills();
    await trial.click(400, 140);
    await trial.types("Grüße");
    await trial.takes("pasted: äß 日本");
    await trial.tries("shortcuts", async () => {
        // A tab more, and back: the text is still there.
        await trial.keyboard.press("Control+t");
        await trial.settles();
        await trial.keyboard.press("Control+w");
        await trial.click(400, 140);
        await trial.holds("pasted: äß 日本");
    });
    trial.notes.film = await trial.shownPerSecond();
    await trial.menuOverFilm("Shift+F10");
    await trial.resizes();
    await trial.closes(() => trial.keyboard.press(quits));
}

async function prepare(trial) {
    await writes(trial.file("page.html"), PAGE);
    await trial.films(trial.file("film.webm"));
}

/** Firefox greets nobody. */
export async function quietFirefox(trial) {
    const preferences = [
        ["browser.aboutwelcome.enabled", false], ["datareporting.policy.dataSubmissionEnabled", false],
        ["browser.shell.checkDefaultBrowser", false], ["browser.warnOnQuitShortcut", false],
        ["browser.startup.homepage_override.mstone", "ignore"], ["toolkit.telemetry.reportingpolicy.firstRun", false],
    ];
    const lines = preferences.map(([name, value]) => `user_pref("${name}", ${JSON.stringify(value)});`);
    await writes(trial.file("profile/user.js"), lines.join("\n"));
}

export default [
    {
        name: "firefox",
        packages: ["firefox-esr"],
        command: "sh",
        args: ["-c", 'exec firefox-esr --no-remote --profile "$HOME/profile" "file://$HOME/page.html"'],
        env: { MOZ_ENABLE_WAYLAND: "1", MOZ_CRASHREPORTER_DISABLE: "1" },
        id: /firefox/i,
        async prepare(trial) {
            await prepare(trial);
            await quietFirefox(trial);
        },
        drive: (trial) => browses(trial, "Control+q"),
    },
    {
        name: "chromium",
        packages: ["chromium"],
        command: "sh",
        args: ["-c", 'exec chromium --ozone-platform=wayland --no-sandbox --disable-gpu --no-first-run --disable-background-networking --disable-component-update --disable-sync --password-store=basic --user-data-dir="$HOME/profile" "file://$HOME/page.html"'],
        id: /chromium/i,
        prepare,
        drive: (trial) => browses(trial, "Control+Shift+w"),
    },
];
