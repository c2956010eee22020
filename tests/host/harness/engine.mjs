// Podman's service on a socket of its own, for as long as a test runs.

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import { until } from "../../browser/harness/poll.mjs";
import { Program } from "../../browser/harness/session.mjs";

export const IMAGE = process.env.IMAGE ?? "localhost/workspace-core:latest";

/** runc where it is installed: crun refuses machines with cgroups of both versions. */
export const OCI = spawnSync("runc", ["--version"], { stdio: "ignore" }).status === 0 ? ["--runtime", "runc"] : [];

/** Why there can be no containers of this engine here; nothing where there can. */
export function whyNot() {
    if (process.getuid?.() !== 0) return "only root may";
    if (spawnSync("podman", ["--version"], { stdio: "ignore" }).status !== 0) return "podman is not installed";
    if (spawnSync("podman", ["image", "exists", IMAGE], { stdio: "ignore" }).status !== 0) return `there is no ${IMAGE}; make image`;
    return undefined;
}

export class Engine {
    static async start() {
        const folder = await mkdtemp(path.join(tmpdir(), "podman-test-"));
        const engine = new Engine(folder);
        await engine.again();
        return engine;
    }

    /** Starts it, also after it was killed. */
    async again() {
        await rm(this.socket, { force: true });
        const env = { PATH: process.env.PATH ?? "", HOME: process.env.HOME ?? "/root" };
        this.service = new Program("podman", [...OCI, "system", "service", "--time=0", `unix://${this.socket}`], env);
        await until("podman serves", () => existsSync(this.socket));
    }

    /** @param {string} folder */
    constructor(folder) {
        this.folder = folder;
        this.socket = path.join(folder, "podman.sock");
    }

    /**
     * `podman …`: what it prints.
     * @param {string[]} words
     */
    static podman(...words) {
        const { status, stdout, stderr } = spawnSync("podman", words, { encoding: "utf8" });
        if (status !== 0) throw new Error(`podman ${words.join(" ")}: ${stderr}`);
        return stdout.trim();
    }

    /**
     * Podman's name of somebody's container.
     * @param {import("./host.mjs").Host} host
     * @param {string} user
     */
    async container(host, user) {
        const container = (await host.desktops()).find((one) => one.user === user)?.container;
        const name = Engine.podman("ps", "--all", "--format", "{{.Names}}").split("\n").find((name) => container && name.endsWith(`-${container}`));
        if (!name) throw new Error(`${user} has no container`);
        return name;
    }

    async stop() {
        await this.service?.stop();
        await rm(this.folder, { recursive: true, force: true });
    }
}
