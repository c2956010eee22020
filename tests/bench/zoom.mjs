// The zoom hierarchy: how smoothly it moves, what it costs at rest, and what it costs the program in focus.

import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";

import { part } from "../browser/harness/desktop.mjs";
import { launch, open } from "../browser/harness/page.mjs";
import { until } from "../browser/harness/poll.mjs";
import { Place, Session } from "../browser/harness/session.mjs";
import { stage } from "./metrics.mjs";
import { judged, quantile, row } from "./table.mjs";

/** Zooms of each kind that are measured. */
const ZOOMS = Number(process.env.BENCH_ZOOMS ?? 20);
/** From a key press on, milliseconds, pictures of its zoom are counted; the zoom itself takes 350 or 250. */
const WATCH = { in: 350, out: 250 };
/** Between two zooms. */
const REST = 500;
const TICKS = 100;

/** @returns {Promise<import("./table.mjs").Table[]>} */
export async function zoom() {
    const chromium = await launch();
    try {
        const parts = [movement, atRest, many, company];
        const tables = [];
        for (const part of parts) {
            if (!process.env.BENCH_PART || process.env.BENCH_PART === part.name) tables.push(await part(chromium.browser));
        }
        return tables;
    } finally {
        await chromium.close();
    }
}

/** A desktop without anything in the way: pictures and times of a zoom between each two levels. */
async function movement(browser) {
    const session = await Session.start({ args: ["--size", "1280x720"], follow: false });
    try {
        await session.foot(["/bin/sh", "-c", "ls -la /usr/bin | head -40; exec cat"]);
        await session.client("flip");
        const desk = await ready(browser, session);
        await desk.page.evaluate(watchPictures);
        const kinds = [
            ["overview → hub", "Enter", "in"],
            ["hub → window", "Enter", "in"],
            ["window → hub", "Meta+ArrowUp", "out"],
            ["hub → overview", "Escape", "out"],
        ];
        const found = new Map(kinds.map(([name]) => [name, { rate: [], first: [], age: [] }]));
        for (let count = 0; count < ZOOMS + 1; count += 1) {
            for (const [name, key, way] of kinds) {
                const got = await one(desk.page, key, WATCH[way]);
                // The first round warms up.
                if (count > 0) for (const figure of Object.keys(got)) found.get(name)[figure].push(...got[figure]);
            }
        }
        const metrics = await session.metrics();
        const rows = [...found].flatMap(([name, { rate, first, age }]) => [
            { ...rated(`${name}: pictures shown`, rate), ...judged({ median: quantile(rate, 0.5) }, { least: 45 }) },
            row(`${name}: key → first moved picture`, "ms", first, { median: 20 }),
            row(`${name}: age of pictures`, "ms", age, { p95: 60 }),
        ]);
        for (const name of ["wait", "draw", "read_back", "convert", "encode", "total"]) {
            rows.push({ name, unit: "ms", ...stage(new Map(), metrics, name) });
        }
        await desk.close();
        return { title: "Zoom, 1280×720", rows };
    } finally {
        await session.stop();
    }
}

/** Of a rate, the worst end is the low one. */
function rated(name, samples) {
    return { name, unit: "1/s", n: samples.length, median: quantile(samples, 0.5), p95: quantile(samples, 0.05) };
}

/** The page decides how large the desktop is. */
async function ready(browser, session, viewport = { width: 1280, height: 720 }) {
    const desk = await open(browser, session.url, { viewport });
    await until("the page has the keyboard", async () => (await desk.state()).captured);
    return desk;
}

/** One zoom: presses the key, and looks at the pictures of the time after. */
async function one(page, key, watch) {
    await page.evaluate(() => {
        window.bench.pressed = undefined;
        window.bench.pictures.length = 0;
    });
    await page.keyboard.press(key);
    await pause(watch + REST);
    const { pressed, pictures, offset } = await page.evaluate(() => ({ ...window.bench }));
    const moved = pictures.filter(({ at }) => at > pressed);
    const first = moved[0]?.at;
    if (first === undefined) throw new Error(`${key} moved nothing`);
    const during = moved.filter(({ at }) => at <= first + watch);
    // The first picture opens the first interval.
    const rate = ((during.length - 1) / (during.at(-1).at - first)) * 1000;
    return { rate: [rate], first: [first - pressed], age: during.map(({ at, rtp }) => at - rtp - offset) };
}

/** Runs in the page: when which picture was shown, and the least that lies between a frame's clock and ours. */
function watchPictures() {
    const video = document.getElementById("picture");
    const bench = (window.bench = { pressed: undefined, pictures: [], offset: Infinity });
    const press = ({ key, timeStamp }) => {
        // Of a chord, the key that does it.
        if (key !== "Meta") bench.pressed ??= timeStamp;
    };
    document.addEventListener("keydown", press, { capture: true });
    let [last, wraps] = [undefined, 0];
    const step = (now, { rtpTimestamp }) => {
        video.requestVideoFrameCallback(step);
        if (last !== undefined && rtpTimestamp < last - 2 ** 31) wraps += 1;
        last = rtpTimestamp;
        const rtp = (rtpTimestamp + wraps * 2 ** 32) / 90;
        const at = performance.now();
        bench.offset = Math.min(bench.offset, at - rtp);
        bench.pictures.push({ at, rtp });
    };
    video.requestVideoFrameCallback(step);
}

