// `make bench`: measures what is promised, prints tables, writes bench-out/.
//
//     node tests/bench/run.mjs [churn] [latency] [load] [scrolling] [shell] [soak] [start] [terminal] [zoom]      (all but churn and soak without a name)
//     TOS_COMP=target/release/tos-comp   what is measured      BENCH_PRESSES=200   samples of input→photon

import { execFileSync } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import os from "node:os";
import { fileURLToPath } from "node:url";

import { CHROMIUM } from "../browser/harness/page.mjs";
import { TOS_COMP } from "../browser/harness/session.mjs";
import { churn } from "./churn.mjs";
import { latency } from "./latency.mjs";
import { load } from "./load.mjs";
import { scrolling } from "./scrolling.mjs";
import { shell } from "./shell.mjs";
import { soak } from "./soak.mjs";
import { startUp } from "./start.mjs";
import { measured } from "./stolen.mjs";
import { terminal } from "./terminal.mjs";
import { zoom } from "./zoom.mjs";

const PARTS = { churn, latency, load, scrolling, shell, soak, start: startUp, terminal, zoom };
/** What takes as long as all others together is measured when it is asked for. */
const LONG = ["churn", "soak"];

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !(name in PARTS));
if (unknown.length > 0) {
    console.error(`unknown: ${unknown.join(", ")}; there is ${Object.keys(PARTS).join(", ")}`);
    process.exit(2);
}

const output = fileURLToPath(new URL("../../bench-out", import.meta.url));
await mkdir(output, { recursive: true });

const results = { when: new Date().toISOString(), machine: await machine(), parts: {} };
console.log(Object.entries(results.machine).map(([name, value]) => `${name}: ${value}`).join("\n"));
for (const [name, measure] of Object.entries(PARTS)) {
    if (wanted.length > 0 ? !wanted.includes(name) : LONG.includes(name)) continue;
    results.parts[name] = await measured(measure);
}
const file = `${output}/bench-${results.when.replaceAll(":", "-")}.json`;
await writeFile(file, JSON.stringify(results, null, 2));
await writeFile(`${output}/latest.json`, JSON.stringify(results, null, 2));
console.log(`\n${file}`);

/** What the numbers hold for. */
async function machine() {
    const cpu = os.cpus()[0]?.model ?? "unknown";
    const memory = /MemTotal:\s+(\d+)/.exec(await readFile("/proc/meminfo", "utf8"))?.[1];
    const version = (command, ...args) => {
        try {
            return execFileSync(command, args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
        } catch {
            return "unknown";
        }
    };
    return {
        cpu: `${os.cpus().length} × ${cpu}`,
        memory: `${Math.round(Number(memory) / 1024)} MiB`,
        kernel: os.release(),
        browser: version(CHROMIUM, "--version"),
        program: TOS_COMP,
        revision: version("git", "describe", "--always", "--dirty"),
        "load before": os.loadavg()[0].toFixed(2),
    };
}
