// What a neighbour who takes all there is does to somebody's input→photon. Podman with runc; the neighbour is within the
// limits of a plan, and tries the processor, memory, processes and the disk, one after the other. Both plans give the same
// share of the processor; the neighbour has left and does not look, so theirs stands back. Whose input is measured has no
// ceiling, so that nobody's own ceiling is measured. The browser is elsewhere for everybody but us: here it, and tosd as its
// unit says, come before all containers. Noise and quiet take turns, the neighbour frozen for the quiet: a machine whose
// own neighbours come and go is not taken for ours.
//
//     BENCH_PRESSES=200   of each noise, and as many of its quiet

import { spawn } from "node:child_process";
import { chmod, copyFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import { launch } from "../../browser/harness/page.mjs";
import { until } from "../../browser/harness/poll.mjs";
import { CLIENTS } from "../../browser/harness/session.mjs";
import { Engine, whyNot } from "../../host/harness/engine.mjs";
import { Host, plans } from "../../host/harness/host.mjs";
import { Person } from "../../host/harness/person.mjs";
import { press, watchVideo } from "../latency.mjs";
import { judged, quantile, row } from "../table.mjs";

const PRESSES = Number(process.env.BENCH_PRESSES ?? 200);
/** Between two turns. */
const ONE_TURN = 20;
/** How much later the slowest twentieth may come. */
const MOST = 1.25;

/** Niceness of a session's group of processes (sched_autogroup, sched(7)): weighs ten times as much as usual. */
const BEFORE_OTHERS = "-10";

/** What waits to be written disturbs nobody below this, KiB. */
const MOST_UNWRITTEN = 16 * 1024;

/** What a neighbour does, as a line of shell; each goes on until it is ended. */
const NOISES = {
    processor: "for i in 1 2 3 4; do (while :; do :; done) & done; wait",
    memory: "while :; do head -c 1G /dev/zero | tail >/dev/null; done",
    processes: "bomb() { while :; do (bomb) & done; }; bomb",
    "disk writes": "while :; do dd if=/dev/zero of=$HOME/noise bs=1M count=512 conv=fsync; done",
};

/** @returns {Promise<import("../table.mjs").Table[]>} */
export async function neighbour() {
    const title = "Input → photon beside a noisy neighbour, podman with runc";
    const why = whyNot();
    if (why) return [{ title, note: `not measured: ${why}`, rows: [] }];
    const shared = await mkdtemp(path.join(tmpdir(), "tosd-shared-"));
    const [engine, chromium] = [await Engine.start(), await launch()];
    await Promise.all(["self", chromium.process.pid].map((pid) => writeFile(`/proc/${pid}/autogroup`, BEFORE_OTHERS)));
    let host;
    try {
        await chmod(shared, 0o755);
        await copyFile(path.join(CLIENTS, "flip"), path.join(shared, "flip"));
        const limited = plans({ memory: "1GiB", more: "    cpu_millis: 500\n    write_rate: 20MB\n" });
        host = await Host.start({
            runtime: "podman", socket: engine.socket, plans: plans({ memory: "1GiB" }) + limited.replace("plans:\n  standard:", "  noisy:"),
            config: { volumes: { shared }, lifecycle: { freeze_after: "0s", stand_back_after: "1s" } },
        });
        const [quiet, loud] = ["quiet", "loud"].map((name) => new Person(chromium.browser, host, name));
        for (const one of [quiet, loud]) {
            await one.sitsDown();
            await one.joins(await host.invitation(one.name, "--plan", one === loud ? "noisy" : "standard"));
            await one.desk();
        }
        const noisy = await engine.container(host, "loud");
        await loud.leaves();
        const desk = await quiet.desk();
        await quiet.command({ op: "jump", to: { sector: (await quiet.state()).sectors[0].id } });
        await quiet.command({ op: "mode", mode: "command" });
        await until("the shell waits", async () => (await quiet.state()).sectors[0].terminals.length > 0);
        await desk.rests();
        await desk.page.mouse.click(...(await desk.at(0.5, 0.4)));
        await desk.page.keyboard.type("/shared/flip --fullscreen\n");
        const app = await until("the program has a window", async () => (await quiet.state()).sectors[0].apps[0]);
        await quiet.command({ op: "zoom_in", into: { app: app.id } });
        await until("the page has the keyboard", async () => (await desk.state()).captured);
        await desk.page.evaluate(watchVideo);
        await desk.page.waitForFunction(() => window.bench.luma >= 0);
        const measure = async () => {
            const from = await desk.page.evaluate(() => window.bench.samples.length);
            await press(desk.page, ONE_TURN);
            return (await desk.page.evaluate(() => window.bench.samples)).slice(from).map((one) => one.callback);
        };
        await measure();
        const rows = [];
        for (const [name, line] of Object.entries(NOISES)) {
            const noise = spawn("podman", ["exec", "--user", "1000:1000", noisy, "/bin/bash", "-c", `ulimit -t 600; ${line}`], { stdio: "ignore" });
            const [beside, alone] = [[], []];
            try {
                await until(`${name}: there is noise`, async () => (await noisemakers(host)).length > 0);
                while (beside.length < PRESSES) {
                    beside.push(...(await measure()));
                    if ((await noisemakers(host)).length === 0) throw new Error(`${name}: the neighbour has fallen silent`);
                    alone.push(...(await whileFrozen(noisy, () => written().then(measure))));
                }
            } finally {
                noise.kill();
                await hush(host, noisy);
            }
            const [p95, most] = [quantile(beside, 0.95), quantile(alone, 0.95) * MOST];
            rows.push(row(`nobody beside, in turns with ${name}`, "ms", alone));
            rows.push({ ...row(name, "ms", beside), ...judged({ median: 0, p95 }, { p95: Number(most.toFixed(1)) }) });
        }
        return [{ title, note: `the neighbour: half a core, 1 GiB, 1024 processes, ${await writing(host)}`, rows }];
    } finally {
        await host?.stop();
        await chromium.close();
        await engine.stop();
        await rm(shared, { recursive: true, force: true });
    }
}

/** What is to be said of the disk: not every machine can hold anybody back there. */
async function writing(host) {
    const { findings } = JSON.parse(await host.command("doctor", "--json"));
    const fact = findings.find((one) => one.what === "writing limit");
    return fact?.there ? "20 MB/s" : `no limit of writing (${fact?.why})`;
}

/** The processes that make the noise. */
async function noisemakers(host) {
    const found = [];
    for (const pid of await host.inside()) {
        const name = await readFile(`/proc/${pid}/comm`, "utf8").catch(() => "");
        if (["bash", "dd", "head", "tail"].includes(name.trim())) found.push(pid);
    }
    return found;
}

/** Does something while nobody of a container does anything. */
async function whileFrozen(container, work) {
    // Processes that get little of the processor may not come to rest within the patience of runc, which then lets them go on.
    await until(`${container} is frozen`, () => Engine.podman("pause", container));
    try {
        return await work();
    } finally {
        Engine.podman("unpause", container);
    }
}

/** Waits until what was written last is on the disk. */
function written() {
    return until("what was written is on the disk", async () => {
        const memory = await readFile("/proc/meminfo", "utf8");
        const kibibytes = ["Dirty", "Writeback"].map((name) => Number(new RegExp(`^${name}: +(\\d+)`, "m").exec(memory)?.[1] ?? 0));
        return kibibytes.reduce((sum, one) => sum + one) < MOST_UNWRITTEN;
    }, { within: 120_000 });
}

/** Ends what makes the noise, from outside: a container that is full of processes takes no further one. */
async function hush(host, container) {
    // Who is frozen makes no other one while the rest are looked for.
    await whileFrozen(container, async () => {
        for (const pid of await noisemakers(host)) {
            try {
                process.kill(pid, "SIGKILL");
            } catch {
                // Gone already.
            }
        }
    });
    await until("it is quiet", async () => {
        const left = await noisemakers(host);
        if (left.length === 0) return true;
        const states = await Promise.all(left.slice(0, 5).map((pid) => readFile(`/proc/${pid}/stat`, "utf8").catch(() => "gone")));
        throw new Error(`${left.length} left, such as ${states.map((state) => state.slice(0, 60)).join("; ")}`);
    });
}
