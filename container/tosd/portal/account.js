// What belongs to somebody's own account.

import { ask, Refused, words } from "./api.js";
import { describe } from "./desktop.js";
import { button, bytes, element, fill, make, strip, when } from "./dom.js";
import "./look.js";
import * as passkeys from "./passkeys.js";
import { doing } from "./step-up.js";

/**
 * @typedef {{ id: string, kind: string, label: string, created: number, used: number | null }} Credential
 * @typedef {{ id: string, created: number, seen: number, address: string, agent: string, means: string, this: boolean }} Session
 * @typedef {{ id: string, label: string, expires: number, used: number | null }} Guest
 * @typedef {{ id: string, made: number, kind: string, size: number, note: string, failed: string | null }} Snapshot
 * @typedef {object} Account
 * @property {string} name
 * @property {string} display
 * @property {string} role
 * @property {string} plan
 * @property {Credential[]} credentials
 * @property {Session[]} sessions
 * @property {Guest[]} guests
 * @property {Snapshot[]} snapshots
 * @property {import("./desktop.js").Phase | null} desktop
 * @property {boolean} passkeys
 * @property {boolean} passwords
 */

const problem = element("problem", HTMLElement);
const KINDS = /** @type {Record<string, string>} */ ({ password: "Password", totp: "Authenticator", passkey: "Passkey", oidc: "Account of a provider" });
const SNAPSHOTS = /** @type {Record<string, string>} */ ({ periodic: "Taken from time to time", hibernation: "Before it was put away", manual: "Taken by you" });

const then = doing(problem, show);

async function show() {
    /** @type {Account} */
    let account;
    try {
        account = await ask("/auth/account");
    } catch (error) {
        if (error instanceof Refused && error.reason === "sign_in") return location.assign("/");
        throw error;
    }
    element("me", HTMLElement).textContent = account.display;
    element("me-state", HTMLElement).textContent = `${account.name} · plan ${account.plan} · ${describe(account.desktop)}`;
    element("to-admin", HTMLElement).hidden = account.role === "user";
    element("add-passkey", HTMLElement).hidden = !account.passkeys || !passkeys.there;
    element("set-password", HTMLElement).hidden = !account.passwords;
    element("set-totp", HTMLElement).hidden = !account.credentials.some((one) => one.kind === "password");
    fill("credentials", account.credentials.map(credential), "There is none.");
    fill("sessions", account.sessions.map(session), "Nowhere.");
    fill("guests", account.guests.map(guest), "Nobody has a link to your desktop.");
    fill("snapshots", account.snapshots.map(snapshot), "There is none yet. One is made whenever your desktop is put away.");
    element("port", HTMLFormElement).onsubmit = (event) => {
        event.preventDefault();
        window.open(`/u/${account.name}/port/${element("port-number", HTMLInputElement).value}/`, "_blank", "noopener");
    };
}

/** @param {Credential} one */
function credential(one) {
    const name = one.label || KINDS[one.kind] || one.kind;
    const acts = [];
    if (one.kind === "passkey") {
        acts.push(
            button("Rename", "chip", async () => {
                const label = await asked("Name of the passkey", name);
                if (label) await then(() => ask("/auth/account/rename", { id: one.id, label }));
            }),
        );
    }
    acts.push(
        button("Remove", "chip quiet", () =>
            then(() => ask("/auth/account/remove", { id: one.id }), `To remove “${name}”.`),
        ),
    );
    return strip(name, [`${KINDS[one.kind] ?? one.kind} · since ${when(one.created)} · used ${when(one.used)}`], acts);
}

/** @param {Session} one */
function session(one) {
    const end = button("Sign out", "chip quiet", () => then(() => ask("/auth/account/session", { id: one.id })));
    const lines = [`${one.address} · by ${one.means} · since ${when(one.created)} · seen ${when(one.seen)}`];
    return strip(one.this ? "This browser" : one.agent || "A browser", lines, one.this ? [] : [end], one.this ? "lit" : "");
}

/** @param {Guest} one */
function guest(one) {
    const end = button("Revoke", "chip danger", () => then(() => ask("/auth/account/guest/revoke", { id: one.id })));
    return strip(one.label || "A guest", [`until ${when(one.expires)} · used ${when(one.used)}`], [end]);
}

