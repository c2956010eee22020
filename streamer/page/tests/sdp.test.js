import assert from "node:assert/strict";
import { test } from "node:test";

import { fragment, tidy, videoCodec, withFragment } from "../sdp.js";

const answer = [
    "v=0", "a=group:BUNDLE 0 1",
    "m=video 9 UDP/TLS/RTP/SAVPF 102 103", "a=ice-ufrag:old", "a=ice-pwd:oldpwd", "a=mid:0",
    "a=candidate:1 1 udp 1 127.0.0.1 4000 typ host", "a=end-of-candidates",
    "a=rtpmap:102 H264/90000", "a=rtpmap:103 rtx/90000",
    "m=application 9 UDP/DTLS/SCTP webrtc-datachannel", "a=ice-ufrag:old", "a=ice-pwd:oldpwd", "a=mid:1", "",
].join("\r\n");

test("a fragment carries the credentials and candidates of the first section", () => {
    assert.equal(fragment(answer), [
        "a=ice-ufrag:old", "a=ice-pwd:oldpwd", "m=video 9 UDP/TLS/RTP/SAVPF 102 103", "a=mid:0",
        "a=candidate:1 1 udp 1 127.0.0.1 4000 typ host", "a=end-of-candidates", "",
    ].join("\r\n"));
});

test("a restarted answer has the new credentials everywhere and the new candidates once", () => {
    const made = withFragment(answer, "a=ice-ufrag:new\r\na=ice-pwd:newpwd\r\na=candidate:2 1 udp 1 127.0.0.1 5000 typ host\r\n");
    assert.equal(made.match(/a=ice-ufrag:new/g)?.length, 2);
    assert.equal(made.match(/a=ice-pwd:newpwd/g)?.length, 2);
    assert.ok(!made.includes("old"));
    assert.equal(made.match(/a=candidate:/g)?.length, 1);
    assert.ok(made.includes("5000") && !made.includes("4000"));
    assert.ok(made.includes("a=rtpmap:102 H264/90000"));
});

test("attributes of codecs that are not offered are left out", () => {
    const offer = [
        "v=0", "m=video 9 UDP/TLS/RTP/SAVPF 120 124", "a=rtcp-fb:120 nack", "a=rtcp-fb:121 nack pli", "a=fmtp:124 apt=120",
        "a=fmtp:125 apt=121", "a=rtcp-fb:* transport-cc", "a=rtpmap:120 VP8/90000", "a=rtpmap:124 rtx/90000",
        "m=application 9 UDP/DTLS/SCTP webrtc-datachannel", "a=sctp-port:5000", "",
    ].join("\r\n");
    const left = tidy(offer);
    assert.ok(!/12[15]/.test(left), left);
    assert.equal(left.split("\r\n").length, offer.split("\r\n").length - 2);
    assert.equal(tidy(answer), answer);
});

test("without new candidates the old ones stay", () => {
    assert.ok(withFragment(answer, "a=ice-ufrag:new\r\na=ice-pwd:newpwd\r\n").includes("4000"));
});

test("the codec of an answer is that of its first payload type", () => {
    assert.equal(videoCodec(answer), "H264");
    assert.equal(videoCodec(answer.replace("SAVPF 102 103", "SAVPF 103 102")), "RTX");
    assert.equal(videoCodec("v=0\r\n"), undefined);
});
