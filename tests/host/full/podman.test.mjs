// The story with podman and the whole image, two people at once, each in a container of their own.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { launch } from "../../browser/harness/page.mjs";
import { Engine, whyNot } from "../harness/engine.mjs";
import { Host, plans } from "../harness/host.mjs";
import { Person } from "../harness/person.mjs";
import { becomes, returns, settles, standsStill, triesEverything } from "../harness/story.mjs";

const reason = whyNot();

if (reason) {
    test("several people with podman", () => assert.fail(`this cannot be tried here: ${reason}`));
} else {
    let chromium, engine, host, alice, bob;

    before(async () => {
        engine = await Engine.start();
        chromium = await launch();
        host = await Host.start({
            runtime: "podman", socket: engine.socket, plans: plans({ pool: 1 }),
            config: { lifecycle: { freeze_after: "3s", hibernate_after: "1h" } },
        });
        alice = new Person(chromium.browser, host, "alice");
        bob = new Person(chromium.browser, host, "bob");
    });
    after(async () => {
        await chromium?.close();
        await host?.stop();
        await engine?.stop();
    });

    /** A line of shell in the container of somebody, as they. */
    const inside = async (name, line) => Engine.podman("exec", "--user", "1000:1000", await engine.container(host, name), "/bin/sh", "-c", line);

    test("two people come at once, and each has a desktop of their own", async () => {
        await Promise.all([alice, bob].map(async (person) => {
            person.left = await settles(person, await host.invitation(person.name));
        }));
    });

    test("neither sees or reaches anything of the other", async () => {
        await triesEverything(bob, "alice");
        await triesEverything(alice, "bob");
        assert.equal(await inside("bob", "ls /home"), "bob");
        assert.equal(await inside("bob", "ls /var/lib/state"), "bob");
        assert.doesNotMatch(await inside("bob", "ps -eo args"), /alice/);
        assert.equal(await inside("bob", "ls /sys/class/net"), "lo", "the plan gives no network");
    });

    test("frozen when the browser is closed, and as it was left after", async () => {
        await alice.leaves();
        await bob.leaves();
        await becomes(host, "alice", "frozen");
        await becomes(host, "bob", "frozen");
        await standsStill(host, "alice", "bob");
        await returns(alice, alice.left);
        await alice.leaves();
    });

    test("put away and taken out again, in another container", async () => {
        await host.command("desktop", "hibernate", "alice");
        await becomes(host, "alice", "hibernated");
        await returns(alice, alice.left);
        await alice.leaves();
    });

    test("the engine's service and tosd are killed, and everybody finds their desktop again", async () => {
        await engine.service.stop("SIGKILL");
        await host.crash();
        await engine.again();
        await host.run();
        await returns(bob, bob.left);
    });
}
