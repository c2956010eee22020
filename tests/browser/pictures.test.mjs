// Pictures and HTML between the browser's clipboard and the programs' own.

import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { deflateSync, crc32 } from "node:zlib";

import { launch, open } from "./harness/page.mjs";
import { until } from "./harness/poll.mjs";
import { inSession } from "./harness/session.mjs";

let chromium;
before(async () => (chromium = await launch()));
after(() => chromium?.close());

const permissions = ["clipboard-read", "clipboard-write"];

/** A PNG of one colour. */
function png(width, height, [red, green, blue]) {
    const chunk = (kind, data) => {
        const body = Buffer.concat([Buffer.from(kind), data]);
        const [size, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
        size.writeUInt32BE(data.length);
        sum.writeUInt32BE(crc32(body));
        return Buffer.concat([size, body, sum]);
    };
    const header = Buffer.alloc(13);
    header.writeUInt32BE(width, 0);
    header.writeUInt32BE(height, 4);
    header.set([8, 2], 8);
    const row = Buffer.from([0, ...Array.from({ length: width }, () => [red, green, blue]).flat()]);
    const rows = Buffer.concat(Array.from({ length: height }, () => row));
    const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
    return Buffer.concat([signature, chunk("IHDR", header), chunk("IDAT", deflateSync(rows)), chunk("IEND", Buffer.alloc(0))]);
}

/** Size and first pixel of the picture in the page's clipboard. */
const seen = (desk) =>
    desk.page.evaluate(async () => {
        const [item] = await navigator.clipboard.read();
        if (!item?.types.includes("image/png")) return { types: item?.types };
        const picture = await createImageBitmap(await item.getType("image/png"));
        const context = new OffscreenCanvas(1, 1).getContext("2d");
        context.drawImage(picture, 0, 0);
        const pixel = [...context.getImageData(0, 0, 1, 1).data].slice(0, 3);
        return { types: item.types, width: picture.width, height: picture.height, pixel };
    });

/** What `wl-paste` gives; it needs a window of its own for a moment. */
function pasted(session, file, ...args) {
    return until(`wl-paste ${args.join(" ")}`, async () => {
        const paste = session.run("sh", ["-c", 'exec wl-paste "$@" > "$FILE"', "sh", ...args], { FILE: file });
        const timer = setTimeout(() => paste.child.kill("SIGKILL"), 8_000);
        const { code } = await paste.exited;
        clearTimeout(timer);
        if (code !== 0) throw new Error(`it ended with ${code}: ${paste.tail}`);
        return readFile(file);
    });
}

test("a picture that a program copies is in the page's clipboard", inSession({}, async (session) => {
    await session.client("events");
    const desk = await open(chromium.browser, session.url, { permissions });
    await until("the page has the keyboard", async () => (await desk.state()).captured);
    const file = session.place.file("copied.png");
    await writeFile(file, png(37, 23, [200, 40, 90]));
    session.run("sh", ["-c", 'exec wl-copy --foreground --type image/png < "$FILE"'], { FILE: file });
    const got = await until("the clipboard has the picture", async () => {
        const now = await seen(desk);
        if (now.width) return now;
        throw new Error(JSON.stringify(now));
    });
    assert.deepEqual([got.width, got.height, got.pixel], [37, 23, [200, 40, 90]]);
    // Pasted inside, it is still the program's: what comes back from the browser is no news.
    await desk.page.keyboard.press("Control+v");
    const types = String(await pasted(session, session.place.file("types"), "--list-types"));
    assert.deepEqual(types.trim().split("\n"), ["image/png"]);
}));

test("HTML that a program copies is in the page's clipboard", inSession({}, async (session) => {
    await session.client("events");
    const desk = await open(chromium.browser, session.url, { permissions });
    await until("the page has the keyboard", async () => (await desk.state()).captured);
    session.run("sh", ["-c", "exec wl-copy --foreground --type text/html '<p><b>engage</b></p>'"]);
    const html = await until("the clipboard has HTML", () =>
        desk.page.evaluate(async () => {
            const [item] = await navigator.clipboard.read();
            return item?.types.includes("text/html") && (await item.getType("text/html")).text();
        }));
    assert.match(html, /<b>engage<\/b>/);
}));

test("a picture, its HTML and its text that are copied outside are what programs paste", inSession({}, async (session) => {
    await session.client("events");
    const desk = await open(chromium.browser, session.url, { permissions });
    await until("the page has the keyboard", async () => (await desk.state()).captured);
    await desk.page.evaluate(async (bytes) => {
        const item = new ClipboardItem({
            "text/plain": new Blob(["a red field"], { type: "text/plain" }),
            "text/html": new Blob(["<i>a red field</i>"], { type: "text/html" }),
            "image/png": new Blob([new Uint8Array(bytes)], { type: "image/png" }),
        });
        await navigator.clipboard.write([item]);
    }, [...png(64, 48, [255, 0, 0])]);
    await desk.page.keyboard.press("Control+v");
    const file = session.place.file("pasted");
    const types = await until("all forms are offered", async () => {
        const types = String(await pasted(session, file, "--list-types")).trim().split("\n");
        if (types.includes("image/png")) return types;
        throw new Error(types.join());
    });
    for (const type of ["image/png", "text/html", "text/plain;charset=utf-8"]) assert.ok(types.includes(type), `${type} in ${types}`);
    const picture = await pasted(session, file, "--type", "image/png");
    assert.equal(picture.subarray(1, 4).toString(), "PNG");
    assert.deepEqual([picture.readUInt32BE(16), picture.readUInt32BE(20)], [64, 48]);
    assert.match(String(await pasted(session, file, "--type", "text/html")), /<i[^>]*>a red field<\/i>/);
    assert.equal(String(await pasted(session, file, "--type", "text/plain", "--no-newline")), "a red field");
}));

test("who only watches neither fetches nor brings what was copied", inSession({}, async (session) => {
    const view = new URLSearchParams(new URL((await session.message("url", "view")).url).hash.slice(1)).get("token");
    for (const [method, path] of [["GET", "1/png"], ["PUT", "1"]]) {
        const url = `${session.origin}/api/v1/clipboard/${path}`;
        const ask = (token) => fetch(url, { method, headers: { authorization: `Bearer ${token}` }, ...(method === "PUT" && { body: "x" }) });
        assert.equal((await ask(view)).status, 403);
        const refused = await ask(session.token);
        assert.equal(refused.status, 409);
        assert.equal((await refused.json()).error.reason, method === "GET" ? "gone" : "not_wanted");
    }
}));
