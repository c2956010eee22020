// What the page says in each state of the session. Words only; screen.js shows them.

/** @typedef {import("./session.js").State} State */

/**
 * @typedef {object} Words
 * @property {string} title in the bar at the top
 * @property {string} heading
 * @property {string} body one sentence or two: what it is, what can be done
 * @property {string} line the state, in the bar at the bottom
 * @property {"quiet" | "busy" | "alert"} tone
 * @property {("retry" | "token" | "again" | "portal")[]} offers
 */

/**
 * @param {State} state
 * @param {number} now `performance.now()`
 * @returns {Words | undefined} nothing to say while all is well
 */
export function words(state, now) {
    switch (state.name) {
        case "live":
            return undefined;
        case "connecting":
            return {
                title: state.again ? "Reconnecting" : "Connecting",
                heading: state.again ? "The connection was lost" : "Opening your desktop",
                body: state.failures > 0 ? `Attempt ${state.failures + 1}.` : "Asking the server for a picture.",
                line: state.again ? "Reconnecting" : "Connecting",
                tone: "busy",
                offers: [],
            };
        case "repairing":
            return {
                title: "Reconnecting",
                heading: "The path was lost",
                body: "Looking for another one.",
                line: "Looking for a path",
                tone: "busy",
                offers: [],
            };
        case "waiting": {
            const seconds = Math.max(0, Math.ceil((state.until - now) / 1000));
            const gone = state.outlook === "gone";
            if (state.starting) {
                return {
                    title: "Starting",
                    heading: "Your desktop is starting",
                    body: state.reason,
                    line: "Starting",
                    tone: "busy",
                    offers: [],
                };
            }
            return {
                title: gone ? "Server gone" : state.again ? "Reconnecting" : "Connecting",
                heading: gone ? "The server cannot be reached" : state.again ? "The connection was lost" : "No connection yet",
                body: gone
                    ? `${state.reason} It may have been stopped, or the network is down. This page goes on trying.`
                    : state.reason,
                line: `Waiting ${seconds} s`,
                tone: gone ? "alert" : "busy",
                offers: ["retry"],
            };
        }
        case "failed":
            return failure(state.kind, state.text);
    }
}

/**
 * @param {"token" | "codec" | "bye" | "unsupported" | "signed-out"} kind
 * @param {string} text
 * @returns {Words}
 */
function failure(kind, text) {
    switch (kind) {
        case "token":
            return {
                title: "Authorization required",
                heading: text === "" ? "No access token" : "This token is not valid",
                body: "Open the address that tos-comp printed when it started, or enter its token here.",
                line: "Locked",
                tone: text === "" ? "quiet" : "alert",
                offers: ["token"],
            };
        case "codec":
            return {
                title: "No picture",
                heading: "This browser cannot show the video",
                body: `${text} Use a current Chromium or Firefox, with H.264 or VP8 enabled.`,
                line: "No common video codec",
                tone: "alert",
                offers: ["again"],
            };
        case "unsupported":
            return {
                title: "No picture",
                heading: "This browser lacks WebRTC",
                body: `${text} Use a current Chromium or Firefox, and allow WebRTC for this page.`,
                line: "WebRTC is off",
                tone: "alert",
                offers: ["again"],
            };
        case "signed-out":
            return {
                title: "Signed out",
                heading: "You are signed out",
                body: "Your desktop goes on without you. Sign in again to come back to it.",
                line: "Signed out",
                tone: "quiet",
                offers: ["portal"],
            };
        case "bye":
            return {
                title: "Session ended",
                heading: "The server ended this session",
                body: text || "No reason was given.",
                line: "Ended",
                tone: "quiet",
                offers: ["again"],
            };
    }
}
