// What a process holds, read from /proc.

import { readFile, readdir, readlink } from "node:fs/promises";

/** Of a line of /proc/PID/status, MiB. */
export async function mebibytes(pid, name) {
    const status = await readFile(`/proc/${pid}/status`, "utf8");
    return Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]) / 1024;
}

/** How many descriptors it has open. */
export async function descriptors(pid) {
    return (await readdir(`/proc/${pid}/fd`)).length;
}

/**
 * The processes that a process has started and that still run, with their names.
 * @param {number} pid
 * @returns {Promise<Map<number, string>>}
 */
export async function children(pid) {
    const started = new Map();
    for (const thread of await readdir(`/proc/${pid}/task`)) {
        const listed = await readFile(`/proc/${pid}/task/${thread}/children`, "utf8").catch(() => "");
        for (const child of listed.split(" ").filter(Boolean).map(Number)) {
            const name = await readFile(`/proc/${child}/comm`, "utf8").catch(() => undefined);
            if (name !== undefined) started.set(child, name.trim());
        }
    }
    return started;
}

/**
 * What a process has open, by kind.
 * @param {number} pid
 * @returns {Promise<Map<string, number>>}
 */
export async function kinds(pid) {
    const counts = new Map();
    for (const fd of await readdir(`/proc/${pid}/fd`)) {
        const target = await readlink(`/proc/${pid}/fd/${fd}`).catch(() => undefined);
        // One of a kind, whatever number it has.
        const kind = target?.replace(/\d+/g, "…");
        if (kind !== undefined) counts.set(kind, (counts.get(kind) ?? 0) + 1);
    }
    return counts;
}

/**
 * What a process has in memory, by what is mapped there, MiB.
 * @param {number} pid
 * @returns {Promise<Map<string, number>>}
 */
export async function mappings(pid) {
    const sizes = new Map();
    let name;
    for (const line of (await readFile(`/proc/${pid}/smaps`, "utf8")).split("\n")) {
        const head = /^[0-9a-f]+-[0-9a-f]+ \S+ \S+ \S+ \d+ *(.*)$/.exec(line);
        // One of a kind, whatever number it has.
        if (head) name = (head[1] || "anonymous").replace(/\d+/g, "…");
        const resident = /^Rss: +(\d+) kB/.exec(line);
        if (resident) sizes.set(name, (sizes.get(name) ?? 0) + Number(resident[1]) / 1024);
    }
    return sizes;
}
