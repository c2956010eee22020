// Names are a program's own text: whatever is in them, the picture and the page live on, and what is read out is clean.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { arrives, ask, becomes, command, desktop, sector, whereabouts } from "./harness/desktop.mjs";
import { launch, open } from "./harness/page.mjs";
import { until } from "./harness/poll.mjs";
import { inSession } from "./harness/session.mjs";

const UNCLEAN = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/u;
/** Longer than this nothing is read out. */
const LONGEST = 400;
/** About the longest that a Wayland message takes. */
const LONG = 3900;

let chromium;
before(async () => (chromium = await launch()));
after(() => chromium?.close());

/** The names and texts of all parts. */
const said = (desk) => desk.page.locator("#semantics div").evaluateAll((parts) => {
    const own = (part) => part.firstElementChild?.tagName === "SPAN" ? part.firstElementChild.textContent : "";
    return parts.flatMap((part) => [part.ariaLabel ?? "", part.getAttribute("aria-description") ?? "", own(part)]);
});

async function isClean(desk, where) {
    const all = await until(`${where}: the names are there`, async () => {
        const all = await said(desk);
        return all.some((text) => /cod\[31m/i.test(text)) && all;
    });
    for (const text of all) {
        assert.doesNotMatch(text, UNCLEAN, `${where}: ${JSON.stringify(text)}`);
        assert.ok(text.length <= LONGEST, `${where}: ${text.length} characters`);
    }
}

test("hostile names are clean and short at every level, and everything lives on", inSession({ follow: false }, async (session) => {
    const desk = await open(chromium.browser, session.url);
    const evil = "\u202eexe.\u0007cod\u200b\u2066\u001b[31m\u0301\u0301\u0301\u0301\u0301\n";
    const long = (letter) => `${evil}${letter.repeat(LONG)}`.slice(0, LONG);
    // One app with two windows, whose titles change all the time; a shell says them in a loop.
    const loop = 'n=0; while :; do n=$((n+1)); printf "\\033]2;%s%s\\007" "$n" "$EVIL"; done';
    const foot = (title) => session.run(
        "foot",
        ["--config=/dev/null", "--log-level=warning", `--app-id=${evil}bad`, `--title=${title}`, "/bin/sh", "-c", loop],
        { EVIL: "\u202e\u2067".repeat(40) + "W".repeat(1500) },
    );
    const programs = [foot(long("A")), foot(long("B"))];
    const now = await becomes(session, "both windows are there", (now) => sector(now, "BUILD").apps[0]?.windows.length === 2 && now);
    const [app] = sector(now, "BUILD").apps;
    const frames = async () => (await session.metrics()).get("tos_frames_drawn_total");
    const check = async (where) => {
        const before = await frames();
        await until(`${where}: pictures go on`, async () => (await frames()) > before);
        await isClean(desk, where);
    };
    await command(session, { op: "rename", sector: sector(now, "STUDIO").id, name: evil + "S".repeat(20_000) });
    await check("overview");
    await command(session, { op: "zoom_in" });
    await check("hub");
    await command(session, { op: "jump", to: { app: app.id } });
    assert.match(whereabouts(await desktop(session)), /^3A/);
    await check("picker");
    await command(session, { op: "zoom_in" });
    assert.match(whereabouts(await desktop(session)), /^3 /);
    await check("focus");
    await command(session, { op: "split", axis: "horizontal" });
    await check("split");
    await command(session, { ui: "send_to", node: { app: app.id } });
    await check("dialog");
    await command(session, { ui: "cancel" });
    assert.ok(programs.every((program) => program.how === undefined), "nobody was sent away");
    assert.deepEqual(desk.complaints, []);
    assert.equal((await desk.state()).connection, "live");
    for (const text of JSON.stringify(await desktop(session)).match(/"(?:title|name|app_id)":"[^"]*"/g)) {
        assert.doesNotMatch(JSON.parse(`{${text}}`).title ?? "", UNCLEAN);
        assert.ok(text.length <= LONGEST, text);
    }
}));

test("a name of a megabyte is refused, and one without a visible character too", inSession({ follow: false }, async (session) => {
    const post = (body) => ask(session, "command", { method: "POST", body });
    assert.equal((await post({ op: "new_sector", name: "x".repeat(1 << 20) })).status, 413);
    const { status, body } = await post({ op: "rename", sector: 1, name: "\u200b\u202e \n" });
    assert.deepEqual([status, body.error.reason], [409, "empty_name"]);
    assert.equal((await post({ ui: "launch", entry: "\u202e".repeat(1000) })).status, 409);
    await arrives(session, "1");
}));
