// Commands that somebody else than the person at the terminal has written: staged, looked at, committed, and then seen in
// the file system; or refused, by whatever order of requests they are tried.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import path from "node:path";
import { after, before, test } from "node:test";

import { ask, becomes, command, desktop } from "./harness/desktop.mjs";
import { launch, open } from "./harness/page.mjs";
import { until } from "./harness/poll.mjs";
import { exists, interrupted, shown, withPolicy as atPrompt } from "./harness/prompt.mjs";

let chromium;
before(async () => (chromium = await launch()));
after(() => chromium?.close());

const sha256 = (text) => createHash("sha256").update(text).digest("hex");

const post = (session, path, body, token) => ask(session, path, { method: "POST", body, token });

/** Stages a text that can be staged. */
async function stage(session, text, token) {
    const { status, body } = await post(session, "stage", { text }, token);
    assert.equal(status, 200, JSON.stringify(body));
    return body.result;
}

/** Commits as soon as the shell waits for a command. */
async function commit(session, { id, hash }, more = {}, token = session.token) {
    return until("the shell takes a command", async () => {
        const answer = await post(session, "commit", { id, hash, ...more }, token);
        return answer.body.error?.reason === "busy" ? undefined : answer;
    });
}

/** Asserts that an answer is a refusal. */
function refused({ status, body }, expected, reason) {
    assert.deepEqual([status, body.ok, body.error?.reason], [expected, false, reason], JSON.stringify(body));
    assert.ok(body.error.message.length > 0);
}

/** Whatever was typed before has run when this has. */
async function settle(session, name) {
    assert.equal((await commit(session, await stage(session, `touch ${name}`))).status, 200);
    await until("the last command has run", () => exists(path.join(session.place.home, name)));
}

test("what is staged and committed runs, once, and is written down", atPrompt(async (session, tokens) => {
    const text = "touch 'made here'; echo --password=hunter2";
    const staged = await stage(session, text, tokens.control);
    assert.deepEqual([staged.text, staged.hash, staged.class], [text, sha256(text), "caution"]);
    assert.match(staged.reasons.join(), /password/);
    assert.equal((await commit(session, staged, {}, tokens.control)).status, 200);
    await until("the file is there", () => exists(path.join(session.place.home, "made here")));
    refused(await post(session, "commit", staged && { id: staged.id, hash: staged.hash }), 409, "already_committed");

    const log = path.join(session.place.home, ".local/state/tos/audit.jsonl");
    const lines = await until("both are written down", async () => {
        const lines = (await readFile(log, "utf8")).trim().split("\n").map((line) => JSON.parse(line));
        return lines.length >= 2 && lines;
    });
    assert.deepEqual([lines[0].result, lines[0].class, lines[0].who, lines[0].from], ["committed", "caution", "control", "http"]);
    assert.equal(lines[0].hash, staged.hash);
    assert.ok(!JSON.stringify(lines).includes("hunter2"), "no secret is written down");
    assert.equal(lines[1].result, "refused");
    assert.equal((await stat(log)).mode & 0o777, 0o600);
}));

test("an id, a hash and a role are wanted, and each has to be the right one", atPrompt(async (session, tokens) => {
    const staged = await stage(session, "touch a");
    refused(await post(session, "commit", { id: staged.id, hash: sha256("touch b") }), 409, "other_text");
    refused(await post(session, "commit", { id: "0".repeat(32), hash: staged.hash }), 409, "unknown_id");
    refused(await post(session, "stage", { text: "ls" }, tokens.view), 403, "forbidden");
    refused(await post(session, "commit", { id: staged.id, hash: staged.hash }, tokens.view), 403, "forbidden");
    assert.equal((await post(session, "discard", { id: staged.id })).status, 200);
    refused(await post(session, "commit", { id: staged.id, hash: staged.hash }), 409, "discarded");

    const old = await stage(session, "touch old");
    for (let newer = 0; newer < 32; newer += 1) await stage(session, `echo ${newer}`);
    refused(await post(session, "commit", { id: old.id, hash: old.hash }), 409, "expired");
    await settle(session, "z");
    assert.equal(await exists(path.join(session.place.home, "a")), false);
    assert.equal(await exists(path.join(session.place.home, "old")), false);
}));

