// Files out of DIRECTORY: what is picked there, a browser saves.

import assert from "node:assert/strict";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { after, before, test } from "node:test";

import { part, press } from "./harness/desktop.mjs";
import { files } from "./harness/files.mjs";
import { launch } from "./harness/page.mjs";
import { until } from "./harness/poll.mjs";
import { inSession } from "./harness/session.mjs";

let chromium;
before(async () => (chromium = await launch()));
after(() => chromium?.close());

test("one file is saved as it is, several and directories as a tar", inSession({ follow: false }, async (session) => {
    const home = session.place.home;
    await mkdir(path.join(home, "logs"));
    await writeFile(path.join(home, "logs/one.txt"), "stardate");
    await writeFile(path.join(home, "two.txt"), "engage");
    const desk = await files(chromium, session);
    await part(desk, "button", "two.txt").waitFor({ state: "attached" });
    await desk.rests();
    const saves = async () => {
        const saving = desk.page.waitForEvent("download");
        await press(desk, "button", "DOWNLOAD");
        const download = await saving;
        const file = session.place.file(download.suggestedFilename());
        await download.saveAs(file);
        return { name: download.suggestedFilename(), file };
    };
    // Picked with the right button, which begins to pick.
    await press(desk, "button", "two.txt", { button: "right" });
    const one = await saves();
    assert.deepEqual([one.name, await readFile(one.file, "utf8")], ["two.txt", "engage"]);
    await press(desk, "button", "logs");
    const both = await until("both are picked", async () => {
        const saved = await saves();
        if (saved.name.endsWith(".tar")) return saved;
        throw new Error(saved.name);
    });
    assert.equal(both.name, "home.tar");
    const listed = session.run("tar", ["-tf", both.file]);
    await listed.exited;
    await until("tar has said all", () => listed.silent);
    assert.deepEqual(listed.log.sort(), ["logs/", "logs/one.txt", "two.txt"]);
}));
