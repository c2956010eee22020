// Programs that are installed and removed while the desktop runs.

import assert from "node:assert/strict";
import { mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { after, before, test } from "node:test";

import { part } from "./harness/desktop.mjs";
import { launch, open } from "./harness/page.mjs";
import { until } from "./harness/poll.mjs";
import { inSession } from "./harness/session.mjs";

let chromium;
before(async () => (chromium = await launch()));
after(() => chromium?.close());

test("what is installed can be launched at once, and what is removed no more", inSession({}, async (session) => {
    const desk = await open(chromium.browser, session.url);
    await until("the page has the keyboard", async () => (await desk.state()).captured);
    await desk.page.keyboard.press("Meta+Space");
    await desk.page.keyboard.type("tricorder");
    await part(desk, "status", "NOTHING IS CALLED TRICORDER").waitFor({ state: "attached" });

    const folder = path.join(session.place.home, ".local/share/applications");
    await mkdir(path.join(folder, "away team"), { recursive: true });
    const entry = path.join(folder, "away team/tricorder.desktop");
    const said = session.place.file("said");
    await writeFile(entry, `[Desktop Entry]\nType=Application\nName=Tricorder\nExec=touch ${said}\n`);
    const found = part(desk, "button", "TRICORDER").or(part(desk, "option", "TRICORDER"));
    await found.first().waitFor({ state: "attached" });

    await rm(entry);
    await found.first().waitFor({ state: "detached" });
    assert.equal(await found.count(), 0);
}));
