// The session as programs see it: what they may read, what they may do, and what they are told.

import assert from "node:assert/strict";
import { test } from "node:test";

import Ajv2020 from "ajv/dist/2020.js";

import { ask, desktop, Listener, pane, sector, whereabouts } from "./harness/desktop.mjs";
import { until } from "./harness/poll.mjs";
import { inSession, Place, Session, tokenFile } from "./harness/session.mjs";

const options = { follow: false };

/** Runs `body` in a session with one token a role. */
async function withTokens(body) {
    const place = await Place.make();
    const { file, tokens } = await tokenFile(place);
    const session = await Session.start({ place, args: ["--token-file", file], ...options });
    try {
        await body(session, tokens);
    } finally {
        await session.stop();
        await place.remove();
    }
}

test("the state is read over HTTP, and is what the control socket tells", inSession(options, async (session) => {
    await session.foot();
    const { status, body } = await ask(session, "state");
    assert.equal(status, 200);
    assert.deepEqual(body, await desktop(session));
    assert.equal(pane(body).label, "1");
    assert.deepEqual(body.sectors.flatMap((sector) => sector.apps).map((app) => app.app_id), ["foot"]);
}));

/** The published schemas, each as a check that throws what is wrong. */
async function schemas(session) {
    const { status, body } = await ask(session, "schema");
    assert.equal(status, 200);
    // Formats such as `uint64` say how wide a number is; its bounds are told apart from that.
    const ajv = new Ajv2020.default({ validateFormats: false, allErrors: true });
    return Object.fromEntries(Object.entries(body).map(([name, schema]) => {
        const allows = ajv.compile(schema);
        const check = (value) => assert.ok(allows(value), `${name}: ${JSON.stringify(allows.errors)}\n${JSON.stringify(value)}`);
        return [name, Object.assign(check, { refuses: (value) => assert.ok(!allows(value), `${name} allows ${JSON.stringify(value)}`) })];
    }));
}

test("what is asked, answered, told and kept is what the published schemas say", inSession({ follow: false }, async (session) => {
    const { command, answer, state, snapshot } = await schemas(session);
    const listener = await Listener.connect(session);
    const done = async (body, status = 200) => {
        command(body);
        const answered = await ask(session, "command", { method: "POST", body });
        assert.equal(answered.status, status, JSON.stringify(answered.body));
        answer(answered.body);
    };
    await session.foot();
    await session.client("flip");
    const build = sector(await desktop(session), "BUILD");
    const app = build.apps.find(({ app_id }) => app_id === "foot");
    await done([{ op: "new_sector", name: "HARBOUR", colour: 3 }, { op: "split", axis: "horizontal" }]);
    await done({ op: "jump", to: { sector: build.id } });
    await done({ op: "mode", mode: "command" });
    await done({ op: "new_terminal" });
    await done({ op: "jump", to: { app: app.id } });
    await done({ op: "open_panel", name: "diagnostics" });
    await done({ op: "move_window", node: { app: app.id }, sector: sector(await desktop(session), "HARBOUR").id });
    await done({ ui: "theme", name: "red-alert" });
    await done({ ui: "menu", node: { app: app.id } });
    await done({ ui: "cancel" });
    await done({ op: "zoom_out" });
    await done([{ op: "jump", to: null }, { op: "zoom_out" }], 409);
    const messages = listener.heard.filter((message) => message.event === "state");
    assert.ok(messages.length > 1);
    for (const message of messages) state(message.state);
    state((await ask(session, "state")).body);
    const kept = (await ask(session, "snapshot")).body;
    snapshot(kept);
    assert.equal(kept.preferences.theme, "red-alert");

    for (const wrong of [{ op: "explode" }, { op: "split" }, { ui: "fireworks" }, { op: "zoom_out", sideways: true }, 7]) {
        command.refuses(wrong);
        assert.equal((await ask(session, "command", { method: "POST", body: wrong })).status, 422);
    }
    answer.refuses({ ok: false });
    state.refuses({ ...(await desktop(session)), sectors: 5 });
    snapshot.refuses({ ...kept, circle: "round" });
    listener.close();
}));

