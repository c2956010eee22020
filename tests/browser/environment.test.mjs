// What every program of the session is told, and that it is so.

import assert from "node:assert/strict";
import { mkdir, readFile, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { test } from "node:test";

import { until } from "./harness/poll.mjs";
import { Place, Session } from "./harness/session.mjs";

test("programs are told whose desktop it is, where its display, bus and portals are, and which pointers it has", async () => {
    const place = await Place.make();
    const file = place.file("told");
    // A theme of pointers of the user's own, for a machine without any.
    await mkdir(path.join(place.home, ".icons/Mine/cursors"), { recursive: true });
    await writeFile(path.join(place.home, ".icons/Mine/cursors/default"), "");
    const tells = `{ env; fc-match --format "letters=%{file}\\n" sans-serif; gdbus call --session --dest org.freedesktop.DBus --object-path / --method org.freedesktop.DBus.GetId; } > '${file}.part' 2>&1; mv '${file}.part' '${file}'`;
    const session = await Session.start({ place, args: ["--", "/bin/sh", "-c", tells] });
    try {
        const words = await until("a program tells what it was told", () => readFile(file, "utf8"));
        const told = Object.fromEntries(words.split("\n").filter((line) => line.includes("=")).map((line) => line.split(/=(.*)/s, 2)));
        assert.equal(told.XDG_CURRENT_DESKTOP, "TOS");
        assert.equal(told.XDG_SESSION_TYPE, "wayland");
        assert.equal(told.WAYLAND_DISPLAY, session.display);
        const themes = [path.join(place.home, ".icons"), "/usr/share/icons"].map((folder) => path.join(folder, told.XCURSOR_THEME, "cursors"));
        assert.ok((await Promise.all(themes.map((folder) => stat(folder).catch(() => undefined)))).some(Boolean), told.XCURSOR_THEME);
        assert.match(told.DISPLAY, /^:\d+$/);
        assert.ok((await stat(told.XAUTHORITY)).size > 0, "X programs have what lets them in");
        assert.match(await readFile(path.join(told.XDG_DESKTOP_PORTAL_DIR, "tos.portal"), "utf8"), /UseIn=TOS;/);
        assert.match(told.DBUS_SESSION_BUS_ADDRESS, /^unix:path=/);
        assert.match(words, /^\('[0-9a-f]{32}',\)$/m, `the bus answers: ${words}`);
        assert.ok((await stat(told.letters)).size > 0, "there are fonts");
    } finally {
        await session.stop();
        await place.remove();
    }
});
