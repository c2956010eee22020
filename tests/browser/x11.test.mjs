// An X11 program in a real page: it is shown, and gets what is typed.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";

import { desktop } from "./harness/desktop.mjs";
import { launch, open } from "./harness/page.mjs";
import { until } from "./harness/poll.mjs";
import { inSession, Place } from "./harness/session.mjs";

let chromium;
before(async () => (chromium = await launch()));
after(() => chromium?.close());

test("text typed in the page appears in xterm, and in the file that its shell writes", async () => {
    const place = await Place.make();
    const file = place.file("greeting");
    const args = ["--", "xterm", "-e", "/bin/sh", "-c", `read -r line; echo "$line" > '${file}'; exec cat`];
    try {
        await inSession({ place, args }, async (session) => {
            await until("its window is there", async () => {
                const { sectors } = await desktop(session);
                return sectors.flatMap((sector) => sector.apps).some((app) => app.app_id === "XTerm");
            });
            const desk = await open(chromium.browser, session.url);
            await until("the page has the keyboard", async () => (await desk.state()).captured);
            const prompt = await desk.glance();
            const words = "hallo welt, 42 times and then 42 times again, until the line is long";
            await desk.page.keyboard.type(words, { delay: 5 });
            await desk.differs(prompt);
            await desk.page.keyboard.press("Enter");
            const text = await until("the shell writes the file", async () => (await readFile(file, "utf8")).trim());
            assert.equal(text, words);
        })();
    } finally {
        await place.remove();
    }
});
