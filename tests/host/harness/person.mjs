// Somebody with a browser: signs in at the portal as people do, with a passkey of the browser's own authenticator.

import assert from "node:assert/strict";

import { Desk } from "../../browser/harness/page.mjs";
import { until } from "../../browser/harness/poll.mjs";

/** The authenticator of a laptop: it keeps passkeys, and has seen its owner's finger. */
const AUTHENTICATOR = {
    protocol: "ctap2",
    ctap2Version: "ctap2_1",
    transport: "internal",
    hasResidentKey: true,
    hasUserVerification: true,
    isUserVerified: true,
    automaticPresenceSimulation: true,
};

export class Person {
    /** @type {any[]} passkeys, which go with their owner from browser to browser */
    passkeys = [];

    /**
     * @param {import("playwright-core").Browser} browser
     * @param {import("./host.mjs").Host} host
     * @param {string} name
     */
    constructor(browser, host, name) {
        this.browser = browser;
        this.host = host;
        this.name = name;
    }

    /** Sits down at a browser that has never been here. */
    async sitsDown() {
        this.context = await this.browser.newContext({ viewport: { width: 1280, height: 720 }, ignoreHTTPSErrors: true, reducedMotion: "reduce" });
        this.page = await this.context.newPage();
        this.complaints = [];
        this.page.on("pageerror", (error) => this.complaints.push(`${error}`));
        this.page.on("console", (message) => message.type() === "error" && this.complaints.push(message.text()));
        this.tools = await this.context.newCDPSession(this.page);
        await this.tools.send("WebAuthn.enable");
        const made = await this.tools.send("WebAuthn.addVirtualAuthenticator", { options: AUTHENTICATOR });
        this.authenticator = made.authenticatorId;
        for (const credential of this.passkeys) {
            await this.tools.send("WebAuthn.addCredential", { authenticatorId: this.authenticator, credential });
        }
    }

    /** Closes the browser. */
    async leaves() {
        if (!this.context) return;
        const { credentials } = await this.tools.send("WebAuthn.getCredentials", { authenticatorId: this.authenticator });
        this.passkeys = credentials;
        await this.context.close();
        this.context = undefined;
    }

    /**
     * Makes an account by a one-time link.
     * @param {string} link
     */
    async joins(link) {
        await this.page.goto(link);
        const passkey = this.page.getByRole("button", { name: "Make a passkey" });
        await passkey.waitFor();
        // Who was added by the administrator has a name already.
        const name = this.page.getByLabel("User name");
        if (await name.isVisible()) await name.fill(this.name);
        await passkey.click();
        await this.approved();
    }

    /** Signs in at the portal, without saying a name: the passkey knows. */
    async signsIn() {
        await this.page.goto(this.host.origin);
        await this.page.getByRole("button", { name: "Continue with a passkey" }).click();
        await this.approved();
    }

    /** What the portal says once it knows who this is. It may go on to the desktop at once. */
    approved() {
        return until("authorization is approved", async () => {
            const [title, url] = [await this.page.title(), this.page.url()];
            if (/Authorization approved/i.test(title) || url.includes(`/u/${this.name}/`)) return true;
            // It may be another page by now, which has no such part.
            throw new Error(`the page is ${url}, ${title}: ${await this.page.locator("#problem").textContent({ timeout: 1_000 })}`);
        });
    }

    /** The desktop, with a picture. */
    async desk() {
        await this.page.waitForURL(`**/u/${this.name}/**`, { timeout: 90_000 });
        const desk = new Desk(this.page, this.complaints);
        await until("the desktop's page is there", () => this.page.evaluate(() => window.tos !== undefined), { within: 90_000 });
        await desk.live();
        return desk;
    }

    /**
     * Asks the desktop as its page does.
     * @param {string} path
     * @param {object} [body]
     */
    async api(path, body) {
        const answer = await this.page.evaluate(async ([path, body]) => {
            const headers = { "content-type": "application/json", "x-tos": "1" };
            const answer = await fetch(path, body ? { method: "POST", headers, body: JSON.stringify(body) } : { headers });
            return { status: answer.status, text: await answer.text() };
        }, [`/u/${this.name}/api/v1/${path}`, body]);
        assert.ok(answer.status < 300, `${path}: ${answer.status} ${answer.text}`);
        return answer.text ? JSON.parse(answer.text) : undefined;
    }

    state() {
        return this.api("state");
    }

    command(command) {
        return this.api("command", command);
    }
}
