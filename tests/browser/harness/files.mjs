// DIRECTORY mode of a hub, in a page.

import { arrives, command, desktop, part } from "./desktop.mjs";
import { open } from "./page.mjs";
import { until } from "./poll.mjs";

/**
 * A page at the files of the first sector's hub, which is called BUILD.
 * @param {{ browser: any }} chromium
 * @param {import("./session.mjs").Session} session
 */
export async function files(chromium, session) {
    const desk = await open(chromium.browser, session.url);
    await until("the page has the keyboard", async () => (await desk.state()).captured);
    const { sectors } = await desktop(session);
    await command(session, { op: "jump", to: { sector: sectors[0].id } });
    await command(session, { op: "mode", mode: "directory" });
    await arrives(session, "2 BUILD");
    await part(desk, "list", "FILES").waitFor({ state: "attached" });
    return desk;
}
