// A browser without H.264 is served with VP8.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { launch, open } from "./harness/page.mjs";
import { until } from "./harness/poll.mjs";
import { inSession } from "./harness/session.mjs";

let chromium;
before(async () => (chromium = await launch()));
after(() => chromium?.close());

/** Makes the browser one that was built without H.264. */
function withoutH264() {
    const all = RTCRtpReceiver.getCapabilities;
    RTCRtpReceiver.getCapabilities = (kind) => {
        const capabilities = all.call(RTCRtpReceiver, kind);
        return { ...capabilities, codecs: capabilities.codecs.filter((codec) => !/h264/i.test(codec.mimeType)) };
    };
    const local = RTCPeerConnection.prototype.setLocalDescription;
    RTCPeerConnection.prototype.setLocalDescription = async function (description) {
        for (const transceiver of this.getTransceivers()) {
            const { codecs } = RTCRtpReceiver.getCapabilities("video");
            transceiver.setCodecPreferences(codecs.filter((codec) => /vp8|rtx/i.test(codec.mimeType)));
        }
        return local.call(this, ...(description ? [description] : []));
    };
}

/** Name of the codec that arrives. */
const codec = (desk) => until("statistics name a codec", () => desk.page.evaluate(async () => {
    const figures = await window.tos.stats();
    return /h264|vp8/i.exec(JSON.stringify(figures))?.[0].toLowerCase();
}));

test("a page without H.264 gets VP8, beside one with H.264", inSession({}, async (session) => {
    await session.client("flip", "--fullscreen");
    const usual = await open(chromium.browser, session.url);
    const other = await open(chromium.browser, session.url, { init: withoutH264 });
    assert.equal(await codec(usual), "h264");
    assert.equal(await codec(other), "vp8");
    await other.page.mouse.click(...(await other.at(0.5, 0.5)));
    await Promise.all([usual, other].map((desk) => desk.shows([0xf0, 0xe0, 0x40])));
}));
