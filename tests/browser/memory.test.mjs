// What outlives the session: the desktop comes back after a crash, and a file that cannot be read is not lost.

import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { after, before, test } from "node:test";

import { arrives, ask, becomes, command, desktop, part, save, sector, whereabouts } from "./harness/desktop.mjs";
import { launch, open } from "./harness/page.mjs";
import { until } from "./harness/poll.mjs";
import { Place, Session } from "./harness/session.mjs";

let chromium;
before(async () => (chromium = await launch()));
after(() => chromium?.close());

const directory = (place) => path.join(place.home, ".local/state/tos");
const file = (place) => path.join(directory(place), "desktop.json");
const kept = async (place) => JSON.parse(await readFile(file(place), "utf8"));

/** A place for `body`, which ends the sessions it starts. */
async function inPlace(body) {
    const place = await Place.make();
    const running = [];
    const start = async () => {
        const session = await Session.start({ place, follow: false });
        running.push(session);
        return session;
    };
    try {
        await body(place, start);
    } finally {
        await Promise.all(running.map((session) => session.stop()));
        await place.remove();
    }
}

test("after a crash the sectors, the apps and the place are back, and the app is in focus again", () => inPlace(async (place, start) => {
    const first = await start();
    await command(first, { op: "new_sector", name: "HARBOUR", colour: 4 });
    const made = sector(await desktop(first), "HARBOUR");
    await command(first, { op: "jump", to: { sector: made.id } });
    await command(first, { op: "mode", mode: "command" });
    await command(first, { ui: "launch", entry: "foot" });
    const [app] = await becomes(first, "foot has a window in the sector it was started in", (now) => {
        const { apps } = sector(now, "HARBOUR");
        return apps.length > 0 && apps;
    });
    await command(first, { op: "zoom_in", into: { app: app.id } });
    await until("it is all in the file", async () => {
        const { desktop } = await kept(place);
        const { path } = desktop.outputs[0].panes.viewport;
        return desktop.sectors.at(-1).apps[0]?.app_id === "foot" && path.window === 0;
    });
    await first.server.stop("SIGKILL");

    const second = await start();
    const now = await arrives(second, "3 HARBOUR foot");
    assert.equal(sector(now, "HARBOUR").colour, 4);
    assert.deepEqual(now.sectors.map(({ name }) => name), ["BUILD", "RESEARCH", "STUDIO", "COMMS", "LOGS", "HARBOUR"]);
    assert.equal(now.outputs[0].panes[0].mode, "command");
    const { windows } = await second.state();
    assert.deepEqual(windows.map(({ app_id, focused }) => [app_id, focused]), [["foot", true]]);
    const desk = await open(chromium.browser, second.url);
    await part(desk, "application", "FOOT").waitFor({ state: "attached" });
    await desk.close();
}));

/** What is promised: of all that was done, a crash takes no more than the last second. */
const LOST = 1_000;

test("killed at any moment, it has lost no more than the last second, and the file is whole", () => inPlace(async (place, start) => {
    let count = 0;
    for (const moment of [20, 130, 290, 480, 810, 1_270, 1_940, 2_600]) {
        const session = await start();
        const [{ id, name }] = (await desktop(session)).sectors;
        assert.equal(name, count === 0 ? "BUILD" : `AT ${count}`, "it goes on from what was kept");
        /** What was done, and when that was known. @type {[number, number][]} */
        const done = [];
        // Changes without a pause, which is when it is hardest to find a moment to write.
        const killed = new Promise((resolve) => setTimeout(resolve, moment)).then(() => {
            process.kill(session.server.pid, "SIGKILL");
            return Date.now();
        });
        let alive = true;
        session.server.exited.then(() => (alive = false));
        while (alive) {
            const renamed = { op: "rename", sector: id, name: `AT ${count + 1}` };
            const { status } = await ask(session, "command", { method: "POST", body: renamed }).catch(() => ({ status: 0 }));
            if (status === 200) done.push([(count += 1), Date.now()]);
        }
        const end = await killed;
        const long = done.filter(([, at]) => at < end - LOST).at(-1)?.[0] ?? 0;
        const text = await readFile(file(place), "utf8").catch(() => undefined);
        const kept = text === undefined ? 0 : Number(/^AT (\d+)$/.exec(JSON.parse(text).desktop.sectors[0].name)?.[1] ?? 0);
        assert.ok(kept >= long, `killed after ${moment} ms: ${kept} is kept, ${long} was done more than a second before`);
        assert.ok(done.length > 0 || moment < 100, "something was done");
        count = kept;
    }
    const left = (await readdir(directory(place))).filter((name) => name.includes("damaged"));
    assert.deepEqual(left, [], "nothing of it was damaged");
}));