test("a command is done, and several in their order up to the one that is refused", inSession(options, async (session) => {
    assert.deepEqual(await ask(session, "command", { method: "POST", body: { op: "zoom_in" } }), {
        status: 200,
        body: { ok: true },
    });
    assert.equal(whereabouts(await desktop(session)), "2 BUILD");
    const several = [{ op: "new_sector", name: "one" }, { op: "zoom_out" }, { op: "zoom_out" }, { op: "new_sector", name: "two" }];
    const { status, body } = await ask(session, "command", { method: "POST", body: several });
    assert.equal(status, 409);
    assert.equal(body.ok, false);
    assert.deepEqual([body.error.reason, body.error.at], ["at_the_top", 2]);
    const now = await desktop(session);
    assert.ok(sector(now, "ONE") ?? sector(now, "one"), "the first was done");
    assert.equal(sector(now, "TWO") ?? sector(now, "two"), undefined, "what comes after the refused one was not");
    assert.equal(whereabouts(now), "1");
}));

test("what cannot be understood is told apart from what cannot be done", inSession(options, async (session) => {
    const before = await desktop(session);
    const post = (given) => ask(session, "command", { method: "POST", ...given });
    const cases = [
        [422, /explode/, { body: { op: "explode" } }],
        [422, /sideways/, { body: { op: "zoom_out", sideways: true } }],
        [422, /./, { body: { ui: "fireworks" } }],
        [422, /./, { body: 7 }],
        [422, /./, { body: { op: "jump", to: { sector: -3 } } }],
        [400, /./, { text: "{" }],
        [409, /no sector 4711/, { body: { op: "jump", to: { sector: 4711 } } }],
        [409, /no such|there is no/, { body: { ui: "launch", entry: "no-such-program" } }],
    ];
    for (const [status, words, given] of cases) {
        const answer = await post(given);
        assert.equal(answer.status, status, JSON.stringify(given));
        assert.equal(answer.body.ok, false);
        assert.match(answer.body.error.message, words);
        assert.match(answer.body.error.reason, /^[a-z_]+$/);
    }
    assert.equal((await post({ text: `"${"x".repeat(65 << 10)}"` })).status, 413);
    assert.deepEqual(await desktop(session), before, "nothing has changed");
}));

test("each role may do what is its own, and no more", () => withTokens(async (session, { view, control, admin }) => {
    const operation = { method: "POST", body: { op: "zoom_in" } };
    assert.equal((await ask(session, "state", { token: view })).status, 200);
    assert.equal((await ask(session, "schema", { token: view })).status, 200);
    assert.equal((await ask(session, "command", { ...operation, token: view })).status, 403);
    assert.equal((await ask(session, "snapshot", { token: view })).status, 403);
    assert.equal(whereabouts(await desktop(session)), "1");
    const { status, body } = await ask(session, "snapshot", { token: control });
    assert.equal(status, 200);
    assert.equal((await ask(session, "snapshot", { method: "PUT", body, token: control })).status, 403);
    assert.equal((await ask(session, "snapshot", { method: "PUT", body, token: admin })).status, 200);
    const nobody = await ask(session, "state", { token: "x".repeat(43) });
    assert.deepEqual(nobody, { status: 401, body: undefined });
    assert.equal((await ask(session, "command", { ...operation, token: control })).status, 200);

    const watcher = await Listener.connect(session, view);
    watcher.say({ id: 1, command: { op: "zoom_out" } });
    const answer = await watcher.hears("a refusal", (message) => message.event === "answer");
    assert.equal(answer.ok, false);
    assert.equal(whereabouts(await desktop(session)), "2 BUILD");
    watcher.close();
}));

test("a listener hears the whole state first, then each change, and may command", inSession(options, async (session) => {
    const listener = await Listener.connect(session);
    const first = await until("a first message", () => listener.heard[0]);
    assert.equal(first.event, "state");
    assert.deepEqual(first.state, await desktop(session));
    await ask(session, "command", { method: "POST", body: { op: "zoom_in" } });
    await listener.hears("the zoom", (message) => message.event === "state" && whereabouts(message.state) === "2 BUILD");

    listener.say({ id: "out", command: { op: "zoom_out" } });
    const answer = await listener.hears("the answer", (message) => message.event === "answer" && message.id === "out");
    assert.equal(answer.ok, true);
    listener.say({ id: 2, command: { op: "zoom_out" } });
    const refused = await listener.hears("the refusal", (message) => message.event === "answer" && message.id === 2);
    assert.deepEqual([refused.ok, refused.error.reason], [false, "at_the_top"]);

    await session.foot();
    await listener.hears("a new window", (message) => {
        return message.event === "state" && message.state.sectors.some((sector) => sector.apps.length > 0);
    });
    listener.close();
}));

