// What a process holds, read from /proc.

import { readFile, readdir } from "node:fs/promises";

/** Of a line of /proc/PID/status, MiB. */
export async function mebibytes(pid, name) {
    const status = await readFile(`/proc/${pid}/status`, "utf8");
    return Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]) / 1024;
}

/** How many descriptors it has open. */
export async function descriptors(pid) {
    return (await readdir(`/proc/${pid}/fd`)).length;
}
