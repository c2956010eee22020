// A browser without WebRTC gets the desktop over VNC, with the same tokens and roles.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";

import WebSocket from "ws";

import { launch, open } from "./harness/page.mjs";
import { until } from "./harness/poll.mjs";
import { inSession } from "./harness/session.mjs";

const WITH_VNC = { args: ["--fallback", "vnc"] };

let chromium;
before(async () => (chromium = await launch()));
after(() => chromium?.close());

/** Makes the browser one without WebRTC. */
function withoutWebRtc() {
    delete window.RTCPeerConnection;
}

/** Opens a page that takes what it is offered. */
async function fallenBack(url) {
    const desk = await open(chromium.browser, url, { picture: false, init: withoutWebRtc });
    const button = desk.page.getByRole("button", { name: "Show it without video" });
    await button.waitFor({ state: "visible" });
    await button.click();
    await live(desk);
    return desk;
}

const live = (desk) => until("the desktop is there over VNC", async () => {
    const state = await desk.state();
    if (state.fallback !== "live") throw new Error(`${state.fallback} ${desk.complaints}`);
    return true;
});

/** The colour in the middle of what noVNC shows. */
const middle = (desk) => desk.page.evaluate(() => {
    const canvas = document.querySelector("#vnc-picture canvas");
    const { width, height } = canvas;
    return [...canvas.getContext("2d").getImageData(width / 2, height / 2, 1, 1).data].slice(0, 3);
});

const shows = (desk, colour) => until(`the colour ${colour}`, async () => {
    const got = await middle(desk);
    if (got.every((value, at) => Math.abs(value - colour[at]) <= 24)) return true;
    throw new Error(`it is ${got}`);
});

/** The place in the page of a place of the picture, 0 to 1 each. */
const at = (desk, x, y) => desk.page.evaluate(([x, y]) => {
    const box = document.querySelector("#vnc-picture canvas").getBoundingClientRect();
    return [box.x + x * box.width, box.y + y * box.height];
}, [x, y]);

/** The VNC servers that a session has started. */
async function servers(session) {
    const children = (await session.proc(`task/${session.server.pid}/children`)).trim().split(" ");
    const named = await Promise.all(children.filter(Boolean).map(async (pid) => {
        const words = (await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")).split("\0");
        return words[0] === "wayvnc" ? { pid: Number(pid), view: words.includes("--disable-input") } : undefined;
    }));
    return named.filter(Boolean);
}

test("a page without WebRTC shows the desktop over VNC, and clicks and keys arrive", inSession(WITH_VNC, async (session) => {
    await session.client("flip", "--fullscreen");
    const desk = await fallenBack(session.url);
    await until("something is shown", async () => (await middle(desk)).some((value) => value > 0));
    // Not in the middle, where the pointer itself would be looked at.
    await desk.page.mouse.click(...(await at(desk, 0.3, 0.5)));
    await shows(desk, [0xf0, 0xe0, 0x40]);
    const events = await session.client("events");
    await desk.page.mouse.click(...(await at(desk, 0.5, 0.6)));
    await events.hears("a click", (said) => said.event === "button");
    await desk.page.keyboard.press("KeyE");
    await events.hears("the key", (said) => said.event === "key" && said.key === 18);
}));

test("who may only look sees it and cannot type, whatever the page sends", inSession(WITH_VNC, async (session) => {
    const events = await session.client("events");
    const { url } = await session.message("url", "view");
    const desk = await open(chromium.browser, url, {
        picture: false,
        init: () => {
            delete window.RTCPeerConnection;
            const { send } = WebSocket.prototype;
            WebSocket.prototype.send = function (data) {
                window.bridge = this;
                return send.call(this, data);
            };
        },
    });
    await desk.page.getByRole("button", { name: "Show it without video" }).click();
    await live(desk);
    await until("something is shown", async () => (await middle(desk)).some((value) => value > 0));
    // KeyEvent and PointerEvent of RFB: an E, and a click.
    await desk.page.evaluate(() => {
        for (const down of [1, 0]) {
            window.bridge.send(new Uint8Array([4, down, 0, 0, 0, 0, 0, 0x65]));
            window.bridge.send(new Uint8Array([5, down, 2, 128, 1, 104]));
        }
    });
    const user = await fallenBack(session.url);
    await user.page.mouse.click(...(await at(user, 0.5, 0.5)));
    await user.page.keyboard.press("KeyR");
    await events.hears("the user's key", (said) => said.event === "key" && said.key === 19);
    assert.equal(events.said.filter((said) => said.event === "key" && said.key === 18).length, 0, "no E");
}));

test("a server that dies is started again and the page comes back", inSession(WITH_VNC, async (session) => {
    const desk = await fallenBack(session.url);
    const [before] = (await servers(session)).filter((server) => !server.view);
    process.kill(before.pid, "SIGKILL");
    await until("another server runs", async () =>
        (await servers(session)).some((server) => !server.view && server.pid !== before.pid));
    await until("the page noticed", async () => (await desk.state()).fallback !== "live" || desk.page.isClosed());
    await live(desk);
}));

test("nobody gets to it without a token or from another page", inSession(WITH_VNC, async (session) => {
    const url = `${session.origin.replace("http", "ws")}/vnc`;
    /** The status that an upgrade is answered with. */
    const status = (protocols, headers = {}) => new Promise((resolve) => {
        const socket = new WebSocket(url, protocols, { headers });
        socket.on("unexpected-response", (_, response) => resolve(response.statusCode));
        socket.on("open", () => {
            socket.close();
            resolve(101);
        });
        socket.on("error", () => undefined);
    });
    const right = ["tos.vnc", `tos.bearer.${session.token}`];
    assert.equal(await status(["tos.vnc"]), 401);
    assert.equal(await status(["tos.vnc", "tos.bearer.wrong"]), 401);
    assert.equal(await status(right, { origin: "https://evil.example" }), 403);
    await until("the server listens", async () => (await status(right, { origin: session.origin })) === 101);
    for (const path of ["/novnc/core/../../../../etc/passwd", "/novnc/vnc.html", "/novnc/core"]) {
        assert.equal((await fetch(session.origin + path)).status, 404, path);
    }
}));

test("a session without a fallback offers none", inSession({}, async (session) => {
    const desk = await open(chromium.browser, session.url, { picture: false, init: withoutWebRtc });
    await desk.becomes("failed");
    const config = await fetch(`${session.origin}/api/v1/config`, { headers: { authorization: `Bearer ${session.token}` } });
    assert.equal((await config.json()).fallback, undefined);
    assert.equal((await fetch(`${session.origin}/novnc/core/rfb.js`)).status, 404);
    assert.equal(await desk.page.getByRole("button", { name: "Show it without video" }).isVisible(), false);
}));
