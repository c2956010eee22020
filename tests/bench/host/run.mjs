// `make bench-host`: measures what is promised for several people on one host, prints tables, writes bench-out/host.json.
//
//     node tests/bench/host/run.mjs [crowd] [neighbour] [pictures]
//     BENCH_SIGN_INS=5   samples of each sign-in      BENCH_BOOKS=500  BENCH_AT_ONCE=100   people

import { mkdir, writeFile } from "node:fs/promises";
import os from "node:os";
import { fileURLToPath } from "node:url";

import { measured } from "../stolen.mjs";
import { crowd } from "./crowd.mjs";
import { neighbour } from "./neighbour.mjs";
import { pictures } from "./pictures.mjs";

const PARTS = { crowd, neighbour, pictures };
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !(name in PARTS));
if (unknown.length > 0) {
    console.error(`unknown: ${unknown.join(", ")}; there is ${Object.keys(PARTS).join(", ")}`);
    process.exit(2);
}

const output = fileURLToPath(new URL("../../../bench-out", import.meta.url));
await mkdir(output, { recursive: true });
const machine = { cpu: `${os.cpus().length} × ${os.cpus()[0]?.model ?? "unknown"}`, kernel: os.release(), "load before": os.loadavg()[0].toFixed(2) };
console.log(Object.entries(machine).map(([name, value]) => `${name}: ${value}`).join("\n"));
const results = { when: new Date().toISOString(), machine, parts: {} };
for (const [name, measure] of Object.entries(PARTS)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    results.parts[name] = await measured(measure);
}
await writeFile(`${output}/host.json`, JSON.stringify(results, null, 2));
console.log(`\n${output}/host.json`);
