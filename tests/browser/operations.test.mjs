// Every operation that there is, done three times: by role as a screen reader does it, by keys alone, and with a finger.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { arrives, ask, becomes, command, desktop, middle, pane, panes, part, pressable, sector } from "./harness/desktop.mjs";
import { launch, open } from "./harness/page.mjs";
import { engines, panel } from "./harness/panels.mjs";
import { until } from "./harness/poll.mjs";
import { inSession } from "./harness/session.mjs";

let chromium;
before(async () => (chromium = await launch()));
after(() => chromium?.close());

/** What nobody does by itself: a press on a window of a program, or on its dialog, does it. */
const OF_WINDOWS = ["activate"];

/** As a screen reader: by role and name, by the focus of the page, by the menu that it asks for. */
class Reader {
    constructor(desk) {
        this.desk = desk;
    }

    async press(name, role = "button", place = 0) {
        const told = pressable(this.desk, role, name).nth(place);
        await told.waitFor({ state: "attached" });
        await told.evaluate((element) => element.click());
    }

    async choose(name, item) {
        const told = part(this.desk, "button", name).first();
        await told.waitFor({ state: "attached" });
        await told.evaluate((element) => {
            element.dispatchEvent(new PointerEvent("contextmenu", { bubbles: true, cancelable: true, pointerType: "" }));
        });
        await this.press(item, "menuitem");
        await part(this.desk, "menu", /./).first().waitFor({ state: "detached" });
    }

    async select(name) {
        await part(this.desk, "button", name).first().focus();
    }

    async write(text) {
        await this.desk.page.keyboard.type(text);
    }

    /** Out of the parts around a shell into it. */
    async toShell() {
        await this.press(/^TERMINAL \//, "application");
    }

    /** Closes what is open, with the key that every screen reader has. */
    async dismiss(menu) {
        await this.desk.page.keyboard.press("Escape");
        await part(this.desk, "menu", menu).waitFor({ state: "detached" });
    }
}

/** With keys: to a part with Tab, Enter on it, its menu with Shift+F10. */
class Keys {
    keys = true;

    constructor(desk) {
        this.desk = desk;
    }

    /** Where the keyboard is, as the page tells it. */
    here() {
        return this.desk.page.evaluate(() => {
            const id = document.getElementById("typing").getAttribute("aria-activedescendant");
            return (id && document.getElementById(id)?.getAttribute("aria-label")) ?? "";
        });
    }

    async reach(name, role = "button") {
        await part(this.desk, role, name).first().waitFor({ state: "attached" });
        const there = (now) => (typeof name === "string" ? now === name : name.test(now));
        const seen = [];
        for (let count = 0; count < 60; count += 1) {
            const now = await this.here();
            if (there(now)) return;
            seen.push(now);
            await this.desk.page.keyboard.press("Tab");
            await until(`the keyboard moves on from ${now}`, async () => (await this.here()) !== now);
        }
        throw new Error(`${name} is not reached: ${seen.join(", ")}`);
    }

    async press(name, role = "button") {
        await this.reach(name, role);
        await this.desk.page.keyboard.press("Enter");
    }

    async choose(name, item) {
        await this.reach(name);
        await this.desk.page.keyboard.press("Shift+F10");
        await this.press(item, "menuitem");
        await part(this.desk, "menu", /./).first().waitFor({ state: "detached" });
    }

    async select(name) {
        await this.reach(name);
    }

    async write(text) {
        await this.desk.page.keyboard.type(text);
    }
}

/** With a finger: a tap, and one that stays. */
class Finger {
    constructor(desk) {
        this.desk = desk;
    }

    async press(name, role = "button", place = 0) {
        await this.desk.page.touchscreen.tap(...(await middle(pressable(this.desk, role, name).nth(place))));
    }

    async hold(name) {
        const [x, y] = await middle(part(this.desk, "button", name));
        const cdp = await this.desk.page.context().newCDPSession(this.desk.page);
        await cdp.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints: [{ x, y }] });
        await part(this.desk, "menu", /./).first().waitFor({ state: "attached" });
        await cdp.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
        await cdp.detach();
    }

    async choose(name, item) {
        await this.hold(name);
        await this.press(item, "menuitem");
        await part(this.desk, "menu", /./).first().waitFor({ state: "detached" });
    }

    async select(name) {
        await this.hold(name);
        await this.dismiss(/./);
    }

    /** With the keyboard on the screen, which brings text and no keys. */
    async write(text) {
        if (!(await this.desk.state()).captured) await this.desk.page.tap("#keyboard");
        await until("the page has the keyboard", async () => (await this.desk.state()).captured);
        await this.desk.page.keyboard.insertText(text);
    }

    /** Closes what is open by a tap beside it. */
    async dismiss(menu) {
        await this.desk.page.touchscreen.tap(1270, 700);
        await part(this.desk, "menu", menu).first().waitFor({ state: "detached" });
    }
}

