// One tos-comp and the programs that run in it, with a home and a runtime directory of their own. Ended by process id.

import { spawn, spawnSync } from "node:child_process";
import { mkdtemp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

import { InVain, until } from "./poll.mjs";

const root = fileURLToPath(new URL("../../..", import.meta.url));

/** The program under test. */
export const TOS_COMP = path.resolve(process.env.TOS_COMP ?? path.join(root, "target/debug/tos-comp"));
/** Where the programs of tests/clients are. */
export const CLIENTS = path.resolve(process.env.TEST_CLIENTS ?? path.dirname(TOS_COMP));

const KEPT_LINES = 200;

/** A process whose output is read line by line. */
export class Program {
    /** @type {any[]} lines of stdout that are JSON, parsed */
    said = [];
    /** @type {string[]} the other lines, and stderr */
    log = [];
    #watched = [];

    /**
     * @param {string} command
     * @param {string[]} args
     * @param {Record<string, string>} env its `HOME` is where it works: what a test writes by mistake goes with the test
     * @param {{ input?: boolean }} [options] `input`: the test writes to its standard input
     */
    constructor(command, args, env, { input = false } = {}) {
        this.name = path.basename(command);
        this.child = spawn(command, args, { env, cwd: env.HOME, stdio: [input ? "pipe" : "ignore", "pipe", "pipe"] });
        this.pid = this.child.pid;
        this.exited = new Promise((resolve) => {
            this.child.on("exit", (code, signal) => resolve({ code, signal }));
            this.child.on("error", (error) => {
                this.log.push(String(error));
                resolve({ code: null, signal: null, error });
            });
        });
        this.exited.then((how) => (this.how = how));
        // Ended, and its last line read.
        this.silent = false;
        this.child.on("close", () => (this.silent = true));
        createInterface({ input: this.child.stdout }).on("line", (line) => this.#hear(line));
        createInterface({ input: this.child.stderr }).on("line", (line) => this.#keep(line));
    }

    #hear(line) {
        try {
            this.said.push(JSON.parse(line));
        } catch {
            this.#keep(line);
        }
    }

    /**
     * All lines to come that match, as they come; the log forgets.
     * @param {RegExp} pattern
     * @returns {string[]}
     */
    watch(pattern) {
        const lines = [];
        this.#watched.push({ pattern, lines });
        return lines;
    }

    #keep(line) {
        for (const { pattern, lines } of this.#watched) if (pattern.test(line)) lines.push(line);
        if (process.env.TOS_TEST_LOG) console.error(`${this.name}: ${line}`);
        this.log.push(line);
        if (this.log.length > KEPT_LINES) this.log.shift();
    }

    /**
     * The first thing said, from index `from` on, that `matches`.
     * @param {string} what
     * @param {(said: any) => boolean} matches
     * @param {number} [from]
     */
    hears(what, matches, from = 0) {
        return until(`${this.name} says: ${what}`, () => {
            const found = this.said.slice(from).find(matches);
            if (!found && this.silent) throw new InVain(`${this.name} has ended: ${JSON.stringify(this.how)}\n${this.tail}`);
            return found;
        });
    }

    get tail() {
        return this.log.slice(-30).join("\n");
    }

    /** Asks it to end, and kills it if it does not. */
    async stop(signal = "SIGTERM") {
        if (this.how === undefined) this.child.kill(signal);
        const killer = setTimeout(() => this.child.kill("SIGKILL"), 10_000);
        const how = await this.exited;
        clearTimeout(killer);
        return how;
    }
}

/** A private place for one session. It outlives a restart of tos-comp. */
export class Place {
    static async make() {
        const folder = await mkdtemp(path.join(tmpdir(), "tos-test-"));
        const place = new Place(folder);
        await mkdir(place.runtime, { mode: 0o700 });
        await mkdir(place.home);
        // Else a new user's Fish begins to read all manuals.
        await mkdir(path.join(place.home, ".local/share/fish/generated_completions"), { recursive: true });
        await place.settings('[interface]\nhub = "apps"\n');
        return place;
    }

    /** @param {string} folder */
    constructor(folder) {
        this.folder = folder;
        this.runtime = path.join(folder, "run");
        this.home = path.join(folder, "home");
    }

    /**
     * Sets up what the user would: where a hub shows its apps first, tests of windows need no terminal.
     * @param {string} text
     */
    async settings(text) {
        const folder = path.join(this.home, ".config/tos");
        await mkdir(folder, { recursive: true });
        await writeFile(path.join(folder, "config.toml"), text);
    }

    /** @param {string} name */
    file(name) {
        return path.join(this.folder, name);
    }

    /** Nothing of the user who runs the tests: their foot.ini, their display, their shell history. */
    get env() {
        const kept = ["PATH", "LANG", "TMPDIR", "TOS_LOG", "VK_ICD_FILENAMES", "VK_DRIVER_FILES"];
        const env = Object.fromEntries(kept.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));
        return { ...env, HOME: this.home, XDG_RUNTIME_DIR: this.runtime, LC_ALL: "C.UTF-8", SHELL: "/bin/sh" };
    }

    async remove() {
        // Where xdg-document-portal ran, it has left a file system.
        spawnSync("umount", ["--lazy", "--quiet", path.join(this.runtime, "doc")], { stdio: "ignore" });
        await rm(this.folder, { recursive: true, force: true, maxRetries: 3 });
    }
}

/** A running tos-comp. */
export class Session {
    /** @type {Program[]} */
    programs = [];

    /**
     * Starts one and waits until it is ready. It shows each new window at once, unless told not to follow.
     * @param {{ place?: Place, args?: string[], listen?: string, follow?: boolean }} [options]
     */
    static async start({ place, args = [], listen = "127.0.0.1:0", follow = true } = {}) {
        const session = new Session(place ?? (await Place.make()));
        session.ownsPlace = !place;
        session.spawned = Date.now();
        session.server = new Program(TOS_COMP, ["run", "--listen", listen, ...(follow ? ["--follow"] : []), ...args], session.place.env);
        try {
            const ready = await session.server.hears("ready", (said) => said.ready === true);
            session.readyAfter = Date.now() - session.spawned;
            session.url = ready.url;
            session.display = ready.wayland_display;
        } catch (error) {
            await session.stop();
            throw error;
        }
        return session;
    }

    /** @param {Place} place */
    constructor(place) {
        this.place = place;
    }

    get origin() {
        return new URL(this.url).origin;
    }

    get token() {
        return new URLSearchParams(new URL(this.url).hash.slice(1)).get("token");
    }

    get env() {
        return { ...this.place.env, WAYLAND_DISPLAY: this.display, TOS_SOCKET: "" };
    }

    /**
     * Starts a program inside.
     * @param {string} command
     * @param {string[]} [args]
     * @param {Record<string, string>} [env]
     */
    run(command, args = [], env = {}) {
        const { TOS_SOCKET: _, ...inside } = this.env;
        const program = new Program(command, args, { ...inside, ...env });
        this.programs.push(program);
        return program;
    }

    /**
     * Starts one of tests/clients inside and waits for its window.
     * @param {string} name
     * @param {string[]} args
     */
    async client(name, ...args) {
        const program = this.run(path.join(CLIENTS, name), args);
        if (name !== "anim") await program.hears("configured", (said) => said.configured ?? said.event === "configured");
        return program;
    }

    /**
     * foot with a shell in it, once its window is there.
     * @param {string[]} [command]
     * @param {Record<string, string>} [env]
     */
    async foot(command = ["/bin/sh"], env = {}) {
        const program = this.run("foot", ["--config=/dev/null", "--log-level=warning", ...command], env);
        await until("foot has a window", async () => {
            if (program.how) throw new InVain(`foot has ended\n${program.tail}`);
            return (await this.state()).windows.find((window) => window.app_id === "foot");
        });
        return program;
    }

    /**
     * `tos-comp msg --json …`: what it prints.
     * @param {string[]} words
     */
    async message(...words) {
        const { TOS_SOCKET: _, ...env } = this.env;
        const program = new Program(TOS_COMP, ["msg", "--json", ...words], env);
        const { code } = await program.exited;
        if (code !== 0) throw new Error(`tos-comp msg ${words.join(" ")} failed: ${program.tail}`);
        return until("an answer", () => program.said[0]);
    }

    /** @returns {Promise<any>} */
    state() {
        return this.message("state");
    }

    /** The samples of /metrics by name and labels. */
    async metrics() {
        const answer = await fetch(`${this.origin}/metrics`, { headers: { authorization: `Bearer ${this.token}` } });
        if (!answer.ok) throw new Error(`/metrics: ${answer.status}`);
        const lines = (await answer.text()).split("\n").filter((line) => line && !line.startsWith("#"));
        return new Map(lines.map((line) => {
            const at = line.lastIndexOf(" ");
            return /** @type {[string, number]} */ ([line.slice(0, at), Number(line.slice(at + 1))]);
        }));
    }

    /** Of tos-comp, `/proc/PID/name`. */
    proc(name) {
        return readFile(`/proc/${this.server.pid}/${name}`, "utf8");
    }

    async stop() {
        await Promise.all(this.programs.map((program) => program.stop()));
        const how = await this.server.stop();
        if (this.ownsPlace) await this.place.remove();
        return how;
    }
}

/**
 * A test body that gets a session of its own. When it fails, what tos-comp last said is part of the message.
 * @param {Parameters<typeof Session.start>[0]} options
 * @param {(session: Session) => Promise<void>} body
 */
export function inSession(options, body) {
    return async () => {
        const session = await Session.start(options);
        try {
            await body(session);
        } catch (error) {
            if (error instanceof Error) error.message += `\n--- tos-comp says ---\n${session.server.tail}`;
            throw error;
        } finally {
            await session.stop();
        }
    };
}

/**
 * A token file with one token for each role, as `--token-file` reads it.
 * @param {Place} place
 */
export async function tokenFile(place) {
    const file = place.file("tokens");
    const tokens = { view: "v".repeat(43), control: "c".repeat(43), admin: "a".repeat(43) };
    const text = Object.entries(tokens).map(([role, token]) => `${role} ${token}\n`).join("");
    await writeFile(file, text, { mode: 0o600 });
    return { file, tokens };
}
