// A dangerous command was held down: the person shows at the portal who they are, and the command is committed with the
// proof that the portal gives for it. The page never sees anything that is good for more than this one command.

import { element } from "./dom.js";
import { portal } from "./portal.js";

/**
 * How the person can show who they are.
 * @typedef {{ means: "passkey", ceremony: string, options: { publicKey: PublicKeyCredentialRequestOptionsJSON } }
 *   | { means: "password", code: boolean }} Means
 *
 * @typedef {object} StepUpListener
 * @property {(text: string) => void} onProblem
 * @property {() => void} onClosed
 */

const PATH = "auth/step-up";

/** The dialog. */
export class StepUp {
    #dialog = element("step-up", HTMLDialogElement);
    #problem = element("step-up-problem", HTMLElement);
    #password = element("step-up-password", HTMLInputElement);
    #code = element("step-up-totp", HTMLInputElement);
    #go = element("step-up-go", HTMLButtonElement);
    /** @type {{ id: string, hash: string } | undefined} */
    #asked;
    /** @type {Means | undefined} */
    #means;

    /**
     * @param {import("./stage.js").Staging} staging
     * @param {StepUpListener} listener
     */
    constructor(staging, listener) {
        this.staging = staging;
        this.listener = listener;
        element("step-up-form", HTMLFormElement).addEventListener("submit", (event) => {
            event.preventDefault();
            void this.#confirm();
        });
        element("step-up-cancel", HTMLButtonElement).onclick = () => this.#dialog.close();
        this.#dialog.addEventListener("close", () => {
            this.#asked = undefined;
            this.#password.value = this.#code.value = "";
            listener.onClosed();
        });
    }

    /**
     * The server wants a proof for this command.
     * @param {{ id: string, hash: string }} asked
     */
    async ask({ id, hash }) {
        if (portal.url === "") {
            this.listener.onProblem("This command takes a proof of who you are, and there is no portal to give one.");
            return;
        }
        this.#asked = { id, hash };
        this.#say("");
        this.#go.disabled = true;
        if (!this.#dialog.open) this.#dialog.showModal();
        try {
            /** @type {Means} */
            const means = await told(await portal.post(`${PATH}/begin`, { purpose: hash }));
            this.#means = means;
            const secret = means.means === "password";
            element("step-up-secret", HTMLElement).hidden = !secret;
            element("step-up-code", HTMLElement).hidden = !(secret && means.code);
            this.#go.textContent = secret ? "Confirm" : "Use passkey";
            this.#go.disabled = false;
            (secret ? this.#password : this.#go).focus();
        } catch (error) {
            this.#say(words(error));
        }
    }

    async #confirm() {
        const [asked, means] = [this.#asked, this.#means];
        if (!asked || !means || this.#go.disabled) return;
        this.#go.disabled = true;
        this.#say("");
        try {
            const shown = await this.#answer(means);
            const { proof } = await told(await portal.post(PATH, { purpose: asked.hash, ...shown }));
            const answer = await this.staging.ask({ t: "commit", ...asked, confirm: false, proof });
            if (answer.refused) this.listener.onProblem(`Not run: ${answer.refused.message}.`);
            if (this.#asked === asked) this.#dialog.close();
        } catch (error) {
            this.#say(words(error));
            this.#go.disabled = false;
        }
    }

    /**
     * What shows who the person is.
     * @param {Means} means
     */
    async #answer(means) {
        if (means.means === "password") {
            return { password: this.#password.value, ...(means.code ? { code: this.#code.value } : {}) };
        }
        const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(means.options.publicKey);
        const credential = /** @type {PublicKeyCredential | null} */ (await navigator.credentials.get({ publicKey }));
        if (!credential) throw new Error("No passkey was used.");
        return { ceremony: means.ceremony, answer: credential.toJSON() };
    }

    /** @param {string} text */
    #say(text) {
        this.#problem.textContent = text;
    }
}

/**
 * What the portal answers, or its words about why not.
 * @param {Response} response
 */
async function told(response) {
    if (response.ok) return response.json();
    const { reason, message } = (await response.json().catch(() => undefined))?.error ?? {};
    if (reason === "wrong") throw new Error("That was not right.");
    throw new Error(message ?? `The portal answered ${response.status}.`);
}

/** @param {unknown} error */
function words(error) {
    // A passkey that was not used, by whatever reason: the browser does not say which.
    if (error instanceof DOMException) return "No passkey was used.";
    if (error instanceof TypeError) return "The portal does not answer.";
    return error instanceof Error ? error.message : "It did not work.";
}
