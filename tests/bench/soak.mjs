// Endurance: somebody does anything at all to ten real applications, and the desktop is as good as before. What is done
// follows from a seed.
//
//     SOAK_SECONDS=1800   SOAK_SEED=…   chosen by chance and printed

import { setTimeout as pause } from "node:timers/promises";

import { catalogue } from "../apps/catalogue/index.mjs";
import { environmentTold, tellsEnvironment, Trial } from "../apps/trial.mjs";
import { launch, open } from "../browser/harness/page.mjs";
import { until } from "../browser/harness/poll.mjs";
import { Place, Session } from "../browser/harness/session.mjs";
import { children, descriptors, kinds, mappings, mebibytes } from "./process.mjs";
import { judged } from "./table.mjs";

const SECONDS = Number(process.env.SOAK_SECONDS ?? 1800);
const SEED = Number(process.env.SOAK_SEED ?? Math.floor(Math.random() * 2 ** 31));
const APPS = [
    "foot", "weston-terminal", "gtk3-widget-factory", "gtk4-demo", "gnome-text-editor", "featherpad (Qt 5)", "kate (Qt 5)",
    "libreoffice writer", "chocolate-doom (SDL 2)", "glxgears",
];
/** The first share of the time fills caches, and loads what is used for the first time. */
const WARM = 0.3;
/** Looks at what the desktop holds once all programs have ended; the least of them counts. A second lies between two. */
const LOOKS = 10;
/** What tos-comp starts for itself; whatever else it has started is a program. */
const PARTS = /^(fish|tos-comp|dbus-daemon|Xwayland)$/;
/** What tos-comp says of itself, not what the programs in it say. */
const TROUBLE = /panicked at|\x1b\[31mERROR/;
/** What the desktop may hold more after the rest of the time, MiB and descriptors. */
const GROWTH = { memory: 30, descriptors: 4 };

/** None of them makes a sector: it would be there at the end. */
const KEYS = [
    ..."abcdefghijklmnopqrstuvwxyz0123456789", "Enter", "Tab", "Escape", "Backspace", "Space", "ArrowUp", "ArrowDown", "ArrowLeft",
    "ArrowRight", "Home", "End", "PageUp", "PageDown", "F10", "Shift+F10", "Shift+Tab", "Control+a", "Control+c", "Control+v",
    "Control+z", "Alt+F", "Meta+ArrowUp", "Meta+ArrowUp", "Meta+ArrowDown", "Meta+Home", "Meta+1", "Meta+2", "Meta+s", "Meta+Tab",
    "Meta+x", "Meta+Shift+w", "Meta+Slash", "Meta+Period", "Meta+f", "Meta+t",
];

/** @returns {Promise<import("./table.mjs").Table[]>} */
export async function soak() {
    const chromium = await launch();
    const place = await Place.make();
    const session = await Session.start({ place, args: ["--size", "1280x720", ...tellsEnvironment(place)] });
    try {
        await environmentTold(place);
        console.log(`soak: SOAK_SEED=${SEED} SOAK_SECONDS=${SECONDS}`);
        return [await endured(chromium.browser, session)];
    } catch (error) {
        console.error(session.server.tail);
        throw error;
    } finally {
        await session.stop();
        await place.remove();
        await chromium.close();
    }
}

async function endured(browser, session) {
    const chance = chances(SEED);
    const troubles = session.server.watch(TROUBLE);
    const apps = new Map(APPS.map((name) => [catalogue.find((app) => app.name === name), undefined]));
    const counted = { input: 0, starts: 0, pages: 0 };
    const sectors = await openTerminals(session);
    const held = () => Promise.all([kinds(session.server.pid), mappings(session.server.pid)]);
    await useAnyhow(browser, session, { apps, chance, counted, seconds: SECONDS * WARM });
    const warm = await calm(browser, session, { apps, sectors });
    const before = await held();
    await useAnyhow(browser, session, { apps, chance, counted, seconds: SECONDS * (1 - WARM) });
    const after = await calm(browser, session, { apps, sectors });
    const [opened, mapped] = await held();
    tellChange("", before[0], opened);
    tellChange(" MiB", before[1], mapped);
    troubles.forEach((line) => console.log(`soak: ${line}`));
    const grown = (name) => after[name] - warm[name];
    const growth = (name, most) => ({ median: grown(name), ...judged({ median: grown(name) }, { median: most }) });
    const rows = [
        { name: "input", unit: "events", median: counted.input },
        { name: "programs started", unit: "", median: counted.starts },
        { name: "pages opened", unit: "", median: counted.pages },
        { name: "crashes, errors in the log", unit: "", median: troubles.length, ...judged({ median: troubles.length }, { median: 0 }) },
        { name: "resident memory when warm", unit: "MiB", median: warm.memory },
        { name: "  … grown until the end", unit: "MiB", ...growth("memory", GROWTH.memory) },
        { name: "allocated when warm", unit: "MiB", median: warm.allocated },
        { name: "  … grown until the end", unit: "MiB", median: grown("allocated") },
        { name: "descriptors when warm", unit: "", median: warm.descriptors },
        { name: "  … grown until the end", unit: "", ...growth("descriptors", GROWTH.descriptors) },
        { name: "pictures on the device when warm", unit: "MiB", median: warm.textures },
        { name: "  … grown until the end", unit: "MiB", median: grown("textures") },
        { name: "terminals when warm", unit: "", median: warm.terminals },
        { name: "  … more at the end", unit: "", median: grown("terminals") },
        { name: "windows that did not close, at the end", unit: "", median: after.windows },
    ];
    const note = `seed ${SEED}; what is held is counted when all programs have ended`;
    return { title: `Anything at all, to ten applications, ${SECONDS} s`, note, rows };
}

/** Says what is more or less of which kind. */
function tellChange(unit, before, after) {
    for (const kind of new Set([...before.keys(), ...after.keys()])) {
        const more = Math.round((after.get(kind) ?? 0) - (before.get(kind) ?? 0));
        if (more !== 0) console.log(`soak: ${more > 0 ? "+" : ""}${more}${unit} ${kind}`);
    }
}

/** What chance has started from tiles is asked to close. Some of it wants to know first what becomes of its text: it is ended. */
async function closeTheRest(session) {
    for (let count = 0; count < 10; count += 1) {
        const { windows } = await session.state();
        if (windows.length === 0) break;
        for (const { id } of windows) await session.message("close", String(id));
        await pause(1_000);
    }
    for (const [pid, name] of await children(session.server.pid)) {
        if (!PARTS.test(name)) killGroup(pid);
    }
}

/** A program has a session of its own, with what it has started. */
function killGroup(pid) {
    try {
        process.kill(-pid, "SIGKILL");
    } catch (error) {
        if (error.code !== "ESRCH") throw error;
    }
}

/** Each sector has a terminal from when somebody has been there: here from the beginning. Gives the sectors. */
async function openTerminals(session) {
    const { sectors } = (await session.message("desktop")).desktop;
    for (const { id } of sectors) {
        await session.message("do", JSON.stringify({ op: "jump", to: { sector: id } }));
        await session.message("do", JSON.stringify({ op: "new_terminal" }));
    }
    return sectors.map(({ id }) => id);
}

/** A press may have made more of them, which the user keeps until they close them: each terminal has its shell and lines. */
async function closeSectorsAndTerminals(session, theFirst) {
    const made = ({ id }) => !theFirst.includes(id);
    for (const { id } of (await session.message("desktop")).desktop.sectors.filter(made)) {
        await session.message("do", JSON.stringify({ op: "remove_sector", sector: id }));
    }
    for (const { terminals, terminal } of (await session.message("desktop")).desktop.sectors) {
        for (const { id } of terminals.filter(({ id }) => id !== terminal)) {
            await session.message("do", JSON.stringify({ op: "close_terminal", terminal: id }));
        }
    }
}

/** Does anything for so long. */
async function useAnyhow(browser, session, { apps, chance, counted, seconds }) {
    let desk = await open(browser, session.url);
    const begun = performance.now();
    while (performance.now() - begun < seconds * 1000) {
        await keepRunning(session, desk, apps, counted);
        for (let count = 0; count < 40; count += 1) {
            await act(desk, chance);
            counted.input += 1;
        }
        // A page that comes and goes is input, too.
        if (chance() < 0.01) {
            await desk.close();
            desk = await open(browser, session.url);
            counted.pages += 1;
        }
        if (session.server.how) throw new Error(`tos-comp has ended: ${JSON.stringify(session.server.how)}`);
    }
    await desk.close();
}

/** The user gets out of wherever chance has taken them; all programs end. What the desktop holds then. */
async function calm(browser, session, { apps, sectors }) {
    const desk = await open(browser, session.url);
    await until("the overview is reached", async () => {
        await desk.page.keyboard.press("Meta+Home");
        return (await session.message("desktop")).desktop.outputs[0].panes.some((pane) => pane.path.length === 0);
    });
    await Promise.all([...apps.values()].map((program) => program?.stop()));
    for (const app of apps.keys()) apps.set(app, undefined);
    await closeTheRest(session);
    await closeSectorsAndTerminals(session, sectors);
    const looks = [];
    for (let count = 0; count < LOOKS; count += 1) {
        await pause(1_000);
        looks.push(await look(session));
    }
    await desk.close();
    const least = (name) => Math.min(...looks.map((look) => look[name]));
    return Object.fromEntries(Object.keys(looks[0]).map((name) => [name, least(name)]));
}

const prepared = new Set();

/** Starts what has ended, one at a time. */
async function keepRunning(session, desk, apps, counted) {
    const ended = [...apps].find(([, program]) => program === undefined || program.how !== undefined);
    if (!ended) return;
    const [app] = ended;
    const trial = new Trial(app, session, desk, session.place.file("photos"));
    if (!prepared.has(app)) await app.prepare?.(trial);
    prepared.add(app);
    apps.set(app, await trial.launches());
    counted.starts += 1;
    await pause(500);
}

/** One thing that somebody does. */
async function act({ page }, chance) {
    const point = () => [chance() * 1280, chance() * 720];
    const roll = chance();
    if (roll < 0.35) {
        await page.mouse.move(...point(), { steps: 1 + Math.floor(chance() * 4) });
    } else if (roll < 0.5) {
        await page.mouse.click(...point(), { button: chance() < 0.85 ? "left" : "right" });
    } else if (roll < 0.55) {
        await page.mouse.move(...point());
        await page.mouse.down();
        await page.mouse.move(...point(), { steps: 5 });
        await page.mouse.up();
    } else if (roll < 0.65) {
        await page.mouse.wheel(0, (chance() - 0.5) * 800);
    } else if (roll < 0.67) {
        await page.setViewportSize({ width: 800 + Math.floor(chance() * 500), height: 500 + Math.floor(chance() * 250) });
    } else {
        await page.keyboard.press(KEYS[Math.floor(chance() * KEYS.length)]);
    }
}

async function look(session) {
    const [memory, fds] = [await mebibytes(session.server.pid, "VmRSS"), await descriptors(session.server.pid)];
    const metrics = await session.metrics();
    const { sectors } = (await session.message("desktop")).desktop;
    const terminals = sectors.reduce((sum, sector) => sum + sector.terminals.length, 0);
    const windows = (await session.state()).windows.length;
    const [textures, allocated] = ["texture", "heap"].map((what) => metrics.get(`tos_${what}_bytes`) / 2 ** 20);
    return { memory, allocated, descriptors: fds, terminals, windows, textures };
}

/** Numbers from 0 to 1 that follow from a seed. */
function chances(seed) {
    let state = seed >>> 0;
    return () => {
        state = (state + 0x6d2b79f5) >>> 0;
        let mixed = Math.imul(state ^ (state >>> 15), state | 1);
        mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
        return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
    };
}
