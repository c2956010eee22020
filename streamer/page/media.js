// What the page asks of the browser's video receiver: codecs in the right order, and no buffer.

/** @typedef {"H264" | "VP8"} Codec */

/** Codecs the server can make, in the order it is asked for them. */
const CODECS = /** @type {Codec[]} */ (["H264", "VP8"]);

/**
 * Which codecs this browser can receive, of those the server can make.
 * @returns {Codec[]}
 */
export function receivable() {
    const known = RTCRtpReceiver.getCapabilities("video")?.codecs ?? [];
    return CODECS.filter((name) => known.some((codec) => codec.mimeType.toUpperCase() === `VIDEO/${name}`));
}

/**
 * Offers only the wanted codecs, in their order, with what protects them (RTX, FEC).
 * @param {RTCRtpTransceiver} transceiver
 * @param {Codec[]} wanted
 */
export function prefer(transceiver, wanted) {
    const known = RTCRtpReceiver.getCapabilities("video")?.codecs ?? [];
    const named = (/** @type {RTCRtpCodec} */ codec) => codec.mimeType.split("/")[1]?.toUpperCase() ?? "";
    const rank = (/** @type {RTCRtpCodec} */ codec) => {
        // The encoders make constrained baseline, in packets of mode 1.
        const line = codec.sdpFmtpLine ?? "";
        return (line.includes("packetization-mode=1") ? 0 : 2) + (/profile-level-id=42e0/i.test(line) ? 0 : 1);
    };
    const codecs = wanted.flatMap((name) =>
        known.filter((codec) => named(codec) === name).sort((a, b) => rank(a) - rank(b)));
    const helpers = known.filter((codec) => ["RTX", "RED", "ULPFEC", "FLEXFEC-03"].includes(named(codec)));
    transceiver.setCodecPreferences([...codecs, ...helpers]);
}

/**
 * No buffer against jitter: a late picture is worth less than a new one. Asked of the browser, which may not know either.
 * @param {RTCRtpReceiver} receiver
 */
export function lowDelay(receiver) {
    if ("jitterBufferTarget" in receiver) receiver.jitterBufferTarget = 0;
    if ("playoutDelayHint" in receiver) receiver.playoutDelayHint = 0;
}

/**
 * How much has come in, and how much of it became pictures.
 * @param {RTCRtpReceiver} receiver
 */
export async function received(receiver) {
    for (const report of (await receiver.getStats()).values()) {
        if (report.type !== "inbound-rtp") continue;
        return { packets: Number(report.packetsReceived ?? 0), decoded: Number(report.framesDecoded ?? 0) };
    }
    return { packets: 0, decoded: 0 };
}
