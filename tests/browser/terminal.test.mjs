// A hub's terminal in a real page: what is typed reaches a real shell, and what that does is seen.

import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { after, before, test } from "node:test";

import { arrives, becomes, command, desktop, part, press } from "./harness/desktop.mjs";
import { launch, open } from "./harness/page.mjs";
import { until } from "./harness/poll.mjs";
import { idle, interrupted, shown } from "./harness/prompt.mjs";
import { inSession } from "./harness/session.mjs";

const options = { follow: false };

let chromium;
before(async () => (chromium = await launch()));
after(() => chromium?.close());

/** A page that has the keyboard, at the terminal of a hub, whose shell waits for a command. */
async function hub(session, context = {}) {
    const desk = await open(chromium.browser, session.url, context);
    await until("the page has the keyboard", async () => (await desk.state()).captured);
    const { sectors } = await desktop(session);
    await command(session, { op: "jump", to: { sector: sectors[0].id } });
    await command(session, { op: "mode", mode: "command" });
    await arrives(session, "2 BUILD");
    await idle(session);
    return desk;
}

/** Whether a command runs in a terminal. */
function isRunning({ activity, command }, text) {
    return activity === "running" && command === text;
}

/** Waits until a command has ended, and gives how. */
function ended(session, text) {
    return becomes(session, `${text} has ended`, (now) => {
        const { activity, last } = shown(now);
        if (activity === "at_prompt" && last?.command === text) return last;
        throw new Error(JSON.stringify({ activity, last }));
    });
}

/** Types a command. */
async function type(desk, text) {
    await desk.page.keyboard.type(text, { delay: 5 });
    await desk.page.keyboard.press("Enter");
}

/** Types a command and waits for its end. */
async function run(session, desk, text) {
    await type(desk, text);
    return ended(session, text);
}

/** The lines of the terminal as a screen reader gets them. */
async function lines(desk) {
    const terminal = desk.page.locator("#semantics").getByRole("application", { name: /^TERMINAL/ });
    return ((await terminal.first().getAttribute("aria-description")) ?? "").split("\n").map((line) => line.trimEnd());
}

function reads(desk, what, check) {
    return until(`the terminal's lines: ${what}`, async () => {
        const now = await lines(desk);
        if (check(now)) return now;
        throw new Error(now.join("\n"));
    });
}

test("what is typed is run by a real shell, and the picture shows it", inSession(options, async (session) => {
    const desk = await hub(session);
    const before = await desk.glance();
    const file = session.place.file("made");
    const { status } = await run(session, desk, `echo 'from the terminal' > ${file}`);
    assert.equal(status, 0);
    assert.equal(await readFile(file, "utf8"), "from the terminal\n");
    await run(session, desk, `seq 100 130; cat ${file}`);
    await reads(desk, "what the file holds", (all) => all.includes("from the terminal"));
    await desk.differs(before, 60);
    // Colours are those of the program.
    await run(session, desk, String.raw`printf '\e[48;2;0;160;0m\e[2J\e[H\e[0m'`);
    const green = await until("the terminal is green", async () => {
        const [red, green, blue] = await desk.pixel(0.5, 0.45);
        if (green > 120 && red < 60 && blue < 60) return [red, green, blue];
        throw new Error(`it is ${[red, green, blue]}`);
    });
    assert.equal(green.length, 3);
}));

test("Ctrl-C ends what runs, and says with what it ended", inSession(options, async (session) => {
    const desk = await hub(session);
    await type(desk, "sleep 1000");
    await becomes(session, "it runs", (now) => isRunning(shown(now), "sleep 1000"));
    const interrupt = () => desk.page.keyboard.press("Control+c");
    await interrupted(session, interrupt);
    const { status } = await ended(session, "sleep 1000");
    assert.equal(status, 130);
    // Also one that prints without end.
    await type(desk, "yes");
    await becomes(session, "it runs", (now) => isRunning(shown(now), "yes"));
    await interrupted(session, interrupt);
    await ended(session, "yes");
}));

