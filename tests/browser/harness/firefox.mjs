// A real Firefox, driven by WebDriver BiDi over its own WebSocket: no driver program, no patched build.

import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";

import WebSocket from "ws";

export const FIREFOX = process.env.FIREFOX ?? "/usr/bin/firefox-esr";

const PREFERENCES = {
    "app.normandy.enabled": false,
    "app.update.enabled": false,
    "browser.shell.checkDefaultBrowser": false,
    "browser.aboutwelcome.enabled": false,
    "datareporting.policy.dataSubmissionEnabled": false,
    "datareporting.healthreport.uploadEnabled": false,
    "toolkit.telemetry.enabled": false,
    "network.captive-portal-service.enabled": false,
    "network.connectivity-service.enabled": false,
    "extensions.getAddons.cache.enabled": false,
    // Its H.264 for WebRTC is a plug-in from the network; the tests must not need one.
    "media.gmp-manager.updateEnabled": false,
    "media.gmp-gmpopenh264.autoupdate": false,
    // Without a network the browser hides host candidates behind names that nobody resolves.
    "media.peerconnection.ice.obfuscate_host_addresses": false,
    "media.peerconnection.ice.loopback": true,
};

/** One Firefox with one tab. */
export class Firefox {
    #next = 1;
    /** @type {Map<number, { resolve: (result: any) => void, reject: (error: Error) => void }>} */
    #waiting = new Map();

    static async launch() {
        const firefox = new Firefox();
        firefox.profile = await mkdtemp(path.join(tmpdir(), "tos-firefox-"));
        const lines = Object.entries(PREFERENCES).map(([name, value]) => `user_pref("${name}", ${JSON.stringify(value)});`);
        await writeFile(path.join(firefox.profile, "user.js"), lines.join("\n"));
        const args = ["--headless", "--no-remote", "--profile", firefox.profile, "--remote-debugging-port", "0", "about:blank"];
        const env = { ...process.env, HOME: firefox.profile, MOZ_HEADLESS_WIDTH: "1280", MOZ_HEADLESS_HEIGHT: "800" };
        firefox.child = spawn(FIREFOX, args, { env, stdio: ["ignore", "ignore", "pipe"] });
        firefox.exited = new Promise((resolve) => firefox.child.on("exit", resolve));
        try {
            const url = await address(firefox.child);
            await firefox.#connect(`${url}/session`);
        } catch (error) {
            await firefox.close();
            throw error;
        }
        return firefox;
    }

    async #connect(url) {
        this.socket = new WebSocket(url, { perMessageDeflate: false });
        await new Promise((resolve, reject) => this.socket.once("open", resolve).once("error", reject));
        this.socket.on("message", (data) => {
            const message = JSON.parse(String(data));
            const call = this.#waiting.get(message.id);
            if (!call) return;
            this.#waiting.delete(message.id);
            if (message.type === "success") call.resolve(message.result);
            else call.reject(new Error(`${message.error}: ${message.message}`));
        });
        this.socket.on("close", () => {
            for (const { reject } of this.#waiting.values()) reject(new Error("Firefox has gone"));
            this.#waiting.clear();
        });
        await this.command("session.new", { capabilities: {} });
        // The tab that is there from the start never gets the focus without a window manager; a new one does.
        const { context } = await this.command("browsingContext.create", { type: "tab" });
        this.tab = context;
    }

    /**
     * @param {string} method
     * @param {object} params
     * @returns {Promise<any>}
     */
    command(method, params) {
        const id = this.#next++;
        return new Promise((resolve, reject) => {
            this.#waiting.set(id, { resolve, reject });
            this.socket.send(JSON.stringify({ id, method, params }));
        });
    }

    /** @param {string} url */
    open(url) {
        return this.command("browsingContext.navigate", { context: this.tab, url, wait: "complete" });
    }

    /**
     * The value of a JavaScript expression in the page, which may be a promise; it passes as JSON.
     * @param {string} expression
     */
    async evaluate(expression) {
        const { result, exceptionDetails } = await this.command("script.evaluate", {
            expression: `Promise.resolve(${expression}).then((value) => JSON.stringify(value))`,
            target: { context: this.tab },
            awaitPromise: true,
        });
        if (exceptionDetails) throw new Error(exceptionDetails.text);
        return result.type === "string" ? JSON.parse(result.value) : undefined;
    }

    /**
     * Presses and releases keys, one for each character; `"\uE007"` is Enter.
     * @param {string} text
     */
    async type(text) {
        const actions = [...text].flatMap((value) => [{ type: "keyDown", value }, { type: "keyUp", value }]);
        const source = { type: "key", id: "keyboard", actions };
        await this.command("input.performActions", { context: this.tab, actions: [source] });
    }

    /** A click, page coordinates. */
    async click(x, y) {
        const actions = [
            { type: "pointerMove", x: Math.round(x), y: Math.round(y) },
            { type: "pointerDown", button: 0 },
            { type: "pointerUp", button: 0 },
        ];
        const source = { type: "pointer", id: "mouse", parameters: { pointerType: "mouse" }, actions };
        await this.command("input.performActions", { context: this.tab, actions: [source] });
    }

    async close() {
        this.socket?.terminate();
        if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill("SIGTERM");
        const killer = setTimeout(() => this.child.kill("SIGKILL"), 10_000);
        await this.exited;
        clearTimeout(killer);
        await rm(this.profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    }
}

/** The address that Firefox prints once its WebSocket is open. */
function address(child) {
    return new Promise((resolve, reject) => {
        const lines = createInterface({ input: child.stderr });
        lines.on("line", (line) => {
            const found = /WebDriver BiDi listening on (ws:\S+)/.exec(line);
            if (found) resolve(found[1]);
        });
        child.on("exit", (code) => reject(new Error(`Firefox ended with ${code}`)));
        child.on("error", reject);
    });
}
