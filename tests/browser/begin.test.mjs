// A session that is made ready before anybody is there, and begins with its user's environment.

import assert from "node:assert/strict";
import { mkdir, readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { after, before, test } from "node:test";

import { launch, open } from "./harness/page.mjs";
import { until } from "./harness/poll.mjs";
import { Place, Program, TOS_COMP, tokenFile } from "./harness/session.mjs";

let chromium;
before(async () => (chromium = await launch()));
after(() => chromium?.close());

/** A tos-comp that waits, with a home that is nobody's. */
function waiting(body, args = []) {
    return async () => {
        const place = await Place.make();
        const { file, tokens } = await tokenFile(place);
        const nobody = place.file("nobody");
        await mkdir(nobody);
        const words = ["run", "--listen", "127.0.0.1:0", "--follow", "--token-file", file, "--begin-on-stdin", ...args];
        const program = new Program(TOS_COMP, words, { ...place.env, HOME: nobody }, { input: true });
        try {
            const { address } = await program.hears("that it waits", (said) => said.waiting === true);
            await body({ place, program, tokens, nobody, origin: `http://${address}` });
        } catch (error) {
            throw new Error(`${error.stack}\n--- tos-comp\n${program.tail}`);
        } finally {
            await program.stop();
            await place.remove();
        }
    };
}

/** The variables that a program was started with. */
const variables = async (file) => new Map((await readFile(file, "utf8")).split("\0").filter(Boolean).map((line) => {
    const at = line.indexOf("=");
    return /** @type {[string, string]} */ ([line.slice(0, at), line.slice(at + 1)]);
}));

const COMMAND = ["--", "/bin/sh", "-c", 'cat /proc/self/environ > "$HOME/environ.new" && mv "$HOME/environ.new" "$HOME/environ"'];

test("a page waits for the beginning, and what begins has its user's environment", waiting(async ({ place, program, tokens, nobody, origin }) => {
    assert.equal(await (await fetch(`${origin}/healthz`)).text(), "waiting\n");
    const early = await fetch(`${origin}/api/v1/state`, { headers: { authorization: `Bearer ${tokens.admin}` } });
    assert.deepEqual([early.status, (await early.json()).error.reason], [503, "waiting"]);
    const desk = await open(chromium.browser, `${origin}/#token=${tokens.control}`, { picture: false });
    await desk.page.getByRole("heading", { name: "Your desktop is starting" }).waitFor({ state: "visible" });

    const state = path.join(place.folder, "state/desktop.json");
    const environment = { HOME: place.home, USER: "ada", LANG: "de_DE.UTF-8", TOS_STATE: state, WAYLAND_DISPLAY: "of-somebody-else" };
    program.child.stdin.write(`${JSON.stringify({ do: "begin", environment })}\n`);
    const ready = await program.hears("that it is ready", (said) => said.ready === true);
    await desk.live();
    assert.equal(await (await fetch(`${origin}/healthz`)).text(), "ok\n");
    const told = await until("the program has told", () => variables(path.join(place.home, "environ")));
    assert.deepEqual(["HOME", "USER", "LANG"].map((name) => told.get(name)), [place.home, "ada", "de_DE.UTF-8"]);
    assert.equal(told.get("WAYLAND_DISPLAY"), ready.wayland_display, "what only the session knows is the session's");
    await desk.close();
    assert.deepEqual(await program.stop(), { code: 0, signal: null });
    assert.ok(JSON.parse(await readFile(state, "utf8")), "the desktop is remembered where it was told");
    const left = (await readdir(nobody)).filter((name) => name !== ".cache");
    assert.deepEqual(left, [], "nothing of the session is in a home that is nobody's");
}, COMMAND));

test("if nobody comes it ends, and says so of what is no beginning", async () => {
    await waiting(async ({ program }) => {
        program.child.stdin.end();
        assert.deepEqual(await program.exited, { code: 0, signal: null });
        assert.match(program.tail, /nobody came/);
    })();
    await waiting(async ({ program }) => {
        assert.deepEqual(await program.stop(), { code: 0, signal: null }, "a signal ends it as well");
    })();
    for (const line of ["no JSON\n", '{"environment":{"A=B":"x"}}\n', '{"environment":{}}', `${" ".repeat(70_000)}\n`]) {
        await waiting(async ({ program }) => {
            program.child.stdin.end(line);
            const { code } = await program.exited;
            assert.equal(code, 1, line.slice(0, 40));
            assert.match(program.tail, /begins the session|the session is given/);
        })();
    }
});
