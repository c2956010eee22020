// The story with the runtime that needs no engine: somebody comes by a passkey, works, closes the browser; the desktop is
// frozen, then put away, and is as it was left whenever they come back.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { launch } from "../browser/harness/page.mjs";
import { until } from "../browser/harness/poll.mjs";
import { Host } from "./harness/host.mjs";
import { Person } from "./harness/person.mjs";
import { becomes, returns, settles, standsStill, triesEverything } from "./harness/story.mjs";

if (process.getuid?.() !== 0) {
    test("several people on one host", () => assert.fail("only root can tell people apart here; run this as root"));
} else {
    let chromium, host, alice, bob, left;

    before(async () => {
        chromium = await launch();
        host = await Host.start({ config: { lifecycle: { freeze_after: "3s", hibernate_after: "1h" } } });
        alice = new Person(chromium.browser, host, "alice");
        bob = new Person(chromium.browser, host, "bob");
    });
    after(async () => {
        await chromium?.close();
        await host?.stop();
    });

    test("the first administrator comes by the link on the console, with a passkey, and works", async () => {
        const link = await until("a link on the console", () => host.server.log.join("\n").match(/https:\S+\/join#\S+/)?.[0]);
        left = await settles(alice, link);
    });

    test("two at once, and neither reaches anything of the other", async () => {
        await bob.sitsDown();
        await bob.joins(await host.invitation("bob"));
        await (await bob.desk()).rests();
        await triesEverything(bob, "alice");
        await triesEverything(alice, "bob");
        await bob.leaves();
    });

    test("she closes the browser: the desktop is frozen, and takes no processor", async () => {
        await alice.leaves();
        await becomes(host, "alice", "frozen");
        await becomes(host, "bob", "frozen");
        await standsStill(host, "alice", "bob");
    });

    test("from another browser it is as she left it", async () => {
        await returns(alice, left);
        await alice.leaves();
    });

    test("tosd is killed, and finds again what runs", async () => {
        const pids = await host.inside();
        await host.crash();
        await host.run();
        await becomes(host, "alice", "frozen");
        assert.deepEqual(await host.inside(), pids, "they are the same processes");
    });

    test("it is put away, and comes back with its sectors, its apps and its place", async () => {
        await host.command("desktop", "hibernate", "alice");
        await becomes(host, "alice", "hibernated");
        await returns(alice, left);
        await alice.leaves();
    });
}
