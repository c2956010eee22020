// A bad line between page and server: a UDP relay that media has to pass, and that loses what it is told to lose.

import dgram from "node:dgram";

const BEGINS = /^a=candidate:/;

/** What an RTP packet says in the clear; nothing for STUN, DTLS, RTCP. */
export function rtp(packet) {
    const media = packet.length >= 12 && packet[0] >> 6 === 2 && !(packet[1] >= 192 && packet[1] <= 223);
    return media ? { timestamp: packet.readUInt32BE(4), ssrc: packet.readUInt32BE(8) } : undefined;
}

/** Relays between one page and the server. */
export class LossyLine {
    /** Packets from server to page that went through, and that did not. */
    passed = 0;
    lost = 0;

    /**
     * @param {(packet: Buffer) => boolean} loses whether this packet from the server is lost
     */
    constructor(loses) {
        this.loses = loses;
        this.front = dgram.createSocket("udp4");
        this.back = dgram.createSocket("udp4");
    }

    /** The server's port comes with its answer, the page's with its first packet. */
    async #open(server) {
        let page;
        this.front.on("message", (packet, from) => {
            page = from;
            this.back.send(packet, server, "127.0.0.1");
        });
        this.back.on("message", (packet) => {
            if (!page) return;
            if (this.loses(packet)) {
                this.lost += 1;
                return;
            }
            this.passed += 1;
            this.front.send(packet, page.port, page.address);
        });
        await Promise.all([this.front, this.back].map((socket) => new Promise((done) => socket.bind(0, "127.0.0.1", done))));
        return this.front.address().port;
    }

    /**
     * Puts the line into a page that is about to connect: the server's answer names the relay instead of the server.
     * @param {import("playwright-core").BrowserContext} context
     */
    async cutInto(context) {
        await context.route("**/whep", async (route) => {
            const answer = await route.fetch();
            const lines = (await answer.text()).split("\r\n");
            const candidate = lines.find((line) => BEGINS.test(line) && / udp /i.test(line));
            const server = Number(candidate.split(" ")[5]);
            const port = await this.#open(server);
            const kept = lines.filter((line) => !BEGINS.test(line) || line === candidate);
            const body = kept.map((line) => (line === candidate ? line.replace(` ${server} `, ` ${port} `) : line));
            await route.fulfill({ response: answer, body: body.join("\r\n") });
        });
    }

    close() {
        this.front.close();
        this.back.close();
    }
}
