// From the start of the process to the first picture on the screen of a page that goes to the URL the moment it is
// printed; the browser is already running. That holds the loading of the page, ICE and DTLS too.

import { launch } from "../browser/harness/page.mjs";
import { Place, Program, Session, TOS_COMP, tokenFile } from "../browser/harness/session.mjs";
import { row } from "./table.mjs";

const TIMES = Number(process.env.BENCH_STARTS ?? 7);

/** Notes when the page shows its first picture, by the clock of the machine. */
function noteFirstPicture() {
    document.addEventListener("DOMContentLoaded", () => {
        document.getElementById("picture").requestVideoFrameCallback(() => {
            window.firstPicture = performance.timeOrigin + performance.now();
        });
    });
}

/** @returns {Promise<import("./table.mjs").Table[]>} */
export async function startUp() {
    const chromium = await launch();
    const [ready, shown] = [[], []];
    const begun = { ready: [], shown: [] };
    try {
        for (let count = 0; count < TIMES; count += 1) {
            const context = await chromium.browser.newContext({ viewport: { width: 1280, height: 720 } });
            const page = await context.newPage();
            await page.addInitScript(noteFirstPicture);
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
            await begin(chromium.browser, begun);
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
    }, {
        title: "A session that was made ready before, 1280×720; the page is opened when it begins",
        rows: [
            row("begin → ready line", "ms", begun.ready, { median: 300 }),
            row("begin → first picture shown in a page", "ms", begun.shown),
        ],
    }];
}

/** From the line that begins a session that waits for it. */
async function begin(browser, { ready, shown }) {
    const place = await Place.make();
    const { file, tokens } = await tokenFile(place);
    const words = ["run", "--listen", "127.0.0.1:0", "--size", "1280x720", "--token-file", file, "--begin-on-stdin"];
    const program = new Program(TOS_COMP, words, { ...place.env, HOME: place.folder }, { input: true });
    const context = await browser.newContext({ viewport: { width: 1280, height: 720 } });
    try {
        const { address } = await program.hears("that it waits", (said) => said.waiting === true);
        const page = await context.newPage();
        await page.addInitScript(noteFirstPicture);
        const began = Date.now();
        program.child.stdout.once("data", () => ready.push(Date.now() - began));
        program.child.stdin.write(`${JSON.stringify({ environment: { HOME: place.home, USER: "ada" } })}\n`);
        await page.goto(`http://${address}/#token=${tokens.control}`);
        const first = await page.waitForFunction(() => window.firstPicture, undefined, { polling: 20 });
        shown.push((await first.jsonValue()) - began);
    } finally {
        await context.close();
        await program.stop();
        await place.remove();
    }
}
