// What a session costs: processor time of tos-comp (all its threads), and memory, while one page watches.

import { readFile } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import path from "node:path";

import { launch, open } from "../browser/harness/page.mjs";
import { until } from "../browser/harness/poll.mjs";
import { CLIENTS, Session } from "../browser/harness/session.mjs";
import { grown, stage } from "./metrics.mjs";
import { judged, quantile } from "./table.mjs";

/** What has just been opened is still being drawn and encoded. */
const SETTLE = 3_000;
/** Clock ticks a second in /proc/PID/stat; fixed on Linux. */
const TICKS = 100;

/**
 * What runs, for how many seconds, and in how many sessions: where a picture falls between two steps of the screen is
 * chance at the start of a session and stays so, hence the moving ones are begun anew a few times.
 */
const CASES = [
    {
        title: "Still screen: foot with a prompt",
        seconds: 20,
        sessions: 1,
        begin: (session) => session.foot(),
        budget: { cpu: { median: 1 }, rss: { median: 250 } },
    },
    {
        title: "foot scrolling at 60 Hz",
        seconds: 5,
        sessions: 3,
        begin: (session) => session.foot([path.join(CLIENTS, "scroll")]),
        budget: { fps: { least: 58 } },
    },
    {
        title: "Full-screen animation",
        seconds: 5,
        sessions: 3,
        begin: (session) => session.client("anim", "--fullscreen"),
        budget: {},
    },
];

/** @returns {Promise<import("./table.mjs").Table[]>} */
export async function load() {
    const chromium = await launch();
    const tables = [];
    try {
        for (const one of CASES) tables.push(await measure(chromium.browser, one));
    } finally {
        await chromium.close();
    }
    return tables;
}

async function measure(browser, { title, seconds, sessions, begin, budget }) {
    const all = [];
    for (let count = 0; count < sessions; count += 1) all.push(await once(browser, begin, seconds));
    const samples = (name) => all.flatMap((one) => one[name]);
    const mean = (list) => list.reduce((sum, one) => sum + one, 0) / list.length;
    const rate = (name) => mean(all.map(({ before, after }) => grown(before, after, name) / seconds));
    const [cpu, shown, presented] = [samples("cpu"), samples("shown"), samples("presented")];
    const whole = { median: mean(cpu), p95: quantile(cpu, 0.95) };
    // Of a rate, the worst end is the low one.
    const low = (list) => ({ n: list.length, median: quantile(list, 0.5), p95: quantile(list, 0.05) });
    const rss = Math.max(...samples("rss"));
    const rows = [
        { name: "tos-comp: mean, p95 of seconds", unit: "% of a core", n: cpu.length, ...whole, ...judged(whole, budget.cpu ?? {}) },
        { name: "pictures shown: median, p5", unit: "1/s", ...low(shown), ...judged(low(shown), budget.fps ?? {}) },
        { name: "  … given to the screen, two in one step too", unit: "1/s", ...low(presented) },
        { name: "pictures drawn", unit: "1/s", median: rate("tos_frames_drawn_total") },
        { name: "pictures encoded", unit: "1/s", median: rate("tos_frames_encoded_total") },
        { name: "damage deferred", unit: "1/s", median: rate("tos_frames_deferred_total") },
        { name: "sent", unit: "kbit/s", median: (rate("tos_rtp_bytes_total") * 8) / 1000 },
        { name: "resident memory", unit: "MiB", median: rss, ...judged({ median: rss }, budget.rss ?? {}) },
        ...["draw", "read_back", "convert", "encode"].map((name) => {
            return { name, unit: "ms", ...stage(all.at(-1).before, all.at(-1).after, name) };
        }),
    ];
    return { title: `${title}, 1280×720, ${sessions} × ${seconds} s`, rows };
}

/** One session: a sample a second. */
async function once(browser, begin, seconds) {
    const session = await Session.start({ args: ["--size", "1280x720"] });
    try {
        await begin(session);
        const desk = await open(browser, session.url);
        await until("the page has the keyboard", async () => (await desk.state()).captured);
        await desk.page.evaluate(countPictures);
        await pause(SETTLE);
        const result = { cpu: [], shown: [], presented: [], rss: [], before: await session.metrics() };
        let last = await reading(session, desk);
        for (let second = 0; second < seconds; second += 1) {
            await pause(1_000);
            const now = await reading(session, desk);
            result.cpu.push(((now.ticks - last.ticks) / TICKS / (now.at - last.at)) * 1e5);
            for (const name of ["shown", "presented"]) {
                result[name].push(((now[name] - last[name]) / (now.seen - last.seen)) * 1000);
            }
            last = now;
        }
        result.after = await session.metrics();
        result.rss.push(await memory(session, "VmRSS"));
        await desk.close();
        return result;
    } finally {
        await session.stop();
    }
}

/** Runs in the page: rendering steps with a new picture, and pictures given to the screen. */
function countPictures() {
    const video = document.getElementById("picture");
    const count = (window.bench = { shown: 0, presented: 0 });
    const step = (_now, { presentedFrames }) => {
        video.requestVideoFrameCallback(step);
        count.shown += 1;
        count.presented = presentedFrames;
    };
    video.requestVideoFrameCallback(step);
}

/** Processor time and pictures shown until now. */
async function reading(session, desk) {
    const stat = await session.proc("stat");
    const at = performance.now();
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const counted = await desk.page.evaluate(() => ({ ...window.bench, seen: performance.now() }));
    return { at, ticks: Number(fields[11]) + Number(fields[12]), ...counted };
}

/** A line of /proc/PID/status, MiB. */
async function memory(session, name) {
    const status = await readFile(`/proc/${session.server.pid}/status`, "utf8");
    return Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]) / 1024;
}
