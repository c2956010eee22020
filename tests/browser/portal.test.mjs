// What programs ask the user through xdg-desktop-portal: files, permissions, programs, with a program of GTK and the
// portal that everybody has.

import assert from "node:assert/strict";
import { mkdir, readFile, readdir, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { after, before, test } from "node:test";

import { becomes, middle, part, press } from "./harness/desktop.mjs";
import { launch, open } from "./harness/page.mjs";
import { until } from "./harness/poll.mjs";
import { Place, Session, inSession } from "./harness/session.mjs";

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

/** Asks the portal that everybody has, as a program does. What it answers may come later, by a signal. */
const tell = (session, method, ...args) => {
    const call = ["call", "--session", "--timeout", "600", "--dest", "org.freedesktop.portal.Desktop"];
    const object = ["--object-path", "/org/freedesktop/portal/desktop", "--method", `org.freedesktop.portal.${method}`];
    return session.run("gdbus", [...call, ...object, ...args], bus(session));
};

/** Asks a service, and stays on the bus until it is ended: what was asked for goes with who asked. */
const stays = (session, service, object, name, method, given) => session.run("/usr/bin/python3", ["-c", `
from PyQt6.QtCore import QCoreApplication, QMetaType, QVariant
from PyQt6.QtDBus import QDBusConnection, QDBusMessage
app = QCoreApplication([])
idle = QVariant(8)
idle.convert(QMetaType(QMetaType.Type.UInt.value))
call = QDBusMessage.createMethodCall("${service}", "${object}", "${name}", "${method}")
call.setArguments(${given})
print(QDBusConnection.sessionBus().call(call).errorMessage(), flush=True)
app.exec()`], bus(session));
const EVERYBODYS = ["org.freedesktop.portal.Desktop", "/org/freedesktop/portal/desktop"];

const editor = (session, ...args) =>
    session.run("gnome-text-editor", ["--standalone", ...args], { ...bus(session), GDK_DEBUG: "portals", GSETTINGS_BACKEND: "memory", GTK_A11Y: "none" });

const windows = (desktop) => desktop.sectors.flatMap((sector) => sector.apps.flatMap((app) => app.windows.map((window) => ({ ...window, app: app.app_id }))));

/** An editor that asks which file of a home it is to open; the page of its desktop. */
async function asksForAFile(session) {
    await writeFile(path.join(session.place.home, "voyage.txt"), "captain's log\n");
    const desk = await open(chromium.browser, session.url);
    editor(session);
    await becomes(session, "the editor is there", (desktop) => windows(desktop).length === 1);
    await until("the page has the keyboard", async () => (await desk.state()).captured);
    await desk.page.keyboard.press("Control+o");
    return desk;
}

/** The file is picked, and the editor has it. */
async function givesIt(session, desk) {
    await press(desk, "button", "voyage.txt");
    await press(desk, "button", "OPEN");
    await becomes(session, "the file is open", (desktop) => windows(desktop).some((window) => /voyage\.txt/.test(window.title)));
}

test("a program of GTK opens the file that was picked, and saves where it is told", inSession({}, async (session) => {
    const desk = await asksForAFile(session);
    await givesIt(session, desk);

    const box = part(desk, "textbox", "NAME");
    await until("it is asked where", async () => {
        // An editor whose window has the file's name already may still be reading it, and takes no order meanwhile.
        await desk.page.keyboard.press("Control+Shift+s");
        await box.waitFor({ state: "attached", timeout: 5_000 });
        return true;
    });
    await desk.page.keyboard.press("Control+u");
    await desk.page.keyboard.type("copy.txt");
    await desk.page.keyboard.press("Enter");
    const copy = path.join(session.place.home, "copy.txt");
    await until("the copy is there", async () => (await readFile(copy, "utf8")) === "captain's log\n");
}));

test("a question stays with its window; zoomed out of, it waits there", inSession({}, async (session) => {
    const desk = await asksForAFile(session);
    await part(desk, "button", "voyage.txt").waitFor({ state: "attached" });
    // The frame has one too, which the question lies above.
    await desk.page.mouse.click(...(await middle(part(desk, "button", "ZOOM OUT").last())));
    await part(desk, "button", "voyage.txt").waitFor({ state: "detached" });
    const desktop = await session.message("desktop");
    const [window] = windows(desktop.desktop);
    await session.message("do", JSON.stringify({ op: "jump", to: { window: window.id } }));
    await givesIt(session, desk);
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

/** Programs that write down which address they are to open. */
async function openers(place, names, file) {
    const folder = path.join(place.home, ".local/share/applications");
    await mkdir(folder, { recursive: true });
    for (const name of names) {
        const script = path.join(place.home, `${name}.sh`);
        await writeFile(script, `#!/bin/sh\nprintf '${name} %s' "$1" > '${file}.new' && mv '${file}.new' '${file}'\n`, { mode: 0o700 });
        const entry = ["[Desktop Entry]", "Type=Application", `Name=${name}`, `Exec=${script} %u`, "MimeType=x-scheme-handler/warp;", ""];
        await writeFile(path.join(folder, `org.example.${name}.desktop`), entry.join("\n"));
    }
    const list = names.map((name) => `org.example.${name}.desktop;`).join("");
    await writeFile(path.join(place.home, ".config/mimeapps.list"), `[Added Associations]\nx-scheme-handler/warp=${list}\n`);
}

test("an address is opened with the program that the user picks, by the portal that everybody has", async () => {
    const place = await Place.make();
    const opened = place.file("opened");
    await openers(place, ["Picard", "Riker"], opened);
    const session = await Session.start({ place });
    try {
        const desk = await open(chromium.browser, session.url);
        const program = stays(session, ...EVERYBODYS, "org.freedesktop.portal.OpenURI", "OpenURI", '["", "warp:nine", {"ask": True}]');
        await press(desk, "button", "RIKER");
        assert.equal(await until("it is opened", () => readFile(opened, "utf8")), "Riker warp:nine");
        await program.stop("SIGKILL");
    } finally {
        await session.stop();
        await place.remove();
    }
});

test("what no program opens is told, and who the user is only if they want", inSession({}, async (session) => {
    const desk = await open(chromium.browser, session.url);
    const program = stays(session, ...EVERYBODYS, "org.freedesktop.portal.OpenURI", "OpenURI", '["", "warp:nine", {}]');
    await part(desk, "alert", /NO PROGRAM HERE THAT OPENS WARP:NINE/).waitFor({ state: "attached" });
    await program.stop("SIGKILL");
    const about = ask(session, "Account.GetUserInformation", "org.example.Mail", "", "{'reason': <'To greet you.'>}");
    await part(desk, "alertdialog", /TO GREET YOU/).waitFor({ state: "attached" });
    await press(desk, "button", "ALLOW");
    await about.exited;
    assert.match(about.tail, /^\(uint32 0, .*'id': <'[^']+'>/m);
    const denied = ask(session, "Account.GetUserInformation", "org.example.Mail", "", "{}");
    await press(desk, "button", "DENY");
    await denied.exited;
    assert.match(denied.tail, /^\(uint32 1, @a\{sv\} \{\}\)/m);
}));

test("a film that is watched keeps the session awake, by the portal and without it", inSession({}, async (session) => {
    const desk = await open(chromium.browser, session.url);
    await until("a page watches", async () => (await desk.state()).captured);
    const awake = (on) => until(`it is ${on ? "" : "not "}kept awake`, async () => {
        const told = (await session.metrics()).get("tos_idle_inhibited");
        if (told === (on ? 1 : 0)) return true;
        throw new Error(`it says ${told}`);
    });
    await awake(false);
    const portal = [...EVERYBODYS, "org.freedesktop.portal.Inhibit", "Inhibit", '["", idle, {}]'];
    const saver = ["org.freedesktop.ScreenSaver", "/ScreenSaver", "org.freedesktop.ScreenSaver", "Inhibit", '["player", "a film"]'];
    for (const call of [portal, saver]) {
        const player = stays(session, ...call);
        await awake(true);
        await player.stop("SIGKILL");
        await awake(false);
    }
}));

test("programs learn from the portal that everybody has how the desktop looks", inSession({}, async (session) => {
    const read = async (namespace, key) => {
        const program = tell(session, "Settings.Read", namespace, key);
        await program.exited;
        return program.tail;
    };
    assert.match(await read("org.freedesktop.appearance", "color-scheme"), /^\(<<uint32 1>>,\)/m);
    assert.match(await read("org.gnome.desktop.interface", "color-scheme"), /prefer-dark/);
}));
