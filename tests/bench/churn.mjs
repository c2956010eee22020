// Programs that come and go: 200 a second connect, open a window, draw and leave, for a minute. Nothing of them may be left.
//
//     CHURN_RATE=200   CHURN_SECONDS=60

import path from "node:path";

import { launch, open } from "../browser/harness/page.mjs";
import { until } from "../browser/harness/poll.mjs";
import { CLIENTS, Session } from "../browser/harness/session.mjs";
import { descriptors, mebibytes } from "./process.mjs";
import { judged } from "./table.mjs";

const RATE = Number(process.env.CHURN_RATE ?? 200);
const SECONDS = Number(process.env.CHURN_SECONDS ?? 60);
/** The first of them fill caches; how many seconds of them. */
const WARM = 5;

/** @returns {Promise<import("./table.mjs").Table[]>} */
export async function churn() {
    const chromium = await launch();
    const session = await Session.start({ args: ["--size", "1280x720"] });
    try {
        const desk = await open(chromium.browser, session.url);
        await visits(session, WARM);
        const before = await holds(session);
        const { clients, failed, seconds } = await visits(session, SECONDS);
        const after = await holds(session);
        await desk.close();
        const grown = (name) => after[name] - before[name];
        const bounded = (name, label, unit, most) => {
            const median = grown(name);
            return { name: label, unit, n: clients, median, ...judged({ median }, { median: most }) };
        };
        return [{
            title: `Programs that come and go, ${RATE} a second for ${SECONDS} s`,
            note: `resident: ${before.memory.toFixed(1)} MiB before, ${after.memory.toFixed(1)} MiB after`,
            rows: [
                { name: "came and left", unit: "1/s", n: clients, median: clients / seconds, ...judged({ median: clients / seconds }, { least: RATE * 0.98 }) },
                { name: "failed", unit: "", n: clients, median: failed, ...judged({ median: failed }, { median: 0 }) },
                bounded("memory", "resident memory grown", "MiB", 10),
                bounded("descriptors", "descriptors left open", "", 0),
                bounded("textures", "pictures left on the device", "MiB", 0),
                bounded("windows", "windows left", "", 0),
            ],
        }];
    } finally {
        await session.stop();
        await chromium.close();
    }
}

/** So many seconds of them. */
async function visits(session, seconds) {
    const program = session.run(path.join(CLIENTS, "churn"), ["--rate", `${RATE}`, "--seconds", `${seconds}`]);
    const told = () => program.said[0] ?? (program.silent && Promise.reject(new Error(program.tail)));
    return until("all have come and gone", told, { within: seconds * 20_000 + 60_000 });
}

/** What the desktop holds once the last of them is forgotten and what threads still have to let go of is gone. */
async function holds(session) {
    const { pid } = session.server;
    await until("the last one is forgotten", async () => (await session.metrics()).get("tos_clients") === 0);
    let now;
    let least = Infinity;
    let alike = 0;
    await until("nothing more is let go of", async () => {
        const metrics = await session.metrics();
        const windows = (await session.state()).windows.length;
        const textures = metrics.get("tos_texture_bytes") / 2 ** 20;
        now = { memory: await mebibytes(pid, "VmRSS"), descriptors: await descriptors(pid), textures, windows };
        alike = now.descriptors >= least ? alike + 1 : 0;
        least = Math.min(least, now.descriptors);
        return alike >= 10;
    });
    return now;
}
