// The zoom hierarchy in a real page: every way to work it, and what the picture and its parts say afterwards.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import {
    activate, arrives, becomes, choose, command, desktop, middle, pane, panes, part, press, sector, whereabouts,
} from "./harness/desktop.mjs";
import { launch, open } from "./harness/page.mjs";
import { until } from "./harness/poll.mjs";
import { inSession } from "./harness/session.mjs";

/** Of tests/clients/src/bin/flip.rs. */
const DARK = [0x10, 0x10, 0x60];
const options = { follow: false };

let chromium;
before(async () => (chromium = await launch()));
after(() => chromium?.close());

/** A page that has the keyboard. */
async function page(session, context = {}) {
    const desk = await open(chromium.browser, session.url, context);
    await until("the page has the keyboard", async () => (await desk.state()).captured);
    return desk;
}

const names = (now) => now.sectors.map((sector) => sector.name);
const shown = (desk, role, name) => part(desk, role, name).first().waitFor({ state: "attached" });
const gone = (desk, role, name) => part(desk, role, name).first().waitFor({ state: "detached" });

test("a new window moves nobody, and its tile is there to be zoomed into with the mouse", inSession(options, async (session) => {
    const desk = await page(session);
    await session.client("flip");
    const before = await becomes(session, "the window is there", (now) => sector(now, "BUILD").apps.length === 1 && now);
    assert.equal(whereabouts(before), "1");
    await shown(desk, "heading", "GLOBAL OVERVIEW");
    await press(desk, "button", "BUILD");
    await arrives(session, "2 BUILD");
    await shown(desk, "heading", "BUILD APPS");
    await press(desk, "button", "FLIP");
    await arrives(session, "3 BUILD flip");
    await shown(desk, "application", "FLIP");
    await desk.shows(DARK);
    const [{ focused }] = (await session.state()).windows;
    assert.ok(focused, "it has the keyboard");
    await press(desk, "button", "ZOOM OUT");
    await arrives(session, "2 BUILD");
    await press(desk, "button", "ZOOM OUT TO OVERVIEW");
    await arrives(session, "1");
    await shown(desk, "group", "SECTORS");
    assert.deepEqual(desk.complaints, []);
}));

test("a screen reader works it all by name", inSession(options, async (session) => {
    const desk = await page(session);
    await session.client("flip");
    await activate(desk, "button", "BUILD");
    await arrives(session, "2 BUILD");
    for (const [tab, mode] of [["DIRECTORY", "directory"], ["COMMAND", "command"], ["APPS", "apps"]]) {
        await activate(desk, "tab", tab);
        await becomes(session, `the mode is ${mode}`, (now) => pane(now).mode === mode);
        await part(desk, "tab", tab).and(desk.page.locator("[aria-selected=true]")).waitFor({ state: "attached" });
    }
    await activate(desk, "button", "FLIP");
    await arrives(session, "3 BUILD flip");
    await activate(desk, "button", "SEND TO");
    await shown(desk, "dialog", "SEND TO SECTOR");
    await activate(desk, "button", "STUDIO");
    await becomes(session, "the window is there", (now) => sector(now, "STUDIO").apps.length === 1);
    await command(session, { op: "jump" });
    await activate(desk, "button", "NEW SECTOR");
    await becomes(session, "there is one more", (now) => now.sectors.length === 6);
    await activate(desk, "button", "KEYS");
    await shown(desk, "dialog", "KEYS");
    await part(desk, "listitem", "Zoom out").or(part(desk, "listitem", "ZOOM OUT")).first().waitFor({ state: "attached" });
    await activate(desk, "button", "CLOSE");
    await gone(desk, "dialog", "KEYS");
}));

