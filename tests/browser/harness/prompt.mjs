// The terminal of a hub and the prompt, as tests see them.

import { stat } from "node:fs/promises";
import path from "node:path";

import { becomes, command, desktop, part, save, sector } from "./desktop.mjs";
import { until } from "./poll.mjs";
import { Place, Session, tokenFile } from "./session.mjs";

/** @param {string} file */
export const exists = (file) => stat(file).then(() => true, () => false);

/** The terminal that the sector of the tests shows. */
export function shown(desktop) {
    const { terminals, terminal } = sector(desktop, "BUILD");
    return terminals.find(({ id }) => id === terminal);
}

/** How long what was interrupted is waited for before it is interrupted again, milliseconds. */
const INTERRUPT_AGAIN = 3_000;

/**
 * Waits until its shell waits for a command, and gives what is known of the terminal.
 * @param {Session} session
 * @param {{ within?: number }} [options] milliseconds
 */
export function idle(session, options) {
    const check = (now) => {
        const terminal = shown(now);
        if (terminal?.activity === "at_prompt") return terminal;
        throw new Error(JSON.stringify(terminal));
    };
    return becomes(session, "the shell waits for a command", check, options);
}

/**
 * Ends what runs. A shell says that a program runs a moment before that has the terminal, and with it the key: what came
 * too early is lost, and given again.
 * @param {Session} session
 * @param {() => Promise<unknown>} interrupt
 */
export function interrupted(session, interrupt) {
    return until("what runs has ended", async () => {
        await interrupt();
        return idle(session, { within: INTERRUPT_AGAIN });
    });
}

/**
 * Opens the prompt, which has the keyboard then.
 * @param {import("./page.mjs").Desk} desk
 */
export async function openPrompt(desk) {
    await desk.page.keyboard.press("Meta+KeyP");
    await part(desk, "button", "EXECUTE").waitFor({ state: "attached" });
}

/**
 * Waits until the prompt holds a text.
 * @param {import("./page.mjs").Desk} desk
 * @param {string} text
 */
export function holds(desk, text) {
    return until(`the prompt holds ${text}`, async () => {
        const boxes = desk.page.locator("#semantics").getByRole("textbox");
        const now = await boxes.evaluateAll((all) => all.map((box) => JSON.stringify([
            box.textContent, box.getAttribute("aria-valuetext"), box.getAttribute("aria-description"),
            box.getAttribute("aria-label"), /** @type {any} */ (box).value,
        ])));
        if (now.some((one) => one.includes(JSON.stringify(text).slice(1, -1)))) return true;
        throw new Error(now.join("\n"));
    });
}

/**
 * A session with a shell at its prompt, a token for each role, and a policy that refuses `touch forbidden…` and finds
 * `touch careful…` dangerous.
 * @param {(session: Session, tokens: Record<string, string>) => Promise<void>} body
 */
export function withPolicy(body) {
    return async () => {
        const place = await Place.make();
        const { file, tokens } = await tokenFile(place);
        const rule = (name, of) =>
            `[[rule]]\nname = "${name}"\nclass = "${name}"\nbecause = "the test says so"\ncommands = ["touch"]\noperands = ["${of}*"]\n\n`;
        await save(path.join(place.home, ".config/tos/policy.toml"), rule("refused", "forbidden") + rule("danger", "careful"));
        const session = await Session.start({ place, args: ["--token-file", file], follow: false });
        try {
            const { id } = sector(await desktop(session), "BUILD");
            await command(session, { op: "jump", to: { sector: id } });
            await command(session, { op: "mode", mode: "command" });
            await idle(session);
            await body(session, tokens);
        } catch (error) {
            throw new Error(`${error.stack}\n--- tos-comp\n${session.server.tail}`);
        } finally {
            await session.stop();
            await place.remove();
        }
    };
}
