// From the start of the process to the first picture on the screen of a page that goes to the URL the moment it is
// printed; the browser is already running. That holds the loading of the page, ICE and DTLS too.

import { launch } from "../browser/harness/page.mjs";
import { Session } from "../browser/harness/session.mjs";
import { row } from "./table.mjs";

const TIMES = Number(process.env.BENCH_STARTS ?? 7);

/** @returns {Promise<import("./table.mjs").Table[]>} */
export async function startUp() {
    const chromium = await launch();
    const [ready, shown] = [[], []];
    try {
        for (let count = 0; count < TIMES; count += 1) {
            const context = await chromium.browser.newContext({ viewport: { width: 1280, height: 720 } });
            const page = await context.newPage();
            await page.addInitScript(() => {
                document.addEventListener("DOMContentLoaded", () => {
                    document.getElementById("picture").requestVideoFrameCallback(() => {
                        window.firstPicture = performance.timeOrigin + performance.now();
                    });
                });
            });
            const session = await Session.start({ args: ["--size", "1280x720"] });
            try {
                ready.push(session.readyAfter);
                await page.goto(session.url);
                const first = await page.waitForFunction(() => window.firstPicture, undefined, { polling: 20 });
                shown.push((await first.jsonValue()) - session.spawned);
            } finally {
                await context.close();
                await session.stop();
            }
        }
    } finally {
        await chromium.close();
    }
    return [{
        title: "Start, 1280×720, browser running",
        rows: [
            row("process → ready line", "ms", ready),
            row("process → first picture shown in a page", "ms", shown, { median: 1500 }),
        ],
    }];
}
