// Level 0: who is it? And the way into their desktop.

import { ask, Refused, words } from "./api.js";
import { describe, go, ready, steps } from "./desktop.js";
import { element, make } from "./dom.js";
import "./look.js";
import * as passkeys from "./passkeys.js";

/**
 * What the server says before anybody has signed in.
 * @typedef {object} State
 * @property {{ name: string, display: string, role: string, desktop: import("./desktop.js").Phase | null } | null} signed_in
 * @property {string} host
 * @property {boolean} passkeys
 * @property {boolean} passwords
 * @property {{ id: string, title: string }[]} providers
 */

const asking = element("asking", HTMLElement);
const inside = element("inside", HTMLElement);
const name = element("name", HTMLInputElement);
const password = element("password", HTMLInputElement);
const code = element("code", HTMLInputElement);
const problem = element("problem", HTMLElement);
const passkey = element("passkey", HTMLButtonElement);
const submit = element("submit", HTMLButtonElement);
const query = new URLSearchParams(location.search);
/** Who is signed in. */
let user = "";
/** How their desktop was when that was known. @type {import("./desktop.js").Phase | null} */
let desktop = null;

/** When somebody signed in here last: whoever is not known right after it has a browser that keeps no cookie. */
const WELCOME = "tos-welcome";
const RIGHT_AFTER = 10_000;

/** Where to go: to a desktop of this host, and nowhere else. */
function destination() {
    const to = query.get("to") ?? "";
    return /^\/u\/[a-z][a-z0-9-]{0,31}\/[^\\]*$/.test(to) ? to : `/u/${user}/`;
}

/**
 * @param {string} title
 * @param {string} tone
 * @param {string} prompt
 */
function say(title, tone, prompt) {
    element("title", HTMLElement).textContent = title;
    document.body.dataset.tone = tone;
    element("prompt", HTMLElement).textContent = `Persistent unified prompt: ${prompt}`;
    document.title = `${title} · TOS`;
}

/** @param {unknown} error */
function refuse(error) {
    const wrong = error instanceof Refused && error.reason === "wrong";
    if (wrong) say("Authorization denied", "refused", "locked");
    problem.textContent = words(error);
}

/**
 * One at a time, with everything off meanwhile.
 * @param {() => Promise<void>} act
 */
async function attempt(act) {
    problem.textContent = "";
    passkey.disabled = submit.disabled = true;
    try {
        await act();
    } catch (error) {
        refuse(error);
    } finally {
        passkey.disabled = submit.disabled = false;
    }
}

passkey.onclick = () =>
    attempt(async () => {
        const begun = await ask("/auth/passkey/begin", { name: name.value.trim() || null });
        const credential = await passkeys.prove(begun.publicKey);
        await welcome(await ask("/auth/passkey/finish", { ceremony: begun.ceremony, credential }));
    });

element("form", HTMLFormElement).addEventListener("submit", (event) => {
    event.preventDefault();
    void attempt(async () => {
        const shown = { name: name.value.trim(), password: password.value, code: code.value.trim() || null };
        let person;
        try {
            person = await ask("/auth/password", shown);
        } catch (error) {
            if (!(error instanceof Refused) || error.reason !== "code") throw error;
            element("with-code", HTMLElement).hidden = false;
            code.focus();
            throw error;
        }
        password.value = code.value = "";
        await welcome(person);
    });
});

/**
 * Somebody has just signed in, and their desktop starts.
 * @param {NonNullable<State["signed_in"]>} person
 */
async function welcome(person) {
    sessionStorage.setItem(WELCOME, String(Date.now()));
    known(person);
    await enter();
}

/** @param {NonNullable<State["signed_in"]>} person */
function known(person) {
    user = person.name;
    desktop = person.desktop;
    asking.hidden = true;
    inside.hidden = false;
    element("inside-title", HTMLElement).textContent = person.display;
    element("inside-state", HTMLElement).textContent = describe(person.desktop);
    element("to-account", HTMLElement).hidden = element("sign-out", HTMLElement).hidden = false;
    element("to-admin", HTMLElement).hidden = person.role === "user";
    say("Authorization approved", "approved", "standing by");
}

/** Into the desktop: it starts, and comes nearer. */
async function enter() {
    const open = element("open", HTMLButtonElement);
    const state = element("inside-state", HTMLElement);
    const trouble = element("inside-problem", HTMLElement);
    trouble.textContent = "";
    open.disabled = true;
    // It is there sooner than a word about it.
    if (desktop?.is === "running" || desktop?.is === "frozen") return go(destination());
    try {
        await ready(user, (phase) => {
            state.textContent = describe(phase);
            if (phase.is !== "running" || !element("steps", HTMLElement).hidden) steps(element("steps", HTMLElement), phase);
        });
        go(destination());
    } catch (error) {
        trouble.textContent = words(error);
        open.disabled = false;
    }
}

element("open", HTMLButtonElement).onclick = () => enter();
// Back from the desktop by the browser's own button, the page is as it was left: zoomed in.
addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
});

element("sign-out", HTMLButtonElement).onclick = async () => {
    await ask("/auth/sign-out", {}).catch(() => undefined);
    sessionStorage.removeItem(WELCOME);
    location.assign("/");
};

const REFUSED = /** @type {Record<string, string>} */ ({
    provider: "The provider did not sign you in, or your account there may not come in here.",
    unreachable: "The provider does not answer. Try again in a moment.",
});

async function begin() {
    /** @type {State} */
    let state;
    try {
        state = await ask("/auth/state");
    } catch (error) {
        asking.hidden = false;
        problem.textContent = words(error);
        return;
    }
    element("node", HTMLElement).textContent = `Node ${state.host}`;
    element("host", HTMLElement).textContent = state.host;
    const to = query.get("to");
    if (state.signed_in) {
        known(state.signed_in);
        // Whoever was led here on the way to a desktop, by a provider too, goes on.
        if (to !== null) await enter();
        else element("open", HTMLButtonElement).focus();
        return;
    }
    if (Date.now() - Number(sessionStorage.getItem(WELCOME)) < RIGHT_AFTER) problem.textContent = "This browser does not keep the cookie of this site.";
    asking.hidden = false;
    passkey.hidden = !state.passkeys || !passkeys.there;
    element("with-password", HTMLElement).hidden = submit.hidden = !state.passwords;
    for (const { id, title } of state.providers) {
        const link = /** @type {HTMLAnchorElement} */ (make("a", "pill", title));
        link.href = `/auth/oidc/${encodeURIComponent(id)}?${new URLSearchParams({ to: to ?? "" })}`;
        element("providers", HTMLElement).append(link);
    }
    element("sso-rule", HTMLElement).hidden = state.providers.length === 0;
    const refused = REFUSED[query.get("refused") ?? ""];
    if (refused) {
        say("Authorization denied", "refused", "locked");
        problem.textContent = refused;
    }
    name.focus();
}

void begin();
