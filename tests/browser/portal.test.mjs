// What programs ask the user through xdg-desktop-portal: files, permissions, programs, with a program of GTK and the
// portal that everybody has.

import assert from "node:assert/strict";
import { readFile, readdir, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { after, before, test } from "node:test";

import { becomes, middle, part, press } from "./harness/desktop.mjs";
import { launch, open } from "./harness/page.mjs";
import { until } from "./harness/poll.mjs";
import { inSession } from "./harness/session.mjs";

let chromium;
before(async () => (chromium = await launch()));
after(() => chromium?.close());

/** `--lcars-bg` of the theme. */
const GROUND = [0, 3, 15];
const PORTAL = "org.freedesktop.impl.portal";

/** The bus of a session, as its programs are told of it. */
const bus = (session) => ({ DBUS_SESSION_BUS_ADDRESS: `unix:path=${session.place.runtime}/${session.display}-bus` });

/** Asks the desktop as the portal does; the program ends when there is an answer. */
const ask = (session, method, ...args) => {
    const call = ["call", "--session", "--timeout", "600", "--dest", `${PORTAL}.desktop.tos`];
    const object = ["--object-path", "/org/freedesktop/portal/desktop", "--method", `${PORTAL}.${method}`];
    const handle = `/org/freedesktop/portal/desktop/request/test/t${session.programs.length}`;
    return session.run("gdbus", [...call, ...object, handle, ...args], bus(session));
};

const editor = (session, ...args) =>
    session.run("gnome-text-editor", ["--standalone", ...args], { ...bus(session), GDK_DEBUG: "portals", GSETTINGS_BACKEND: "memory", GTK_A11Y: "none" });

const windows = (desktop) => desktop.sectors.flatMap((sector) => sector.apps.flatMap((app) => app.windows.map((window) => ({ ...window, app: app.app_id }))));

test("a program of GTK opens the file that was picked, and saves where it is told", inSession({}, async (session) => {
    await writeFile(path.join(session.place.home, "voyage.txt"), "captain's log\n");
    const desk = await open(chromium.browser, session.url);
    editor(session);
    await becomes(session, "the editor is there", (desktop) => windows(desktop).length === 1);
    await until("the page has the keyboard", async () => (await desk.state()).captured);
    await desk.page.keyboard.press("Control+o");
    await press(desk, "button", "voyage.txt");
    await press(desk, "button", "OPEN");
    await becomes(session, "the file is open", (desktop) => windows(desktop).some((window) => /voyage\.txt/.test(window.title)));

    await desk.page.keyboard.press("Control+Shift+s");
    const box = part(desk, "textbox", "NAME");
    await box.waitFor({ state: "attached" });
    await desk.page.keyboard.press("Control+u");
    await desk.page.keyboard.type("copy.txt");
    await desk.page.keyboard.press("Enter");
    const copy = path.join(session.place.home, "copy.txt");
    await until("the copy is there", async () => (await readFile(copy, "utf8")) === "captain's log\n");
}));

test("a question stays with its window; zoomed out of, it waits there", inSession({}, async (session) => {
    await writeFile(path.join(session.place.home, "voyage.txt"), "captain's log\n");
    const desk = await open(chromium.browser, session.url);
    editor(session);
    await becomes(session, "the editor is there", (desktop) => windows(desktop).length === 1);
    await until("the page has the keyboard", async () => (await desk.state()).captured);
    await desk.page.keyboard.press("Control+o");
    await part(desk, "button", "voyage.txt").waitFor({ state: "attached" });
    // The frame has one too, which the question lies above.
    await desk.page.mouse.click(...(await middle(part(desk, "button", "ZOOM OUT").last())));
    await part(desk, "button", "voyage.txt").waitFor({ state: "detached" });
    const desktop = await session.message("desktop");
    const [window] = windows(desktop.desktop);
    await session.message("do", JSON.stringify({ op: "jump", to: { window: window.id } }));
    await press(desk, "button", "voyage.txt");
    await press(desk, "button", "OPEN");
    await becomes(session, "the file is open", (desktop) => windows(desktop).some((window) => /voyage\.txt/.test(window.title)));
}));

test("what is there is written over only after a question", inSession({}, async (session) => {
    await writeFile(path.join(session.place.home, "log.txt"), "precious");
    const desk = await open(chromium.browser, session.url);
    const program = ask(session, "FileChooser.SaveFile", "org.example.Editor", "", "Save it", "{'current_name': <'log.txt'>}");
    await press(desk, "button", "SAVE");
    await part(desk, "alertdialog", /log\.txt/).waitFor({ state: "attached" });
    await press(desk, "button", "KEEP IT");
    await press(desk, "button", "SAVE");
    await press(desk, "button", "OVERWRITE");
    assert.equal((await program.exited).code, 0);
    assert.match(program.tail, /^\(uint32 0, .*'file:\/\/.*\/home\/log\.txt'/m);
    const cancelled = ask(session, "FileChooser.OpenFile", "org.example.Editor", "", "Open it", "{}");
    await press(desk, "button", "CANCEL");
    await cancelled.exited;
    assert.match(cancelled.tail, /^\(uint32 1,/m);
}));

test("who leaves takes the question along", inSession({}, async (session) => {
    const desk = await open(chromium.browser, session.url);
    const program = ask(session, "FileChooser.OpenFile", "org.example.Editor", "", "Open it", "{}");
    const cancel = part(desk, "button", "CANCEL");
    await cancel.waitFor({ state: "attached" });
    await program.stop("SIGKILL");
    await cancel.waitFor({ state: "detached" });
}));

test("a picture of the screen is the user's to give, and so is a colour", inSession({}, async (session) => {
    const desk = await open(chromium.browser, session.url);
    const denied = ask(session, "Screenshot.Screenshot", "org.example.Snap", "", "{'permission_store_checked': <true>}");
    await press(desk, "button", "DENY");
    await denied.exited;
    assert.match(denied.tail, /^\(uint32 1,/m);
    const given = ask(session, "Screenshot.Screenshot", "org.example.Snap", "", "{}");
    await press(desk, "button", "ALLOW");
    await given.exited;
    assert.match(given.tail, /^\(uint32 0, .*file:\/\/.*Screenshot/m);
    const folder = path.join(session.place.home, "Pictures/Screenshots");
    const [picture] = await readdir(folder);
    assert.equal((await stat(path.join(folder, picture))).mode & 0o777, 0o600);
    assert.deepEqual([...(await readFile(path.join(folder, picture))).subarray(1, 4)], [..."PNG"].map((c) => c.charCodeAt(0)));
    const colour = ask(session, "Screenshot.PickColor", "org.example.Snap", "", "{}");
    await part(desk, "dialog", /^PICK A COLOUR/).waitFor({ state: "attached" });
    const { x, y, width, height } = await desk.page.locator("#picture").boundingBox();
    await desk.page.mouse.click(x + width * 0.6, y + height * 0.5);
    await colour.exited;
    // The ground of an empty hub, as the theme has it.
    const told = /\(uint32 0, \{'color': <\(([\d.]+), ([\d.]+), ([\d.]+)\)>\}\)/.exec(colour.tail);
    assert.deepEqual(told?.slice(1).map((part) => Math.round(Number(part) * 255)), GROUND);
}));

test("a program to open something with is chosen by its name", inSession({}, async (session) => {
    const desk = await open(chromium.browser, session.url);
    const program = ask(session, "AppChooser.ChooseApplication", "org.example.Mail", "", "['foot', 'org.gnome.TextEditor']", "{'filename': <'a.txt'>, 'last_choice': <'org.gnome.TextEditor'>}");
    await press(desk, "button", "FOOT");
    await program.exited;
    assert.match(program.tail, /^\(uint32 0, \{'choice': <'foot'>\}\)/m);
}));
