// The clipboard in Firefox, which lets a page write only after a click or a key, and read only when the user pastes.

import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { after, before, test } from "node:test";

import { Firefox } from "./harness/firefox.mjs";
import { until } from "./harness/poll.mjs";
import { inSession } from "./harness/session.mjs";

let firefox;
before(async () => (firefox = await Firefox.launch()));
after(() => firefox?.close());

const state = () => firefox.evaluate("window.tos.state");

/** A page with a picture, and the keyboard in it. */
async function live(session) {
    await firefox.open(session.url);
    await until("Firefox shows a picture", async () => {
        const now = await state();
        return now.connection === "live" && now.frames > 0;
    }, { within: 60_000 });
    await firefox.click(300, 300);
    await until("the page has the keyboard", async () => (await state()).captured);
}

/** Ctrl+V. */
const paste = () =>
    firefox.command("input.performActions", {
        context: firefox.tab,
        actions: [{
            type: "key",
            id: "keyboard",
            actions: [
                { type: "keyDown", value: "\uE009" },
                { type: "keyDown", value: "v" },
                { type: "keyUp", value: "v" },
                { type: "keyUp", value: "\uE009" },
            ],
        }],
    });

test("what a program copies is written with the next click, or offered", inSession({}, async (session) => {
    await session.client("events");
    await live(session);
    // As long as the last click counts for Firefox, it is written at once. After that, it waits.
    await until("the click counts no more", async () => !(await firefox.evaluate("navigator.userActivation?.isActive ?? false")));
    session.run("wl-copy", ["--foreground", "from inside"]);
    const offered = () => firefox.evaluate(`!document.getElementById("copy").hidden`);
    await until("it is offered", offered);
    await firefox.click(320, 320);
    await until("it was written", async () => !(await offered()));
    // It comes back with a paste into a field of the page's own.
    await firefox.evaluate(`(() => {
        const field = document.createElement("textarea");
        field.id = "own";
        field.style.cssText = "position: fixed; inset: 0 auto auto 0; z-index: 99";
        document.body.append(field);
        field.focus();
        return true;
    })()`);
    await paste();
    await until("it is pasted", async () => (await firefox.evaluate(`document.getElementById("own").value`)) === "from inside");
}));

/** A program copies something that the page cannot write before the next click, and then that comes. */
async function copiedWithAClick(session, type, file) {
    await until("the click counts no more", async () => !(await firefox.evaluate("navigator.userActivation?.isActive ?? false")));
    session.run("sh", ["-c", `exec wl-copy --foreground --type ${type} < '${file}'`]);
    await until("it is offered", () => firefox.evaluate(`!document.getElementById("copy").hidden`));
    await firefox.click(320, 320);
}

test("HTML that a program copies is written with the next click", inSession({}, async (session) => {
    const file = session.place.file("copied.html");
    await writeFile(file, "<p><b>engage</b></p>");
    await session.client("events");
    await live(session);
    await copiedWithAClick(session, "text/html", file);
    await until("it was written", () => firefox.evaluate(`document.getElementById("copy").hidden`));
    await firefox.evaluate(`(() => {
        const field = document.createElement("div");
        field.id = "own";
        field.contentEditable = "true";
        field.style.cssText = "position: fixed; inset: 0 auto auto 0; width: 200px; height: 50px; z-index: 99";
        document.body.append(field);
        field.focus();
        return true;
    })()`);
    await paste();
    await until("it is pasted", async () => /<b>engage<\/b>/.test(await firefox.evaluate(`document.getElementById("own").innerHTML`)));
}));

// The clipboard of a Firefox without a screen holds no pictures: what the page gives it is looked at.
test("a picture that a program copies is written with the next click", inSession({}, async (session) => {
    const file = session.place.file("copied.png");
    const picture = "iVBORw0KGgoAAAANSUhEUgAAAAMAAAACCAIAAAASFvFNAAAAEElEQVR4nGM4oREFQQxwFgBQAAe9uK0ZXgAAAABJRU5ErkJggg==";
    await writeFile(file, Buffer.from(picture, "base64"));
    await session.client("events");
    await live(session);
    await firefox.evaluate(`(() => {
        const write = navigator.clipboard.write.bind(navigator.clipboard);
        navigator.clipboard.write = async (items) => {
            await write(items);
            const { width, height } = await createImageBitmap(await items[0].getType("image/png"));
            window.written = width + "x" + height;
        };
        return true;
    })()`);
    await copiedWithAClick(session, "image/png", file);
    await until("the page gives it", async () => (await firefox.evaluate("window.written ?? null")) === "3x2");
}));

/** What a program gets, as `wl-paste` has it. */
const pasted = (session, type) =>
    until(`a program has ${type}`, async () => {
        const paste = session.run("sh", ["-c", `wl-paste --type ${type} | head -c 4000 | base64 -w 0`]);
        const timer = setTimeout(() => paste.child.kill("SIGKILL"), 8_000);
        await paste.exited;
        clearTimeout(timer);
        await until("it has said all", () => paste.silent);
        const bytes = Buffer.from(paste.log.at(-1) ?? "", "base64");
        if (bytes.length > 10 && paste.log.length === 1) return bytes;
        throw new Error(paste.tail);
    });

test("HTML that is copied outside is what programs paste", inSession({}, async (session) => {
    await session.client("events");
    await live(session);
    // Copied as another page would, with a click.
    await firefox.evaluate(`(() => {
        window.copied = "not yet";
        document.addEventListener("mouseup", () => {
            const html = new Blob(["<b>red</b>"], { type: "text/html" });
            navigator.clipboard.write([new ClipboardItem({ "text/html": html })]).then(
                () => (window.copied = "copied"), (error) => (window.copied = String(error)));
        }, { once: true });
        return true;
    })()`);
    await firefox.click(330, 330);
    await until("it is copied", async () => {
        const how = await firefox.evaluate("window.copied");
        if (how === "copied") return true;
        throw new Error(how);
    });
    await until("the page has the keyboard", async () => (await state()).captured);
    await paste();
    assert.match(String(await pasted(session, "text/html")), /<b>red<\/b>/);
}));

// The clipboard of a Firefox without a screen holds no pictures: the event is made here, and all after it is as it is.
test("a picture that is pasted is what programs paste", inSession({}, async (session) => {
    await session.client("events");
    await live(session);
    await firefox.evaluate(`(async () => {
        const canvas = new OffscreenCanvas(20, 10);
        const context = canvas.getContext("2d");
        context.fillStyle = "#f00";
        context.fillRect(0, 0, 20, 10);
        const clipboardData = new DataTransfer();
        clipboardData.items.add(new File([await canvas.convertToBlob()], "image.png", { type: "image/png" }));
        const event = new ClipboardEvent("paste", { bubbles: true, cancelable: true });
        // The one that Firefox makes of it is empty.
        Object.defineProperty(event, "clipboardData", { value: clipboardData });
        document.getElementById("typing").dispatchEvent(event);
        return true;
    })()`);
    const picture = await pasted(session, "image/png");
    assert.deepEqual([picture.toString("latin1", 1, 4), picture.readUInt32BE(16), picture.readUInt32BE(20)], ["PNG", 20, 10]);
}));
