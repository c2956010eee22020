// A link that works once: the secret stands behind the #, which no server and no log sees.

import { ask, words } from "./api.js";
import { element } from "./dom.js";
import "./look.js";
import * as passkeys from "./passkeys.js";

const secret = location.hash.slice(1);
const name = element("name", HTMLInputElement);
const display = element("display", HTMLInputElement);
const password = element("password", HTMLInputElement);
const problem = element("problem", HTMLElement);
const passkey = element("passkey", HTMLButtonElement);
const submit = element("submit", HTMLButtonElement);
let path = "/auth/join";

const WORDS = /** @type {Record<string, string>} */ ({
    first_admin: "You are the first administrator of this host.",
    invitation: "You were invited to a desktop on this host.",
    reset: "You get a new way to sign in. Everywhere you are signed in now, you are signed out.",
});

function person() {
    return path === "/auth/reset" ? { secret } : { secret, name: name.value.trim(), display: display.value.trim() };
}

/** @param {() => Promise<void>} act */
async function attempt(act) {
    problem.textContent = "";
    passkey.disabled = submit.disabled = true;
    try {
        await act();
        // Without the secret, and not to be come back to.
        location.replace("/?to=");
    } catch (error) {
        problem.textContent = words(error);
    } finally {
        passkey.disabled = submit.disabled = false;
    }
}

passkey.onclick = () =>
    attempt(async () => {
        const begun = await ask(`${path}/passkey`, person());
        const credential = await passkeys.register(begun.publicKey);
        await ask(path, { ...person(), joining: begun.joining, ceremony: begun.ceremony, credential });
    });

element("form", HTMLFormElement).addEventListener("submit", (event) => {
    event.preventDefault();
    void attempt(() => ask(path, { ...person(), password: password.value }));
});

async function begin() {
    try {
        const link = await ask("/auth/link", { secret });
        if (link.for === "reset") path = "/auth/reset";
        element("with-name", HTMLElement).hidden = element("with-display", HTMLElement).hidden = link.for === "reset";
        name.required = link.for !== "reset";
        if (link.name) element("joining-title", HTMLElement).textContent = link.name;
        element("joining-words", HTMLElement).textContent = WORDS[link.for] ?? "";
        passkey.hidden = !link.passkeys || !passkeys.there;
        element("with-password", HTMLElement).hidden = submit.hidden = !link.passwords;
        element("joining", HTMLElement).hidden = false;
        if (!element("with-name", HTMLElement).hidden) name.focus();
    } catch {
        element("void", HTMLElement).hidden = false;
    }
}

void begin();
