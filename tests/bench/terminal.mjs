// Terminals of the desktop: how soon a key is answered, how fast text goes through, what else can be done meanwhile, and
// what they cost at rest. foot, in the same tos-comp, is what the text is measured against.

import { readFile, rm, writeFile } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";

import { launch, open } from "../browser/harness/page.mjs";
import { until } from "../browser/harness/poll.mjs";
import { Session } from "../browser/harness/session.mjs";
import { press, watchVideo } from "./latency.mjs";
import { judged, quantile, row } from "./table.mjs";

const PRESSES = Number(process.env.BENCH_PRESSES ?? 150);
const WARM_UP = 20;
/** Of text, MB. */
const FLOOD = Number(process.env.BENCH_FLOOD ?? 100);
/** Times that it goes through each of both. */
const ROUNDS = 3;
/** Times that an endless program is interrupted. */
const INTERRUPTS = 10;
const IDLE = 20;
/** Terminals that print without end beside the one in focus. */
const CROWD = 20;
const SCROLLBACK = 10_000;
const TICKS = 100;

/** @returns {Promise<import("./table.mjs").Table[]>} */
export async function terminal() {
    const chromium = await launch();
    try {
        const tables = [];
        for (const part of [echo, crowd, flood, idle]) {
            if (!process.env.BENCH_PART || process.env.BENCH_PART === part.name) tables.push(await part(chromium.browser));
        }
        return tables;
    } finally {
        await chromium.close();
    }
}

/** A page at the first sector's hub, with its terminal at a prompt. */
async function begin(browser) {
    const session = await Session.start({ args: ["--size", "1280x720"], follow: false });
    try {
        const desk = await open(browser, session.url);
        await until("the page has the keyboard", async () => (await desk.state()).captured);
        const { sectors } = (await session.message("desktop")).desktop;
        await session.message("do", JSON.stringify({ op: "jump", to: { sector: sectors[0].id } }));
        await session.message("do", JSON.stringify({ op: "mode", mode: "command" }));
        await atPrompt(session, 1);
        return { session, desk };
    } catch (error) {
        await session.stop();
        throw error;
    }
}

/** The path of the pane with the focus. */
async function here(session) {
    const { outputs, focused_output: output, focused_viewport: viewport } = (await session.message("desktop")).desktop;
    return outputs.find(({ id }) => id === output).panes.find((pane) => pane.viewport === viewport).path;
}

async function terminals(session) {
    const { sectors } = (await session.message("desktop")).desktop;
    return sectors.flatMap((sector) => sector.terminals);
}

/** Waits until so many shells wait for a command. */
function atPrompt(session, count) {
    return until(`${count} shells at their prompts`, async () => {
        const all = await terminals(session);
        const ready = all.filter(({ activity }) => activity === "at_prompt");
        if (ready.length >= count) return true;
        throw new Error(JSON.stringify(all.map(({ activity }) => activity)));
    });
}

/** Types a command into the terminal that has the keyboard. */
async function run(desk, command) {
    await desk.page.keyboard.type(command, { delay: 5 });
    await desk.page.keyboard.press("Enter");
}

/** Has another colour after each key, over a part of the terminal that the middle of the picture lies in. */
const MIRROR = String.raw`
$| = 1;
system "stty raw -echo";
my ($rows, $columns) = split " ", qx(stty size);
my $flip = 0;
sub show {
    my $colour = $flip ? "240;224;64" : "16;16;96";
    my $line = "\e[48;2;" . $colour . "m" . " " x 26 . "\e[0m";
    my ($top, $left) = (int($rows / 2) - 2, int($columns / 2) - 13);
    print join "", map { "\e[" . ($top + $_) . ";" . $left . "H" . $line } 0 .. 11;
}
print "\e[?25l\e[2J";
show;
while (sysread STDIN, my $key, 1) {
    last if $key eq "q";
    $flip = !$flip;
    show;
}
print "\e[?25h\e[2J\e[H";
system "stty sane";
`;

/** A key and its answer, in a terminal of the desktop and in a program with a surface of its own. */
async function echo(browser) {
    const { session, desk } = await begin(browser);
    try {
        const file = session.place.file("mirror.pl");
        await writeFile(file, MIRROR);
        await run(desk, `perl ${file}`);
        await desk.shows([16, 16, 96]);
        await desk.page.evaluate(watchVideo, [0.5, 0.5]);
        await desk.page.waitForFunction(() => window.bench.luma >= 0);
        const inTerminal = await answers(desk.page);
        await desk.page.keyboard.press("q");
        await atPrompt(session, 1);
        await session.client("flip", "--patch", "256");
        const { windows } = await session.state();
        await session.message("focus", String(windows[0].id));
        await desk.rests();
        await desk.page.waitForFunction(() => window.bench.luma >= 0);
        const inProgram = await answers(desk.page);
        const more = quantile(inTerminal, 0.5) - quantile(inProgram, 0.5);
        await desk.close();
        return {
            title: "A key and its answer, 1280×720",
            rows: [
                row("a terminal of the desktop", "ms", inTerminal),
                row("a program with a surface of its own", "ms", inProgram),
                { name: "later by", unit: "ms", median: more, ...judged({ median: more }, { median: 2 }) },
            ],
        };
    } finally {
        await session.stop();
    }
}

