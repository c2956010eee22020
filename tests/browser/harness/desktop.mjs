// The zoom hierarchy as programs and screen readers see it, and the ways to work it.

import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { inspect } from "node:util";

import WebSocket from "ws";

import { until } from "./poll.mjs";

/** @typedef {import("./session.mjs").Session} Session */
/** @typedef {import("./page.mjs").Desk} Desk */

/**
 * Sectors, apps, windows and viewports, as the state's schema says.
 * @param {Session} session
 */
export async function desktop(session) {
    return (await session.message("desktop")).desktop;
}

/**
 * Does something, as `POST /api/v1/command` takes it.
 * @param {Session} session
 * @param {object} command
 */
export function command(session, command) {
    return session.message("do", JSON.stringify(command));
}

/** The pane with the focus. */
export function pane(desktop) {
    const output = desktop.outputs.find((output) => output.id === desktop.focused_output);
    return output.panes.find((pane) => pane.viewport === desktop.focused_viewport);
}

/** The panes of the output with the focus. */
export function panes(desktop) {
    return desktop.outputs.find((output) => output.id === desktop.focused_output).panes;
}

/** The sector with a name. */
export function sector(desktop, name) {
    return desktop.sectors.find((sector) => sector.name === name);
}

/**
 * Where the focused pane is, in words: `1`, `2 BUILD`, `3A BUILD foot`, `3 BUILD foot`.
 * @param {any} desktop
 */
export function whereabouts(desktop) {
    const { label, path } = pane(desktop);
    const id = (kind) => path.find((node) => node[kind] !== undefined)?.[kind];
    const sector = desktop.sectors.find((sector) => sector.id === id("sector"));
    const app = sector?.apps.find((app) => app.id === id("app"));
    return [label, sector?.name, app?.app_id].filter((word) => word !== undefined).join(" ");
}

/**
 * Waits until the focused pane is where `whereabouts` says.
 * @param {Session} session
 * @param {string} place
 */
export function arrives(session, place) {
    return until(`the desktop is at ${place}`, async () => {
        const now = await desktop(session);
        if (whereabouts(now) === place) return now;
        throw new Error(`it is at ${whereabouts(now)}`);
    });
}

/**
 * Waits for something of the state to be so.
 * @param {Session} session
 * @param {string} what
 * @param {(desktop: any) => any} check
 * @param {{ within?: number }} [options] milliseconds
 */
export async function becomes(session, what, check, options) {
    let now;
    try {
        return await until(what, async () => check((now = await desktop(session))), options);
    } catch (error) {
        if (error instanceof Error) error.message += `\n${inspect(now, { depth: 5, breakLength: 160 })}`;
        throw error;
    }
}

/**
 * A part of the picture, by its role and its whole name.
 * @param {Desk} desk
 * @param {Parameters<import("playwright-core").Page["getByRole"]>[0]} role
 * @param {string | RegExp} name
 */
export function part(desk, role, name) {
    return desk.page.locator("#semantics").getByRole(role, { name, exact: true });
}

/**
 * The same, as soon as pressing it does something.
 * @param {Desk} desk
 * @param {Parameters<typeof part>[1]} role
 * @param {string | RegExp} name
 */
export function pressable(desk, role, name) {
    return desk.page.locator("#semantics").getByRole(role, { name, exact: true, disabled: false });
}

/**
 * The middle of a part, page coordinates.
 * @param {import("playwright-core").Locator} part
 * @returns {Promise<[number, number]>}
 */
export function middle(part) {
    return until(`${part} is on the page`, async () => {
        // One that is replaced this moment has no box.
        const box = (await part.count()) > 0 && (await part.first().boundingBox());
        return box && /** @type {[number, number]} */ ([box.x + box.width / 2, box.y + box.height / 2]);
    });
}

/**
 * Presses a part where it is seen, with a mouse.
 * @param {Desk} desk
 * @param {Parameters<typeof part>[1]} role
 * @param {string | RegExp} name
 * @param {{ button?: "left" | "right" }} [options]
 */
export async function press(desk, role, name, options = {}) {
    await desk.page.mouse.click(...(await middle(pressable(desk, role, name))), options);
}

/**
 * Opens a part's menu with the right button and takes one of its items.
 * @param {Desk} desk
 * @param {string} button
 * @param {string} item
 */
export async function choose(desk, button, item) {
    await press(desk, "button", button, { button: "right" });
    await press(desk, "menuitem", item);
    // The next menu is another one.
    await part(desk, "menuitem", item).waitFor({ state: "detached" });
}

/**
 * Presses a part as a screen reader does: by a click that no pointer made.
 * @param {Desk} desk
 * @param {Parameters<typeof part>[1]} role
 * @param {string | RegExp} name
 */
export async function activate(desk, role, name) {
    await pressable(desk, role, name).first().evaluate((element) => element.click());
}

/**
 * Asks the session over HTTP.
 * @param {Session} session
 * @param {string} path below `/api/v1/`
 * @param {{ method?: string, body?: unknown, text?: string, token?: string }} [options]
 */
export async function ask(session, path, { method = "GET", body, text, token = session.token } = {}) {
    const answer = await fetch(`${session.origin}/api/v1/${path}`, {
        method,
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
        body: text ?? (body === undefined ? undefined : JSON.stringify(body)),
    });
    const words = await answer.text();
    return { status: answer.status, body: words === "" ? undefined : JSON.parse(words) };
}

/** A program that listens to what happens. */
export class Listener {
    /** @type {any[]} */
    heard = [];

    /** @param {Session} session */
    static async connect(session, token = session.token) {
        const listener = new Listener();
        const url = `${session.origin.replace(/^http/, "ws")}/api/v1/events`;
        listener.socket = new WebSocket(url, { headers: { authorization: `Bearer ${token}` }, perMessageDeflate: false });
        listener.socket.on("message", (data) => listener.heard.push(JSON.parse(String(data))));
        await new Promise((resolve, reject) => listener.socket.once("open", resolve).once("error", reject));
        return listener;
    }

    /** @param {object} message */
    say(message) {
        this.socket.send(JSON.stringify(message));
    }

    /**
     * @param {string} what
     * @param {(message: any) => any} matches
     */
    hears(what, matches) {
        return until(`the listener hears ${what}`, () => this.heard.find(matches));
    }

    close() {
        this.socket.terminate();
    }
}

/**
 * Saves a file as most programs do, into a directory that may not be there yet.
 * @param {string} file
 * @param {string} text
 */
export async function save(file, text) {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
}
