// The image by itself, run as tosd runs it: read-only, ids of its own, four capabilities, the profile of system calls, no
// network; spoken to through its gate alone.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { chown, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

import { until } from "../../browser/harness/poll.mjs";
import { Engine, IMAGE, OCI, whyNot } from "../harness/engine.mjs";
import { Gate } from "../harness/gate.mjs";

const FIRST = 1_700_000_000;
const PORT = 9080;
const seccomp = fileURLToPath(new URL("../../../container/runtime/seccomp.json", import.meta.url));
const reason = whyNot();

if (reason) {
    test("the image is not tried", () => assert.fail(`the image cannot be tried here: ${reason}`));
} else {
    const name = `image-test-${randomBytes(4).toString("hex")}`;
    /** @type {string} */
    let folder;
    /** @type {Gate} */
    let gate;

    /** A line of shell as the user inside. */
    const inside = (line) => Engine.podman("exec", "--user", "1000:1000", "--env", "HOME=/home/alice", name, "/bin/sh", "-c", line);
    const state = () => inside("tos-comp msg --json state");

    before(async () => {
        folder = await mkdtemp(path.join(tmpdir(), "image-test-"));
        const places = Object.fromEntries(["gate", "home", "state"].map((place) => [place, path.join(folder, place)]));
        for (const place of Object.values(places)) await mkdir(place);
        await chown(places.gate, FIRST, FIRST);
        await mkdir(path.join(places.home, "alice"));
        await chown(path.join(places.home, "alice"), FIRST + 1000, FIRST + 1000);
        await chown(places.state, FIRST + 1000, FIRST + 1000);
        gate = new Gate(places.gate);
        Engine.podman(
            ...OCI, "run", "--detach", "--name", name, "--read-only", "--read-only-tmpfs=false", "--network", "none", "--no-hosts",
            "--cap-drop", "ALL", ...["CHOWN", "KILL", "SETGID", "SETUID"].flatMap((one) => ["--cap-add", one]),
            "--security-opt", "no-new-privileges", "--security-opt", `seccomp=${seccomp}`, "--security-opt", "unmask=/proc/*",
            "--uidmap", `0:${FIRST}:65536`, "--gidmap", `0:${FIRST}:65536`,
            "--ulimit", "nofile=8192:8192", "--ulimit", "nproc=4096:4096", "--shm-size", "256m",
            "--tmpfs", "/run:mode=0755,size=64m", "--tmpfs", "/tmp:mode=1777,size=512m", "--tmpfs", "/var/tmp:mode=1777,size=64m",
            "--volume", `${places.gate}:/run/tos`, "--volume", `${places.home}:/home`, "--volume", `${places.state}:/var/lib/state`,
            IMAGE,
        );
        await until("the gate is there", () => gate.ask({ do: "status" }));
    });

    after(async () => {
        // What is mounted below it may be busy for a moment.
        await until("the container is gone", () => Engine.podman("rm", "--force", "--time", "0", name) !== undefined);
        await rm(folder, { recursive: true, force: true });
    });

    test("it waits for somebody, with its HTTP port open to nobody but the gate", async () => {
        assert.deepEqual(await gate.ask({ do: "status" }), { ok: true, phase: "waiting" });
        const health = await until("it answers", () => gate.fetch(PORT, "/healthz"));
        assert.match(health.body, /waiting/);
        assert.equal(inside("cat /proc/net/tcp | grep -c ' 0A '").trim(), "1", "one port listens");
    });

    test("it becomes the desktop of whoever is named", async () => {
        const environment = { USER: "alice", HOME: "/home/alice", SHELL: "/usr/bin/fish", TOS_STATE: "/var/lib/state/desktop.json", LANG: "C.UTF-8" };
        assert.deepEqual(await gate.ask({ do: "begin", environment }), { ok: true });
        await until("it is well", async () => !/waiting/.test((await gate.fetch(PORT, "/healthz")).body));
        assert.equal(inside("whoami; id -u; id -g"), "alice\n1000\n1000");
        await until("it tells its state", () => JSON.parse(state()));
        assert.deepEqual(await gate.ask({ do: "begin", environment }), { ok: false, reason: "begun" });
        inside("tos-comp screenshot /tmp/picture.png");
        assert.match(inside("head -c 8 /tmp/picture.png | od -An -tx1"), /89 50 4e 47/);
    });

    test("a shell, a terminal and the browser run, the browser in its own sandbox", async () => {
        const windows = () => JSON.parse(state()).windows ?? [];
        const launch = (entry) => inside(`tos-comp msg do '${JSON.stringify({ ui: "launch", entry })}'`);
        launch("foot");
        await until("foot has a window", () => windows().find((one) => one.app_id === "foot"));
        launch("firefox-esr");
        await until("the browser has a window", () => windows().find((one) => /firefox/.test(one.app_id)), { within: 60_000 });
        const page = await until("the browser has a process for pages", () => /^ *(\d+) .* tab$/m.exec(inside("ps -eo pid,args"))?.[1]);
        // Its pages see another root, other users and no network.
        assert.match(inside(`grep Seccomp: /proc/${page}/status`), /2/);
        for (const kind of ["user", "net"]) {
            assert.notEqual(inside(`readlink /proc/${page}/ns/${kind} || echo hidden`), inside(`readlink /proc/self/ns/${kind}`), kind);
        }
    });

    test("nothing of the root can be changed, and nothing in it makes anybody root", () => {
        for (const place of ["/usr/bin/x", "/etc/x", "/x", "/var/lib/x"]) {
            assert.throws(() => inside(`touch ${place}`), /Read-only|Permission denied/);
        }
        assert.equal(inside("find / -xdev -type f -perm /6000 2>/dev/null || true"), "");
        assert.match(inside("grep -h NoNewPrivs /proc/self/status"), /1/);
        assert.match(inside("grep -h CapEff /proc/self/status"), /0{16}/);
    });

    test("it says what it is made of", () => {
        const bill = JSON.parse(inside("cat /usr/share/tos/sbom.cdx.json"));
        const names = new Set(bill.components.map((one) => one.name));
        for (const name of ["firefox-esr", "fish", "libc6", "smithay", "wgpu"]) assert.ok(names.has(name), name);
    });

    test("what ends is reaped, and it all ends when asked", async () => {
        inside("for i in 1 2 3 4 5 6 7 8; do setsid sh -c 'sleep 0.1 & exec true' & done; wait");
        // What another program has not looked after yet is that one's.
        await until("no dead process is left to the first one", () => !/^ *1 +Z/m.test(inside("ps -eo ppid,stat,comm")));
        assert.deepEqual(await gate.ask({ do: "end" }), { ok: true });
        await until("the container has ended", () => Engine.podman("inspect", "--format", "{{.State.Status}}", name) === "exited");
    });
}
