// What a virtual machine's host took from it: figures of a time when that is much say little of us.

import { readFile } from "node:fs/promises";

import { print } from "./table.mjs";

/** The processors' time so far by the kernel's books, in ticks: what was worked, and what was wanted and not given. */
async function ticks() {
    const [user, nice, system, , , irq, softirq, steal] = (await readFile("/proc/stat", "utf8")).split("\n")[0].split(/\s+/).slice(1).map(Number);
    return { worked: user + nice + system + irq + softirq, stolen: steal ?? 0 };
}

/**
 * Measures a part and prints what it found, and the share of the wanted time that it was not given.
 * @param {() => Promise<object[]>} measure
 * @returns {Promise<{ tables: object[], stolen: string }>}
 */
export async function measured(measure) {
    const before = await ticks();
    const tables = await measure();
    const after = await ticks();
    const [stolen, worked] = [after.stolen - before.stolen, after.worked - before.worked];
    const share = `${((100 * stolen) / Math.max(1, stolen + worked)).toFixed(0)} %`;
    for (const table of tables) print(table);
    console.log(`\n  of the processor's time that was wanted for this, the machine's own host gave to others: ${share}`);
    return { tables, stolen: share };
}
