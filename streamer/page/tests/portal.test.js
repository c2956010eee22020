import assert from "node:assert/strict";
import { test } from "node:test";

globalThis.sessionStorage = /** @type {any} */ ({ getItem: () => null, setItem() {}, removeItem() {} });
const { address } = await import("../portal.js");

test("the portal is a web page, whatever the server says", () => {
    const base = "https://desk.example/u/ada/";
    assert.equal(address("/", base), "https://desk.example/");
    assert.equal(address("/desks/", base), "https://desk.example/desks/");
    assert.equal(address("https://portal.example/", base), "https://portal.example/");
    for (const none of [undefined, "", "javascript:alert(1)", "data:text/html,x", "blob:https://desk.example/1", "https://"]) {
        assert.equal(address(none, base), "", String(none));
    }
});
