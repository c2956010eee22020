// A small server in front of tos-comp, as a gateway is one: it has the desktop below a path, knows who somebody is, and signs
// a grant for each request that it passes on. And a portal, of which there is no more than the page needs.

import { createHash, generateKeyPairSync, randomUUID, sign } from "node:crypto";
import { writeFile } from "node:fs/promises";
import http from "node:http";

/** The name of the desktop, and below which path it is. */
const AUDIENCE = "desk-1";
const PREFIX = "/u/ada";
const HOP = new Set(["connection", "keep-alive", "transfer-encoding", "upgrade"]);

export class Front {
    /** What it answers for the desktop: `open`, `signed-out`, `elsewhere` (a redirect) or `starting`. */
    mode = "open";
    who = "ada";
    role = "control";
    password = "correct horse";
    /** What pages asked for. @type {string[]} */
    asked = [];
    signedOut = 0;
    #sockets = new Set();

    /**
     * The key is written into `place`; the desktop is told where by `args`.
     * @param {import("./session.mjs").Place} place
     */
    static async start(place) {
        const front = new Front();
        const { publicKey, privateKey } = generateKeyPairSync("ed25519");
        front.key = privateKey;
        front.keyFile = place.file("grant.pem");
        await writeFile(front.keyFile, publicKey.export({ type: "spki", format: "pem" }));
        front.server = http.createServer((request, response) => void front.#serve(request, response));
        front.server.on("upgrade", (request, socket, head) => front.#upgrade(request, socket, head));
        front.server.on("connection", (socket) => {
            front.#sockets.add(socket);
            socket.on("close", () => front.#sockets.delete(socket));
        });
        await new Promise((resolve) => front.server.listen(0, "127.0.0.1", () => resolve(undefined)));
        front.origin = `http://127.0.0.1:${front.server.address().port}`;
        return front;
    }

    /** For `tos-comp run`. */
    get args() {
        return ["--grant-key", this.keyFile, "--grant-audience", AUDIENCE, "--portal", "/"];
    }

    /** The desktop that it is in front of. @param {import("./session.mjs").Session} session */
    before(session) {
        this.target = session.origin;
    }

    get url() {
        return `${this.origin}${PREFIX}/`;
    }

    /** A grant, or with `commit` the proof of a command. */
    grant(claims = {}) {
        const now = Math.floor(Date.now() / 1000);
        const head = { alg: "EdDSA", typ: "JWT" };
        const said = { iss: "tosd", aud: AUDIENCE, sub: this.who, role: this.role, iat: now, exp: now + 30, jti: randomUUID(), ...claims };
        const text = [head, said].map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")).join(".");
        return `${text}.${sign(null, Buffer.from(text), this.key).toString("base64url")}`;
    }

    /** Asks the desktop as somebody. */
    async ask(path, { claims = {}, ...how } = {}) {
        const headers = { authorization: `Bearer ${this.grant(claims)}`, "content-type": "application/json" };
        const answer = await fetch(`${this.target}${path}`, { headers, ...how });
        const words = await answer.text();
        return { status: answer.status, body: words.startsWith("{") ? JSON.parse(words) : words };
    }

    async #serve(request, response) {
        this.asked.push(`${request.method} ${request.url}`);
        if (request.url.startsWith(`${PREFIX}/`)) return this.#pass(request, response);
        const json = (status, value) => response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
        if (request.method === "GET" && request.url === "/") {
            return response.writeHead(200, { "content-type": "text/html" }).end("<title>Portal</title><h1>Portal</h1>");
        }
        if (request.method !== "POST" || request.headers["x-tos"] !== "1") return response.writeHead(404).end();
        const body = JSON.parse(Buffer.concat(await request.toArray()).toString());
        if (request.url === "/auth/sign-out") {
            this.signedOut += 1;
            this.mode = "signed-out";
            return json(200, { ok: true });
        }
        if (request.url === "/auth/step-up/begin") return json(200, { ok: true, means: "password", code: false });
        if (request.url === "/auth/step-up") {
            if (body.password !== this.password) return json(401, { ok: false, error: { reason: "wrong", message: "Wrong." } });
            return json(200, { ok: true, proof: this.grant({ commit: body.purpose }) });
        }
        return response.writeHead(404).end();
    }

    /** What the desktop is asked, and by whose authority. */
    #inner(request) {
        const { origin: _, authorization: __, ...headers } = request.headers;
        const { host } = new URL(this.target);
        return {
            method: request.method,
            headers: { ...headers, host, authorization: `Bearer ${this.grant()}` },
            path: request.url.slice(PREFIX.length),
        };
    }

    #pass(request, response) {
        // The files of the page come from elsewhere in a gateway that knows nobody; who asks for more is told.
        const api = /^\/(api|whep|vnc)/.test(request.url.slice(PREFIX.length));
        if (api && this.mode === "signed-out") return response.writeHead(401).end();
        if (api && this.mode === "elsewhere") return response.writeHead(303, { location: "/" }).end();
        if (api && this.mode === "starting") return response.writeHead(503, { "retry-after": "1" }).end();
        const inner = http.request(this.target, this.#inner(request), (answer) => {
            const headers = Object.entries(answer.headers).filter(([name]) => !HOP.has(name));
            response.writeHead(answer.statusCode, Object.fromEntries(headers));
            answer.pipe(response);
        });
        inner.on("error", () => response.destroy());
        request.pipe(inner);
    }

    #upgrade(request, socket, head) {
        const inner = this.#inner(request);
        this.asked.push(`UPGRADE ${request.url}`);
        const outgoing = http.request(this.target, inner);
        outgoing.on("upgrade", (answer, far, early) => {
            const lines = Object.entries(answer.headers).map(([name, value]) => `${name}: ${value}\r\n`);
            socket.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join("")}\r\n`);
            far.write(head);
            socket.write(early);
            far.pipe(socket).pipe(far);
            far.on("error", () => socket.destroy());
            socket.on("error", () => far.destroy());
        });
        outgoing.on("response", () => socket.destroy());
        outgoing.on("error", () => socket.destroy());
        outgoing.end();
    }

    async stop() {
        for (const socket of this.#sockets) socket.destroy();
        await new Promise((resolve) => this.server.close(resolve));
    }
}

/** @param {string} text */
export const sha256 = (text) => createHash("sha256").update(text).digest("hex");
