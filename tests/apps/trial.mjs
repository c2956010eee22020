// One application, tried as a person would: in a session of its own, seen and worked through a real page.

import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";

import { becomes, part } from "../browser/harness/desktop.mjs";
import { InVain, until } from "../browser/harness/poll.mjs";

/** @typedef {import("../browser/harness/session.mjs").Session} Session */
/** @typedef {import("../browser/harness/page.mjs").Desk} Desk */

/** What is tried of an application, in the order of the table's columns. */
export const COLUMNS = ["starts", "fills", "menu", "dialog", "typing", "shortcuts", "clipboard", "resize", "close"];

/**
 * @typedef {object} App
 * @property {string} name as in the table
 * @property {string[]} packages Debian's, which it needs
 * @property {string} [command]
 * @property {string[]} [args]
 * @property {Record<string, string>} [env]
 * @property {RegExp} [id] what its windows say they belong to
 * @property {string} [does] of a tool, which has no window that fills a place: what it is tried for
 * @property {Record<string, string>} [known] what is known not to work, by column, and why
 * @property {number} [pace] milliseconds between two keys, of one that takes two of them within one for one
 * @property {boolean} [moves] its picture is never at rest
 * @property {boolean} [quick] is tried by `--quick`, too
 * @property {(trial: Trial) => Promise<void>} [prepare] before it is started
 * @property {(trial: Trial) => Promise<void>} drive what is tried once it has a window; of a tool, all of it
 */

/** How long what was copied is waited for before it is copied again, milliseconds. */
const LOOK_AGAIN = 3_000;

/** How long a menu is waited for before it is asked for again, milliseconds. */
const PRESS_AGAIN = 8_000;

/** What was typed is there, and something of it more than once. */
class Stutter extends InVain {}

/** A text as it is however long each of its keys was held. */
const stuttering = (text) => text.replace(/(.)\1+/gu, "$1");

/** One run of one application. */
export class Trial {
    /** @type {Record<string, true | string>} by column: it works, or why not */
    results = {};
    /** @type {Record<string, string>} what else was seen */
    notes = {};

    /**
     * @param {App} app
     * @param {Session} session
     * @param {Desk} desk
     * @param {string} photos where pictures go
     */
    constructor(app, session, desk, photos) {
        this.app = app;
        this.session = session;
        this.desk = desk;
        this.photos = photos;
        this.keyboard = desk.page.keyboard;
        this.mouse = desk.page.mouse;
    }

    /** A file in the user's home. */
    file(name) {
        return path.join(this.session.place.home, name);
    }

    /**
     * Tries something. That it fails is a result, not the end.
     * @param {string} column
     * @param {() => Promise<unknown>} attempt
     */
    async tries(column, attempt) {
        try {
            await attempt();
            this.results[column] = true;
        } catch (error) {
            const [reason] = String(error instanceof Error ? error.message : error).split("\n");
            this.results[column] = reason;
        }
        await this.photo(column);
    }

    async photo(name) {
        await mkdir(this.photos, { recursive: true });
        await this.desk.page.screenshot({ path: path.join(this.photos, `${fileName(this.app.name)}-${name}.png`) });
    }

    /** Starts the application in the environment that the desktop gives its programs. */
    async launches() {
        const environment = await programEnvironment(this.session);
        return this.session.run(this.app.command, this.app.args ?? [], { ...environment, ...this.app.env });
    }

    /** Starts it and waits for its window. */
    async starts() {
        this.program = await this.launches();
        await this.tries("starts", async () => {
            this.main = await until(`${this.app.name} has a window`, async () => {
                if (this.program.how) throw new InVain(`it has ended: ${JSON.stringify(this.program.how)} ${this.program.tail}`);
                return (await this.windows()).find((window) => this.app.id.test(window.app_id));
            }, { within: 90_000 });
            if (!this.app.moves) await this.settles();
        });
        return this.results.starts === true;
    }

    /** Waits until the picture is all but at rest: a caret may blink, a spinner turn. */
    async settles() {
        let last = await this.desk.glance();
        let alike = 0;
        await until("the picture is at rest", async () => {
            const now = await this.desk.glance();
            const changed = now.filter((value, at) => Math.abs(value - last[at]) > 16).length;
            alike = changed < 60 ? alike + 1 : 0;
            last = now;
            return alike >= 8;
        });
    }

    /** Its windows, in the order they came. */
    async windows() {
        return (await this.session.state()).windows;
    }

    /** The main window as it is now. */
    async window() {
        return (await this.windows()).find((window) => window.id === this.main.id);
    }

    /** Waits until the main window has the size of its place in the picture. */
    async fills() {
        await this.tries("fills", () => until("the window fills its place", () => this.fitting()));
    }