test("several lines are one text: looked at as a whole, shown as lines, typed as one", atPrompt(async (session) => {
    const home = (name) => path.join(session.place.home, name);
    const text = "if true\n    touch 'from line 2'\nend\ntouch from-line-4";
    const staged = await stage(session, text);
    assert.deepEqual([staged.text, staged.hash, staged.class], [text, sha256(text), "safe"]);
    assert.equal((await commit(session, staged)).status, 200);
    await until("both files are there", async () => await exists(home("from line 2")) && await exists(home("from-line-4")));

    const worst = await stage(session, "ls\ntouch careful-line\nls");
    refused(await commit(session, worst), 409, "needs_confirmation");
    const unfinished = await stage(session, "touch unfinished\nif true");
    assert.equal(unfinished.class, "refused");
    refused(await commit(session, unfinished), 422, "refused");

    await command(session, { ui: "clear_prompt" });
    await settle(session, "z");
    assert.equal(await exists(home("careful-line")), false);
    assert.equal(await exists(home("unfinished")), false);
}));

test("what does not show what it runs is not even staged", atPrompt(async (session) => {
    for (const [text, words] of [
        ["touch x\r\ntouch y", /line feed \(U\+000D\)/],
        ["touch x\u2028touch y", /line feed \(U\+2028\)/],
        ["touch \u001b[31mx", /control character \(U\+001B\)/],
        ["touch \u202etxt.x", /direction of writing/],
        ["touch\u200b x", /invisible/],
        ["touch\u00a0x", /looks like a space/],
        ["  ", /empty/],
        ["x".repeat(1 << 20), /1048576 bytes/],
    ]) {
        const answer = await post(session, "stage", { text });
        refused(answer, 422, "text_refused");
        assert.match(answer.body.error.message, words);
    }
    const bytes = Buffer.concat([Buffer.from('{"text":"'), Buffer.from([0xff, 0xfe]), Buffer.from('"}')]);
    const answer = await ask(session, "stage", { method: "POST", text: bytes });
    refused(answer, 422, "text_refused");
    assert.match(answer.body.error.message, /UTF-8/);
}));

test("refused text runs by no order of requests", atPrompt(async (session, tokens) => {
    const home = (name) => path.join(session.place.home, name);
    const wrong = await stage(session, "touch 'forbidden-quote");
    assert.equal(wrong.class, "refused");
    assert.match(wrong.reasons[0], /shell does not take it/);
    const texts = ["touch forbidden-1", "sh -c 'touch forbidden-2'", "'to'uch forbidden-3", "true; touch forbidden-4 "];
    for (const text of texts) {
        const staged = await stage(session, text);
        assert.equal(staged.class, "refused", text);
        const harmless = await stage(session, "true");
        const attempts = [
            { id: staged.id, hash: staged.hash },
            { id: staged.id, hash: staged.hash, confirm: true },
            { id: staged.id, hash: harmless.hash, confirm: true },
            { id: harmless.id, hash: staged.hash, confirm: true },
        ];
        for (const body of attempts) {
            for (const token of [tokens.control, tokens.admin]) {
                const { status } = await post(session, "commit", body, token);
                assert.ok(status === 422 || status === 409, `${JSON.stringify(body)}: ${status}`);
            }
        }
        // As an action of the interface, and by the prompt itself.
        for (const action of [
            { ui: "commit", id: staged.id, hash: staged.hash, confirmed: true },
            { ui: "commit", id: staged.id, hash: staged.hash },
            { ui: "stage", text },
            { ui: "execute" },
            { ui: "confirm", id: staged.id },
            { ui: "hold" },
        ]) {
            await post(session, "command", action, tokens.admin);
        }
        await post(session, "discard", { id: staged.id });
        refused(await post(session, "commit", { id: staged.id, hash: staged.hash, confirm: true }), 409, "discarded");
    }
    await command(session, { ui: "clear_prompt" });
    await settle(session, "last");
    for (const number of [1, 2, 3, 4]) assert.equal(await exists(home(`forbidden-${number}`)), false, texts[number - 1]);
}));

