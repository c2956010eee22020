// Clipboard text both ways, and the pointer's shape.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { launch, open } from "./harness/page.mjs";
import { until } from "./harness/poll.mjs";
import { inSession } from "./harness/session.mjs";

let chromium;
before(async () => (chromium = await launch()));
after(() => chromium?.close());

const permissions = ["clipboard-read", "clipboard-write"];

test("what a program copies is in the page's clipboard", inSession({}, async (session) => {
    await session.client("events");
    const desk = await open(chromium.browser, session.url, { permissions });
    session.run("wl-copy", ["--foreground", "from inside: äß 日本"]);
    const got = await until("the clipboard has the text", async () => {
        const text = await desk.page.evaluate(() => navigator.clipboard.readText());
        return text.startsWith("from inside") && text;
    });
    assert.equal(got, "from inside: äß 日本");
}));

test("what is copied outside is what a program pastes", inSession({}, async (session) => {
    await session.client("events");
    const desk = await open(chromium.browser, session.url, { permissions });
    await until("the page has the keyboard", async () => (await desk.state()).captured);
    await desk.page.evaluate(() => navigator.clipboard.writeText("from outside: äß 日本"));
    // The page looks at the clipboard when the user comes back to it, or pastes.
    await desk.page.evaluate(() => window.dispatchEvent(new Event("focus")));
    await desk.page.keyboard.press("Control+v");
    await until("wl-paste prints it", async () => {
        const paste = session.run("wl-paste", ["--no-newline"]);
        const timer = setTimeout(() => paste.child.kill("SIGKILL"), 2_000);
        await paste.exited;
        clearTimeout(timer);
        if (paste.log.join("\n") === "from outside: äß 日本") return true;
        throw new Error(`it says ${JSON.stringify(paste.log)}`);
    });
}));

test("over foot's text the pointer is drawn by the page, as foot wants it", inSession({}, async (session) => {
    const desk = await open(chromium.browser, session.url);
    const shape = () => desk.page.evaluate(() => getComputedStyle(document.getElementById("stage")).cursor);
    const bare = await shape();
    await session.foot();
    await desk.page.mouse.move(...(await desk.at(0.4, 0.4)));
    await desk.page.mouse.move(...(await desk.at(0.5, 0.5)));
    await until("the pointer changes", async () => {
        const now = await shape();
        if (now !== bare && /text|url\(/.test(now)) return true;
        throw new Error(`it is ${now}`);
    });
}));
