// What the shell costs by itself: the time that the module of Fish adds to a prompt, and how fast what shells write is read.

import { execFile } from "node:child_process";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { TOS_COMP } from "../browser/harness/session.mjs";
import { judged, quantile } from "./table.mjs";

const run = promisify(execFile);
const TIMES = 5;

/** @returns {Promise<import("./table.mjs").Table[]>} */
export async function shell() {
    return [await prompt(), await decoder()];
}

/** Fish with its module and without, around a command and its prompt. */
async function prompt() {
    const script = fileURLToPath(new URL("../../shell-bridge/examples/prompt_cost.sh", import.meta.url));
    const cost = { without: [], with: [] };
    for (let time = 0; time < TIMES; time += 1) {
        const { stdout } = await run("bash", [script]);
        for (const name of ["without", "with"]) {
            const microseconds = Number(new RegExp(`^${name} the module: +([\\d.]+)`, "m").exec(stdout)?.[1]);
            if (!(microseconds > 0)) throw new Error(`no time in ${stdout}`);
            cost[name].push(microseconds / 1000);
        }
    }
    const added = quantile(cost.with, 0.5) - quantile(cost.without, 0.5);
    return {
        title: "A command and its prompt in Fish, processor time",
        rows: [
            { name: "without the module", unit: "ms", median: quantile(cost.without, 0.5), n: TIMES },
            { name: "with it", unit: "ms", median: quantile(cost.with, 0.5), n: TIMES },
            { name: "  more", unit: "ms", median: added, ...judged({ median: added }, { median: 1 }) },
        ],
    };
}

/** The decoder of the Shell API alone; `make bench` builds the program beside the one that is measured. */
async function decoder() {
    const { stdout } = await run(path.join(path.dirname(TOS_COMP), "examples/decode_speed"));
    const rows = stdout.trim().split("\n").map((line) => {
        const [, name, rate] = /^(.*?) +([\d.]+) MB\/s$/.exec(line) ?? [];
        if (!name) throw new Error(`no speed in ${line}`);
        const budget = name === "plain text" ? judged({ median: Number(rate) }, { least: 300 }) : {};
        return { name, unit: "MB/s", median: Number(rate), ...budget };
    });
    return { title: "What shells write, decoded", rows };
}
