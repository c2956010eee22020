// What the user is told: fresh, over everything; afterwards in the log, which is a place of its own.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { activate, arrives, becomes, command, desktop, middle, pane, part, press } from "./harness/desktop.mjs";
import { launch, open } from "./harness/page.mjs";
import { until } from "./harness/poll.mjs";
import { Place, Session } from "./harness/session.mjs";

let chromium;
before(async () => (chromium = await launch()));
after(() => chromium?.close());

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
const shown = (desk, role, name) => part(desk, role, name).first().waitFor({ state: "attached" });
const gone = (desk, role, name) => part(desk, role, name).first().waitFor({ state: "detached" });
const inLog = (session) => becomes(session, "the log is shown", (now) => pane(now).path[0] === "log" && pane(now).label === "2");

/** A desktop where a program of its first sector has said something. */
const told = (check) => async () => {
    const place = await Place.make();
    const script = 'notify-send --urgency=critical --app-name=make "Build ended" "two of them failed"; exec sleep 600';
    const session = await Session.start({ place, follow: false, args: ["--", "/bin/sh", "-c", script] });
    try {
        await becomes(session, "it is told", async () => {
            const { alerts } = await desktop(session);
            return alerts.some(({ text }) => /Build ended/i.test(text));
        });
        await check(session);
    } finally {
        await session.stop();
        await place.remove();
    }
};

test("the log is a place: reached by name, it leads from an entry to its sector", told(async (session) => {
    const desk = await open(chromium.browser, session.url);
    await shown(desk, "alert", /^ALERT: make: Build ended/i);
    await press(desk, "button", "1 NOTICE");
    await inLog(session);
    await shown(desk, "heading", "ALERT LOG");
    await shown(desk, "status", "1 TO 1 OF 1");
    await activate(desk, "button", "DISMISS ALL");
    await shown(desk, "listitem", /^ALERT: make: Build ended: two of them failed/i);
    await gone(desk, "alert", /Build ended/i);
    await press(desk, "button", /^GO TO .*Build ended/i);
    await arrives(session, "2 BUILD");
    assert.deepEqual(desk.complaints, []);
}));

test("by keys: there and back, and the prompt finds it", told(async (session) => {
    const desk = await open(chromium.browser, session.url);
    await until("the page has the keyboard", async () => (await desk.state()).captured);
    const { keyboard } = desk.page;
    await keyboard.press("Meta+KeyA");
    await inLog(session);
    await keyboard.press("Escape");
    await arrives(session, "1");
    await keyboard.press("Meta+KeyA");
    await inLog(session);
    await keyboard.press("Meta+KeyA");
    await arrives(session, "1");
    await keyboard.press("Meta+KeyP");
    await keyboard.type("go:alert");
    await shown(desk, "listitem", "Alert log");
    await keyboard.press("Enter");
    await inLog(session);
}));

test("by touch on a phone, and nothing sticks out", told(async (session) => {
    const desk = await open(chromium.browser, session.url, PHONE);
    const tap = async (role, name) => desk.page.touchscreen.tap(...(await middle(part(desk, role, name))));
    await tap("button", /^DISMISS make/i);
    await gone(desk, "alert", /Build ended/i);
    await tap("button", /^(1 NOTICE|ALERT LOG)$/);
    await inLog(session);
    await shown(desk, "heading", "ALERT LOG");
    const entry = part(desk, "listitem", /^ALERT: make: Build ended/i);
    const box = await entry.first().boundingBox();
    assert.ok(box.x >= 0 && box.x + box.width <= 390 && box.height >= 40, JSON.stringify(box));
    await tap("button", /^GO TO .*Build ended/i);
    await arrives(session, "2 BUILD");
}));

test("programs jump to it, read it, and are told why it cannot be closed", told(async (session) => {
    await command(session, { op: "jump", to: "log" });
    const { alerts } = await inLog(session).then(() => desktop(session));
    assert.equal(alerts.length, 1);
    const [alert] = alerts;
    assert.equal(alert.level, "danger");
    assert.match(alert.text, /two of them failed/);
    assert.equal((await desktop(session)).sectors.find(({ id }) => id === alert.sector)?.name, "BUILD");
    assert.ok(Math.abs(Date.now() - alert.at_ms) < 600_000, `${alert.at_ms} is now`);
    await assert.rejects(command(session, { op: "close", node: "log" }), /the log is always there/);
    await command(session, { op: "zoom_out" });
    await arrives(session, "1");
}));
