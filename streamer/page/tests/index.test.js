import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

const folder = new URL("..", import.meta.url);
const html = readFileSync(new URL("index.html", folder), "utf8");
const files = readdirSync(folder);

test("every module is asked for at once, not when the one that imports it has come", () => {
    const listed = [...html.matchAll(/<link rel="modulepreload" href="([^"]+)">/g)].map(([, name]) => name);
    const modules = files.filter((name) => name.endsWith(".js") && name !== "main.js");
    assert.deepEqual(listed.sort(), modules.sort());
});

test("nothing stands in the page that its content security policy forbids", () => {
    assert.ok(!/\son\w+=/i.test(html), "inline handler");
    assert.ok(!/\sstyle=/i.test(html), "inline style");
    assert.ok(!/<style/i.test(html), "style element");
    assert.ok(!/<script(?![^>]*\ssrc=)/i.test(html), "inline script");
    assert.ok(!/(src|href)="(https?:)?\/\//i.test(html), "another origin");
});

test("every part that a module looks up is in the page", () => {
    const ids = new Set([...html.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id));
    const source = files.filter((name) => name.endsWith(".js"))
        .map((name) => readFileSync(new URL(name, folder), "utf8")).join("\n");
    const wanted = [...source.matchAll(/\belement\("([^"]+)"/g)].map(([, id]) => id);
    assert.ok(wanted.length > 10);
    for (const id of wanted) assert.ok(ids.has(id), id);
});

test("the font comes with its licence", () => {
    const fonts = readdirSync(new URL("fonts/", folder));
    assert.ok(fonts.some((name) => name.endsWith(".woff2")));
    assert.match(readFileSync(new URL("fonts/OFL.txt", folder), "utf8"), /SIL Open Font License/i);
});

test("every button for an operation carries one", () => {
    const commands = [...html.matchAll(/\sdata-command='([^']+)'/g)].map(([, json]) => JSON.parse(json));
    assert.ok(commands.length >= 4);
    for (const command of commands) assert.equal(typeof (command.op ?? command.ui), "string");
});
