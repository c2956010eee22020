// Signs that programs leave in the tray: a real one of Qt, pressed, its menu used, and gone with its program.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

import { arrives, middle, part, press } from "./harness/desktop.mjs";
import { launch, open } from "./harness/page.mjs";
import { until } from "./harness/poll.mjs";
import { inSession } from "./harness/session.mjs";

const SIGN = fileURLToPath(new URL("harness/sign-qt6.py", import.meta.url));

let chromium;
before(async () => (chromium = await launch()));
after(() => chromium?.close());

/** The bus of a session, as its programs are told of it. */
const bus = (session) => ({ DBUS_SESSION_BUS_ADDRESS: `unix:path=${session.place.runtime}/${session.display}-bus` });

/** Waits until a part's middle has a colour. */
async function becomes(desk, button, what, is) {
    const [x, y] = await middle(button);
    const { width, height } = desk.page.viewportSize();
    const at = [x / width, y / height];
    await until(what, async () => {
        const colour = await desk.pixel(...at);
        if (is(colour)) return true;
        throw new Error(JSON.stringify(colour));
    });
}

test("a sign is seen, pressed, has a menu, changes and goes with its program", inSession({ follow: false }, async (session) => {
    const desk = await open(chromium.browser, session.url);
    await until("the page has the keyboard", async () => (await desk.state()).captured);
    await arrives(session, "1");
    const env = { ...bus(session), QT_QPA_PLATFORM: "wayland", XDG_CURRENT_DESKTOP: "TOS" };
    const program = session.run("/usr/bin/python3", [SIGN], env);
    const hears = (what) => program.hears(what, (said) => said.sign === what);
    const sign = part(desk, "button", /POST OFFICE|SIGN-QT6/);
    await sign.waitFor({ state: "attached" });
    await desk.rests();
    await becomes(desk, sign, "the sign is red", ([red, green, blue]) => red > 180 && green < 80 && blue < 80);

    await press(desk, "button", /POST OFFICE|SIGN-QT6/);
    await hears("activated Trigger");

    // Its menu, by mouse and by keyboard.
    await press(desk, "button", /POST OFFICE|SIGN-QT6/, { button: "right" });
    await press(desk, "menuitem", "MUTE");
    await hears("mute True");
    await part(desk, "menuitem", "MUTE").waitFor({ state: "detached" });
    await press(desk, "button", /POST OFFICE|SIGN-QT6/, { button: "right" });
    await press(desk, "menuitem", "MORE …");
    await part(desk, "menuitem", "TURN BLUE").waitFor({ state: "attached" });
    await desk.page.keyboard.press("Tab");
    await desk.page.keyboard.press("Enter");
    await hears("blue");
    await becomes(desk, sign, "the sign is blue", ([red, green, blue]) => blue > 180 && red < 80 && green < 80);

    await press(desk, "button", /POST OFFICE|SIGN-QT6/, { button: "right" });
    const never = part(desk, "menuitem", "NEVER");
    await never.waitFor({ state: "attached" });
    assert.equal(await never.getAttribute("aria-disabled"), "true");
    await press(desk, "menuitem", "MORE …");
    await press(desk, "menuitem", "QUIT");
    assert.equal((await program.exited).code, 0);
    await sign.waitFor({ state: "detached" });
}));