test("what is dangerous needs somebody who confirms it", atPrompt(async (session, tokens) => {
    const staged = await stage(session, "touch careful");
    assert.equal(staged.class, "danger");
    assert.match(staged.details.find(({ label }) => label === "RULE").text, /policy\.toml line \d+/);
    const wants = { id: staged.id, hash: staged.hash };
    refused(await commit(session, staged), 409, "needs_confirmation");
    refused(await commit(session, staged, { confirm: true }, tokens.control), 409, "needs_confirmation");
    refused(await post(session, "command", { ui: "commit", ...wants, confirmed: true }), 409, "needs_confirmation");
    await settle(session, "first");
    assert.equal(await exists(path.join(session.place.home, "careful")), false);
    assert.equal((await commit(session, staged, { confirm: true }, tokens.admin)).status, 200);
    await until("it has run", () => exists(path.join(session.place.home, "careful")));
}));

test("a shell that is busy is given nothing, and the command stays staged", atPrompt(async (session) => {
    assert.equal((await commit(session, await stage(session, "cat"))).status, 200);
    await becomes(session, "cat runs", (now) => shown(now)?.activity === "running");
    const staged = await stage(session, "touch after");
    refused(await post(session, "commit", { id: staged.id, hash: staged.hash }), 409, "busy");
    const { id } = shown(await desktop(session));
    await interrupted(session, () => command(session, { ui: "interrupt", terminal: id }));
    assert.equal((await commit(session, staged)).status, 200);
    await until("it has run", () => exists(path.join(session.place.home, "after")));
}));

test("a command that was looked at in one directory does not run in another", atPrompt(async (session) => {
    const staged = await stage(session, "touch here");
    assert.equal((await commit(session, await stage(session, "cd /tmp"))).status, 200);
    await becomes(session, "the shell is elsewhere", (now) => shown(now)?.directory === "/tmp" && shown(now).activity === "at_prompt");
    refused(await commit(session, staged), 409, "moved");
    assert.equal(await exists("/tmp/here"), false);
}));

test("a page stages, sees it in the prompt, and commits", atPrompt(async (session, tokens) => {
    const url = new URL(session.url);
    url.hash = `token=${tokens.control}`;
    const desk = await open(chromium.browser, url.href);
    const say = (question) => desk.page.evaluate((question) => window.tos.staging(question), question);
    const { staged } = await say({ t: "stage", text: "touch by-page" });
    assert.deepEqual([staged.class, staged.hash], ["safe", sha256("touch by-page")]);
    await until("the prompt shows it", () => desk.page.evaluate(() => document.body.textContent?.includes("touch by-page")));
    const other = await say({ t: "commit", id: staged.id, hash: sha256("other"), confirm: false });
    assert.equal(other.refused.reason, "other_text");
    await until("the shell takes it", async () => (await say({ t: "commit", id: staged.id, hash: staged.hash, confirm: false })).refused === undefined);
    await until("the file is there", () => exists(path.join(session.place.home, "by-page")));
    const bad = await say({ t: "stage", text: "touch x\u202ey" });
    assert.equal(bad.refused.reason, "text_refused");
    const danger = (await say({ t: "stage", text: "touch careful-page" })).staged;
    const held = await say({ t: "commit", id: danger.id, hash: danger.hash, confirm: true });
    assert.equal(held.refused.reason, "needs_confirmation", "control does not confirm by a message");
}));

test("tos-comp msg stages and commits", atPrompt(async (session) => {
    const { staged } = await session.message("stage", "touch by-socket");
    assert.equal(staged.class, "safe");
    assert.equal((await session.message("commit", staged.id, staged.hash)).answer, "done");
    await until("the file is there", () => exists(path.join(session.place.home, "by-socket")));
    await assert.rejects(session.message("commit", staged.id, staged.hash), /committed before/);
    await assert.rejects(session.message("stage", "touch a\rb"), /without being a line feed/);
}));