/** A hub at rest: with its clock and its readings, and so low that there is room for the clock alone. */
async function atRest(browser) {
    const rows = [
        await hubAtRest(browser, 720, (meters) => meters > 0, "hub with its readings each second", 3),
        await hubAtRest(browser, 300, (meters) => meters === 0, "hub with its clock alone, 1280×300", 1),
    ];
    return { title: "Levels at rest, 1280×720", rows };
}

async function hubAtRest(browser, height, expected, name, most) {
    const session = await Session.start({ args: ["--size", `1280x${height}`], follow: false });
    try {
        await session.foot(["/bin/sh"]);
        await session.client("flip");
        const desk = await ready(browser, session, { width: 1280, height });
        await session.message("do", "zoom_in");
        await part(desk, "heading", "BUILD APPS").first().waitFor({ state: "attached" });
        const meters = await desk.page.locator("#semantics").getByRole("meter").count();
        const clocks = await part(desk, "img", "TIME").count();
        if (!expected(meters) || clocks === 0) throw new Error(`${name}: ${meters} meters and ${clocks} clocks are there`);
        const found = await resting(session, name, 20, most);
        await desk.close();
        return found;
    } finally {
        await session.stop();
    }
}

/** What tos-comp costs while nothing is done, percent of a core. */
async function resting(session, name, seconds, most) {
    await pause(3_000);
    const before = await ticks(session);
    const began = performance.now();
    await pause(seconds * 1_000);
    const cpu = (((await ticks(session)) - before) / TICKS / (performance.now() - began)) * 1e5;
    return { name, unit: "% of a core", n: seconds, median: cpu, ...judged({ median: cpu }, { median: most }) };
}

async function ticks(session) {
    const stat = await session.proc("stat");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return Number(fields[11]) + Number(fields[12]);
}

/** Fifty windows in eight sectors. */
async function many(browser) {
    const session = await Session.start({ args: ["--size", "1280x720"], follow: false });
    try {
        const names = ["six", "seven", "eight"];
        for (const name of names) await session.message("do", JSON.stringify({ op: "new_sector", name }));
        const windows = 50;
        for (let count = 0; count < windows; count += 1) await session.client("flip");
        const { sectors } = (await session.message("desktop")).desktop;
        const all = sectors.flatMap((sector) => sector.apps.flatMap((app) => app.windows));
        for (const [place, window] of all.entries()) {
            const sector = sectors[place % sectors.length];
            const moved = { op: "move_window", node: { window: window.id }, sector: sector.id };
            await session.message("do", JSON.stringify(moved)).catch(() => {});
        }
        const desk = await ready(browser, session);
        const drawn = [];
        for (let count = 0; count < 10; count += 1) {
            await session.message("do", JSON.stringify({ op: "jump", to: { sector: sectors[0].id } }));
            await pause(REST);
            const before = await session.metrics();
            await session.message("do", "jump");
            await pause(REST);
            drawn.push(stage(before, await session.metrics(), "draw").p95);
        }
        const rows = [
            row("overview: the longest drawing of a zoom out", "ms", drawn, { p95: 60 }),
            await resting(session, "overview at rest", 15, 3),
            { name: "resident memory", unit: "MiB", median: await memory(session) },
        ];
        await desk.close();
        return { title: `${windows} windows in ${sectors.length} sectors, 1280×720`, rows };
    } finally {
        await session.stop();
    }
}

async function memory(session) {
    return Number(/VmRSS:\s+(\d+)/.exec(await session.proc("status"))?.[1]) / 1024;
}

/** Twenty terminals that print at full speed behind the program in focus. */
async function company(browser) {
    const alone = await answering(browser, 0);
    const beside = await answering(browser, 20);
    const [one, other] = [quantile(alone, 0.5), quantile(beside, 0.5)];
    const more = (other / one - 1) * 100;
    return {
        title: "Input → photon beside twenty terminals that print without end",
        rows: [
            row("alone", "ms", alone),
            row("beside them", "ms", beside),
            { name: "slower by", unit: "%", median: more, ...judged({ median: more }, { median: 50 }) },
        ],
    };
}

/** A program that prints without end, as the launcher finds it. */
const ENDLESS = `[Desktop Entry]
Type=Application
Name=Endless
Exec=foot --config=/dev/null sh -c yes
`;

async function answering(browser, terminals) {
    const place = await Place.make();
    const applications = path.join(place.home, ".local/share/applications");
    await mkdir(applications, { recursive: true });
    await writeFile(path.join(applications, "endless.desktop"), ENDLESS);
    const session = await Session.start({ place, args: ["--size", "1280x720"] });
    try {
        for (let count = 1; count <= terminals; count += 1) {
            await session.message("do", JSON.stringify({ ui: "launch", entry: "endless" }));
            await until("a terminal", async () => (await session.state()).windows.length === count);
        }
        await session.client("flip", "--patch", "64");
        const desk = await ready(browser, session);
        await desk.page.evaluate(watchPictures);
        const samples = [];
        for (let count = 0; count < 60; count += 1) {
            await desk.page.evaluate(() => {
                window.bench.pressed = undefined;
                window.bench.pictures.length = 0;
            });
            await desk.page.keyboard.press("Space");
            await pause(250);
            const { pressed, pictures } = await desk.page.evaluate(() => ({ ...window.bench }));
            const answer = pictures.find(({ at }) => at > pressed);
            if (answer && count >= 10) samples.push(answer.at - pressed);
        }
        await desk.close();
        return samples;
    } finally {
        await session.stop();
        await place.remove();
    }
}