/** A key and its answer in the terminal in focus, alone and while twenty others print without end. */
async function crowd(browser) {
    const { session, desk } = await begin(browser);
    try {
        const first = (await terminals(session))[0].id;
        const file = session.place.file("mirror.pl");
        await writeFile(file, MIRROR);
        for (let count = 2; count <= CROWD + 1; count += 1) {
            await session.message("do", JSON.stringify({ op: "new_terminal" }));
            await atPrompt(session, count);
        }
        await session.message("do", JSON.stringify({ op: "show_terminal", terminal: first }));
        await desk.rests();
        await run(desk, `perl ${file}`);
        await desk.shows([16, 16, 96]);
        await desk.page.evaluate(watchVideo, [0.5, 0.5]);
        await desk.page.waitForFunction(() => window.bench.luma >= 0);
        const alone = await answers(desk.page);
        await desk.page.keyboard.press("q");
        await atPrompt(session, CROWD + 1);
        for (const { id } of (await terminals(session)).filter(({ id }) => id !== first)) {
            await session.message("do", JSON.stringify({ op: "show_terminal", terminal: id }));
            await run(desk, "yes 'a line of many'");
        }
        await session.message("do", JSON.stringify({ op: "show_terminal", terminal: first }));
        await run(desk, `perl ${file}`);
        await until("all of them run", async () => (await terminals(session)).every(({ activity }) => activity !== "at_prompt"));
        await pause(2_000);
        await desk.page.evaluate(watchVideo, [0.5, 0.5]);
        await desk.page.waitForFunction(() => window.bench.luma >= 0);
        const beside = await answers(desk.page);
        await desk.close();
        const more = (quantile(beside, 0.5) / quantile(alone, 0.5) - 1) * 100;
        return {
            title: `A key and its answer beside ${CROWD} terminals that print without end, 1280×720`,
            rows: [
                row("alone", "ms", alone),
                row("beside them", "ms", beside),
                { name: "slower by", unit: "%", median: more, ...judged({ median: more }, { median: 50 }) },
            ],
        };
    } finally {
        await session.stop();
    }
}

async function answers(page) {
    await page.evaluate(() => (window.bench.samples.length = 0));
    await press(page, WARM_UP + PRESSES);
    return (await page.evaluate(() => window.bench.samples)).slice(WARM_UP).map((one) => one.callback);
}

/** Much text, through a terminal of the desktop and through foot in turn; and what can be done meanwhile. */
async function flood(browser) {
    const { session, desk } = await begin(browser);
    try {
        const text = session.place.file("text");
        await writeFile(text, lines(FLOOD * 1e6));
        const took = { own: [], foot: [] };
        for (let round = 0; round < ROUNDS; round += 1) {
            took.own.push(await through(session, text, (script) => run(desk, `sh ${script}`)));
            await atPrompt(session, 1);
            took.foot.push(await through(session, text, (script) => inFoot(session, desk, script)));
            // Where foot was, nothing is left to be seen.
            await until("the hub is seen again", async () => (await here(session)).length === 1);
            await desk.rests();
        }
        const rate = (list) => list.map((seconds) => FLOOD / seconds);
        const [own, foot] = [rate(took.own), rate(took.foot)];
        const share = (quantile(own, 0.5) / quantile(foot, 0.5)) * 100;
        const interrupted = await interrupts(session, desk, text);
        const meanwhile = await besides(session, desk, text);
        await desk.close();
        return {
            title: `${FLOOD} MB of text, a page watching, 1280×720`,
            rows: [
                row("a terminal of the desktop", "MB/s", own),
                row("foot", "MB/s", foot),
                { name: "of foot's", unit: "%", median: share, ...judged({ median: share }, { least: 80 }) },
                row("meanwhile: key → photon of the program beside it", "ms", meanwhile, { p95: 60 }),
                row("meanwhile: Ctrl-C → the program has ended", "ms", interrupted, { p95: 250 }),
            ],
        };
    } finally {
        await session.stop();
    }
}

/** Lines as programs write them. */
function lines(bytes) {
    const some = Array.from({ length: 1000 }, (_, at) => {
        const level = at % 7 === 0 ? "\x1b[33mwarning\x1b[0m" : "info";
        return `2026-11-21 15:00:${String(at % 60).padStart(2, "0")} ${level} module::${at % 13}: request ${at * 7919} served`;
    }).join("\n");
    return `${some}\n`.repeat(Math.ceil(bytes / some.length)).slice(0, bytes);
}

