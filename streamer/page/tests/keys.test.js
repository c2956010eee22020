import assert from "node:assert/strict";
import { test } from "node:test";

import { Chord, meaning } from "../keys.js";
import { characterOf, keyOf } from "../layouts.js";

const press = (code, key, more = {}) => ({
    code, key, isComposing: false, keyCode: 0, ctrlKey: false, altKey: false, metaKey: false, shiftKey: false,
    altGraph: false, ...more,
});
const onUs = (event) => meaning(event, "us", false);

test("what the layout types goes as a key", () => {
    assert.deepEqual(onUs(press("KeyA", "a")), { as: "key" });
    assert.deepEqual(onUs(press("KeyA", "A", { shiftKey: true })), { as: "key" });
    assert.deepEqual(onUs(press("Space", " ")), { as: "key" });
    assert.deepEqual(onUs(press("Enter", "Enter")), { as: "key" });
    assert.deepEqual(onUs(press("F5", "F5")), { as: "key" });
});

test("what it does not type goes as text", () => {
    assert.deepEqual(onUs(press("KeyA", "ф")), { as: "text", text: "ф" });
    assert.deepEqual(onUs(press("KeyY", "z")), { as: "text", text: "z" });
    assert.deepEqual(onUs(press("Digit2", "\"", { shiftKey: true })), { as: "text", text: "\"" });
    assert.deepEqual(onUs(press("KeyA", "😀")), { as: "text", text: "😀" });
});

test("with the user's CapsLock on, capitals go as text", () => {
    assert.deepEqual(onUs(press("KeyA", "A")), { as: "text", text: "A" });
    assert.deepEqual(onUs(press("CapsLock", "CapsLock")), { as: "ignore" });
});

test("shortcuts go by position, whatever the character is", () => {
    assert.deepEqual(onUs(press("KeyC", "с", { ctrlKey: true })), { as: "key" });
    assert.deepEqual(onUs(press("KeyF", "ƒ", { altKey: true })), { as: "key" });
});

test("a layout that the page does not know is trusted", () => {
    assert.deepEqual(meaning(press("KeyA", "ф"), "ru", false), { as: "key" });
    assert.deepEqual(meaning(press("KeyA", "a"), "", false), { as: "key" });
});

test("the third level goes as text, its key not at all", () => {
    assert.deepEqual(onUs(press("AltRight", "AltGraph")), { as: "altgraph" });
    assert.deepEqual(onUs(press("KeyQ", "@", { altGraph: true, ctrlKey: true, altKey: true })), { as: "text", text: "@" });
});

test("Option types characters on a Mac only", () => {
    const option = press("KeyL", "@", { altKey: true });
    assert.deepEqual(meaning({ ...option, key: "¬" }, "us", true), { as: "text", text: "¬" });
    assert.deepEqual(meaning({ ...option, key: "¬" }, "us", false), { as: "key" });
    assert.deepEqual(meaning({ ...option, key: "l" }, "us", true), { as: "key" });
});

test("what the browser composes is left to it", () => {
    assert.deepEqual(onUs(press("BracketLeft", "Dead")), { as: "compose" });
    assert.deepEqual(onUs(press("KeyA", "Process")), { as: "compose" });
    assert.deepEqual(onUs(press("KeyA", "a", { isComposing: true })), { as: "compose" });
    assert.deepEqual(onUs(press("KeyA", "a", { keyCode: 229 })), { as: "compose" });
    assert.deepEqual(onUs(press("", "Backspace")), { as: "compose" });
});

test("digits of the number block go as text, its other keys as keys", () => {
    assert.deepEqual(onUs(press("Numpad1", "1")), { as: "text", text: "1" });
    assert.deepEqual(onUs(press("Numpad1", "End")), { as: "key" });
    assert.deepEqual(onUs(press("NumpadEnter", "Enter")), { as: "key" });
    assert.deepEqual(onUs(press("NumpadAdd", "+")), { as: "key" });
});

test("layouts know their keys both ways", () => {
    for (const layout of ["us", "gb", "de", "fr", "es"]) {
        for (const character of "abcxyzABCXYZ0123456789 .,") {
            const key = keyOf(layout, character);
            assert.ok(key, `${character} on ${layout}`);
            assert.equal(characterOf(layout, key.code, key.shift), character, layout);
        }
    }
    assert.equal(characterOf("de", "KeyY", false), "z");
    assert.equal(characterOf("fr", "KeyQ", false), "a");
    assert.equal(characterOf("fr", "KeyM", false), ",");
    assert.equal(characterOf("de", "Equal", false), "");
    assert.equal(characterOf("xx", "KeyQ", false), undefined);
    assert.deepEqual(keyOf("us", "?"), { code: "Slash", shift: true });
});

test("Control, Alt and Shift alone give the keyboard back when they are lifted", () => {
    const chord = new Chord();
    for (const code of ["ControlLeft", "AltLeft", "ShiftRight"]) assert.equal(chord.take(code, true), undefined);
    assert.equal(chord.take("AltLeft", false), "leave");
    assert.equal(chord.take("ControlLeft", false), undefined);
});

test("with another key in between it was a shortcut of an application", () => {
    const chord = new Chord();
    for (const code of ["ControlLeft", "AltLeft", "ShiftLeft", "KeyT"]) assert.equal(chord.take(code, true), undefined);
    assert.equal(chord.take("KeyT", false), undefined);
    assert.equal(chord.take("ShiftLeft", false), undefined);
});

test("with S it toggles the statistics", () => {
    const chord = new Chord();
    for (const code of ["ControlLeft", "ShiftLeft", "AltLeft"]) chord.take(code, true);
    assert.equal(chord.take("KeyS", true), "stats");
    assert.equal(chord.take("AltLeft", false), undefined);
});

test("two of the three are nothing", () => {
    const chord = new Chord();
    chord.take("ControlLeft", true);
    chord.take("ShiftLeft", true);
    assert.equal(chord.take("ShiftLeft", false), undefined);
    assert.equal(chord.take("KeyS", true), undefined);
});
