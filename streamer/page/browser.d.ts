// What browsers have and TypeScript's DOM library does not know, because not all browsers have it. Every use is behind a
// check.

interface RTCRtpReceiver {
    /** Chromium's name for a wish that became `jitterBufferTarget`. Seconds. */
    playoutDelayHint?: number;
}

interface Navigator {
    /** Chromium, in full screen: keys that the browser would keep come to the page. */
    readonly keyboard?: { lock(codes?: string[]): Promise<void>; unlock(): void };
}

interface WheelEvent {
    /** 120ths of a notch to the left. */
    readonly wheelDeltaX?: number;
    /** 120ths of a notch up. */
    readonly wheelDeltaY?: number;
}

interface Window {
    /** For tests and the curious. */
    readonly tos: Readonly<import("./main.js").Hook>;
}