test("SPLIT makes a second pane that opens at the hub, and CLOSE asks the program", inSession(options, async (session) => {
    const desk = await page(session);
    const flip = await session.client("flip");
    await press(desk, "button", "BUILD");
    await shown(desk, "heading", "BUILD APPS");
    await press(desk, "button", "FLIP");
    await shown(desk, "application", "FLIP");
    await press(desk, "button", "SPLIT");
    const split = await becomes(session, "there are two panes", (now) => panes(now).length === 2 && now);
    assert.equal(whereabouts(split), "3 BUILD flip", "the focus stays");
    assert.deepEqual(panes(split).map(({ label }) => label), ["3", "2"]);
    await shown(desk, "region", "BUILD FLIP");
    await shown(desk, "region", "BUILD APPS");
    await desk.shows(DARK, { x: 0.25 });
    await press(desk, "button", "ZOOM OUT TO OVERVIEW");
    await becomes(session, "the other pane is at the overview", (now) => panes(now)[1].label === "1");
    assert.equal(panes(await desktop(session))[0].label, "3", "each pane has its own path");
    await press(desk, "button", "CLOSE");
    assert.equal((await flip.exited).code, 0);
    await becomes(session, "its window is gone", (now) => sector(now, "BUILD").apps.length === 0);
    await desk.page.keyboard.press("Meta+Shift+KeyW");
    await becomes(session, "one pane is left", (now) => panes(now).length === 1);
}));

test("an app with two windows says so, and is left by its picker", inSession(options, async (session) => {
    const desk = await page(session);
    await session.client("flip");
    await session.client("flip");
    await press(desk, "button", "BUILD");
    await press(desk, "button", "FLIP [2]");
    await arrives(session, "3 BUILD flip");
    // On its way in it would turn round and go back to where it came from.
    await desk.rests();
    await press(desk, "button", "ZOOM OUT");
    await arrives(session, "3A BUILD flip");
    await shown(desk, "group", "WINDOWS");
    const tiles = part(desk, "group", "WINDOWS").getByRole("button");
    await until("both are shown", async () => (await tiles.count()) === 2);
    await desk.page.keyboard.press("Escape");
    await arrives(session, "2 BUILD");
}));

test("a tile's menu names, sends and removes", inSession(options, async (session) => {
    const desk = await page(session);
    const { keyboard } = desk.page;
    await session.client("flip");
    await choose(desk, "LOGS", "RENAME");
    await shown(desk, "dialog", "RENAME SECTOR");
    await keyboard.press("Control+KeyU");
    await keyboard.type("harbour");
    await until("the box has it", async () => /harbour/i.test(await part(desk, "textbox", "NAME").innerText()));
    await keyboard.press("Enter");
    await becomes(session, "it has the name", (now) => names(now).at(-1).toLowerCase() === "harbour");

    await choose(desk, "HARBOUR", "REMOVE");
    await becomes(session, "it is gone", (now) => now.sectors.length === 4);
    await gone(desk, "button", "HARBOUR");
    // One with windows is asked about first, and they outlive it.
    await choose(desk, "BUILD", "REMOVE");
    await shown(desk, "alertdialog", /^REMOVE SECTOR: BUILD HAS 1 WINDOW/);
    assert.equal((await desktop(session)).sectors.length, 4);
    await press(desk, "button", "REMOVE");
    await becomes(session, "it is gone, its window is not", (now) => {
        return now.sectors.length === 3 && sector(now, "RESEARCH").apps.length === 1;
    });
    await gone(desk, "button", "BUILD");

    await press(desk, "button", "RESEARCH");
    await arrives(session, "2 RESEARCH");
    await choose(desk, "FLIP", "SEND TO SECTOR");
    await press(desk, "button", "COMMS");
    await becomes(session, "it was sent", (now) => sector(now, "COMMS").apps.length === 1);
    assert.equal(whereabouts(await desktop(session)), "2 RESEARCH", "and nobody went with it");
}));

test("a window is dragged to another sector on the overview", inSession(options, async (session) => {
    const desk = await page(session);
    await session.client("flip");
    const { mouse } = desk.page;
    await mouse.move(...(await middle(part(desk, "button", "FLIP"))));
    await mouse.down();
    const [x, y] = await middle(part(desk, "button", "STUDIO"));
    await mouse.move(x, y, { steps: 8 });
    await desk.page.locator("#semantics").getByRole("status").filter({ hasText: "STUDIO" }).first().waitFor({ state: "attached" });
    await mouse.up();
    await becomes(session, "it is there", (now) => sector(now, "STUDIO").apps.length === 1);
    assert.equal(whereabouts(await desktop(session)), "1");
    await command(session, { op: "jump", to: { app: sector(await desktop(session), "STUDIO").apps[0].id } });
    await desk.shows(DARK);
}));

