// Somebody who signs in without a browser, as a program would: the portal's own API and a cookie jar.

import { Agent, request } from "node:https";

import { secretOf } from "./links.mjs";

/** One connection a request: a test of who may what must not lean on a connection of somebody else. */
const agent = new Agent({ rejectUnauthorized: false, keepAlive: false });

export class Account {
    /** @type {Map<string, string>} */
    cookies = new Map();
    /** Where they come from; whatever the system takes where it is not said. */
    localAddress = /** @type {string | undefined} */ (undefined);

    /**
     * @param {{ origin: string }} host
     * @param {string} name
     * @param {string} [password]
     */
    constructor(host, name, password = `correct horse of ${[...name].reverse().join("")} battery`) {
        this.host = host;
        this.name = name;
        this.password = password;
    }

    /**
     * One request; nothing is followed.
     * @param {string} url
     * @param {{ method?: string, headers?: Record<string, string>, body?: string }} [options]
     * @returns {Promise<{ status: number, headers: import("node:http").IncomingHttpHeaders, body: string }>}
     */
    fetch(url, { method = "GET", headers = {}, body } = {}) {
        const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
        return new Promise((resolve, reject) => {
            const asked = request(new URL(url, this.host.origin), { agent, method, localAddress: this.localAddress, headers: { ...(cookie ? { cookie } : {}), ...headers } }, (answer) => {
                for (const line of answer.headers["set-cookie"] ?? []) {
                    const [pair] = line.split(";");
                    const at = pair.indexOf("=");
                    if (/max-age=0/i.test(line)) this.cookies.delete(pair.slice(0, at));
                    else this.cookies.set(pair.slice(0, at), pair.slice(at + 1));
                }
                let text = "";
                answer.setEncoding("utf8");
                answer.on("data", (chunk) => (text += chunk));
                answer.on("end", () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: text }));
            });
            asked.once("error", reject);
            asked.end(body);
        });
    }

    /**
     * What a page of ours posts.
     * @param {string} url
     * @param {object} value
     */
    async post(url, value) {
        const body = JSON.stringify(value);
        const headers = { "content-type": "application/json", "content-length": `${Buffer.byteLength(body)}`, "x-tos": "1", origin: this.host.origin, "sec-fetch-site": "same-origin" };
        return this.fetch(url, { method: "POST", headers, body });
    }

    /**
     * Sets the password by a one-time link: of a new account, or of one that the administrator added.
     * @param {string} text that has the link in it
     */
    async join(text) {
        const secret = secretOf(text);
        const link = await this.post("/auth/link", { secret });
        if (link.status !== 200) throw new Error(`the link of ${this.name} does not work: ${link.status} ${link.body}`);
        const added = JSON.parse(link.body).for === "reset";
        const form = added ? { secret, password: this.password } : { secret, name: this.name, display: this.name, password: this.password };
        const answer = await this.post(added ? "/auth/reset" : "/auth/join", form);
        if (answer.status !== 200) throw new Error(`${this.name} did not join: ${answer.status} ${answer.body}`);
    }

    async signIn() {
        const answer = await this.post("/auth/password", { name: this.name, password: this.password });
        if (answer.status !== 200) throw new Error(`${this.name} did not get in: ${answer.status} ${answer.body}`);
    }

    /** How the desktop is. */
    async phase() {
        return JSON.parse((await this.fetch("/auth/state")).body).signed_in?.desktop;
    }
}
