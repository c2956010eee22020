// What a virtual machine's host took from it: figures of a time when that is much say little of us.

import { readFile } from "node:fs/promises";

/** The processors' time so far by the kernel's books, in ticks: what was worked, and what was wanted and not given. */
async function ticks() {
    const [user, nice, system, , , irq, softirq, steal] = (await readFile("/proc/stat", "utf8")).split("\n")[0].split(/\s+/).slice(1).map(Number);
    return { worked: user + nice + system + irq + softirq, stolen: steal ?? 0 };
}

/**
 * Looks from now on.
 * @returns {Promise<() => Promise<string>>} tells the part of the wanted time that was not given, until then
 */
export async function watchStolen() {
    const begin = await ticks();
    return async () => {
        const now = await ticks();
        const [stolen, worked] = [now.stolen - begin.stolen, now.worked - begin.worked];
        return `${((100 * stolen) / Math.max(1, stolen + worked)).toFixed(0)} %`;
    };
}
