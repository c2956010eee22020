// A server in front of tos-comp: the desktop is below a path, the page has no token, and what it may not decide itself is
// asked for at the portal.

import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { after, before, test } from "node:test";

import WebSocket from "ws";

import { command, desktop, Listener, middle, part, save, sector } from "./harness/desktop.mjs";
import { Front, sha256 } from "./harness/front.mjs";
import { launch, open } from "./harness/page.mjs";
import { until } from "./harness/poll.mjs";
import { exists, idle, openPrompt } from "./harness/prompt.mjs";
import { Place, Session, tokenFile } from "./harness/session.mjs";

let chromium;
before(async () => (chromium = await launch()));
after(() => chromium?.close());

/** A session with a server in front of it. */
function behindFront(body, { args = [], prepare = async () => {}, follow = true } = {}) {
    return async () => {
        const place = await Place.make();
        await prepare(place);
        const front = await Front.start(place);
        const { file } = await tokenFile(place);
        const session = await Session.start({ place, follow, args: ["--token-file", file, ...front.args, ...args] });
        front.before(session);
        try {
            await body(session, front);
        } catch (error) {
            throw new Error(`${error.stack}\n--- tos-comp\n${session.server.tail}`);
        } finally {
            await session.stop();
            await front.stop();
            await place.remove();
        }
    };
}

test("all of the page works below a path, without a token", behindFront(async (session, front) => {
    await session.client("anim", "--size", "400x300");
    const desk = await open(chromium.browser, front.url);
    const { role } = await desk.state();
    assert.equal(role, "control");

    const sent = session.place.file("log.txt");
    await writeFile(sent, "stardate");
    await desk.page.locator("#files").setInputFiles(sent);
    const arrived = path.join(session.place.home, "Downloads/log.txt");
    await until("the file has arrived", async () => (await readFile(arrived, "utf8")) === "stardate");
    const got = await desk.page.evaluate(async (paths) => {
        const asked = await fetch("api/v1/download", { method: "POST", body: JSON.stringify({ paths }) });
        const { url } = await asked.json();
        return (await fetch(new URL(url, asked.url))).text();
    }, [arrived]);
    assert.equal(got, "stardate");

    const events = new WebSocket(`${front.url.replace("http", "ws")}api/v1/events`, { perMessageDeflate: false });
    const first = await new Promise((resolve, reject) => events.once("message", resolve).once("error", reject));
    assert.equal(JSON.parse(String(first)).event, "state");
    events.terminate();

    await desk.close();
    await until("the session was ended", () => front.asked.some((asked) => /^DELETE \/u\/ada\/whep\/[0-9a-f]+$/.test(asked)));
    const outside = front.asked.filter((asked) => !/ \/u\/ada\//.test(asked) && !asked.endsWith("/favicon.ico"));
    assert.deepEqual(outside, [], "nothing is asked for outside of the path");
}));

test("who is signed out meanwhile is told so and led to the portal", behindFront(async (session, front) => {
    for (const mode of ["signed-out", "elsewhere"]) {
        front.mode = "open";
        const desk = await open(chromium.browser, front.url);
        const whep = front.asked.findLast((asked) => asked.startsWith("POST /u/ada/whep"));
        assert.ok(whep);
        front.mode = mode;
        // As a gateway ends what was begun with a sign-in that is over.
        await desk.page.evaluate(() => window.dispatchEvent(new PageTransitionEvent("pagehide")));
        await desk.page.evaluate(() => window.dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true })));
        await desk.becomes("failed");
        assert.equal((await desk.state()).kind, "signed-out");
        await desk.page.getByRole("heading", { name: "You are signed out" }).waitFor({ state: "visible" });
        await desk.page.getByRole("button", { name: "Sign in" }).click();
        await desk.page.waitForURL(`${front.origin}/`);
        await desk.close();
    }
}));

