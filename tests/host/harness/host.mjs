// A tosd with a directory, ports and an instance name of its own. Ended by process id; what it made goes with it.

import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import net from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

import { InVain, until } from "../../browser/harness/poll.mjs";
import { Program } from "../../browser/harness/session.mjs";

const root = fileURLToPath(new URL("../../..", import.meta.url));

/** The programs under test. */
export const TOSD = path.resolve(process.env.TOSD ?? path.join(root, "target/debug/tosd"));
const BESIDE = path.dirname(TOSD);
export const TOS_COMP = path.resolve(process.env.TOS_COMP ?? path.join(BESIDE, "tos-comp"));
export const TOS_INIT = path.resolve(process.env.TOS_INIT ?? path.join(BESIDE, "tos-init"));

/**
 * A plan that any machine can give.
 * @param {{ pool?: number, memory?: string, more?: string }} [of]
 */
export function plans({ pool = 0, memory = "2GiB", more = "" } = {}) {
    return `plans:
  standard:
    memory: ${memory}
    pids: 1024
    descriptors: 8192
    egress: none
    pool: ${pool}
${more}    may_lack: [memory, cpu_weight, cpu_millis, pids, disk, read_rate, write_rate]
`;
}

/** A TCP port that nobody has just now. */
export function freePort() {
    return new Promise((resolve, reject) => {
        const server = net.createServer();
        server.once("error", reject);
        server.listen(0, "127.0.0.1", () => {
            const address = server.address();
            server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
        });
    });
}

/** A value as TOML has it: mostly how JSON has it too. */
function written(value) {
    if (Array.isArray(value)) return `[${value.map(written).join(", ")}]`;
    if (typeof value !== "object") return JSON.stringify(value);
    return `{ ${Object.entries(value).map(([key, value]) => `${key} = ${written(value)}`).join(", ")} }`;
}

/** A whole configuration. */
function toml(config) {
    const line = ([key, value]) => `${key} = ${written(value)}`;
    const plain = Object.entries(config).filter(([, value]) => typeof value !== "object" || Array.isArray(value));
    const tables = Object.entries(config).filter(([, value]) => typeof value === "object" && !Array.isArray(value));
    return [
        ...plain.map(line),
        ...tables.flatMap(([name, table]) => [`[${name}]`, ...Object.entries(table).filter(([, value]) => value !== undefined).map(line)]),
    ].join("\n");
}

/** Merges one level deep: tables of `over` add to those of `base`. */
function merged(base, over) {
    const all = { ...base };
    for (const [key, value] of Object.entries(over)) {
        all[key] = typeof value === "object" && !Array.isArray(value) ? { ...base[key], ...value } : value;
    }
    return all;
}

export class Host {
    /**
     * Starts one and waits until it serves.
     * @param {{ runtime?: "local" | "podman", socket?: string, image?: string, config?: Record<string, any>, plans?: string }} [options]
     */
    static async start({ runtime = "local", socket, image, config = {}, plans: plan = plans() } = {}) {
        for (const program of [TOSD, TOS_INIT]) {
            if (!existsSync(program)) throw new Error(`${program} is not built`);
        }
        const host = new Host(await mkdtemp(path.join(tmpdir(), "tosd-test-")));
        host.instance = `t${randomBytes(4).toString("hex")}`;
        host.port = await freePort();
        host.observed = await freePort();
        // Many at once on one machine must not meet.
        const first = 20_000 + 4 * Math.floor(Math.random() * 2_500);
        await mkdir(host.home, { recursive: true });
        await writeFile(host.file("plans.yaml"), plan);
        host.config = merged({
            instance: host.instance,
            data: host.file("data"),
            run: host.file("run"),
            plans: host.file("plans.yaml"),
            gateway: { listen: `127.0.0.1:${host.port}`, names: ["localhost"] },
            media: { ports: `${first}-${first + 399}` },
            // Four ports of media for each.
            runtime: { kind: runtime, socket, image, init: TOS_INIT, most: 100 },
            desktop: runtime === "local" ? { comp: TOS_COMP } : {},
            observe: { listen: `127.0.0.1:${host.observed}`, log: "text", filter: process.env.TOSD_LOG ?? "info" },
        }, config);
        await host.configure({});
        try {
            await host.run();
        } catch (error) {
            await host.stop();
            throw error;
        }
        return host;
    }

    /** @param {string} folder */
    constructor(folder) {
        this.folder = folder;
        this.home = path.join(folder, "home");
    }

    /** @param {string} name */
    file(name) {
        return path.join(this.folder, name);
    }

    get origin() {
        return `https://localhost:${this.port}`;
    }

