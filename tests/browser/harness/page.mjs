// A real Chromium, and what can be seen in its page.

import { chromium } from "playwright-core";

import { until } from "./poll.mjs";

export const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";

const FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
];

/**
 * A browser of one's own, with its process.
 * @param {string[]} flags further ones
 */
export async function launch(flags = []) {
    const server = await chromium.launchServer({ executablePath: CHROMIUM, headless: true, args: [...FLAGS, ...flags] });
    const browser = await chromium.connect(server.wsEndpoint());
    return { browser, process: server.process(), close: () => server.close() };
}

/**
 * Opens `url` in a context of its own, and waits for a picture unless told not to.
 * @param {import("playwright-core").Browser} browser
 * @param {string} url
 * @param {import("playwright-core").BrowserContextOptions & { picture?: boolean, init?: () => void,
 *   prepare?: (context: import("playwright-core").BrowserContext) => Promise<void> }} [options]
 */
export async function open(browser, url, { picture = true, init, prepare, ...options } = {}) {
    const context = await browser.newContext({ viewport: { width: 1280, height: 720 }, ...options });
    await prepare?.(context);
    const page = await context.newPage();
    const complaints = [];
    page.on("pageerror", (error) => complaints.push(`${error}`));
    page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
    if (init) await page.addInitScript(init);
    await page.goto(url);
    const desk = new Desk(page, complaints);
    if (picture) await desk.live();
    return desk;
}

/** The page as a test sees it. */
export class Desk {
    /**
     * @param {import("playwright-core").Page} page
     * @param {string[]} complaints what the page wrote to the console as errors
     */
    constructor(page, complaints) {
        this.page = page;
        this.complaints = complaints;
    }

    /** @returns {Promise<{ connection: string, kind: string | null, role: string | null, frames: number, width: number, height: number, captured: boolean }>} */
    state() {
        return this.page.evaluate(() => window.tos.state);
    }

    /** Connected, with a picture on the screen whose size the server has settled on. */
    live() {
        return until(
            "the page shows a picture",
            async () => {
                const state = await this.state();
                if (state.connection === "failed") throw new Error(`failed: ${JSON.stringify(state)}`);
                const fits = await this.fits();
                if (!(state.connection === "live" && state.frames > 0 && fits.ok)) {
                    throw new Error(JSON.stringify({ state, fits, complaints: this.complaints }));
                }
                return state;
            },
        );
    }

    /** Whether the video has one pixel for each of the stage's. */
    fits() {
        return this.page.evaluate(() => {
            const [stage, video] = [document.getElementById("stage"), document.getElementById("picture")];
            const box = stage.getBoundingClientRect();
            // Encoded pictures have even sides.
            const even = (length) => Math.floor((length * devicePixelRatio) / 2) * 2;
            const shown = video.getBoundingClientRect();
            const sharp = Math.abs(shown.width * devicePixelRatio - video.videoWidth) < 1.01;
            const wanted = [even(box.width), even(box.height)];
            const got = [video.videoWidth, video.videoHeight];
            return { ok: sharp && wanted.every((side, at) => Math.abs(side - got[at]) <= 2), wanted, got, sharp };
        });
    }

    /** Waits for the connection to be as named. */
    becomes(connection) {
        return until(`the connection is ${connection}`, async () => (await this.state()).connection === connection);
    }

    /**
     * The colour shown at a place of the picture, 0 to 1 each.
     * @returns {Promise<[number, number, number]>}
     */
    pixel(x = 0.5, y = 0.5) {
        return this.page.evaluate(([x, y]) => {
            const video = document.getElementById("picture");
            const canvas = new OffscreenCanvas(1, 1);
            const context = canvas.getContext("2d", { willReadFrequently: true });
            context.drawImage(video, x * video.videoWidth, y * video.videoHeight, 1, 1, 0, 0, 1, 1);
            return [...context.getImageData(0, 0, 1, 1).data].slice(0, 3);
        }, [x, y]);
    }

    /** Waits for a colour at a place; video is not exact, so neither is this. */
    shows(colour, { x = 0.5, y = 0.5, tolerance = 24 } = {}) {
        return until(`the colour ${colour} at ${x}, ${y}`, async () => {
            const got = await this.pixel(x, y);
            if (got.every((value, at) => Math.abs(value - colour[at]) <= tolerance)) return got;
            throw new Error(`it is ${got}`);
        });
    }

    /** The picture, small and grey: enough to see that something changed. */
    glance() {
        return this.page.evaluate(() => {
            const video = document.getElementById("picture");
            const canvas = new OffscreenCanvas(160, 90);
            const context = canvas.getContext("2d", { willReadFrequently: true });
            context.drawImage(video, 0, 0, 160, 90);
            const { data } = context.getImageData(0, 0, 160, 90);
            return Array.from({ length: 160 * 90 }, (_, at) => data[at * 4 + 1]);
        });
    }

    /**
     * Waits until at least `pixels` of the 160×90 differ clearly from `before`.
     * @param {number[]} before
     * @param {number} [pixels]
     * @param {{ within?: number }} [options]
     */
    differs(before, pixels = 20, options = {}) {
        return until("the picture changes", async () => {
            const now = await this.glance();
            const changed = now.filter((value, at) => Math.abs(value - before[at]) > 24).length;
            if (changed >= pixels) return changed;
            throw new Error(`${changed} of 14400 points differ`);
        }, options);
    }

    /**
     * Waits until the picture moves no more, as it does once a zoom has arrived: for a fifth of a second, however few
     * looks a slow machine takes at it meanwhile. Readings move each second, so it must not be much longer.
     */
    async rests() {
        let [last, alike, since] = [await this.glance(), 0, performance.now()];
        await until("the picture is at rest", async () => {
            const now = await this.glance();
            if (now.every((value, at) => Math.abs(value - last[at]) <= 8)) alike += 1;
            else [alike, since] = [0, performance.now()];
            last = now;
            return alike >= 3 && performance.now() - since >= 200;
        });
    }

    /** The page's coordinates of a place of the picture. */
    at(x, y) {
        return this.page.evaluate(([x, y]) => {
            const box = document.getElementById("picture").getBoundingClientRect();
            return [box.left + x * box.width, box.top + y * box.height];
        }, [x, y]);
    }

    async close() {
        await this.page.context().close();
    }
}
