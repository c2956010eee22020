// Files: dropped on the page they arrive in the folder for downloads, whatever the line does, and in the program below.

import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { after, before, test } from "node:test";

import { launch, open } from "./harness/page.mjs";
import { until } from "./harness/poll.mjs";
import { inSession } from "./harness/session.mjs";

let chromium;
before(async () => (chromium = await launch()));
after(() => chromium?.close());

const downloads = (session) => path.join(session.place.home, "Downloads");
const arrives = (session, name) =>
    until(`${name} is there`, async () => {
        const there = await readdir(downloads(session)).catch(() => []);
        if (there.includes(name)) return readFile(path.join(downloads(session), name));
        throw new Error(there.join() || "nothing is");
    });

/** Drags files over the stage and lets them go there, as a browser tells it. */
const drop = (desk, files, x = 0.5, y = 0.5) =>
    desk.page.evaluate(([files, x, y]) => {
        const stage = document.getElementById("stage");
        const box = document.getElementById("picture").getBoundingClientRect();
        const dataTransfer = new DataTransfer();
        for (const { name, size, fill } of files) {
            const bytes = new Uint8Array(size).map((_, at) => (at * fill) % 251);
            dataTransfer.items.add(new File([bytes], name, { lastModified: 1 }));
        }
        const at = { bubbles: true, cancelable: true, dataTransfer, clientX: box.left + x * box.width, clientY: box.top + y * box.height };
        for (const kind of ["dragenter", "dragover", "drop"]) stage.dispatchEvent(new DragEvent(kind, at));
    }, [files, x, y]);
const bytes = (size, fill) => Buffer.from(Uint8Array.from({ length: size }, (_, at) => (at * fill) % 251));

test("files that are dropped arrive, with what they hold, beside others of their name", inSession({}, async (session) => {
    const desk = await open(chromium.browser, session.url);
    await until("the page may send", async () => (await desk.state()).role);
    await drop(desk, [{ name: "log.txt", size: 1000, fill: 3 }, { name: "big.bin", size: 9_000_000, fill: 7 }]);
    assert.deepEqual(await arrives(session, "log.txt"), bytes(1000, 3));
    assert.deepEqual(await arrives(session, "big.bin"), bytes(9_000_000, 7));
    await desk.page.getByText("Arrived").first().waitFor();
    await drop(desk, [{ name: "log.txt", size: 10, fill: 5 }]);
    assert.deepEqual(await arrives(session, "log (2).txt"), bytes(10, 5));
    assert.deepEqual((await readdir(downloads(session))).sort(), ["big.bin", "log (2).txt", "log.txt"], "nothing is left over");
}));

test("a file goes on after the line was cut", inSession({}, async (session) => {
    const desk = await open(chromium.browser, session.url);
    await until("the page may send", async () => (await desk.state()).role);
    // The second piece and what follows it does not get through for a while.
    let pieces = 0;
    let cut = true;
    const failed = [];
    await desk.page.route("**/api/v1/upload**", (route) => {
        if (route.request().method() === "PATCH") pieces += 1;
        if (pieces >= 2 && cut) {
            failed.push(route.request().method());
            return route.abort("connectionreset");
        }
        return route.continue();
    });
    await drop(desk, [{ name: "long.bin", size: 10_000_000, fill: 11 }]);
    await until("the page tries again", () => failed.length >= 2);
    await desk.page.locator(".transfer.waiting").waitFor();
    const bar = desk.page.getByRole("progressbar", { name: "Sending long.bin" });
    const share = await bar.evaluate((bar) => bar.value);
    assert.ok(share > 0.2 && share < 0.9, `one piece of three has arrived, and the bar is at ${share}`);
    const before = pieces;
    cut = false;
    assert.deepEqual(await arrives(session, "long.bin"), bytes(10_000_000, 11));
    assert.ok(pieces - before <= 3, `what was there was not sent again: ${pieces - before} pieces`);
}));

test("files chosen in the menu go the same way, by keyboard too", inSession({}, async (session) => {
    const desk = await open(chromium.browser, session.url);
    await until("the page may send", async () => (await desk.state()).role);
    // Listened for from the start: the browser has to be told before it opens one.
    const choosing = desk.page.waitForEvent("filechooser");
    await desk.page.locator("#menu-handle").focus();
    await desk.page.keyboard.press("Enter");
    await desk.page.locator("#menu-upload").focus();
    await desk.page.keyboard.press("Enter");
    const chooser = await choosing;
    await chooser.setFiles({ name: "chosen.txt", mimeType: "text/plain", buffer: Buffer.from("engage") });
    assert.equal(String(await arrives(session, "chosen.txt")), "engage");
}));

test("what the server does not take is said, and the rest arrives", inSession({}, async (session) => {
    await session.place.settings('[interface]\nhub = "apps"\n\n[files]\nupload_limit_mb = 1\nfolder = "~/In box"\n');
    const desk = await open(chromium.browser, session.url);
    await until("the limit is in force", async () => {
        await drop(desk, [{ name: "large.bin", size: 2_000_000, fill: 2 }]);
        return desk.page.getByText("the file is too large: 1 MiB is the most").first().waitFor({ timeout: 2_000 }).then(() => true);
    });
    await drop(desk, [{ name: "small.bin", size: 10, fill: 2 }]);
    await until("the small one is there", async () => (await readdir(path.join(session.place.home, "In box"))).includes("small.bin"));
}));

test("a ticket is downloaded once, by a browser that saves it", inSession({}, async (session) => {
    const desk = await open(chromium.browser, session.url);
    await until("the page may send", async () => (await desk.state()).role);
    await drop(desk, [{ name: "log.txt", size: 5000, fill: 3 }]);
    await arrives(session, "log.txt");
    const asked = await fetch(`${session.origin}/api/v1/download`, {
        method: "POST",
        headers: { authorization: `Bearer ${session.token}` },
        body: JSON.stringify({ paths: [path.join(downloads(session), "log.txt")] }),
    });
    const url = new URL((await asked.json()).url, asked.url).href;
    const [download] = await Promise.all([
        desk.page.waitForEvent("download"),
        desk.page.evaluate((href) => Object.assign(document.createElement("a"), { href, download: "" }).click(), url),
    ]);
    assert.equal(download.suggestedFilename(), "log.txt");
    const saved = session.place.file("saved");
    await download.saveAs(saved);
    assert.deepEqual(await readFile(saved), bytes(5000, 3));
    assert.equal((await fetch(url)).status, 404, "it was used");
}));

test("a terminal that files are dropped on gets their addresses, once they have arrived", inSession({}, async (session) => {
    const file = session.place.file("said");
    await session.foot(["/bin/sh", "-c", 'while read -r line; do echo "$line" >> "$FILE"; done'], { FILE: file });
    const desk = await open(chromium.browser, session.url);
    await until("the page has the keyboard", async () => (await desk.state()).captured);
    await desk.rests();
    await drop(desk, [{ name: "my log.txt", size: 3000, fill: 3 }]);
    await arrives(session, "my log.txt");
    await until("the shell has read the address", async () => {
        await desk.page.keyboard.press("Enter");
        const said = await readFile(file, "utf8");
        assert.match(said, /Downloads\/my.*log\.txt/);
        return true;
    });
}));