    /**
     * The width in which the window is seen, if that is as large as its place; one that keeps its proportions need only
     * reach two sides.
     */
    async fitting() {
        const place = await part(this.desk, "application", /.*/).first().boundingBox();
        const size = (await this.window()).size;
        const share = this.share(size, place);
        const [width, height] = size.map((side) => side * share);
        const [right, below] = [place.width - width, place.height - height];
        // The frame says so of what is not seen as large as it is.
        const told = share === 1 || (await this.told(/SCALED \d+%/));
        if (told && Math.min(right, below) >= -1 && (Math.abs(right) <= 1 || Math.abs(below) <= 1)) return width;
        throw new Error(`it has ${size.join("×")}, its place ${place.width}×${place.height}`);
    }

    /** Whether the frame says something like that. */
    async told(words) {
        return (await part(this.desk, "heading", words).or(part(this.desk, "img", words)).count()) > 0;
    }

    /** How large something is seen that may be larger than its place. */
    share([width, height], place) {
        return Math.min(1, place.width / width, place.height / height);
    }

    /** A click at a place of the main window, logical points from its corner; negative ones count from the other side. */
    async click(x, y, options = {}) {
        await this.mouse.click(...(await this.point(x, y)), options);
    }

    /** The page's coordinates of a place of the main window. */
    async point(x, y) {
        const place = await part(this.desk, "application", /.*/).first().boundingBox();
        const share = this.share((await this.window()).size, place);
        return /** @type {[number, number]} */ ([
            (x < 0 ? place.x + place.width : place.x) + x * share,
            (y < 0 ? place.y + place.height : place.y) + y * share,
        ]);
    }

    /**
     * Opens a menu and closes it with Escape: it is seen, and then it is not.
     * @param {() => Promise<unknown>} opens
     * @param {() => Promise<unknown>} [closes]
     */
    async menu(opens, closes = () => this.keyboard.press("Escape")) {
        await this.tries("menu", async () => {
            await this.settles();
            const before = await this.desk.glance();
            await until("the menu is seen", async () => {
                await opens();
                // A button that a busy machine held for long picks what is under it, and GTK's menu is gone again.
                return this.desk.differs(before, 60, { within: PRESS_AGAIN });
            });
            await this.settles();
            await this.photo("menu-open");
            const open = await this.desk.glance();
            await closes();
            await this.desk.differs(open, 60);
            // Its keyboard goes back to the window a moment after it is gone; nobody types faster than that.
            await this.settles();
        });
    }

    /**
     * Opens a dialog, which is another window of the application, and closes it with Escape.
     * @param {() => Promise<unknown>} opens
     */
    async dialog(opens, closes = () => this.keyboard.press("Escape")) {
        await this.tries("dialog", async () => {
            const before = (await this.windows()).length;
            await opens();
            await until("there is one more window", async () => (await this.windows()).length === before + 1);
            await this.settles();
            await this.photo("dialog-open");
            await closes();
            await until("it is gone", async () => (await this.windows()).length === before);
        });
    }

    /** A menu beside a film, which is never at rest: the half of the picture without it tells. */
    async menuOverFilm(chord) {
        await this.tries("menu", async () => {
            const before = await this.upperHalf();
            const changed = async () => {
                const now = await this.upperHalf();
                return now.filter((value, at) => Math.abs(value - before[at]) > 24).length;
            };
            await this.keyboard.press(chord);
            await until("a menu is seen", async () => (await changed()) > 200);
            await this.photo("menu-open");
            await this.keyboard.press("Escape");
            await until("it is gone", async () => (await changed()) < 60);
        });
    }

    /** The picture's upper half, where no film is. */
    async upperHalf() {
        return (await this.desk.glance()).slice(160 * 8, 160 * 40);
    }

    /** A film to play. */
    async films(file) {
        const source = "videotestsrc num-buffers=300 pattern=ball ! video/x-raw,width=1280,height=720,framerate=30/1";
        const sink = `vp8enc deadline=1 cpu-used=8 threads=1 ! webmmux ! filesink location=${file}`;
        const made = this.session.run("gst-launch-1.0", ["-q", ...`${source} ! ${sink}`.split(" ")]);
        const { code } = await made.exited;
        if (code !== 0) throw new Error(`no film could be made: ${made.tail}`);
    }

