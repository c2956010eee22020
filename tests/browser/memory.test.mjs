// What outlives the session: the desktop comes back after a crash, and a file that cannot be read is not lost.

import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { after, before, test } from "node:test";

import { arrives, becomes, command, desktop, part, save, sector, whereabouts } from "./harness/desktop.mjs";
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