/** How long a text takes, seconds. `start` runs the script, and may say how to wait for its end. */
async function through(session, text, start) {
    const [script, done] = [session.place.file("flood"), session.place.file("done")];
    await rm(done, { force: true });
    await writeFile(script, `s=$(date +%s%N); cat ${text}; e=$(date +%s%N); echo $((e - s)) > ${done}.new; mv ${done}.new ${done}`);
    const ended = await start(script);
    const took = await until("the text is through", async () => Number(await readFile(done, "utf8")), { within: 300_000 });
    await ended?.();
    return took / 1e9;
}

/** Runs a script in foot once foot is seen. Returns what waits for its end. */
async function inFoot(session, desk, script) {
    const begins = session.place.file("begins");
    const foot = await session.foot(["/bin/sh", "-c", `until [ -e ${begins} ]; do sleep 0.05; done; sh ${script}`]);
    const { windows } = await session.state();
    await session.message("focus", String(windows.at(-1).id));
    await desk.rests();
    await writeFile(begins, "");
    return async () => {
        await foot.exited;
        await rm(begins);
    };
}

/** From Ctrl-C in the page to the end of a program that prints without end, milliseconds. */
async function interrupts(session, desk, text) {
    const [script, done] = [session.place.file("endless"), session.place.file("ended")];
    await writeFile(script, `trap 'date +%s%N > ${done}.new; mv ${done}.new ${done}; exit' INT; while :; do cat ${text}; done`);
    const samples = [];
    for (let count = 0; count < INTERRUPTS; count += 1) {
        await rm(done, { force: true });
        await run(desk, `sh ${script}`);
        await pause(1_000 + Math.random() * 500);
        const pressed = Date.now();
        await desk.page.keyboard.press("Control+c");
        const ended = await until("it has ended", async () => Number(await readFile(done, "utf8")));
        samples.push(ended / 1e6 - pressed);
        await atPrompt(session, 1);
    }
    return samples;
}

/** Key → photon of a program in the pane beside a terminal that prints without end. */
async function besides(session, desk, text) {
    await run(desk, `sh -c 'while :; do cat ${text}; done'`);
    await session.message("do", JSON.stringify({ op: "split", axis: "horizontal" }));
    const before = (await session.message("desktop")).desktop;
    const output = before.outputs.find((one) => one.id === before.focused_output);
    const other = output.panes.find((pane) => pane.viewport !== before.focused_viewport);
    await session.message("do", JSON.stringify({ op: "focus_viewport", viewport: other.viewport }));
    await session.client("flip");
    const { windows } = await session.state();
    await session.message("focus", String(windows.at(-1).id));
    await pause(2_000);
    await desk.page.evaluate(watchVideo, [0.75, 0.5]);
    await desk.page.waitForFunction(() => window.bench.luma >= 0);
    return answers(desk.page);
}

/** Many shells that wait for a command, with all the lines that they keep. */
async function idle(browser) {
    const { session, desk } = await begin(browser);
    try {
        const alone = await resting(session, 15);
        const before = await memory(session);
        for (let count = 2; count <= IDLE + 1; count += 1) {
            await session.message("do", JSON.stringify({ op: "new_terminal" }));
            await atPrompt(session, count);
            await run(desk, `seq 1000000 ${1_000_000 + SCROLLBACK + 100}`);
            await pause(300);
            await atPrompt(session, count);
        }
        const grown = ((await memory(session)) - before) / IDLE;
        const all = await resting(session, 15);
        await desk.close();
        const more = all - alone;
        return {
            title: `${IDLE} more idle terminals, each with ${SCROLLBACK} lines, 1280×720`,
            rows: [
                { name: "hub with one", unit: "% of a core", median: alone },
                { name: "hub with all", unit: "% of a core", median: all },
                { name: "  more", unit: "% of a core", median: more, ...judged({ median: more }, { median: 1 }) },
                { name: "memory of each", unit: "MiB", median: grown, ...judged({ median: grown }, { median: 3 }) },
            ],
        };
    } finally {
        await session.stop();
    }
}

/** What tos-comp costs while nothing is done, percent of a core. */
async function resting(session, seconds) {
    await pause(3_000);
    const before = await ticks(session);
    const began = performance.now();
    await pause(seconds * 1_000);
    return (((await ticks(session)) - before) / TICKS / (performance.now() - began)) * 1e5;
}

async function ticks(session) {
    const stat = await session.proc("stat");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return Number(fields[11]) + Number(fields[12]);
}

/** MiB. */
async function memory(session) {
    return Number(/VmRSS:\s+(\d+)/.exec(await session.proc("status"))?.[1]) / 1024;
}