test("the buttons of the page zoom where a browser keeps the keys", inSession(options, async (session) => {
    const desk = await page(session);
    await command(session, { op: "zoom_in" });
    await desk.page.getByRole("button", { name: "Menu", exact: true }).click();
    await desk.page.getByRole("button", { name: "Zoom out", exact: true }).click();
    await arrives(session, "1");
}));

test("the keyboard goes everywhere", inSession(options, async (session) => {
    const desk = await page(session);
    const { keyboard } = desk.page;
    await session.client("flip");
    const selected = async (name) => becomes(session, `${name} is selected`, (now) => {
        return pane(now).selected?.sector === sector(now, name).id;
    });
    await selected("BUILD");
    await keyboard.press("ArrowRight");
    await selected("RESEARCH");
    await keyboard.press("ArrowLeft");
    await selected("BUILD");
    await keyboard.press("Enter");
    await arrives(session, "2 BUILD");
    await keyboard.press("Enter");
    await arrives(session, "3 BUILD flip");
    // At a window Escape is the program's.
    await keyboard.press("Escape");
    await keyboard.press("Meta+ArrowUp");
    await arrives(session, "2 BUILD");
    await keyboard.press("Escape");
    await arrives(session, "1");
    await keyboard.press("Meta+Digit3");
    await arrives(session, "2 STUDIO");
    await keyboard.press("Meta+Digit1");
    await arrives(session, "2 BUILD");
    await keyboard.press("Meta+ArrowDown");
    await arrives(session, "3 BUILD flip");
    await keyboard.press("Meta+KeyS");
    await becomes(session, "two panes", (now) => panes(now).length === 2);
    const left = pane(await desktop(session)).viewport;
    await keyboard.press("Meta+ArrowRight");
    await becomes(session, "the right one has the focus", (now) => pane(now).viewport !== left);
    await keyboard.press("Meta+Shift+KeyW");
    await becomes(session, "one pane", (now) => panes(now).length === 1);
    await keyboard.press("Meta+Home");
    await arrives(session, "1");
    await keyboard.press("Meta+KeyN");
    await becomes(session, "a new sector", (now) => now.sectors.length === 6);
    // As a key, and as text that no key of the server's layout gives.
    for (const question of ["Shift+Slash", "?"]) {
        await keyboard.press(question);
        await shown(desk, "dialog", "KEYS");
        await keyboard.press("Escape");
        await gone(desk, "dialog", "KEYS");
    }
    assert.equal(whereabouts(await desktop(session)), "1", "Escape closed the dialog and nothing else");
    // For as long as Super is held alone.
    await keyboard.down("Meta");
    await shown(desk, "dialog", "KEYS");
    await keyboard.up("Meta");
    await gone(desk, "dialog", "KEYS");
}));

test("Tab reaches every part that can be pressed, and the page says where it is", inSession(options, async (session) => {
    const desk = await page(session);
    const active = () => desk.page.evaluate(() => {
        const id = document.getElementById("typing").getAttribute("aria-activedescendant");
        return (id && document.getElementById(id)?.getAttribute("aria-label")) ?? undefined;
    });
    const reached = new Set();
    let last;
    for (let count = 0; count < 16 && !reached.has("KEYS"); count += 1) {
        await desk.page.keyboard.press("Tab");
        last = await until("the focus has moved on", async () => {
            const now = await active();
            return now !== last && now;
        });
        reached.add(last);
    }
    for (const name of ["RESEARCH", "NEW SECTOR", "SETTINGS", "KEYS"]) assert.ok(reached.has(name), `${name} of ${[...reached]}`);
    await desk.page.keyboard.press("Enter");
    await shown(desk, "dialog", "KEYS");
}));

test("typing in a hub searches, and Enter launches what is found", inSession(options, async (session) => {
    const desk = await page(session);
    const { keyboard } = desk.page;
    await keyboard.press("Meta+Digit2");
    await shown(desk, "heading", "RESEARCH APPS");
    await keyboard.type("foot");
    await until("the box has it", async () => /foot/i.test(await part(desk, "searchbox", "SEARCH").first().innerText()));
    await keyboard.press("Enter");
    await becomes(session, "foot was launched in this sector", (now) => sector(now, "RESEARCH").apps[0]?.app_id === "foot");
}));

