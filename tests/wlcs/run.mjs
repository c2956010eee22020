// `make wlcs`: runs the Wayland conformance suite and holds the outcome against expected-failures.txt.
//
//     node tests/wlcs/run.mjs [--gtest_filter=…]     WLCS=…        the suite's runner, if not Debian's
//                                                    WLCS_MODULE=… the module, target/debug/libwlcs_module.so without it
//
// A test that fails without being listed is a mistake, and so is one that is listed and passes. Some tests of the suite
// wait by the clock: those that differ are run again before that counts, twice at most.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import os from "node:os";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const TRIPLES = { x64: "x86_64-linux-gnu", arm64: "aarch64-linux-gnu" };
const WLCS = process.env.WLCS ?? `/usr/lib/${TRIPLES[os.arch()]}/wlcs/wlcs`;
const MODULE = process.env.WLCS_MODULE ?? here("../../target/debug/libwlcs_module.so");
/** Of a run without any word from the suite. Its own tests give up after ten seconds. */
const SILENCE = 120_000;
const AGAIN = 2;

for (const file of [WLCS, MODULE]) {
    if (!existsSync(file)) {
        console.error(`wlcs: there is no ${file}`);
        process.exit(2);
    }
}

const filter = process.argv.slice(2).find((argument) => argument.startsWith("--gtest_filter="))?.split("=")[1];
const listed = await readExpected();
const outcomes = await runAll(filter ?? "*");
const expected = spelledOut(listed, [...outcomes.keys()]);
let differ = differing(outcomes);
for (let again = 0; again < AGAIN && differ.length > 0; again += 1) {
    console.log(`wlcs: ${differ.length} differ from what is expected and are run again`);
    for (const [name, outcome] of await runAll(differ.join(":"))) outcomes.set(name, outcome);
    differ = differing(outcomes);
}

const count = (wanted) => [...outcomes.values()].filter(({ result }) => result === wanted).length;
console.log(`wlcs: ${count("passed")} passed, ${count("failed")} failed, ${count("skipped")} skipped`);
for (const name of differ) {
    const outcome = outcomes.get(name);
    if (outcome?.result === "failed") console.error(`\n${outcome.said.join("\n")}`);
}
for (const name of differ) {
    const result = outcomes.get(name)?.result ?? "missing";
    console.error(`wlcs: ${name} ${result}${expected.has(name) ? ", and is listed in expected-failures.txt" : ""}`);
}
process.exit(differ.length > 0 ? 1 : 0);

/** What is listed: name to reason. */
async function readExpected() {
    const lines = (await readFile(here("expected-failures.txt"), "utf8")).split("\n");
    const listed = new Map();
    for (const line of lines.map((line) => line.trim()).filter((line) => line && !line.startsWith("#"))) {
        const [name, ...reason] = line.split(/\s+/);
        if (reason.length === 0) throw new Error(`expected-failures.txt: no reason for ${name}`);
        if (listed.has(name)) throw new Error(`expected-failures.txt: ${name} is listed twice`);
        listed.set(name, reason.join(" "));
    }
    return listed;
}

/** A listed `name/*` stands for all of the suite's tests that begin so. */
function spelledOut(listed, names) {
    const meant = ([name, reason]) => {
        const begin = name.endsWith("*") ? name.slice(0, -1) : undefined;
        const found = begin === undefined ? [name] : names.filter((other) => other.startsWith(begin));
        return (found.length > 0 ? found : [name]).map((name) => [name, reason]);
    };
    return new Map([...listed].flatMap(meant));
}

/** The tests that did other than is expected of them. Without a filter, listed ones that the suite lacks are too. */
function differing(outcomes) {
    const names = filter ? [...outcomes.keys()] : new Set([...outcomes.keys(), ...expected.keys()]);
    return [...names].filter((name) => {
        const result = outcomes.get(name)?.result;
        return expected.has(name) ? result !== "failed" : result === "failed";
    });
}

/** Runs tests. One that takes the suite down has failed, and the rest goes on without it. */
async function runAll(pattern) {
    const outcomes = new Map();
    for (;;) {
        const done = [...outcomes.keys()].join(":");
        const { running, ended } = await run(done ? `${pattern}-${done}` : pattern, outcomes);
        if (running) outcomes.set(running.name, { result: "failed", said: [...running.said, `the suite ended: ${ended}`] });
        else return outcomes;
    }
}

async function run(pattern, outcomes) {
    const child = spawn(WLCS, [MODULE, `--gtest_filter=${pattern}`], { stdio: ["ignore", "pipe", "pipe"] });
    const exit = once(child, "exit");
    let running = null;
    let timer = setTimeout(() => child.kill("SIGKILL"), SILENCE);
    const hear = (line) => {
        clearTimeout(timer);
        timer = setTimeout(() => child.kill("SIGKILL"), SILENCE);
        const begun = /^\[ RUN {6}\] (\S+)/.exec(line);
        const done = /^\[ +(OK|FAILED|SKIP|SKIPPED) +\] ([^\s,]+)(?:,.*)? \(\d+ ?ms\)$/.exec(line);
        if (begun) running = { name: begun[1], said: [line] };
        else if (running) running.said.push(line);
        if (done && done[2] === running?.name) {
            const result = { OK: "passed", FAILED: "failed" }[done[1]] ?? "skipped";
            outcomes.set(running.name, { result, said: running.said });
            running = null;
        }
    };
    const heard = [child.stdout, child.stderr].map((stream) => {
        const lines = createInterface({ input: stream });
        lines.on("line", hear);
        return once(lines, "close");
    });
    const [[code, signal]] = await Promise.all([exit, ...heard]);
    clearTimeout(timer);
    return { running, ended: signal ?? `exit code ${code}` };
}