    get env() {
        const kept = ["PATH", "LANG", "TMPDIR", "VK_ICD_FILENAMES", "VK_DRIVER_FILES", "SSL_CERT_FILE"];
        const env = Object.fromEntries(kept.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));
        return { ...env, HOME: this.home };
    }

    /**
     * Writes the configuration, with something else in it.
     * @param {Record<string, any>} other
     */
    async configure(other) {
        this.config = merged(this.config, other);
        await writeFile(this.file("tosd.toml"), `${toml(this.config)}\n`);
    }

    /** Starts tosd on what is there already, as after a crash. */
    async run() {
        this.server = new Program(TOSD, ["--config", this.file("tosd.toml"), "run"], this.env);
        await until("tosd serves", async () => {
            if (this.server.how) throw new InVain(`tosd has ended: ${JSON.stringify(this.server.how)}\n${this.server.tail}`);
            return (await fetch(`http://127.0.0.1:${this.observed}/healthz`)).ok;
        });
    }

    /**
     * `tosd …` beside the one that runs: what it prints.
     * @param {string[]} words
     */
    async command(...words) {
        const program = new Program(TOSD, ["--config", this.file("tosd.toml"), ...words], this.env);
        const { code } = await program.exited;
        await until("it said all", () => program.silent);
        if (code !== 0) throw new Error(`tosd ${words.join(" ")} failed: ${program.tail}`);
        // JSON is heard as such.
        return program.said.length > 0 ? JSON.stringify(program.said[0]) : program.log.join("\n");
    }

    /** Everybody's desktops, as tosd tells them. */
    async desktops() {
        return JSON.parse(await this.command("desktop", "list", "--json"));
    }

    /**
     * A link that makes somebody an account.
     * @param {string} name
     * @param {string[]} more such as a plan
     */
    async invitation(name, ...more) {
        const link = /https:\S+\/join#\S+/.exec(await this.command("user", "add", name, ...more));
        if (!link) throw new Error(`no link for ${name}`);
        return link[0];
    }

    /** The samples of /metrics by name and labels. */
    async metrics() {
        const answer = await fetch(`http://127.0.0.1:${this.observed}/metrics`);
        if (!answer.ok) throw new Error(`/metrics: ${answer.status}`);
        const lines = (await answer.text()).split("\n").filter((line) => line && !line.startsWith("#"));
        return new Map(lines.map((line) => {
            const at = line.lastIndexOf(" ");
            return /** @type {[string, number]} */ ([line.slice(0, at), Number(line.slice(at + 1))]);
        }));
    }

    /**
     * Processes of its containers, or of one: those that have its directory among their mounts.
     * @param {string} [container] as `desktops` names it
     */
    async inside(container) {
        const { stdout } = spawnSync("ps", ["-e", "-o", "pid="], { encoding: "utf8" });
        const found = [];
        for (const pid of stdout.split("\n").map(Number).filter(Boolean)) {
            const mounts = await readFile(`/proc/${pid}/mountinfo`, "utf8").catch(() => "");
            // Of the host's own mount namespace everything is seen, and nothing is at /run/tos.
            if (mounts.includes(`${this.folder}/run/gates/${container ? `${container} ` : ""}`) && / \/run\/tos /.test(mounts)) found.push(pid);
        }
        return found;
    }

    /** Ends tosd without a word. */
    async crash() {
        this.server.child.kill("SIGKILL");
        await this.server.exited;
    }

    async stop() {
        if (this.server && !this.server.how) {
            // The containers outlive tosd, so they go first.
            for (const { user, container } of await this.desktops().catch(() => [])) {
                if (container) await this.command("desktop", "kill", user).catch(() => "");
            }
        }
        await this.server?.stop();
        for (const pid of await this.inside()) {
            try {
                process.kill(pid, "SIGKILL");
            } catch {
                // Gone already.
            }
        }
        await until("nobody is inside", async () => (await this.inside()).length === 0);
        if (this.config.runtime.kind === "podman") {
            // Those that waited for somebody.
            const ours = spawnSync("podman", ["ps", "--all", "--quiet", "--filter", `name=^tos-${this.instance}-`], { encoding: "utf8" });
            for (const id of ours.stdout.split("\n").filter(Boolean)) spawnSync("podman", ["rm", "--force", "--time", "0", id], { stdio: "ignore" });
        }
        // What was mounted below, the deepest first.
        const mounts = (await readFile("/proc/self/mountinfo", "utf8")).split("\n").map((line) => line.split(" ")[4]);
        for (const mount of mounts.filter((place) => place?.startsWith(this.folder)).reverse()) {
            spawnSync("umount", ["--lazy", mount], { stdio: "ignore" });
        }
        await rm(this.folder, { recursive: true, force: true, maxRetries: 3 });
    }
}
