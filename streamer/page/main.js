// Joins the modules. What belongs to one subject is in its own file; here is only who tells whom.

import { Caret } from "./caret.js";
import { ClipboardSync } from "./clipboard.js";
import { Cursor } from "./cursor.js";
import { element } from "./dom.js";
import { readFiles, save } from "./drop.js";
import { Fallback } from "./fallback.js";
import { Keyboard } from "./keyboard.js";
import { Link } from "./link.js";
import { Markers } from "./markers.js";
import { Menu } from "./menu.js";
import { Mirror } from "./mirror.js";
import { Notices } from "./notices.js";
import { remember } from "./output.js";
import { readPen } from "./pen.js";
import { addPhoneKeys } from "./phone.js";
import { Picture } from "./picture.js";
import { Pointer } from "./pointer.js";
import { portal } from "./portal.js";
import { Screen } from "./screen.js";
import { Nodes } from "./semantics.js";
import { Session } from "./session.js";
import { readDrops, Staging } from "./stage.js";
import { Stats } from "./stats.js";
import { StepUp } from "./step-up.js";
import { keepToken, takeToken } from "./token.js";
import { readTouch } from "./touch.js";
import { Uploads } from "./uploads.js";

/**
 * What tests can see.
 * @typedef {object} Hook
 * @property {{ connection: string, kind: string | null, role: string | null, fallback: string, output: number | null,
 *   frames: number, width: number, height: number, captured: boolean, markers: import("./markers.js").Answer[] }} state
 * @property {() => Promise<import("./stats.js").Figures>} stats
 * @property {(question: import("./stage.js").Question) => Promise<import("./stage.js").Answer>} staging
 */

const HINT_STAYS = 5_000;

const stage = element("stage", HTMLElement);
const markers = new Markers();
const notices = new Notices(element("notices", HTMLElement));
const cursor = new Cursor(stage);
const nodes = new Nodes();

const screen = new Screen({
    onRetry: () => session.retryNow(),
    onAgain: () => session.start(takeToken()),
    onPortal: () => portal.open(),
    onToken: (token) => {
        keepToken(token);
        session.start(token);
    },
});

const fallback = new Fallback({
    onStart: () => session.stop(),
    onEnd: () => session.start(takeToken()),
});

const session = new Session({
    onState: (state) => {
        document.body.dataset.state = state.name;
        if (state.name !== "live" && state.name !== "repairing") {
            hello = undefined;
            picture.freeze();
            nodes.clear();
            mirror.show(nodes.all);
        }
        screen.show(state);
        fallback.watch(state, takeToken());
    },
    onMessage: (message) => hear(message),
    onVideo: (stream) => {
        markers.restart();
        picture.show(stream);
    },
});

const link = new Link(session, markers);
const staging = new Staging(link);

const typing = element("typing", HTMLTextAreaElement);
const caret = new Caret(typing);
const mirror = new Mirror(element("semantics", HTMLElement), {
    onActivate: (id, secondary) => link.send({ t: "activate", id, secondary }),
    onFocus: (id) => link.send({ t: "focus_node", id }),
    onActive: (id) => {
        if (id === undefined) typing.removeAttribute("aria-activedescendant");
        else if (typing.getAttribute("aria-activedescendant") !== id) typing.setAttribute("aria-activedescendant", id);
    },
    onGone: () => keyboard.capture(),
});

const picture = new Picture(stage, element("picture", HTMLVideoElement), element("still", HTMLCanvasElement), {
    onFrame: (rtp, shown) => {
        if (rtp !== undefined) markers.frame(rtp, shown);
        screen.picture();
    },
    onBox: (size) => {
        if (hello) link.send({ t: "resize", ...size });
    },
    onPlace: (rect) => {
        mirror.place(rect);
        caret.place(rect);
    },
});

const stats = new Stats(session, picture, markers);

const clipboard = new ClipboardSync(link, {
    onPending: (pending) => menu.offerCopy(pending),
    onProblem: (text) => notices.show("warning", text),
});

const keyboard = new Keyboard(typing, mirror.layer, link, {
    onCapture: (captured) => {
        document.body.dataset.captured = String(captured);
        hint();
    },
    onLeave: () => {
        keyboard.leave();
        menu.toggle(true);
    },
    onStats: () => stats.toggle(),
    onPaste: (data) => {
        // Files that are no pictures go where files go.
        if (!clipboard.paste(data)) uploads.add(data.files);
    },
});

const uploads = new Uploads(element("transfers", HTMLElement), link, {
    onDropped: (place, names) => link.send({ t: "file_drop", ...place, names }),
    onProblem: (text) => notices.show("warning", text),
});

const pointer = new Pointer(stage, picture, link);

const menu = new Menu({
    onStats: () => stats.toggle(),
    onPortal: () => portal.open(),
    onSignOut: () => {
        portal.signOut().catch(() => notices.show("warning", "Signing out did not work. Try again."));
    },
    onPointerLock: () => {
        pointer.lock().catch(() => notices.show("warning", "The browser did not lock the pointer. Try again in a second."));
    },
    onCopy: () => void clipboard.copyPending(),
    onClosed: () => {
        if (link.role !== "view") keyboard.capture();
    },
    onUpload: (files) => uploads.add(files),
    onSend: (code, modifiers) => keyboard.tap(code, modifiers),
    onCommand: (command) => link.send({ t: "command", command }),
    onLayout: (layout) => {
        keyboard.layout = layout;
        link.send({ t: "layout", layout, variant: "" });
    },
});

