// A container's gate from outside, as container/init/GATE.md has it. Its sockets are root's.

import http from "node:http";
import net from "node:net";
import path from "node:path";

/**
 * A connection to one of the gate's stream sockets, after its first line was answered.
 * @param {string} socket
 * @param {string} line
 * @returns {Promise<{ stream: net.Socket, answer: string }>}
 */
function say(socket, line) {
    return new Promise((resolve, reject) => {
        const stream = net.connect(socket, () => stream.write(`${line}\n`));
        let heard = Buffer.alloc(0);
        const read = () => {
            for (let chunk = stream.read(); chunk !== null; chunk = stream.read()) {
                heard = Buffer.concat([heard, chunk]);
                const end = heard.indexOf("\n");
                if (end < 0) continue;
                stream.off("readable", read);
                if (heard.length > end + 1) stream.unshift(heard.subarray(end + 1));
                resolve({ stream, answer: heard.subarray(0, end).toString() });
                return;
            }
        };
        stream.on("readable", read);
        stream.once("error", reject);
        stream.once("close", () => reject(new Error(`${path.basename(socket)} closed without an answer`)));
    });
}

export class Gate {
    /** @param {string} directory of the host */
    constructor(directory) {
        this.directory = directory;
    }

    /**
     * Asks the first process something.
     * @param {object} request
     * @returns {Promise<any>}
     */
    async ask(request) {
        const { stream, answer } = await say(path.join(this.directory, "control.sock"), JSON.stringify(request));
        stream.destroy();
        return JSON.parse(answer);
    }

    /**
     * A stream to a port of the container's loopback.
     * @param {number} port
     */
    async connect(port) {
        const { stream, answer } = await say(path.join(this.directory, "ports.sock"), `${port}`);
        if (answer === "ok") return stream;
        stream.destroy();
        throw new Error(answer);
    }

    /**
     * One HTTP request to a port.
     * @param {number} port
     * @param {string} url
     * @param {{ method?: string, headers?: Record<string, string>, body?: string }} [options]
     * @returns {Promise<{ status: number, body: string }>}
     */
    async fetch(port, url, { method = "GET", headers = {}, body } = {}) {
        const stream = await this.connect(port);
        return new Promise((resolve, reject) => {
            const agent = Object.assign(new http.Agent(), { createConnection: () => stream });
            const request = http.request({ agent, host: "localhost", path: url, method, headers }, (answer) => {
                let text = "";
                answer.setEncoding("utf8");
                answer.on("data", (chunk) => (text += chunk));
                answer.on("end", () => resolve({ status: answer.statusCode ?? 0, body: text }));
            });
            request.once("error", reject);
            request.end(body);
        });
    }
}
