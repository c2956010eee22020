// A desktop that is killed, with no time to say a word: of all that it had started nothing is left, and the next one in its
// place is as good as new.

import assert from "node:assert/strict";
import { access, readFile, readdir } from "node:fs/promises";
import { test } from "node:test";

import { until } from "./harness/poll.mjs";
import { Place, Session } from "./harness/session.mjs";

/** The commands of all processes that were started for a place, but for those of this test. */
async function processes(place) {
    const numbers = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
    const commands = numbers.map(async (number) => {
        const read = (name) => readFile(`/proc/${number}/${name}`, "utf8").catch(() => "");
        const [environment, command] = await Promise.all([read("environ"), read("cmdline")]);
        return environment.split("\0").includes(`HOME=${place.home}`) ? command.replaceAll("\0", " ").trim() : "";
    });
    return (await Promise.all(commands)).filter((command) => command !== "");
}

/** What is mounted below a place. */
const mounted = async (place) => (await readFile("/proc/mounts", "utf8")).split("\n").filter((line) => line.includes(place.folder));

/** Whether programs can mount file systems of their own. */
async function mountable() {
    const refused = await access("/dev/fuse").then(() => undefined, String);
    if (refused) console.error(`no mount is tried, that of documents: ${refused}`);
    return !refused;
}

test("nothing outlives a desktop that is killed", async () => {
    const place = await Place.make();
    try {
        const mark = `9${process.pid}.25`;
        const session = await Session.start({ place, args: ["--", "sleep", mark] });
        const bus = { DBUS_SESSION_BUS_ADDRESS: `unix:path=${place.runtime}/${session.display}-bus` };
        const call = async (name, path, method) => {
            const asked = session.run("gdbus", ["call", "--session", "--dest", name, "--object-path", path, "--method", method], bus);
            assert.equal((await asked.exited).code, 0, asked.tail);
        };
        // One that starts a bus of its own, one that mounts a file system, an engine of a panel, a server of X.
        await call("org.a11y.Bus", "/org/a11y/bus", "org.a11y.Bus.GetAddress");
        const mounts = await mountable();
        if (mounts) await call("org.freedesktop.portal.Documents", "/org/freedesktop/portal/documents", "org.freedesktop.portal.Documents.GetMountPoint");
        await session.message("do", JSON.stringify({ op: "open_panel", name: "diagnostics" }));
        const display = (await readFile(`/proc/${await child(session, "sleep")}/environ`, "utf8")).split("\0");
        const told = Object.fromEntries(display.map((line) => line.split("=")).filter(([name]) => /^(DISPLAY|XAUTHORITY)$/.test(name)));
        session.run("xterm", [], told);
        const wanted = ["dbus-daemon", "at-spi-bus-launcher", "Xwayland", "cog", mark, "xterm", ...(mounts ? ["xdg-document-portal"] : [])];
        await until("all of it runs", async () => {
            const running = await processes(place);
            return wanted.every((word) => running.some((command) => command.includes(word)));
        });
        assert.equal((await mounted(place)).length, mounts ? 1 : 0, "the documents are mounted");

        process.kill(session.server.pid, "SIGKILL");
        await session.server.exited;
        await Promise.all(session.programs.map((program) => program.exited));
        await until("nothing of it runs", async () => (await processes(place)).length === 0);
        assert.deepEqual(await mounted(place), []);

        const next = await Session.start({ place });
        await next.stop();
        await until("nothing of it runs either", async () => (await processes(place)).length === 0);
    } finally {
        await place.remove();
    }
});

/** The number of a child of tos-comp. */
async function child(session, name) {
    return until(`${name} runs`, async () => {
        const children = (await session.proc(`task/${session.server.pid}/children`)).split(" ").filter(Boolean);
        for (const number of children) {
            if ((await readFile(`/proc/${number}/comm`, "utf8").catch(() => "")).trim() === name) return number;
        }
        return undefined;
    });
}