    /** Pictures a second that the page shows, over five seconds. */
    shownPerSecond() {
        return this.desk.page.evaluate(() => new Promise((resolve) => {
            const video = /** @type {HTMLVideoElement} */ (document.getElementById("picture"));
            const began = performance.now();
            let shown = 0;
            const count = (now) => {
                shown += 1;
                if (now - began > 5_000) resolve(Math.round((shown / (now - began)) * 10_000) / 10);
                else video.requestVideoFrameCallback(count);
            };
            video.requestVideoFrameCallback(count);
            setTimeout(() => resolve(Math.round(shown / 0.6) / 10), 6_000);
        }));
    }

    /** Waits for a file to have a text. */
    contains(file, text) {
        return until(`${path.basename(file)} is written`, async () => {
            const now = await readFile(file, "utf8");
            if (now.trim() === text) return true;
            throw new Error(`it says ${JSON.stringify(now.slice(0, 200))}`);
        });
    }

    /** What a program copied last, once the page has it. */
    copied(text, options = {}) {
        return until("the page's clipboard has what was copied", async () => {
            const now = await this.desk.page.evaluate(() => navigator.clipboard.readText());
            if (now.trim() === text) return true;
            if (stuttering(now.trim()) === stuttering(text)) throw new Stutter(`a key was repeated: ${JSON.stringify(now.slice(0, 200))}`);
            throw new Error(`it has ${JSON.stringify(now.slice(0, 200))}`);
        }, options);
    }

    /**
     * Waits for the field with the keyboard to hold a text: all of it is selected, copied, and read outside, again and
     * again. What was pasted may come later than the next keys: programs read it while they go on.
     */
    async holds(text) {
        await until("the field holds it", async () => {
            await this.keyboard.press("Control+a");
            await this.keyboard.press("Control+c");
            return this.copied(text, { within: LOOK_AGAIN });
        });
    }

    /**
     * Types into the field with the keyboard, and reads it back. On a machine with too much to do a key comes up so late
     * that the program repeats it, as it should: then it is typed over.
     */
    types(text) {
        return this.tries("typing", async () => {
            for (let again = 3; ; again -= 1) {
                await this.keyboard.type(text, { delay: this.app.pace });
                try {
                    return await this.holds(text);
                } catch (error) {
                    if (!(error instanceof Stutter) || again === 0) throw error;
                }
            }
        });
    }

    /** Pastes over what the field with the keyboard holds, all of it selected, and reads it back. */
    takes(text) {
        return this.tries("clipboard", async () => {
            await this.pastes(text);
            await this.holds(text);
        });
    }

    /** Puts a text into the clipboard outside and pastes it. */
    async pastes(text, chord = "Control+v") {
        await this.desk.page.evaluate((text) => navigator.clipboard.writeText(text), text);
        // The page looks at the clipboard when the user comes back to it.
        await this.desk.page.evaluate(() => window.dispatchEvent(new Event("focus")));
        await this.keyboard.press(chord);
    }

    /** Makes the page smaller: the window follows, and back again. */
    async resizes() {
        await this.tries("resize", async () => {
            const before = await until("it fills its place", () => this.fitting());
            await this.desk.page.setViewportSize({ width: 1000, height: 620 });
            const less = await until("the window follows", async () => {
                const now = await this.fitting();
                return now < before && now;
            });
            await this.desk.page.setViewportSize({ width: 1280, height: 720 });
            // A game keeps its proportions from the first change on.
            await until("the window comes back", async () => (await this.fitting()) > less);
            if (!this.app.moves) await this.settles();
        });
    }

    /**
     * Ends it by its own key or by the frame's pill; what it asks then is answered by `confirm`.
     * @param {() => Promise<unknown>} asks
     */
    async closes(asks) {
        await this.tries("close", async () => {
            await asks();
            await becomes(this.session, "no window is left", (now) => now.sectors.every((sector) => sector.apps.length === 0));
            const how = await Promise.race([this.program.exited, until("it has ended", () => this.program.how)]);
            if (how.signal) throw new Error(`it ended by ${how.signal}`);
        });
    }
}

/** The environment of the programs in a session, as one of them sees it. */
export async function programEnvironment(session) {
    const text = await readFile(session.place.file("environment"), "utf8");
    const lines = text.split("\0").filter((line) => line.includes("="));
    return Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]));
}

/** The arguments that make a session's first program tell its environment. */
export function tellsEnvironment(place) {
    const file = place.file("environment");
    return ["--", "/bin/sh", "-c", `env -0 > '${file}.part'; mv '${file}.part' '${file}'`];
}

/** Waits until the environment is told. */
export function environmentTold(place) {
    return until("the environment of programs is known", () => readFile(place.file("environment"), "utf8"));
}

/** Writes a file of the user's before the application starts. */
export async function writes(file, text) {
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, text);
}

/** A name as a file may have it. */
export function fileName(name) {
    return name.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "");
}
