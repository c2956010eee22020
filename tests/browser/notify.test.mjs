// What programs tell the user over D-Bus, with the program that everybody has for it.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";

import { arrives, part, press } from "./harness/desktop.mjs";
import { launch, open } from "./harness/page.mjs";
import { until } from "./harness/poll.mjs";
import { Place, Session, inSession } from "./harness/session.mjs";

let chromium;
before(async () => (chromium = await launch()));
after(() => chromium?.close());

/** The bus of a session, as its programs are told of it. */
const bus = (session) => ({ DBUS_SESSION_BUS_ADDRESS: `unix:path=${session.place.runtime}/${session.display}-bus` });
const notify = (session, ...args) => session.run("notify-send", args, bus(session));

test("what a program tells is an alert; taken away, its program hears of it", inSession({}, async (session) => {
    const desk = await open(chromium.browser, session.url);
    const program = notify(session, "--wait", "--urgency=critical", "--app-name=mail", "One letter", "from <b>Ada</b> &amp; Grace");
    await part(desk, "alert", /ALERT: mail: One letter: from Ada & Grace/i).first().waitFor({ state: "attached" });
    assert.equal(program.how, undefined, "it waits");
    await press(desk, "button", /^DISMISS/);
    assert.equal((await program.exited).code, 0);
    await part(desk, "alert", /One letter/i).first().waitFor({ state: "detached" });
}));

test("an alert leads to the sector of its program, which hears that it was taken up", async () => {
    const place = await Place.make();
    const file = place.file("said");
    const script = `exec notify-send -A default=Open --urgency=critical "Build ended" > '${file}'`;
    const session = await Session.start({ place, follow: false, args: ["--", "/bin/sh", "-c", script] });
    try {
        const desk = await open(chromium.browser, session.url);
        await arrives(session, "1");
        await press(desk, "button", /^GO TO .*Build ended/i);
        await arrives(session, "2 BUILD");
        assert.equal(await until("its program writes", async () => (await readFile(file, "utf8")).trim() || undefined), "default");
        await part(desk, "alert", /Build ended/i).first().waitFor({ state: "detached" });
    } finally {
        await session.stop();
        await place.remove();
    }
});

test("what a program offers to do is on its alert, and it hears what was chosen", inSession({}, async (session) => {
    const file = session.place.file("said");
    const desk = await open(chromium.browser, session.url);
    const script = `exec notify-send -A reply=Reply -A "later=Not now" "One letter" > '${file}'`;
    const program = session.run("sh", ["-c", script], bus(session));
    await part(desk, "button", "REPLY").waitFor({ state: "attached" });
    await press(desk, "button", "NOT NOW");
    assert.equal((await program.exited).code, 0);
    assert.equal((await readFile(file, "utf8")).trim(), "later");
    await part(desk, "alert", /One letter/i).first().waitFor({ state: "detached" });
}));

test("a program in a sandbox tells by the portal, and hears what was chosen", inSession({}, async (session) => {
    const desk = await open(chromium.browser, session.url);
    const portal = ["--session", "--dest", "org.freedesktop.portal.Desktop", "--object-path", "/org/freedesktop/portal/desktop"];
    // It tells who asked it, and nobody else: what it was told itself is looked at.
    const heard = session.run("dbus-monitor", ["--session", "interface='org.freedesktop.impl.portal.Notification',member='ActionInvoked'"], bus(session));
    const letter = "{'title': <'One letter'>, 'body': <'from Ada'>, 'default-action': <'app.open'>, 'buttons': <[{'label': <'Reply'>, 'action': <'app.reply'>, 'target': <'Ada'>}]>}";
    const tell = session.run("gdbus", ["call", ...portal, "--method", "org.freedesktop.portal.Notification.AddNotification", "letter", letter], bus(session));
    await part(desk, "alert", /One letter: from Ada/i).first().waitFor({ state: "attached" });
    assert.equal((await tell.exited).code, 0, tell.tail);
    await part(desk, "button", "OPEN").waitFor({ state: "attached" });
    await press(desk, "button", "REPLY");
    await part(desk, "alert", /One letter/i).first().waitFor({ state: "detached" });
    await until("the portal passes it on", () => /ActionInvoked[^]*"letter"[^]*"app\.reply"[^]*"Ada"/.test(heard.tail));
}));
