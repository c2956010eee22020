// Panels, as tests see them.

import { readFile, readdir } from "node:fs/promises";

/** @typedef {import("./session.mjs").Session} Session */

/** A panel as the state tells it. */
export function panel(desktop, name) {
    const apps = [...desktop.panels, ...desktop.sectors.flatMap((sector) => sector.apps)];
    return apps.find((app) => app.panel?.name === name);
}

/**
 * The engines that the session has started.
 * @param {Session} session
 */
export async function engines(session) {
    const found = [];
    for (const task of await readdir(`/proc/${session.server.pid}/task`)) {
        const children = await readFile(`/proc/${session.server.pid}/task/${task}/children`, "utf8").catch(() => "");
        for (const pid of children.split(" ").filter(Boolean)) {
            const words = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
            if (words.includes(".panel/")) found.push({ pid: Number(pid), words, env: await readFile(`/proc/${pid}/environ`, "utf8").catch(() => "") });
        }
    }
    return found;
}
