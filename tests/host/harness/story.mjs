// The whole story, for whichever runtime: people come, work, go, and find everything again.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";

import { pane, sector, whereabouts } from "../../browser/harness/desktop.mjs";
import { until } from "../../browser/harness/poll.mjs";
import { Account } from "./account.mjs";

/** What has to be as it was left: sectors, apps and where one is. */
function remembered(desktop) {
    return {
        at: whereabouts(desktop),
        mode: pane(desktop).mode,
        sectors: desktop.sectors.map(({ name, colour, apps }) => ({ name, colour, apps: apps.map(({ app_id }) => app_id) })),
    };
}

/** The owner makes a sector, types in its shell, starts a terminal and goes into it. */
async function works(person, desk) {
    await person.command({ op: "new_sector", name: "HARBOUR", colour: 4 });
    const made = await until("there is a sector", async () => sector(await person.state(), "HARBOUR"));
    await person.command({ op: "jump", to: { sector: made.id } });
    await person.command({ op: "mode", mode: "command" });
    await until("its shell waits", async () => {
        const [terminal] = sector(await person.state(), "HARBOUR").terminals;
        return terminal && !/starting/i.test(terminal.activity ?? "");
    });
    await desk.rests();
    const before = await desk.glance();
    await desk.page.mouse.click(...(await desk.at(0.5, 0.4)));
    await until("the page has the keyboard", async () => (await desk.state()).captured);
    await desk.page.keyboard.type(`whoami > proof; pwd >> proof\n`);
    await desk.differs(before, 5);
    await person.command({ ui: "launch", entry: "foot" });
    const app = await until("foot has a window", async () => sector(await person.state(), "HARBOUR").apps.find(({ app_id, windows }) => app_id === "foot" && windows.length > 0));
    await person.command({ op: "zoom_in", into: { app: app.id } });
    await until("one is in it", async () => whereabouts(await person.state()) === "3 HARBOUR foot");
    return remembered(await person.state());
}

/** Somebody comes by a link for the first time and works; their home has the proof. Resolves to what they leave. */
export async function settles(person, link) {
    await person.sitsDown();
    await person.joins(link);
    const left = await works(person, await person.desk());
    const proof = person.host.file(`data/homes/${person.name}/proof`);
    await until("the shell wrote into the home", async () => assert.equal(await readFile(proof, "utf8"), `${person.name}\n/home/${person.name}\n`) ?? true);
    return left;
}

/** They sign in from a browser that knows nothing of them, and everything comes to be as it was left. */
export async function returns(person, left) {
    await person.sitsDown();
    await person.signsIn();
    await (await person.desk()).rests();
    await until("all is as it was", async () => assert.deepEqual(remembered(await person.state()), left) ?? true);
}

/**
 * Waits until a desktop is so, asking without waking it.
 * @param {import("./host.mjs").Host} host
 * @param {string} name
 * @param {string} word
 */
export function becomes(host, name, word) {
    return until(`the desktop of ${name} is ${word}`, async () => {
        const all = await host.desktops();
        const { phase } = all.find(({ user }) => user === name) ?? {};
        if (phase?.is === word) return true;
        throw new Error(JSON.stringify(phase ?? all));
    }, { within: 60_000 });
}

/** Processor time of all processes of these, in ticks. */
export async function ticks(pids) {
    let all = 0;
    for (const pid of pids) {
        const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
        const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
        all += Number(fields[11] ?? 0) + Number(fields[12] ?? 0);
    }
    return all;
}

/**
 * Nobody of a frozen container gets a tick; one that waits for somebody may.
 * @param {import("./host.mjs").Host} host
 * @param {...string} names whose
 */
export async function standsStill(host, ...names) {
    const frozen = (await host.desktops()).filter(({ user }) => names.includes(user));
    const inside = await Promise.all(frozen.map(({ container }) => host.inside(container)));
    assert.equal(inside.length, names.length);
    assert.ok(inside.every((pids) => pids.length > 1), "somebody is inside each");
    const pids = inside.flat();
    const before = await ticks(pids);
    await pause(2_000);
    assert.equal(await ticks(pids), before, "a frozen desktop takes no processor");
}

/** Everything of somebody else that one may try from outside, with one's own cookie. All of it is refused alike. */
export async function triesEverything(from, name) {
    const cookies = new Map((await from.context.cookies()).map(({ name, value }) => [name, value]));
    const account = new Account(from.host, from.name);
    account.cookies = cookies;
    const upgrade = { connection: "upgrade", upgrade: "websocket", "sec-websocket-version": "13", "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==", origin: from.host.origin };
    const tries = [
        await account.fetch(`/u/${name}/`),
        await account.fetch(`/u/${name}/phase`),
        await account.fetch(`/u/${name}/api/v1/state`),
        await account.fetch(`/u/${name}/api/v1/events`, { headers: upgrade }),
        await account.fetch(`/u/${name}/port/8888/`),
        await account.fetch(`/u/${from.name}/../${name}/api/v1/state`),
        await account.fetch(`/u/${from.name}/port/9080/api/v1/state`),
        await account.post(`/u/${name}/whep`, {}),
        await account.post(`/u/${name}/api/v1/command`, { op: "zoom_out" }),
    ];
    for (const [at, { status, body }] of tries.entries()) {
        assert.ok(status >= 400 && status < 500, `try ${at}: ${status}`);
        assert.ok(!/sectors|viewport|v=0/.test(body), `try ${at} told something: ${body.slice(0, 200)}`);
    }
    // What is not there looks the same as what is somebody else's.
    const nobody = await account.fetch("/u/nobody-at-all/");
    assert.deepEqual([nobody.status, nobody.body], [tries[0].status, tries[0].body.replaceAll(name, "nobody-at-all")]);
}