test("a desktop that is starting is waited for", behindFront(async (session, front) => {
    front.mode = "starting";
    const desk = await open(chromium.browser, front.url, { picture: false });
    await desk.page.getByRole("heading", { name: "Your desktop is starting" }).waitFor({ state: "visible" });
    assert.equal(await desk.page.getByRole("button", { name: "Retry now" }).isVisible(), false);
    front.mode = "open";
    await desk.live();
    await desk.close();
}));

test("above the overview is the portal, by pointer, by keyboard and on a phone", behindFront(async (session, front) => {
    const desk = await open(chromium.browser, front.url);
    await desk.page.getByRole("button", { name: "ZOOM OUT TO PORTAL" }).click();
    await desk.page.waitForURL(`${front.origin}/`);
    await desk.page.goto(front.url);
    await desk.live();
    await desk.page.getByRole("button", { name: "ZOOM OUT TO PORTAL" }).focus();
    await desk.page.keyboard.press("Enter");
    await desk.page.waitForURL(`${front.origin}/`);
    // A key that zooms out once too often does not lead out of the desktop.
    await desk.page.goto(front.url);
    await desk.live();
    await desk.page.getByRole("button", { name: "BUILD", exact: false }).first().waitFor();
    const there = desk.page.url();
    await assert.rejects(command(session, { op: "zoom_out" }), /this is the overview/);
    assert.equal(desk.page.url(), there);
    await desk.page.setViewportSize({ width: 390, height: 844 });
    await desk.page.getByRole("button", { name: /^(OUT|ZOOM OUT)/ }).click();
    await desk.page.waitForURL(`${front.origin}/`);
    await desk.close();
}));

test("the menu leads to the portal and signs out", behindFront(async (session, front) => {
    const desk = await open(chromium.browser, front.url);
    await desk.page.getByRole("button", { name: "Menu", exact: true }).click();
    await desk.page.getByRole("button", { name: "Portal", exact: true }).click();
    await desk.page.waitForURL(`${front.origin}/`);
    await desk.page.goto(front.url);
    await desk.live();
    await desk.page.getByRole("button", { name: "Menu", exact: true }).click();
    await desk.page.getByRole("button", { name: "Sign out", exact: true }).click();
    await desk.page.waitForURL(`${front.origin}/`);
    assert.equal(front.signedOut, 1);
    await desk.close();

    const plain = await open(chromium.browser, session.url);
    await plain.page.getByRole("button", { name: "Menu", exact: true }).click();
    assert.equal(await plain.page.locator("#menu-portal").isVisible(), true, "the desktop says where the portal is");
    await plain.close();
}));

test("without WebRTC it is shown below the path as well, without a token", behindFront(async (session, front) => {
    const withoutWebRtc = () => {
        delete window.RTCPeerConnection;
    };
    const desk = await open(chromium.browser, front.url, { picture: false, init: withoutWebRtc });
    await desk.page.getByRole("button", { name: "Show it without video" }).click();
    await until("the desktop is there over VNC", async () => (await desk.state()).fallback === "live");
    assert.ok(front.asked.includes("UPGRADE /u/ada/vnc"));
    await desk.close();
}, { args: ["--fallback", "vnc"] }));

const RULE = '[[rule]]\nname = "danger"\nclass = "danger"\nbecause = "the test says so"\ncommands = ["touch"]\noperands = ["careful*"]\n';
const WITH_STEP_UP = {
    args: ["--step-up"],
    follow: false,
    prepare: (place) => save(path.join(place.home, ".config/tos/policy.toml"), RULE),
};

async function atPrompt(session) {
    const { id } = sector(await desktop(session), "BUILD");
    await command(session, { op: "jump", to: { sector: id } });
    await command(session, { op: "mode", mode: "command" });
    await idle(session);
}

const post = (front, what, body, claims) =>
    front.ask(`/api/v1/${what}`, { method: "POST", body: JSON.stringify(body), claims });

/** Commits as soon as the shell waits for a command. */
const commit = (front, body, claims) => until("the shell takes a command", async () => {
    const answer = await post(front, "commit", body, claims);
    return answer.body.error?.reason === "busy" ? undefined : answer;
});

