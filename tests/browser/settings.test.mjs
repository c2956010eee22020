// The user's files: what is saved takes effect at once, and a mistake changes nothing but is told.

import assert from "node:assert/strict";
import { rename, rm } from "node:fs/promises";
import path from "node:path";
import { after, before, test } from "node:test";

import { ask, desktop, part, press, save, whereabouts } from "./harness/desktop.mjs";
import { launch, open } from "./harness/page.mjs";
import { until } from "./harness/poll.mjs";
import { inSession } from "./harness/session.mjs";

const GREEN = [0x00, 0xa0, 0x40];
/** In the upper elbow of the overview. */
const ELBOW = { x: 0.05, y: 0.06 };

let chromium;
before(async () => (chromium = await launch()));
after(() => chromium?.close());

const config = (session) => path.join(session.place.home, ".config/tos/config.toml");
const theme = (session) => path.join(session.place.home, ".config/tos/theme.css");

async function page(session) {
    const desk = await open(chromium.browser, session.url);
    await until("the page has the keyboard", async () => (await desk.state()).captured);
    return desk;
}

/** Waits for an alert whose words match. */
function alert(desk, words) {
    const alerts = desk.page.locator("#semantics").getByRole("alert");
    return until(`an alert says ${words}`, async () => {
        const all = await alerts.evaluateAll((nodes) => nodes.map((node) => node.innerText));
        const found = all.find((text) => words.test(text));
        if (found) return found;
        throw new Error(JSON.stringify(all));
    });
}

test("a binding that is saved takes effect, and a mistake leaves it in force", inSession({ follow: false }, async (session) => {
    const desk = await page(session);
    const sectors = async () => (await desktop(session)).sectors.length;
    const works = async (what, count) => {
        await until(what, async () => {
            const before = await sectors();
            await desk.page.keyboard.press("Meta+KeyJ");
            return (await sectors()) > before;
        });
        assert.ok((await sectors()) > count);
    };
    await save(config(session), '[bindings]\n"Super+j" = "new_sector"\n');
    await works("the new binding works", 5);

    await save(config(session), '[bindings]\n"Super+j" = "zoom_sideways"\n"Super+k" = "zoom_out"\n');
    const words = await alert(desk, /config\.toml:2/i);
    assert.match(words, /zoom_sideways/i);
    await works("the old binding stays", 6);

    // As editors do it: another file is moved into its place.
    await save(`${config(session)}.new`, '[bindings]\n"Super+j" = { sector_number = 2 }\n');
    await rename(`${config(session)}.new`, config(session));
    await until("the newest binding works", async () => {
        await desk.page.keyboard.press("Meta+KeyJ");
        return whereabouts(await desktop(session)) === "2 RESEARCH";
    });
}));

test("a colour that is saved is seen at once, a mistake is told, and without the file all is as before", inSession({ follow: false }, async (session) => {
    const desk = await page(session);
    await part(desk, "heading", "GLOBAL OVERVIEW").waitFor({ state: "attached" });
    const own = await desk.pixel(ELBOW.x, ELBOW.y);
    assert.ok(Math.max(...own) > 60, `there is a frame at ${own}`);
    await save(theme(session), ":root { --lcars-frame: #00a040; }\n");
    await desk.shows(GREEN, ELBOW);
    await save(theme(session), ":root {\n  --lcars-frame: #no-colour;\n}\n");
    await alert(desk, /theme\.css:.*\b2\b/i);
    await desk.shows(GREEN, ELBOW);
    await rm(theme(session));
    await desk.shows(own, ELBOW);
}));

test("what is chosen on the screen takes effect and is remembered", inSession({ follow: false }, async (session) => {
    const desk = await page(session);
    const preferences = async () => (await ask(session, "snapshot")).body.preferences;
    assert.deepEqual(await preferences(), {});
    await press(desk, "button", "SETTINGS");
    await part(desk, "dialog", "SETTINGS").waitFor({ state: "attached" });
    await press(desk, "button", "REDUCED");
    await until("motion is reduced", async () => (await preferences()).reduced_motion === true);
    await press(desk, "button", "CLOSE");
    await part(desk, "dialog", "SETTINGS").waitFor({ state: "detached" });
    const own = await desk.pixel(ELBOW.x, ELBOW.y);
    await desk.page.keyboard.press("Meta+KeyT");
    await until("another theme is seen", async () => {
        const now = await desk.pixel(ELBOW.x, ELBOW.y);
        return now.some((value, at) => Math.abs(value - own[at]) > 24);
    });
    assert.equal(typeof (await preferences()).theme, "string");
}));

test("the size and the letters that the file names are seen when it is saved, and nothing beyond the limits", inSession({ follow: false }, async (session) => {
    const desk = await page(session);
    const pill = async () => (await part(desk, "button", "SETTINGS").first().boundingBox()).height;
    const usual = await pill();
    for (const scale of [0.75, 2, 1]) {
        await save(config(session), `[interface]\nscale = ${scale}\n`);
        await until(`it is ${scale} times as large`, async () => {
            const now = await pill();
            // What is between two pills belongs to them, and is larger or smaller than they by itself.
            if (Math.abs(now / usual / scale - 1) < 0.2) return true;
            throw new Error(`${now} of ${usual}`);
        });
    }
    await save(config(session), "[interface]\nscale = 3.5\n");
    await alert(desk, /config\.toml:2/i);
    assert.ok(Math.abs((await pill()) - usual) <= 1, "what is too large leaves it as it was");

    await desk.rests();
    const letters = await desk.glance();
    await save(config(session), '[interface]\nfonts = { label = "DejaVu Sans Mono" }\n');
    await desk.differs(letters, 60);
}));
