// Input→photon: from `event.timeStamp` of a trusted key press in the page to the
// rendering step in which the shown picture has the other colour. The client `flip` is what changes the colour, so the
// way is: browser → data channel → seat → client → commit → drawing → encoding → RTP → decoder → compositor of Chromium.

import { open, launch } from "../browser/harness/page.mjs";
import { until } from "../browser/harness/poll.mjs";
import { Session } from "../browser/harness/session.mjs";
import { stage } from "./metrics.mjs";
import { judged, row } from "./table.mjs";

const PRESSES = Number(process.env.BENCH_PRESSES ?? 150);
/** Presses before it counts: caches, code and the congestion controller warm up. */
const WARM_UP = 20;
/** Between presses, milliseconds; random, so that no clock of the system falls into step with it. */
const [PAUSE, SPREAD] = [90, 160];

const STAGES = {
    wait: "damage or input → drawing begins",
    draw: "drawing",
    read_back: "read-back",
    convert: "conversion to I420",
    encode: "encoding",
    send: "access unit → first RTP packet",
    total: "commit or input → first RTP packet",
};

/** @returns {Promise<import("./table.mjs").Table[]>} */
export async function latency() {
    const tables = [];
    const chromium = await launch();
    try {
        tables.push(await itself(chromium.browser));
        for (const [width, height] of [[1280, 720], [1920, 1080]]) {
            for (const [what, args] of [["whole picture", []], ["64×64 square", ["--patch", "64"]]]) {
                tables.push(await through(chromium.browser, { width, height }, what, args));
            }
        }
    } finally {
        await chromium.close();
    }
    return tables;
}

/** One size, one kind of change. */
async function through(browser, viewport, what, args) {
    const budget = viewport.height === 720;
    const session = await Session.start({ args: ["--size", `${viewport.width}x${viewport.height}`] });
    try {
        await session.client("flip", "--fullscreen", ...args);
        const desk = await open(browser, session.url, { viewport });
        await until("the page has the keyboard", async () => (await desk.state()).captured);
        await desk.page.evaluate(watchVideo);
        // The keep-alive picture, at the latest, says which colour it begins with.
        await desk.page.waitForFunction(() => window.bench.luma >= 0);
        await press(desk.page, WARM_UP);
        const before = await session.metrics();
        await press(desk.page, PRESSES);
        const after = await session.metrics();
        const samples = (await desk.page.evaluate(() => window.bench.samples)).slice(WARM_UP);
        const figures = await desk.page.evaluate(() => window.tos.stats());
        await desk.close();
        const most = budget ? { median: 15, p95: 25 } : {};
        const rows = [
            row("input → photon", "ms", samples.map((one) => one.callback), most),
            row("  … to the time stamp of that step", "ms", samples.map((one) => one.step)),
        ];
        for (const [name, title] of Object.entries(STAGES)) {
            const got = stage(before, after, name);
            rows.push({ name: title, unit: "ms", ...got, ...judged(got, name === "total" && budget ? { median: 5 } : {}) });
        }
        const title = `Latency, ${viewport.width}×${viewport.height}, ${what}`;
        return { title, note: figures.encoder ?? figures.codec ?? undefined, rows };
    } finally {
        await session.stop();
    }
}

/** The floor: a page that answers itself, in the same browser, measured in the same way. */
async function itself(browser) {
    const context = await browser.newContext({ viewport: { width: 1280, height: 720 } });
    const page = await context.newPage();
    await page.goto("data:text/html,<body style='margin:0;background:black'>");
    await page.evaluate(() => {
        window.bench = { samples: [], presses: 0 };
        let pressed;
        document.addEventListener("keydown", (event) => {
            window.bench.presses += 1;
            document.body.style.background = window.bench.presses % 2 ? "white" : "black";
            pressed = event.timeStamp;
        });
        // Always running, as the pictures of a video are: an idle page would get its rendering step at once.
        const step = () => {
            requestAnimationFrame(step);
            if (pressed !== undefined) window.bench.samples.push({ callback: performance.now() - pressed });
            pressed = undefined;
        };
        requestAnimationFrame(step);
    });
    await press(page, PRESSES);
    const samples = await page.evaluate(() => window.bench.samples);
    await context.close();
    return {
        title: "The floor: a page that answers itself",
        rows: [row("input → photon", "ms", samples.map((one) => one.callback))],
    };
}

/** Presses a key so many times; the next one only after the last was seen in {@link watchVideo}'s place. */
export async function press(page, times) {
    for (let count = 0; count < times; count += 1) {
        const seen = await page.evaluate(() => window.bench.samples.length);
        await page.keyboard.press("Space");
        await page.waitForFunction((seen) => window.bench.samples.length > seen, seen, { polling: 20, timeout: 10_000 });
        await page.evaluate((pause) => new Promise((resolve) => setTimeout(resolve, pause)), PAUSE + Math.random() * SPREAD);
    }
}

/**
 * Runs in the page. A sample ends with the clock read at the beginning of the frame callback, which is later than the
 * time stamp that the browser gives that rendering step; both are told.
 *
 * One block of each shown picture is read, with `VideoFrame.copyTo`, which copies just that. Drawing the video to a
 * canvas would convert all of it, on the processor that is being measured.
 *
 * @param {number[]} [place] where it is, of the picture's width and height
 */
export function watchVideo([x, y] = [0.5, 0.5]) {
    const video = document.getElementById("picture");
    const bench = (window.bench = { samples: [], luma: -1 });
    let pressed;
    document.addEventListener("keydown", (event) => {
        if (event.isTrusted && !event.repeat) pressed = event.timeStamp;
    }, { capture: true });
    const block = new Uint8Array(64);
    const luma = async (frame) => {
        const { width, height } = frame.visibleRect;
        const even = (length) => (length >> 1) * 2;
        const rect = { x: even(width * x), y: even(height * y), width: 2, height: 2 };
        try {
            await frame.copyTo(block, { rect });
            return block[0];
        } finally {
            frame.close();
        }
    };
    const step = async (now) => {
        video.requestVideoFrameCallback(step);
        const callback = performance.now();
        const value = await luma(new VideoFrame(video));
        const other = bench.luma >= 0 && Math.abs(value - bench.luma) > 40;
        if (bench.luma < 0 || other) bench.luma = value;
        if (other && pressed !== undefined) {
            bench.samples.push({ step: Math.max(now, pressed) - pressed, callback: callback - pressed });
            pressed = undefined;
        }
    };
    video.requestVideoFrameCallback(step);
}