test("the launcher opens by a key, finds by name, and launches", inSession(options, async (session) => {
    const desk = await page(session);
    const { keyboard } = desk.page;
    await keyboard.press("Meta+Digit3");
    await arrives(session, "2 STUDIO");
    await keyboard.press("Meta+Space");
    await shown(desk, "dialog", "LAUNCH");
    await keyboard.press("Escape");
    await gone(desk, "dialog", "LAUNCH");
    await press(desk, "button", "MORE");
    await shown(desk, "dialog", "LAUNCH");
    await keyboard.type("foot");
    await until("the others are gone", async () => (await part(desk, "button", "FIREFOX ESR").count()) === 0);
    await keyboard.press("Enter");
    await becomes(session, "foot was launched", (now) => sector(now, "STUDIO").apps[0]?.app_id === "foot");
    await gone(desk, "dialog", "LAUNCH");
}));

test("a finger taps tiles, and three drawn together zoom out", inSession(options, async (session) => {
    await session.client("flip");
    const desk = await open(chromium.browser, session.url, { hasTouch: true });
    const tap = async (role, name) => desk.page.touchscreen.tap(...(await middle(part(desk, role, name))));
    await tap("button", "BUILD");
    await arrives(session, "2 BUILD");
    await shown(desk, "heading", "BUILD APPS");
    await tap("button", "ZOOM OUT TO OVERVIEW");
    await arrives(session, "1");
    await shown(desk, "heading", "GLOBAL OVERVIEW");
    await tap("button", "BUILD");
    await shown(desk, "heading", "BUILD APPS");
    await tap("button", "FLIP");
    await arrives(session, "3 BUILD flip");
    await desk.shows(DARK);

    const cdp = await desk.page.context().newCDPSession(desk.page);
    const touch = (type, radius) => {
        const points = [0, 1, 2].map((id) => {
            const angle = (id * 2 * Math.PI) / 3;
            return { id, x: 640 + radius * Math.cos(angle), y: 360 + radius * Math.sin(angle) };
        });
        return cdp.send("Input.dispatchTouchEvent", { type, touchPoints: type === "touchEnd" ? [] : points });
    };
    const pinch = async (from, to) => {
        await touch("touchStart", from);
        for (let step = 1; step <= 12; step += 1) await touch("touchMove", from + ((to - from) * step) / 12);
        await touch("touchEnd", to);
    };
    await pinch(240, 110);
    await becomes(session, "it has zoomed out", (now) => pane(now).label !== "3");
    const { windows } = await session.state();
    assert.ok(windows.every((window) => !window.focused));
}));

test("the wheel over the frame zooms in and out, and snaps to a level", inSession(options, async (session) => {
    const desk = await page(session);
    await session.client("flip");
    const { mouse } = desk.page;
    await mouse.move(...(await middle(part(desk, "button", "STUDIO"))));
    for (let notch = 0; notch < 3; notch += 1) await mouse.wheel(0, -120);
    await arrives(session, "2 STUDIO");
    await shown(desk, "heading", "STUDIO APPS");
    for (let notch = 0; notch < 3; notch += 1) await mouse.wheel(0, 120);
    await arrives(session, "1");
    await shown(desk, "heading", "GLOBAL OVERVIEW");
    // A single notch is too little for a level: the camera springs back.
    const before = await desk.glance();
    await mouse.wheel(0, -40);
    await desk.differs(before, 5);
    await until("the picture is as before", async () => {
        const now = await desk.glance();
        const changed = now.filter((value, at) => Math.abs(value - before[at]) > 32).length;
        if (changed < 60) return true;
        throw new Error(`${changed} points differ`);
    });
    assert.equal(whereabouts(await desktop(session)), "1");
}));

test("what cannot be done is told on the screen", inSession(options, async (session) => {
    const desk = await page(session);
    await desk.page.keyboard.press("Meta+ArrowUp");
    const alert = desk.page.locator("#semantics").getByRole("alert").filter({ hasText: "NOTHING FURTHER OUT" });
    await alert.first().waitFor({ state: "attached" });
    await press(desk, "button", /^DISMISS .*NOTHING FURTHER OUT/);
    await alert.first().waitFor({ state: "detached" });
}));
