import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { FakeElement, install } from "./fake-dom.js";
import { Mirror } from "../mirror.js";

const node = (id, more = {}) => ({
    id, role: "button", name: id.toUpperCase(), x: 0, y: 0, w: 10, h: 10, actionable: true, ...more,
});

let page, layer, stage, said, mirror;
beforeEach(() => {
    page = install();
    [stage, layer] = [new FakeElement("main"), new FakeElement("div")];
    page.body.insertBefore(stage, null);
    stage.insertBefore(layer, null);
    said = [];
    mirror = new Mirror(layer, {
        onActivate: (id, secondary) => said.push(secondary ? ["menu", id] : ["press", id]),
        onFocus: (id) => said.push(["focus", id]),
        onActive: (id) => (mirror.active = id),
        onGone: () => said.push(["gone"]),
    });
});

const shape = (element = layer) =>
    element.childNodes.filter((child) => child.name === "div").map((child) => {
        const inner = shape(child);
        return inner.length ? [child.id.slice(5), ...inner] : child.id.slice(5);
    });
const find = (id, element = layer) =>
    element.childNodes.flatMap((child) => (child.id === `node-${id}` ? [child] : find(id, child)));
const one = (id) => find(id)[0];
const changes = (element) => element.changes + element.childNodes.reduce((sum, child) => sum + changes(child), 0);

test("elements lie in each other as nodes do, in their order", () => {
    mirror.show([node("rail"), node("a", { parent: "rail" }), node("b", { parent: "rail" }), node("hub")]);
    assert.deepEqual(shape(), [["rail", "a", "b"], "hub"]);
    mirror.show([node("hub"), node("b"), node("rail", { parent: "hub" }), node("a", { parent: "rail" }), node("c")]);
    assert.deepEqual(shape(), [["hub", ["rail", "a"]], "b", "c"]);
    mirror.show([node("a"), node("rail", { parent: "a" })]);
    assert.deepEqual(shape(), [["a", "rail"]], "what was outside is inside");
    mirror.show([]);
    assert.deepEqual(shape(), []);
});

test("any list after any other ends up as itself, with the same element for the same node", () => {
    let seed = 7;
    const below = (limit) => (seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31) % limit;
    const elements = new Map();
    for (let round = 0; round < 500; round += 1) {
        const names = [..."abcdefgh"].filter(() => below(3) > 0).sort(() => below(3) - 1);
        const list = names.map((id, at) => node(id, at > 0 && below(2) ? { parent: names[below(at)] } : {}));
        mirror.show(list);
        const wanted = (parent) => list.filter((one) => one.parent === parent).map(({ id }) => {
            const inner = wanted(id);
            return inner.length ? [id, ...inner] : id;
        });
        assert.deepEqual(shape(), wanted(undefined), JSON.stringify(list));
        for (const id of elements.keys()) if (!names.includes(id)) elements.delete(id);
        for (const id of names) {
            assert.equal(elements.get(id) ?? one(id), one(id));
            elements.set(id, one(id));
        }
    }
});

test("a list that says the same changes nothing, and a clock only its own element", () => {
    const list = (time) => [
        node("rail"), node("a", { parent: "rail" }), node("b", { parent: "rail", selected: true }),
        node("clock", { role: "status", name: time, actionable: false }),
    ];
    mirror.show(list("12:00"));
    const before = changes(layer);
    mirror.show(list("12:00"));
    assert.equal(changes(layer), before);
    const clock = changes(one("clock"));
    mirror.show(list("12:01"));
    assert.equal(changes(layer) - before, changes(one("clock")) - clock);
    assert.equal(one("clock").firstChild.textContent, "12:01");
    mirror.show(list("12:01").map(({ selected: _, ...rest }) => rest));
    assert.ok(!one("b").attributes.has("aria-current"), "a state that ended leaves no attribute");
});

test("boxes are relative to what they lie in, in pixels of the picture", () => {
    mirror.scale(1280);
    mirror.place({ left: 10, top: 20, width: 640, height: 360 });
    assert.deepEqual([layer.style.left, layer.style.top, layer.style.width, layer.style["--unit"]], ["10px", "20px", "640px", "0.5"]);
    mirror.show([node("rail", { x: 100, y: 50 }), node("a", { parent: "rail", x: 110.5, y: 50, w: 30, h: 40 })]);
    const { left, top, width, height } = one("a").style;
    assert.deepEqual([left, top, width, height],
        ["10.50", "0.00", "30.00", "40.00"].map((length) => `calc(var(--unit) * ${length}px)`));
    mirror.show([node("rail", { x: 90, y: 50 }), node("a", { parent: "rail", x: 110.5, y: 50, w: 30, h: 40 })]);
    assert.equal(one("a").style.left, "calc(var(--unit) * 20.50px)", "it stays where it is when what it lies in moves");
});

test("a click that no pointer made presses; a pointer's own goes to the stage only", () => {
    mirror.show([node("a"), node("label", { parent: "a", actionable: false }), node("off", { disabled: true })]);
    one("a").send("click", { detail: 1 });
    assert.deepEqual(said, []);
    one("a").send("click");
    one("label").send("click");
    one("off").send("click");
    layer.send("click");
    assert.deepEqual(said, [["press", "a"], ["press", "a"]]);
});

test("the button that a browser presses for assistive technology does not reach the stage", () => {
    mirror.show([node("a")]);
    for (const kind of ["mousedown", "mouseup"]) {
        assert.equal(one("a").send(kind), false);
        assert.equal(one("a").send(kind, { detail: 1 }), true);
    }
});

test("a menu is asked for without a pointer where there is one", () => {
    mirror.show([node("tile", { menu: true }), node("a")]);
    one("tile").send("contextmenu");
    one("tile").send("contextmenu", { button: 2, pointerType: "mouse" });
    one("tile").send("contextmenu", { pointerType: "touch" });
    one("a").send("contextmenu");
    assert.deepEqual(said, [["menu", "tile"]]);
});

test("the focus of a screen reader is told, survives every change, and is given up with its element", () => {
    mirror.show([node("a"), node("b")]);
    one("b").focus();
    assert.deepEqual(said, [["focus", "b"]]);
    mirror.show([node("b"), node("a")]);
    mirror.show([node("c"), node("b", { parent: "c" })]);
    assert.equal(page.activeElement, one("b"));
    assert.deepEqual(said, [["focus", "b"]], "it went nowhere");
    mirror.show([node("c")]);
    assert.deepEqual(said.at(-1), ["gone"]);
    mirror.show([]);
    assert.equal(said.length, 2, "a focus elsewhere is nobody's business");
});

test("the desktop's own focus is named", () => {
    mirror.show([node("a"), node("b", { focused: true })]);
    assert.equal(mirror.active, "node-b");
    assert.equal(one("b").attributes.get("data-focused"), "true");
    mirror.show([node("a"), node("b")]);
    assert.equal(mirror.active, undefined);
});
