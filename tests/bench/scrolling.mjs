// A browser inside the desktop that scrolls a long page: pictures a second that the page outside shows. The wheel is turned
// in the page, as a person would.
//
//     BENCH_SCROLLS=6   samples, of five seconds each

import { setTimeout as pause } from "node:timers/promises";

import { quietFirefox } from "../apps/catalogue/browsers.mjs";
import { catalogue } from "../apps/catalogue/index.mjs";
import { environmentTold, tellsEnvironment, Trial, writes } from "../apps/trial.mjs";
import { launch, open } from "../browser/harness/page.mjs";
import { Place, Session } from "../browser/harness/session.mjs";
import { judged, quantile } from "./table.mjs";

const SAMPLES = Number(process.env.BENCH_SCROLLS ?? 6);
/** Turns of the wheel before the page changes direction. */
const ONE_WAY = 60;
/** Between two notches, milliseconds: a hand that turns steadily. */
const NOTCH = 40;

/** Text, tables and pictures, as pages have them. */
function longPage() {
    const words = "the computer answers what the crew has asked for and shows it where they stand ".repeat(6);
    const picture = (hue) =>
        `<svg width="320" height="180"><rect width="320" height="180" fill="hsl(${hue} 60% 50%)"/><circle cx="160" cy="90" r="60" fill="#fff8"/></svg>`;
    const part = (at) => `<h2>Section ${at}</h2><p>${words}</p>${picture((at * 37) % 360)}<table border="1"><tr>${
        Array.from({ length: 8 }, (_, cell) => `<td>${at * cell}</td>`).join("")}</tr></table><p>${words}</p>`;
    const parts = Array.from({ length: 300 }, (_, at) => part(at)).join("");
    return `<!doctype html><meta charset="utf-8"><title>long</title><body style="font:16px sans-serif;margin:20px">${parts}`;
}

/** @returns {Promise<import("./table.mjs").Table[]>} */
export async function scrolling() {
    const chromium = await launch();
    const place = await Place.make();
    const session = await Session.start({ place, args: ["--size", "1280x720", ...tellsEnvironment(place)] });
    try {
        await environmentTold(place);
        const desk = await open(chromium.browser, session.url);
        const app = catalogue.find(({ name }) => name === "firefox");
        const trial = new Trial(app, session, desk, place.file("photos"));
        await writes(trial.file("page.html"), longPage());
        await quietFirefox(trial);
        if (!(await trial.starts())) throw new Error(String(trial.results.starts));
        await desk.page.mouse.move(640, 400);
        const { scrolls, stop } = turns(desk.page);
        // The first turns load what scrolling needs.
        await trial.shownPerSecond();
        const shown = [];
        for (let count = 0; count < SAMPLES; count += 1) shown.push(await trial.shownPerSecond());
        stop();
        await scrolls;
        const rate = { median: quantile(shown, 0.5), p95: quantile(shown, 0.05) };
        const rows = [{ name: "pictures shown: median, p5", unit: "1/s", n: shown.length, ...rate, ...judged(rate, { least: 40 }) }];
        return [{ title: "Firefox scrolls a long page, 1280×720", rows }];
    } finally {
        await session.stop();
        await place.remove();
        await chromium.close();
    }
}

/** Turns the wheel until it is stopped. */
function turns(page) {
    let stopped = false;
    const scrolls = (async () => {
        for (let turn = 0; !stopped; turn += 1) {
            await page.mouse.wheel(0, Math.floor(turn / ONE_WAY) % 2 === 0 ? 120 : -120);
            await pause(NOTCH);
        }
    })();
    return { scrolls, stop: () => (stopped = true) };
}