test("lines that left the screen are found by keys and by the wheel", inSession(options, async (session) => {
    const desk = await hub(session);
    await run(session, desk, "seq 1001 1500");
    await reads(desk, "the end", (all) => all.includes("1500"));
    await desk.page.keyboard.press("Shift+PageUp");
    const back = await reads(desk, "a page above", (all) => !all.includes("1500") && all.some((line) => /^14\d\d$/.test(line)));
    await desk.page.mouse.move(...(await desk.at(0.45, 0.3)));
    await desk.page.mouse.wheel(0, -600);
    await reads(desk, "further up", (all) => all.some((line) => /^1[34]\d\d$/.test(line)) && all.join() !== back.join());
    await desk.page.keyboard.press("Shift+Home");
    await reads(desk, "the beginning", (all) => all.includes("1001"));
    await desk.page.keyboard.press("Shift+End");
    await reads(desk, "the end", (all) => all.includes("1500"));
    // Whoever types wants to see it.
    await desk.page.keyboard.press("Shift+Home");
    await reads(desk, "the beginning", (all) => all.includes("1001"));
    await run(session, desk, "echo here");
    await reads(desk, "the end", (all) => all.includes("here"));
}));

test("another size of the page is another size of the terminal, and long lines are wrapped anew", inSession(options, async (session) => {
    const desk = await hub(session);
    const size = session.place.file("size");
    const columns = async () => {
        await run(session, desk, `stty size > ${size}`);
        const [lines, columns] = (await readFile(size, "utf8")).trim().split(" ").map(Number);
        await run(session, desk, "true");
        return { lines, columns };
    };
    const small = await columns();
    assert.ok(small.columns >= 60 && small.lines >= 10, JSON.stringify(small));
    const long = "x".repeat(small.columns + 10);
    await run(session, desk, `string repeat -n ${long.length} x`);
    await reads(desk, "a line in two", (all) => all.includes("x".repeat(small.columns)) && all.includes("x".repeat(10)));
    await desk.page.setViewportSize({ width: 1900, height: 1000 });
    await desk.live();
    await reads(desk, "the same line in one", (all) => all.includes(long));
    const large = await columns();
    assert.ok(large.columns > small.columns + 20 && large.lines > small.lines, JSON.stringify({ small, large }));
}));

test("what is selected with the mouse is copied to the page's clipboard", inSession(options, async (session) => {
    const permissions = ["clipboard-read", "clipboard-write"];
    const desk = await hub(session, { permissions });
    // A word on every line: wherever the pointer is, it is on one.
    await run(session, desk, "clear; yes aWordToCopy | head -40");
    await reads(desk, "the word", (all) => all.filter((line) => line === "aWordToCopy").length > 8);
    const box = await desk.page.locator("#semantics").getByRole("application", { name: /^TERMINAL/ }).first().boundingBox();
    assert.ok(box);
    await desk.page.mouse.dblclick(box.x + 40, box.y + 60);
    await desk.page.keyboard.press("Control+Shift+c");
    const got = await until("the clipboard has it", async () => {
        const text = await desk.page.evaluate(() => navigator.clipboard.readText());
        if (text.includes("aWord")) return text;
        throw new Error(`it has ${JSON.stringify(text)}`);
    });
    assert.equal(got, "aWordToCopy");
}));

test("a file with sequences of the Shell API changes nothing", inSession(options, async (session) => {
    const desk = await hub(session);
    const file = session.place.file("evil");
    const verbs = ["stage", "ls", "suggest", "env", "complete", "result", "ready"];
    const payload = encodeURIComponent(JSON.stringify({ text: "rm -rf /", cwd: "/etc", entries: [] }));
    const sequences = verbs.flatMap((verb) => [
        `\x1b]9001;${verb};${payload}\x07`,
        `\x1b]9001;${verb};${"0".repeat(32)};${payload}\x1b\\`,
        `\u009d9001;${verb};wrong;${payload}\u009c`,
    ]);
    await writeFile(file, `${sequences.join("")}and a line\n\x1b]9001;stage;never ended`);
    const before = await idle(session);
    await run(session, desk, `cat ${file}`);
    await run(session, desk, "echo still there");
    await reads(desk, "what came after", (all) => all.includes("still there"));
    const now = await idle(session);
    assert.equal(now.directory, before.directory);
    const prompt = await desk.page.locator("#semantics").getByRole("textbox").allTextContents();
    assert.ok(prompt.every((text) => !text.includes("rm -rf")), `staged: ${prompt}`);
}));

test("a shell that ends says so, and is started again by its button", inSession(options, async (session) => {
    const desk = await hub(session);
    await type(desk, "exit 3");
    await part(desk, "heading", "THE SHELL ENDED WITH 3").waitFor({ state: "attached" });
    await press(desk, "button", "RESTART");
    await idle(session);
    await part(desk, "heading", "THE SHELL ENDED WITH 3").waitFor({ state: "detached" });
    await run(session, desk, "echo again");
    await reads(desk, "a new shell's answer", (all) => all.includes("again"));
}));
