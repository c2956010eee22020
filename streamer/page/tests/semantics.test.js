import assert from "node:assert/strict";
import { test } from "node:test";

import { attributes, Nodes, text } from "../semantics.js";

const node = (id, more = {}) => ({ id, role: "button", name: id.toUpperCase(), x: 0, y: 0, w: 10, h: 10, ...more });
const message = (nodes, more = {}) => ({ t: "semantics", whole: true, more: false, nodes, ...more });

test("a list in parts is shown when the last part has come", () => {
    const nodes = new Nodes();
    assert.equal(nodes.take(message([node("a")], { more: true })), false);
    assert.deepEqual(nodes.all, []);
    assert.equal(nodes.take(message([node("b")])), true);
    assert.deepEqual(nodes.all.map(({ id }) => id), ["a", "b"]);
});

test("what differs takes the place of what was there, and nothing else moves", () => {
    const nodes = new Nodes();
    nodes.take(message([node("a"), node("b"), node("c")]));
    const [first] = nodes.all;
    nodes.take(message([node("b", { name: "12:01" }), node("unknown")], { whole: false }));
    assert.deepEqual(nodes.all.map(({ name }) => name), ["A", "12:01", "C"]);
    assert.equal(nodes.all[0], first);
    nodes.take(message([]));
    assert.deepEqual(nodes.all, []);
});

test("after another connection half a list of the old one is not part of the new one", () => {
    const nodes = new Nodes();
    nodes.take(message([node("old")], { more: true }));
    nodes.clear();
    nodes.take(message([node("new")]));
    assert.deepEqual(nodes.all.map(({ id }) => id), ["new"]);
});

test("states become the attributes that their role has", () => {
    assert.deepEqual(attributes(node("a", { actionable: true })), { role: "button", "aria-label": "A", tabindex: "-1" });
    const all = { disabled: true, selected: true, expanded: true, modal: true, focused: true };
    assert.deepEqual(attributes(node("a", all)), {
        role: "button", "aria-label": "A", "aria-disabled": "true", "aria-current": "true", "aria-expanded": "true",
        "aria-modal": "true", "data-focused": "true",
    });
    assert.equal(attributes(node("a", { role: "tab" }))["aria-selected"], "false");
    assert.equal(attributes(node("a", { role: "tab", selected: true }))["aria-selected"], "true");
    assert.equal(attributes(node("a", { value: "[3]" }))["aria-description"], "[3]");
    assert.equal(attributes(node("a", { role: "application" })).tabindex, "-1");
});

test("what is to be read out at once is text, and so is what was typed", () => {
    const status = node("a", { role: "status", name: "Sector", value: "Work" });
    assert.equal(attributes(status)["aria-live"], "polite");
    assert.equal(text(status), "Sector Work");
    const alert = node("a", { role: "alert", name: "Disk full" });
    assert.equal(attributes(alert)["aria-live"], "assertive");
    assert.equal(text(alert), "Disk full");
    assert.equal(text(node("a", { role: "searchbox", name: "Search", value: "fire" })), "fire");
    assert.equal(text(node("a", { value: "x" })), "");
});

test("a reading has its number where it has one", () => {
    const reading = (value) => {
        const { role: _, "aria-label": __, ...more } = attributes(node("a", { role: "meter", value }));
        return more;
    };
    assert.deepEqual(reading("34 %"), {
        "aria-valuetext": "34 %", "aria-valuenow": "34", "aria-valuemin": "0", "aria-valuemax": "100",
    });
    assert.deepEqual(reading("1.2 MB/s"), { "aria-valuetext": "1.2 MB/s", "aria-valuenow": "1.2" });
    assert.deepEqual(reading("–"), { "aria-valuetext": "–" });
});
