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
        assert.equal(await until("its program writes", async () => (await readFile(file, "utf8")).trim()), "default");
        await part(desk, "alert", /Build ended/i).first().waitFor({ state: "detached" });
    } finally {
        await session.stop();
        await place.remove();
    }
});
