// Many people at once, with the runtime that needs no engine and a program that does nothing: what is measured is tosd.

import { readFile } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";

import { until } from "../../browser/harness/poll.mjs";
import { Account } from "../../host/harness/account.mjs";
import { Host } from "../../host/harness/host.mjs";
import { mebibytes } from "../process.mjs";
import { judged, row } from "../table.mjs";

const IN_THE_BOOKS = Number(process.env.BENCH_BOOKS ?? 500);
const RUNNING = 20;
const AT_ONCE = Number(process.env.BENCH_AT_ONCE ?? 100);
/** How long tosd is watched while nobody does anything. */
const STILL = 30_000;

/** A desktop that costs nothing. */
const LIGHT = { desktop: { command: ["/bin/sleep", "infinity"], api: false }, gateway: { connections_each: 1024 } };

/** @returns {Promise<import("../table.mjs").Table[]>} */
export async function crowd() {
    return [await books(), await rush()];
}

/** Users with a password, a few at a time: to hash one takes all of a core. */
async function people(host, count) {
    const all = Array.from({ length: count }, (_, at) => {
        const one = new Account(host, `user${at}`);
        // Everybody from where they are: of one address only so much is taken.
        one.localAddress = `127.1.${at >> 8}.${at & 255}`;
        return one;
    });
    const waiting = [...all];
    await Promise.all(Array.from({ length: 4 }, async () => {
        for (let one = waiting.shift(); one; one = waiting.shift()) await one.join(await host.invitation(one.name));
    }));
    return all;
}

/** Asks for a desktop until it runs. */
function arrives(account) {
    return until(`${account.name} has a desktop`, async () => {
        await account.fetch(`/u/${account.name}/`, { headers: { accept: "text/html" } });
        return (await account.phase())?.is === "running";
    }, { within: 120_000 });
}

/** What tosd takes while nothing happens. */
async function books() {
    const host = await Host.start({ config: { ...LIGHT, lifecycle: { freeze_after: "0s" } } });
    try {
        const all = await people(host, IN_THE_BOOKS);
        for (const one of all.slice(0, RUNNING)) await arrives(one);
        const ticks = async () => {
            const stat = (await readFile(`/proc/${host.server.pid}/stat`, "utf8")).split(") ")[1].split(" ");
            return Number(stat[11]) + Number(stat[12]);
        };
        const before = await ticks();
        await pause(STILL);
        const share = (await ticks()) - before;
        const memory = await mebibytes(host.server.pid, "VmRSS");
        const [cpu, held] = [(share * 10 * 100) / STILL, memory * 1.048576];
        return {
            title: `tosd with ${IN_THE_BOOKS} people signed in and ${RUNNING} desktops running`,
            rows: [
                { name: "memory", unit: "MB", median: held, n: 1, ...judged({ median: held, p95: held }, { median: 60 }) },
                { name: "processor", unit: "% of a core", median: cpu, n: 1, ...judged({ median: cpu, p95: cpu }, { median: 1 }) },
            ],
        };
    } finally {
        await host.stop();
    }
}

/** Everybody comes at nine. */
async function rush() {
    const host = await Host.start({ config: LIGHT });
    try {
        const all = await people(host, AT_ONCE);
        const took = await Promise.all(all.map(async (one) => {
            const began = performance.now();
            await one.signIn();
            await arrives(one);
            return performance.now() - began;
        }));
        const containers = (await host.desktops()).filter(({ container }) => container).length;
        return {
            title: `${AT_ONCE} sign-ins at once, runtime local`,
            note: `${containers} desktops for ${AT_ONCE} people`,
            rows: [row("sign-in → desktop runs", "ms", took, { p95: 5000 })],
        };
    } finally {
        await host.stop();
    }
}
