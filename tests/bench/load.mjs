// What a session costs: processor time of tos-comp (all its threads), and memory, while one page watches.

import { readFile } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import path from "node:path";

import { launch, open } from "../browser/harness/page.mjs";
import { until } from "../browser/harness/poll.mjs";
import { CLIENTS, Session } from "../browser/harness/session.mjs";
import { grown, stage } from "./metrics.mjs";
import { judged, quantile } from "./table.mjs";

const STILL = 20;
const MOVING = 10;
/** What has just been opened is still being drawn and encoded. */
const SETTLE = 3_000;
/** Clock ticks a second in /proc/PID/stat; fixed on Linux. */
const TICKS = 100;

/** @returns {Promise<import("./table.mjs").Table[]>} */
export async function load() {
    const chromium = await launch();
    const tables = [];
    try {
        tables.push(await measure(chromium.browser, "Still screen: foot with a prompt", STILL, (session) => session.foot(), {
            cpu: { median: 1 },
            rss: { median: 250 },
        }));
        tables.push(await measure(chromium.browser, "foot scrolling at 60 Hz", MOVING, async (session) => {
            await session.foot([path.join(CLIENTS, "scroll")]);
        }, { fps: { least: 58 } }));
        tables.push(await measure(chromium.browser, "Full-screen animation", MOVING, (session) => {
            return session.client("anim", "--fullscreen");
        }, {}));
    } finally {
        await chromium.close();
    }
    return tables;
}

async function measure(browser, title, seconds, begin, budget) {
    const session = await Session.start({ args: ["--size", "1280x720"] });
    try {
        await begin(session);
        const desk = await open(browser, session.url);
        await until("the page has the keyboard", async () => (await desk.state()).captured);
        await pause(SETTLE);
        const before = await session.metrics();
        const [cpu, fps] = [[], []];
        let last = await reading(session, desk);
        for (let second = 0; second < seconds; second += 1) {
            await pause(1_000);
            const now = await reading(session, desk);
            const elapsed = (now.at - last.at) / 1000;
            cpu.push(((now.ticks - last.ticks) / TICKS / elapsed) * 100);
            fps.push((now.frames - last.frames) / ((now.seen - last.seen) / 1000));
            last = now;
        }
        const after = await session.metrics();
        const rss = await memory(session, "VmRSS");
        await desk.close();
        const mean = cpu.reduce((sum, one) => sum + one, 0) / cpu.length;
        const whole = { median: mean, p95: quantile(cpu, 0.95) };
        const shown = { median: quantile(fps, 0.5), p95: quantile(fps, 0.05) };
        const rows = [
            { name: "tos-comp, mean and p95 of seconds", unit: "% of a core", n: cpu.length, ...whole, ...judged(whole, budget.cpu ?? {}) },
            { name: "pictures shown, median and p5", unit: "1/s", n: fps.length, ...shown, ...judged(shown, budget.fps ?? {}) },
            { name: "pictures drawn", unit: "1/s", median: grown(before, after, "tos_frames_drawn_total") / seconds },
            { name: "pictures encoded", unit: "1/s", median: grown(before, after, "tos_frames_encoded_total") / seconds },
            { name: "damage deferred", unit: "1/s", median: grown(before, after, "tos_frames_deferred_total") / seconds },
            { name: "sent", unit: "kbit/s", median: (grown(before, after, "tos_rtp_bytes_total") * 8) / 1000 / seconds },
            { name: "resident memory", unit: "MiB", median: rss, ...judged({ median: rss }, budget.rss ?? {}) },
            ...["draw", "read_back", "convert", "encode"].map((name) => ({ name, unit: "ms", ...stage(before, after, name) })),
        ];
        return { title: `${title}, 1280×720, ${seconds} s`, rows };
    } finally {
        await session.stop();
    }
}

/** Processor time and pictures shown until now. */
async function reading(session, desk) {
    const stat = await session.proc("stat");
    const at = performance.now();
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const { frames, seen } = await desk.page.evaluate(() => ({ frames: window.tos.state.frames, seen: performance.now() }));
    return { at, ticks: Number(fields[11]) + Number(fields[12]), frames, seen };
}

/** A line of /proc/PID/status, MiB. */
async function memory(session, name) {
    const status = await readFile(`/proc/${session.server.pid}/status`, "utf8");
    return Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]) / 1024;
}