const hubOf = (name) => (now) => pane(now).label === "2" && pane(now).path[0].sector === sector(now, name).id;
const flip = (now, name) => sector(now, name).apps.find(({ app_id }) => app_id === "flip");
const names = (now) => now.sectors.map(({ name }) => name).join(" ");
const shells = (now) => sector(now, "BUILD").terminals;
const shownShell = (now) => shells(now).findIndex(({ id }) => id === sector(now, "BUILD").terminal);
const waits = (now) => shells(now)[shownShell(now)]?.activity === "at_prompt";

/**
 * The story: in each step something is done by hand, and the desktop is to become what the operation says.
 * @param {import("./harness/session.mjs").Session} session
 * @param {Reader | Keys | Finger} hands
 * @param {Set<string>} did
 */
async function story(session, hands, did) {
    const { desk } = hands;
    const { keyboard } = desk.page;
    /** Where there is a chord, it is pressed by who has keys; everybody else presses what is seen. */
    const by = (chord, otherwise) => (hands.keys ? keyboard.press(chord) : otherwise());
    const step = async (operations, what, act, check) => {
        await act();
        await becomes(session, `${operations}: ${what}`, check);
        for (const operation of [operations].flat()) did.add(operation);
        await desk.rests();
    };
    const goes = (name, place) => step("jump", `it is at ${name}`, () => by(`Meta+Digit${place}`, () => hands.press(`GO TO ${name}`)), hubOf(name));

    // The overview: its tiles, and its sectors.
    const chosen = (name) => (now) => pane(now).selected?.sector === sector(now, name).id;
    await step(["select", "focus_next", "move"], "STUDIO is selected", () => hands.select("STUDIO"), chosen("STUDIO"));
    await step("focus_prev", "RESEARCH is selected", () => by("ArrowLeft", () => hands.select("RESEARCH")), chosen("RESEARCH"));
    await step("new_sector", "there are six", () => by("Meta+KeyN", () => hands.press("NEW SECTOR")), (now) => now.sectors.length === 6);
    const fresh = (await desktop(session)).sectors.at(-1).name.toUpperCase();
    await step("rename", "it is called HARBOUR", async () => {
        await hands.choose(fresh, "RENAME");
        await part(desk, "dialog", "RENAME SECTOR").waitFor({ state: "attached" });
        await hands.write("!");
        await keyboard.press("Control+KeyU");
        await hands.write("HARBOUR");
        await by("Enter", () => hands.press("RENAME"));
    }, (now) => names(now).endsWith("HARBOUR"));
    await step("recolour", "it has another colour", async () => {
        await hands.choose("HARBOUR", "COLOUR");
        await hands.press("COLOUR 2");
    }, (now) => sector(now, "HARBOUR").colour === 2);
    await step("reorder", "it is the last but one", () => hands.choose("HARBOUR", "MOVE LEFT"), (now) => names(now).endsWith("HARBOUR LOGS"));
    await step("remove_sector", "it is gone", () => hands.choose("HARBOUR", "REMOVE"), (now) => now.sectors.length === 5);

    // Into a hub, over to others, and what it shows.
    await step("zoom_in", "it is in the hub", () => hands.press("BUILD"), hubOf("BUILD"));
    await goes("STUDIO", 3);
    await goes("BUILD", 1);
    await step("mode", "it shows a shell", () => by("F6", () => hands.press("COMMAND", "tab")), (now) => pane(now).mode === "command");
    await becomes(session, "its shell waits", waits);
    await step("new_terminal", "there are two", () => by("Control+Shift+KeyT", () => hands.press("NEW TERMINAL")), (now) => {
        return shells(now).length === 2 && shownShell(now) === 1 && waits(now);
    });
    await step(["previous_terminal", "show_terminal"], "the first is shown", () => {
        return by("Control+PageUp", () => hands.press(/^TERMINAL 1/, "tab"));
    }, (now) => shownShell(now) === 0);
    await step("next_terminal", "the second is shown", () => by("Control+PageDown", () => hands.press(/^TERMINAL 2/, "tab")), (now) => shownShell(now) === 1);
    const ended = (now) => shells(now)[shownShell(now)]?.activity === "ended";
    const leave = async () => {
        await hands.toShell?.();
        await hands.write("exit");
        await keyboard.press("Enter");
        await becomes(session, "the shell has ended", ended);
        await desk.rests();
    };
    await leave();
    await step("restart_terminal", "it runs again", () => hands.press("RESTART"), waits);
    await leave();
    await step("close_terminal", "there is one", () => hands.press("CLOSE"), (now) => shells(now).length === 1);
    // The keys are the shell's again: out of it by the prompt.
    if (hands.keys) await keyboard.press("Meta+KeyP");
    await step("mode", "it shows the apps", () => hands.press("APPS", "tab"), (now) => pane(now).mode === "apps");

    // A window, and how panes share the screen.
    await step("zoom_in", "it is at the window", () => hands.press("FLIP"), (now) => pane(now).label === "3");
    await step("split", "there are two panes", () => by("Meta+KeyS", () => hands.press("SPLIT")), (now) => panes(now).length === 2);
    const [mine, other] = panes(await desktop(session)).map(({ viewport }) => viewport);
    const focused = (viewport) => (now) => now.focused_viewport === viewport;
    /** Asks for the menu of the pane with the window, and takes something of it. */
    const choose = async (item) => {
        const place = panes(await desktop(session)).findIndex(({ viewport }) => viewport === mine);
        await hands.press("PANE", "button", place);
        await hands.press(item, "menuitem");
    };
    const width = (now) => pane(now).rect.w;
    const before = width(await desktop(session));
    await step("resize", "it is wider", () => by("Meta+Equal", () => choose("LARGER")), (now) => width(now) > before + 20);
    if (!hands.keys) await hands.dismiss("PANE");
    await step("swap", "it is at the right", () => by("Meta+KeyX", () => choose("SWAP")), (now) => panes(now)[1].viewport === mine);
    await step("focus_pane", "the other has the focus", () => by("Meta+ArrowLeft", () => hands.press("APPS", "tab")), focused(other));
    await step("focus_viewport", "the first has it again", () => by("Meta+Tab", () => hands.press("PANE", "button", 1)), focused(mine));
    if (!hands.keys) await hands.dismiss("PANE");
    await step("close_viewport", "there is one", () => by("Meta+Shift+KeyW", () => choose("CLOSE PANE")), (now) => panes(now).length === 1);
    const [{ viewport }] = panes(await desktop(session));
    assert.equal(viewport, other, "the one that was closed is the one that was meant");
    await becomes(session, "what is left is the hub", hubOf("BUILD"));

    // What a program has of the screen, and where it is.
    const fills = (now) => flip(now, "BUILD").windows[0].fullscreen;
    await step("fullscreen", "it fills the screen", () => hands.choose("FLIP", "FULLSCREEN"), fills);
    await step("fullscreen", "it does no longer", () => hands.choose("FLIP", "LEAVE FULLSCREEN"), (now) => !fills(now));
    await step("send_to_sector", "it is in STUDIO", async () => {
        await hands.choose("FLIP", "SEND TO SECTOR");
        await hands.press("STUDIO");
    }, (now) => flip(now, "STUDIO"));
    await goes("STUDIO", 3);
    await step("close", "it is gone", () => hands.choose("FLIP", "CLOSE"), (now) => !flip(now, "STUDIO"));
    await step("zoom_out", "it is at the overview", () => by("Escape", () => hands.press("ZOOM OUT TO OVERVIEW")), (now) => pane(now).label === "1");

    // A panel.
    const well = (now) => panel(now, "diagnostics").panel.health.is === "well";
    await step("open_panel", "it is shown", () => hands.press("SYSTEM DIAGNOSTICS"), (now) => pane(now).label === "3" && well(now));
    const [{ pid }] = await engines(session);
    const another = async (now) => pane(now).label === "3" && well(now) && (await engines(session)).every((engine) => engine.pid !== pid);
    await step("zoom_out", "it is at the overview", () => by("Meta+ArrowUp", () => hands.press("ZOOM OUT")), (now) => pane(now).label === "1");
    await hands.choose("SYSTEM DIAGNOSTICS", "RESTART");
    await step("restart_panel", "it has another engine", () => hands.press("SYSTEM DIAGNOSTICS"), another);
    await step("close_panel", "it has none", () => by("Meta+KeyW", () => hands.press("CLOSE")), async (now) => {
        return pane(now).label === "1" && (await engines(session)).length === 0;
    });
    assert.deepEqual(desk.complaints, []);
}

for (const [way, Hands, context] of [
    ["by role", Reader, {}],
    ["by keyboard", Keys, {}],
    ["by touch", Finger, { hasTouch: true, isMobile: true }],
]) {
    test(`every operation can be done ${way}`, inSession({ follow: false }, async (session) => {
        const desk = await open(chromium.browser, session.url, context);
        await session.client("flip");
        const did = new Set();
        await story(session, new Hands(desk), did);
        const { body } = await ask(session, "schema");
        const all = body.command.$defs.Operation.oneOf.map(({ properties: { op } }) => op.const ?? op.enum[0]);
        assert.ok(all.length > 30);
        assert.deepEqual([...did, ...OF_WINDOWS].sort(), all.sort());
    }));
}
