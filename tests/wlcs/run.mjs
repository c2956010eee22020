// `make wlcs`: runs the Wayland conformance suite and holds the outcome against expected-failures.txt.
//
//     node tests/wlcs/run.mjs [--gtest_filter=…]     WLCS=…        the suite's runner, if not Debian's
//                                                    WLCS_MODULE=… the module, target/debug/libwlcs_module.so without it
//
// A test that fails without being listed is a mistake, and so is one that is listed and passes. Nothing is run twice: a test
// whose outcome is chance is listed as such, with the reason, and then counts for nothing. Several parts of the suite
// run at the same time, since most of it is waiting.

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
/** Parts that run at the same time. */
const PARTS = 3;
/** What begins the name of a test whose outcome is chance. */
const CHANCE = "?";
/** What Smithay's own compositor has to pass. Nothing of it may be listed. */
const ANVIL = [
    "SelfTest*", "FrameSubmission*", "XdgOutputV1Test*", "*/SurfacePointerMotionTest*", "RelativePointer*", "BadBufferTest*",
];

for (const file of [WLCS, MODULE]) {
    if (!existsSync(file)) {
        console.error(`wlcs: there is no ${file}`);
        process.exit(2);
    }
}

const filter = process.argv.slice(2).find((argument) => argument.startsWith("--gtest_filter="))?.split("=")[1];
const begun = performance.now();
const names = await suite(filter ?? "*");
const { expected, chance } = spelledOut(await readList(), names);
const parts = Array.from({ length: PARTS }, (_, part) => names.filter((_, at) => at % PARTS === part));
const outcomes = new Map((await Promise.all(parts.map(runAll))).flatMap((part) => [...part]));

const seconds = Math.round((performance.now() - begun) / 1000);
const count = (wanted) => [...outcomes.values()].filter(({ result }) => result === wanted).length;
console.log(`wlcs: ${count("passed")} passed, ${count("failed")} failed, ${count("skipped")} skipped in ${seconds} s`);
const differ = differing();
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
async function readList() {
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

/** What the list means: the tests that fail, and those that may. A listed `name*` stands for all that begin so. */
function spelledOut(listed, names) {
    const [expected, chance] = [new Set(), new Set()];
    for (const line of listed.keys()) {
        const into = line.startsWith(CHANCE) ? chance : expected;
        const name = line.startsWith(CHANCE) ? line.slice(CHANCE.length) : line;
        const found = names.filter((other) => matches(name, other));
        for (const one of found.length > 0 ? found : [name]) into.add(one);
    }
    for (const name of [...expected, ...chance]) {
        if (ANVIL.some((pattern) => matches(pattern, name))) throw new Error(`expected-failures.txt: Smithay's passes ${name}`);
    }
    return { expected, chance };
}

/** Whether a name is meant by a pattern in which `*` stands for anything. */
function matches(pattern, name) {
    const parts = pattern.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
    return new RegExp(`^${parts.join(".*")}$`).test(name);
}

/** The tests that did other than is expected of them. Without a filter, listed ones that the suite lacks are too. */
function differing() {
    const all = filter ? names : [...new Set([...names, ...expected, ...chance])];
    return all.filter((name) => {
        const result = outcomes.get(name)?.result;
        if (chance.has(name)) return result === undefined || result === "skipped";
        return expected.has(name) ? result !== "failed" : result === undefined || result === "failed";
    });
}

/** The names of all tests, in the suite's order. */
async function suite(pattern) {
    const child = spawn(WLCS, [MODULE, "--gtest_list_tests", `--gtest_filter=${pattern}`], { stdio: ["ignore", "pipe", "inherit"] });
    const names = [];
    let group = "";
    for await (const line of createInterface({ input: child.stdout })) {
        // A group, and indented below it what is in it; behind a # what a test is run with.
        const word = line.split("#")[0].trimEnd();
        if (!word.startsWith("  ")) group = word;
        else if (!word.includes("DISABLED_")) names.push(group + word.trim());
    }
    return names;
}

/** Runs tests. One that takes the suite down has failed, and the rest goes on without it. */
async function runAll(names) {
    const outcomes = new Map();
    for (;;) {
        const left = names.filter((name) => !outcomes.has(name));
        if (left.length === 0) return outcomes;
        const { running, ended } = await run(left, outcomes);
        if (running) outcomes.set(running.name, { result: "failed", said: [...running.said, `the suite ended: ${ended}`] });
        else return outcomes;
    }
}

async function run(names, outcomes) {
    const child = spawn(WLCS, [MODULE, `--gtest_filter=${names.join(":")}`], { stdio: ["ignore", "pipe", "pipe"] });
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