test("what cannot be started again is told by name, and all the rest is back", () => inPlace(async (place, start) => {
    const first = await start();
    await command(first, { op: "jump", to: { sector: sector(await desktop(first), "STUDIO").id } });
    await command(first, { ui: "launch", entry: "foot" });
    await becomes(first, "foot has a window", (now) => sector(now, "STUDIO").apps.length === 1);
    await until("it is in the file", async () => (await kept(place)).desktop.sectors[2].apps[0]?.app_id === "foot");
    await first.server.stop("SIGKILL");
    const memory = await kept(place);
    const [app] = memory.desktop.sectors[2].apps;
    memory.desktop.sectors[3].apps.push({ ...app, app_id: "gone", title: "Gone", launch: { ...app.launch, entry: null, command: ["/no/such/program"] } });
    await save(file(place), JSON.stringify(memory));

    const second = await start();
    const desk = await open(chromium.browser, second.url);
    await becomes(second, "foot is back", (now) => sector(now, "STUDIO").apps[0]?.app_id === "foot");
    const alerts = desk.page.locator("#semantics").getByRole("alert");
    await until("an alert names it", async () => {
        const all = await alerts.evaluateAll((nodes) => nodes.map((node) => `${node.ariaLabel} ${node.textContent}`));
        if (all.some((words) => /not restored: gone/i.test(words))) return true;
        throw new Error(JSON.stringify(all));
    });
    const { alerts: log } = await desktop(second);
    assert.ok(log.some(({ text }) => /gone/i.test(text)), "the log has it too");
    await desk.close();
}));

test("an ordinary end keeps the desktop too, up to the last moment", () => inPlace(async (place, start) => {
    const first = await start();
    await command(first, { op: "new_sector", name: "LATE" });
    await first.server.stop("SIGTERM");
    const second = await start();
    assert.ok(sector(await desktop(second), "LATE"));
}));

test("a file that is damaged, or of the future, is kept aside and told, and the session starts", () => inPlace(async (place, start) => {
    const future = JSON.stringify({ desktop: { version: 99, planets: [] }, preferences: {} });
    for (const [number, [text, reason]] of [['{"desktop": {"vers', /./], [future, /version 99/i]].entries()) {
        await save(file(place), text);
        const session = await start();
        assert.equal(whereabouts(await desktop(session)), "1");
        const aside = `desktop.json.damaged-${number + 1}`;
        assert.ok((await readdir(directory(place))).includes(aside));
        assert.equal(await readFile(path.join(directory(place), aside), "utf8"), text, "as it was");
        const desk = await open(chromium.browser, session.url);
        const alert = desk.page.locator("#semantics").getByRole("alert");
        const words = await until("an alert tells it", async () => {
            const all = await alert.evaluateAll((nodes) => nodes.map((node) => `${node.ariaLabel} ${node.textContent}`));
            return all.find((words) => words.toLowerCase().includes(aside));
        });
        assert.match(words, reason);
        assert.match(words, /not restored/i);
        await desk.close();
        await session.stop();
    }
}));
