// The image is made in two ways, from the same lists and to the same end.

import assert from "node:assert/strict";
import { readFile, readdir } from "node:fs/promises";
import { test } from "node:test";

const container = new URL("../../container/", import.meta.url);
const text = (name) => readFile(new URL(name, container), "utf8");
const matches = (source, pattern) => [...source.matchAll(pattern)].map(([, found]) => found);

test("the Containerfile installs the lists that make image does, in its order, and nothing else", async () => {
    const [containerfile, build] = [await text("Containerfile"), await text("image/build")];
    const wanted = /core\) layers=\(([^)]*)\)/.exec(build)?.[1].split(" ");
    assert.deepEqual(matches(containerfile, /\/image\/install (\S+)/g), wanted);
    const image = containerfile.slice(containerfile.indexOf("AS packages"), containerfile.indexOf("AS programs"));
    assert.ok(image.includes("/image/finish") && !image.includes("apt-get"), "packages come from the lists alone");
    assert.deepEqual((await readdir(new URL("image/packages/", container))).sort(), wanted?.toSorted());
});

test("both images start the same way, with the same environment", async () => {
    const [containerfile, layout] = [await text("Containerfile"), await text("image/layout.py")];
    const list = (name, source) => JSON.parse((new RegExp(`^${name}(?: = )?\\s*(\\[.*\\])$`, "m").exec(source) ?? [])[1] ?? "null");
    assert.ok(list("ENTRY", layout));
    assert.deepEqual(list("ENTRYPOINT", containerfile), list("ENTRY", layout));
    assert.deepEqual(list("CMD", containerfile), list("COMMAND", layout));
    const environment = (/^ENV ((?:.*\\\n)*.*)$/m.exec(containerfile) ?? [])[1].replaceAll("\\\n", " ").split(/\s+/).filter(Boolean);
    const wanted = matches(layout.slice(0, layout.indexOf("ENTRY")), /^ {4}("[^"]+": "[^"]+"),$/gm).map((pair) => Object.entries(JSON.parse(`{${pair}}`))[0].join("="));
    assert.deepEqual(environment.toSorted(), wanted.toSorted());
});

test("a list has a comment of what it is for, and names in order, none twice", async () => {
    const seen = new Set();
    for (const name of await readdir(new URL("image/packages/", container))) {
        const lines = (await text(`image/packages/${name}`)).trim().split("\n");
        assert.match(lines[0], /^# \S/);
        const packages = lines.filter((line) => !line.startsWith("#"));
        assert.deepEqual(packages, packages.toSorted());
        for (const one of packages) {
            assert.match(one, /^[a-z0-9][a-z0-9.+-]+$/);
            assert.ok(!seen.has(one), `${one} is in two lists`);
            seen.add(one);
        }
    }
});