const stepUp = new StepUp(staging, {
    onProblem: (text) => notices.show("warning", text),
    onClosed: () => {
        if (link.role !== "view") keyboard.capture();
    },
});

portal.onKnown = () => menu.offerPortal(portal.url !== "");

/** @type {Extract<import("./protocol.js").ToPage, { t: "hello" }> | undefined} */
let hello;

readTouch(stage, picture, link);
readPen(stage, picture, link);
addPhoneKeys(keyboard);
readDrops(stage, staging, (text) => notices.show("warning", text));
readFiles(stage, picture, link, uploads, (text) => notices.show("warning", text));
stage.addEventListener("pointerdown", () => {
    if (menu.open) menu.toggle(false);
    if (link.role !== "view") keyboard.capture();
});

/** @param {import("./protocol.js").ToPage} message */
function hear(message) {
    switch (message.t) {
        case "hello":
            greet(message);
            break;
        case "cursor":
            void cursor.show(message.cursor);
            break;
        case "caret":
            caret.show(message);
            break;
        case "pointer_lock":
            pointer.want(message.locked);
            break;
        case "clipboard":
            if (link.role !== "view") void clipboard.receive(message);
            break;
        case "portal":
            if (portal.url !== "") portal.open();
            break;
        case "download":
            if (link.role !== "view") save(message.url);
            break;
        case "clipboard_wanted":
            void clipboard.want(message);
            break;
        case "marker":
            markers.marker(message.id, message.rtp);
            break;
        case "stats":
            stats.server = message;
            break;
        case "notice":
            notices.show(message.level, message.text);
            break;
        // The video itself says its size, but not how many of its pixels are a logical one.
        case "size":
            mirror.scale(message.width / message.scale);
            caret.scale(message.width / message.scale);
            break;
        case "semantics":
            if (nodes.take(message)) mirror.show(nodes.all);
            break;
        case "step_up":
            void stepUp.ask(message);
            break;
        case "staging":
            staging.answer(message);
            break;
        // The connection's.
        case "pong":
        case "bye":
            break;
    }
}

/** @param {Extract<import("./protocol.js").ToPage, { t: "hello" }>} message */
function greet(message) {
    hello = message;
    remember(message.output);
    link.role = message.role;
    document.body.dataset.role = message.role;
    element("view-only", HTMLElement).hidden = message.role !== "view";
    keyboard.layout = message.layout;
    link.send({ t: "resize", ...picture.wanted });
    link.send({ t: "reduced_motion", on: reduced.matches });
    const layout = menu.storedLayout;
    if (layout && layout !== message.layout) {
        keyboard.layout = layout;
        link.send({ t: "layout", layout, variant: "" });
    }
    void clipboard.read();
    // Not on a phone, where it would be the page's and not the user's choice.
    if (message.role !== "view" && document.activeElement === document.body && matchMedia("(pointer: fine)").matches) keyboard.capture();
}

const reduced = matchMedia("(prefers-reduced-motion: reduce)");
reduced.addEventListener("change", () => link.send({ t: "reduced_motion", on: reduced.matches }));

let hintTimer = 0;

/** Says how to leave, or how to come back. */
function hint() {
    const captured = keyboard.captured;
    const text = captured ? "Ctrl + Alt + Shift gives the keyboard back" : "Click the picture to type";
    const line = element("hint", HTMLElement);
    line.textContent = text;
    line.hidden = keyboard.onScreen;
    window.clearTimeout(hintTimer);
    hintTimer = window.setTimeout(() => (line.hidden = true), HINT_STAYS);
}

// Another viewer may have had the size meanwhile; whoever comes back has it again.
window.addEventListener("focus", () => {
    const { width, height } = picture.wanted;
    const has = picture.size;
    if (hello && (has.width !== width || has.height !== height)) link.send({ t: "resize", ...picture.wanted });
});
// Somebody is back, or the network is: nobody should look at a wait that has lost its reason.
window.addEventListener("online", () => session.retryNow());
document.addEventListener("visibilitychange", () => {
    if (!document.hidden) session.retryNow();
});
window.addEventListener("pagehide", () => session.stop());
// Back from the browser's cache of pages: as if it had never been away.
window.addEventListener("pageshow", (event) => {
    if (event.persisted) session.start(takeToken());
});
// Another token in the address bar.
window.addEventListener("hashchange", () => {
    if (location.hash.includes("token=")) session.start(takeToken());
});

Object.defineProperty(window, "tos", {
    value: Object.freeze({
        get state() {
            return {
                connection: session.state.name,
                kind: session.state.name === "failed" ? session.state.kind : null,
                role: hello?.role ?? null,
                fallback: fallback.state,
                output: hello?.output ?? null,
                frames: picture.frames,
                ...picture.size,
                captured: keyboard.captured,
                markers: markers.answers,
            };
        },
        stats: () => stats.gather(),
        staging: (/** @type {import("./stage.js").Question} */ question) => staging.ask(question),
    }),
});

session.start(takeToken());