test("a dangerous command takes a proof, of this text and this person, once", behindFront(async (session, front) => {
    await atPrompt(session);
    const listener = await Listener.connect(session);
    const admin = { role: "admin" };
    const stage = async (text) => (await post(front, "stage", { text }, admin)).body.result;
    const staged = await stage("touch careful-proof");
    assert.equal(staged.class, "danger");
    const wants = { id: staged.id, hash: staged.hash, confirm: true };
    const refused = async (proof, reason = "needs_step_up") => {
        const { status, body } = await commit(front, { ...wants, ...(proof && { proof }) }, admin);
        assert.deepEqual([status, body.error?.reason], [409, reason], JSON.stringify(body));
        assert.ok(body.error.message.length > 0);
    };
    await refused(undefined);
    await refused("x");
    await refused(front.grant({ commit: sha256("touch careful-other") }));
    await refused(front.grant({ commit: staged.hash, sub: "bob" }));
    await refused(front.grant({ commit: staged.hash, role: "view" }));
    await refused(front.grant({ commit: staged.hash, aud: "desk-2" }));
    await refused(front.grant({ commit: staged.hash, iat: 1_000_000_000, exp: 1_000_000_030 }));
    await refused(front.grant());
    await assert.rejects(session.message("commit", staged.id, staged.hash, "--confirm"), /proof/);

    const proof = front.grant({ commit: staged.hash });
    assert.equal((await commit(front, { ...wants, confirm: false, proof }, admin)).body.error.reason, "needs_confirmation");
    assert.equal((await commit(front, { ...wants, proof }, admin)).status, 200);
    await until("it has run", () => exists(path.join(session.place.home, "careful-proof")));
    const told = await listener.hears("the commit", ({ event, result }) => event === "commit" && result === "committed");
    assert.deepEqual([told.who, told.from, told.hash, told.class], ["ada", "http", staged.hash, "danger"]);
    assert.ok(listener.heard.some(({ event, result, who }) => event === "commit" && result === "refused" && who === "ada"));
    listener.close();

    // The same text again: the proof was used.
    const again = await stage("touch careful-proof");
    const replayed = await commit(front, { id: again.id, hash: again.hash, confirm: true, proof }, admin);
    assert.match(replayed.body.error.message, /used before/);
    const harmless = await stage("touch harmless");
    assert.equal((await commit(front, { id: harmless.id, hash: harmless.hash }, admin)).status, 200, "what is harmless needs none");
}, WITH_STEP_UP));

test("who holds a dangerous command down is asked at the portal who they are", behindFront(async (session, front) => {
    await atPrompt(session);
    const desk = await open(chromium.browser, front.url);
    await until("the page has the keyboard", async () => (await desk.state()).captured);
    await openPrompt(desk);
    await desk.page.keyboard.type("touch careful-held\n", { delay: 5 });
    const hold = part(desk, "button", "HOLD TO CONFIRM");
    await hold.waitFor({ state: "attached" });
    await desk.page.mouse.move(...(await middle(hold)));
    await desk.page.mouse.down();
    const dialog = desk.page.getByRole("dialog", { name: "Confirm that it is you" });
    await dialog.waitFor({ state: "visible" });
    await desk.page.mouse.up();
    assert.equal(await exists(path.join(session.place.home, "careful-held")), false, "holding alone is not enough");
    await dialog.getByLabel("Password").fill("wrong");
    await dialog.getByRole("button", { name: "Confirm" }).click();
    await dialog.getByText("That was not right.").waitFor({ state: "visible" });
    await dialog.getByLabel("Password").fill(front.password);
    await dialog.getByRole("button", { name: "Confirm" }).click();
    await until("it has run", () => exists(path.join(session.place.home, "careful-held")));
    await dialog.waitFor({ state: "hidden" });
    const log = path.join(session.place.home, ".local/state/tos/audit.jsonl");
    const lines = (await readFile(log, "utf8")).trim().split("\n").map((line) => JSON.parse(line));
    assert.deepEqual([lines.at(-1).result, lines.at(-1).who], ["committed", "ada"]);
    await desk.close();
}, WITH_STEP_UP));
