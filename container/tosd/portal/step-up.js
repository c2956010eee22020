// Acts that want a proof of being there: they are tried, and tried again when it was given.

import { ask, Refused, words } from "./api.js";
import { element } from "./dom.js";
import * as passkeys from "./passkeys.js";

const dialog = element("step-up", HTMLDialogElement);
const password = element("step-up-password", HTMLInputElement);
const totp = element("step-up-totp", HTMLInputElement);
const problem = element("step-up-problem", HTMLElement);
const go = element("step-up-go", HTMLButtonElement);

/**
 * Does something, and asks for a proof where one is wanted.
 * @template T
 * @param {() => Promise<T>} act
 * @param {string} why what it is for, in words
 * @returns {Promise<T>}
 */
async function sure(act, why) {
    try {
        return await act();
    } catch (error) {
        if (!(error instanceof Refused) || error.reason !== "step_up") throw error;
        await prove(why);
        return act();
    }
}

/**
 * What a page does acts with: shows what has become of each, or why it was not done.
 * @param {HTMLElement} told where a mistake is told
 * @param {() => Promise<unknown>} show
 */
export function doing(told, show) {
    /**
     * @param {() => Promise<unknown>} act
     * @param {string} [why] what a proof is asked for
     */
    return async (act, why) => {
        told.textContent = "";
        try {
            await (why ? sure(act, why) : act());
            await show();
        } catch (error) {
            if (!(error instanceof Refused && error.reason === "cancelled")) told.textContent = words(error);
        }
    };
}

/**
 * Asks somebody to prove that they are there.
 * @param {string} why
 * @returns {Promise<void>} rejected if they do not want to
 */
async function prove(why) {
    const told = await ask("/auth/step-up", { purpose: "session" });
    const secret = !told.publicKey;
    element("step-up-words", HTMLElement).textContent = why;
    element("step-up-secret", HTMLElement).hidden = !secret;
    element("step-up-code", HTMLElement).hidden = !(secret && told.totp);
    go.textContent = secret ? "Confirm" : "Use a passkey";
    problem.textContent = password.value = totp.value = "";
    dialog.showModal();
    (secret ? password : go).focus();
    let { ceremony, publicKey } = told;
    return new Promise((resolve, reject) => {
        element("step-up-form", HTMLFormElement).onsubmit = async (event) => {
            event.preventDefault();
            go.disabled = true;
            problem.textContent = "";
            try {
                const shown = secret
                    ? { password: password.value, totp: totp.value.trim() || null }
                    : { ceremony, credential: await passkeys.prove(publicKey) };
                await ask("/auth/step-up", { purpose: "session", ...shown });
                dialog.onclose = null;
                dialog.close();
                resolve();
            } catch (error) {
                problem.textContent = words(error);
                // A challenge is good for one answer.
                if (!secret) ({ ceremony, publicKey } = await ask("/auth/step-up", { purpose: "session" }).catch(() => ({})));
            } finally {
                go.disabled = false;
                password.value = totp.value = "";
            }
        };
        dialog.onclose = () => reject(new Refused("cancelled", "Not confirmed, so nothing was done."));
    });
}

element("step-up-cancel", HTMLButtonElement).onclick = () => dialog.close();