/** @param {Snapshot} one */
function snapshot(one) {
    const resume = button("Resume", "chip", () => then(() => ask("/auth/account/resume", { snapshot: one.id })));
    const lines = [`${SNAPSHOTS[one.kind] ?? one.kind} · ${bytes(one.size)}`, one.note, one.failed ? `Did not restore: ${one.failed}` : ""];
    return strip(when(one.made), lines, [resume], one.failed ? "bad" : "");
}

/**
 * Says something that is to be read, and waits.
 * @param {string} title
 * @param {Node[]} body
 */
function tell(title, ...body) {
    const dialog = element("told", HTMLDialogElement);
    element("told-title", HTMLElement).textContent = title;
    element("told-body", HTMLElement).replaceChildren(...body);
    dialog.showModal();
    return new Promise((done) => dialog.addEventListener("close", done, { once: true }));
}

/**
 * Asks for a line of text. Empty if it was not wanted.
 * @param {string} title
 * @param {string} before
 * @param {string} [type]
 */
async function asked(title, before, type = "text") {
    const input = /** @type {HTMLInputElement} */ (make("input", "field"));
    input.type = type;
    input.value = before;
    input.setAttribute("aria-label", title);
    if (type === "password") input.autocomplete = "new-password";
    await tell(title, make("div", "entry", input));
    const dialog = element("told", HTMLDialogElement);
    return dialog.returnValue === "done" ? input.value.trim() : "";
}

element("add-passkey", HTMLButtonElement).onclick = () =>
    then(async () => {
        const begun = await ask("/auth/account/passkey/begin", {});
        const credential = await passkeys.register(begun.publicKey);
        await ask("/auth/account/passkey", { ceremony: begun.ceremony, credential, label: `Passkey of ${when(Date.now())}` });
    }, "To add a passkey.");

element("set-password", HTMLButtonElement).onclick = async () => {
    const password = await asked("New password, at least 12 characters", "", "password");
    if (password) await then(() => ask("/auth/account/password", { password }), "To change the password. Other browsers are signed out.");
};

element("set-totp", HTMLButtonElement).onclick = () =>
    then(async () => {
        const begun = await ask("/auth/account/totp/begin", {});
        const code = /** @type {HTMLInputElement} */ (make("input", "field"));
        code.inputMode = "numeric";
        code.maxLength = 6;
        code.setAttribute("aria-label", "Code");
        await tell(
            "Scan, then type the code",
            qr(begun.rows),
            make("p", "mono", begun.text),
            make("div", "entry", code),
        );
        if (element("told", HTMLDialogElement).returnValue !== "done") throw new Refused("cancelled", "");
        const { recovery } = await ask("/auth/account/totp", { enrolling: begun.enrolling, code: code.value });
        const codes = make("ul", "codes mono", ...recovery.map((/** @type {string} */ one) => make("li", "", one)));
        await tell("Recovery codes", make("p", "words", "Each is good once, for the day your phone is gone. They are shown now and never again."), codes);
    }, "To add an authenticator.");

/**
 * Draws rows of dots.
 * @param {string[]} rows
 */
function qr(rows) {
    const canvas = /** @type {HTMLCanvasElement} */ (make("canvas", "qr"));
    const size = 6;
    canvas.width = canvas.height = rows.length * size;
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", "QR code; the text below it says the same");
    const context = canvas.getContext("2d");
    if (!context) return canvas;
    context.fillStyle = "#fff";
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.fillStyle = "#000";
    rows.forEach((row, y) => [...row].forEach((dot, x) => dot === "1" && context.fillRect(x * size, y * size, size, size)));
    return canvas;
}

element("end-others", HTMLButtonElement).onclick = () => then(() => ask("/auth/account/session", { all: true }));

element("new-guest", HTMLFormElement).onsubmit = async (event) => {
    event.preventDefault();
    const label = element("guest-label", HTMLInputElement);
    const hours = Number(element("guest-hours", HTMLSelectElement).value);
    await then(async () => {
        const { url } = await ask("/auth/account/guest", { label: label.value, hours });
        label.value = "";
        const link = make("p", "mono", url);
        await tell("A link for your guest", make("p", "words", "It is shown now and never again."), link, button("Copy", "chip", () => navigator.clipboard.writeText(url)));
    }, "To let a guest see your desktop.");
};

element("sign-out", HTMLButtonElement).onclick = async () => {
    await ask("/auth/sign-out", {}).catch(() => undefined);
    location.assign("/");
};

show().catch((error) => (problem.textContent = words(error)));
