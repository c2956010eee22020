// Tries real applications: `node tests/apps/run.mjs [--quick] [--install] [--out FOLDER] [NAME…]`. Prints a table, and
// writes it with a picture of every step to apps-out/ or that folder.

import { execFile } from "node:child_process";
import { mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs, promisify } from "node:util";

import { launch, open } from "../browser/harness/page.mjs";
import { Place, Session } from "../browser/harness/session.mjs";
import { catalogue } from "./catalogue/index.mjs";
import { COLUMNS, Trial, environmentTold, fileName, tellsEnvironment } from "./trial.mjs";

const execute = promisify(execFile);
const permissions = ["clipboard-read", "clipboard-write"];

const { values, positionals } = parseArgs({
    options: { quick: { type: "boolean" }, install: { type: "boolean" }, out: { type: "string" } },
    allowPositionals: true,
});
const out = values.out ?? fileURLToPath(new URL("../../apps-out", import.meta.url));
const chosen = catalogue.filter((app) => (!values.quick || app.quick) && (positionals.length === 0 || positionals.some((name) => app.name.includes(name))));
if (chosen.length === 0) {
    console.error(`no such application; there are: ${catalogue.map((app) => app.name).join(", ")}`);
    process.exit(2);
}
if (values.install) await install(chosen.flatMap((app) => app.packages));

await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });
const chromium = await launch();
const rows = [];
try {
    for (const app of chosen) rows.push(await tried(app));
} finally {
    await chromium.close();
}
const table = tabled(rows);
await writeFile(path.join(out, "table.md"), table);
console.log(table);
// As expected, both ways: what is known not to work and does is news, too.
process.exit(rows.every((row) => row.news.length === 0) ? 0 : 1);

/** @param {import("./trial.mjs").App} app */
async function tried(app) {
    const place = await Place.make();
    const session = await Session.start({ place, args: tellsEnvironment(place) });
    let trial;
    try {
        await environmentTold(place);
        const desk = await open(chromium.browser, session.url, { permissions });
        trial = new Trial(app, session, desk, out);
        await app.prepare?.(trial);
        if (app.does || (await trial.starts())) await app.drive(trial);
        await desk.close();
    } catch (error) {
        trial ??= new Trial(app, session, undefined, out);
        if (!app.does) trial.results.starts ??= String(error);
        trial.results.drive = String(error instanceof Error ? error.message : error).split("\n")[0];
    } finally {
        const { log = [] } = trial?.program ?? {};
        await writeFile(path.join(out, `${fileName(app.name)}.log`), [...log, "--- tos-comp ---", ...session.server.log].join("\n"));
        await session.stop();
        await place.remove();
    }
    const { known = {} } = app;
    const news = Object.entries(trial.results).filter(([column, result]) => (result === true) === column in known);
    for (const [column, result] of news) {
        console.error(`${app.name}: ${column}: ${result === true ? "it works, and is listed as not working" : result}`);
    }
    return { name: app.name, does: app.does, results: trial.results, notes: trial.notes, known, news };
}

function tabled(all) {
    const [tools, rows] = [all.filter((row) => row.does), all.filter((row) => !row.does)];
    const cell = (result) => (result === undefined ? "–" : result === true ? "yes" : "**no**");
    const lines = rows.map(({ name, results, notes }) => {
        const film = notes.film === undefined ? "–" : `${notes.film}/s`;
        return `| ${[name, ...COLUMNS.map((column) => cell(results[column])), film].join(" | ")} |`;
    });
    const head = [`| application | ${COLUMNS.join(" | ")} | film |`, `|${"---|".repeat(COLUMNS.length + 2)}`];
    const second = tools.map(({ name, does, results }) => `| ${name} | ${does} | ${cell(results.works)} |`);
    const tooled = tools.length > 0 ? ["| tool | what it does | works |", "|---|---|---|", ...second, ""] : [];
    const reasons = all.flatMap(({ name, known }) => Object.entries(known).map(([column, why]) => `- ${name}, ${column}: ${why}`));
    const apps = rows.length > 0 ? [...head, ...lines, ""] : [];
    return [...apps, ...tooled, ...reasons, ""].join("\n");
}

/** Debian's packages that are not there yet. */
async function install(packages) {
    const missing = [];
    for (const name of new Set(packages)) {
        const { stdout } = await execute("dpkg-query", ["-W", "-f", "${Status}", name]).catch(() => ({ stdout: "" }));
        if (stdout !== "install ok installed") missing.push(name);
    }
    if (missing.length === 0) return;
    console.error(`installing ${missing.join(" ")}`);
    const apt = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", ...missing];
    const [command, ...args] = process.getuid() === 0 ? apt : ["sudo", ...apt];
    await execute(command, args, { env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" }, maxBuffer: 1 << 26 });
}
