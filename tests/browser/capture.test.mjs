// Real tools that look at the screen and at the clipboard, through the trusted socket.

import assert from "node:assert/strict";
import { readFile, stat } from "node:fs/promises";
import path from "node:path";
import { after, before, test } from "node:test";

import { launch } from "./harness/page.mjs";
import { until } from "./harness/poll.mjs";
import { inSession, TOS_COMP } from "./harness/session.mjs";

let chromium;
before(async () => (chromium = await launch()));
after(() => chromium?.close());

/** A program that `tos-comp trust` starts, and how it ended. */
async function trusted(session, ...words) {
    const program = session.run(TOS_COMP, ["trust", "--", ...words]);
    return { ...(await program.exited), program };
}

/** How many pixels differ between two PNG files, and how many there are. */
async function compare(one, other) {
    const [first, second] = await Promise.all([one, other].map((file) => readFile(file, "base64")));
    const page = await chromium.browser.newPage();
    try {
        return await page.evaluate(async (files) => {
            const [a, b] = await Promise.all(files.map(async (file) => {
                const bytes = Uint8Array.from(atob(file), (character) => character.charCodeAt(0));
                const picture = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
                const canvas = new OffscreenCanvas(picture.width, picture.height);
                const context = canvas.getContext("2d");
                context.drawImage(picture, 0, 0);
                return context.getImageData(0, 0, picture.width, picture.height);
            }));
            let differ = 0;
            for (let at = 0; at < a.data.length; at += 4) {
                if ([0, 1, 2].some((byte) => a.data[at + byte] !== b.data[at + byte])) differ += 1;
            }
            return { sizes: [[a.width, a.height], [b.width, b.height]], differ };
        }, [first, second]);
    } finally {
        await page.close();
    }
}

test("grim sees what tos-comp screenshot sees, whole and in part", inSession({}, async (session) => {
    await session.client("flip", "--fullscreen");
    const [grim, own] = ["grim.png", "own.png"].map((name) => session.place.file(name));
    // A clock in the picture may move between the two.
    await until("both pictures are the same", async () => {
        const { code, program } = await trusted(session, "grim", grim);
        assert.equal(code, 0, program.tail);
        const shot = session.run(TOS_COMP, ["screenshot", own]);
        assert.equal((await shot.exited).code, 0, shot.tail);
        const { sizes, differ } = await compare(grim, own);
        assert.deepEqual(sizes, [[1280, 720], [1280, 720]]);
        if (differ > 0) throw new Error(`${differ} pixels differ`);
        return true;
    });
    const part = session.place.file("part.png");
    assert.equal((await trusted(session, "grim", "-g", "100,100 300x200", part)).code, 0);
    const { sizes } = await compare(part, part);
    assert.deepEqual(sizes[0], [300, 200]);
}));

test("an ordinary client gets no picture", inSession({}, async (session) => {
    const grim = session.run("grim", [session.place.file("no.png")]);
    assert.notEqual((await grim.exited).code, 0);
    const socket = await stat(path.join(session.place.runtime, `${session.display}-trusted`));
    assert.equal(socket.mode & 0o777, 0o600);
}));

test("a clipboard manager hears what is copied, and copies in the background", inSession({}, async (session) => {
    const watcher = session.run(TOS_COMP, ["trust", "--", "wl-paste", "--watch", "sh", "-c", "cat; echo"]);
    const copied = await trusted(session, "wl-copy", "Make it so");
    assert.equal(copied.code, 0, copied.program.tail);
    await until("the watcher heard it", () => watcher.log.join("").includes("Make it so"));
    const pasted = await trusted(session, "wl-paste", "--no-newline");
    await until("it is pasted", () => pasted.program.log.join("").includes("Make it so"));
}));