test("a snapshot brings the desktop back to where it was", () => withTokens(async (session, { admin: token }) => {
    const command = (body) => ask(session, "command", { method: "POST", body, token });
    await command([{ op: "new_sector", name: "HARBOUR", colour: 3 }, { op: "split", axis: "horizontal" }]);
    const kept = await ask(session, "snapshot", { token });
    assert.equal(kept.status, 200);
    const before = await desktop(session);
    const made = sector(before, "HARBOUR");
    await command([{ op: "close_viewport" }, { op: "remove_sector", sector: made.id }]);
    assert.equal(sector(await desktop(session), "HARBOUR"), undefined);
    assert.deepEqual(await ask(session, "snapshot", { method: "PUT", body: kept.body, token }), {
        status: 200,
        body: { ok: true },
    });
    const again = await desktop(session);
    assert.equal(sector(again, "HARBOUR").colour, 3);
    assert.deepEqual(again.sectors.map((sector) => sector.name), before.sectors.map((sector) => sector.name));
    assert.equal(again.outputs[0].panes.length, 2);
    assert.deepEqual((await ask(session, "snapshot", { token })).body, kept.body, "and it is the same snapshot");
}));

test("a snapshot that makes no sense is refused with a reason, and changes nothing", () => withTokens(async (session, { admin: token }) => {
    await session.foot();
    const before = await desktop(session);
    const { body: kept } = await ask(session, "snapshot", { token });
    const put = (given) => ask(session, "snapshot", { method: "PUT", token, ...given });
    const changed = (change) => {
        const copy = structuredClone(kept);
        change(copy.desktop);
        return { body: copy };
    };
    const split = (panes) => ({ split: { axis: "horizontal", share: 0.5, halves: [panes, panes] } });
    const viewport = kept.desktop.outputs[0].panes;
    const cases = {
        "a version of the future": [/version/, changed((desktop) => (desktop.version = 99))],
        "no version": [/version/, changed((desktop) => delete desktop.version)],
        "ten thousand sectors": [/sectors/, changed((desktop) => {
            desktop.sectors = Array.from({ length: 10_000 }, (_, at) => ({ name: `S${at}`, colour: 1, apps: [] }));
        })],
        "no sector": [/sectors/, changed((desktop) => (desktop.sectors = []))],
        "more windows than there are": [/windows/, changed((desktop) => (desktop.sectors[0].apps[0].windows = 2 ** 40))],
        "a place that is not there": [/sector 77/, changed((desktop) => {
            desktop.outputs[0].panes = { viewport: { path: { sector: 77 }, mode: "apps" } };
        })],
        "a window in no app": [/window/, changed((desktop) => {
            desktop.outputs[0].panes = { viewport: { path: { sector: 0, window: 0 }, mode: "apps" } };
        })],
        "more panes than anybody needs": [/panes/, changed((desktop) => {
            desktop.outputs[0].panes = split(split(split(split(split(viewport)))));
        })],
        "a field nobody knows": [/circle/, changed((desktop) => (desktop.circle = "round"))],
        "something else altogether": [/./, { body: ["sectors"] }],
    };
    for (const [what, [words, given]] of Object.entries(cases)) {
        const answer = await put(given);
        assert.equal(answer.status, 422, `${what}: ${JSON.stringify(answer.body)}`);
        assert.match(answer.body.error.message, words, what);
    }
    // Panes in panes without an end: JSON has no cycles, but it can be as deep as one.
    const deep = `{"desktop":{"version":1,"sectors":[],"focused":0,"outputs":[{"focused":0,"panes":${'{"split":{"axis":"horizontal","share":0.5,"halves":['.repeat(5000)}`;
    assert.equal((await put({ text: deep })).status, 400);
    assert.equal((await put({ text: JSON.stringify({ desktop: "x".repeat(2 << 20) }) })).status, 413);
    assert.deepEqual(await desktop(session), before, "nothing has changed");
}));
