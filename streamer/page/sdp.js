// The little that the page does to session descriptions: fragments for an ICE restart (RFC 8840), and which codec was
// agreed on. Pure.

/**
 * @param {string} sdp
 * @returns {string[]}
 */
function lines(sdp) {
    return sdp.split(/\r?\n/).filter((line) => line !== "");
}

/**
 * An offer without attributes of payload types that it does not offer. Firefox leaves those of the codecs that
 * `setCodecPreferences` took out, and strict parsers refuse the whole offer for them.
 * @param {string} offer
 * @returns {string}
 */
export function tidy(offer) {
    /** @type {Set<string>} */
    let offered = new Set();
    const out = lines(offer).filter((line) => {
        if (line.startsWith("m=")) offered = new Set(line.split(" ").slice(3));
        const type = /^a=(?:rtcp-fb|fmtp|rtpmap):(\d+) /.exec(line)?.[1];
        return type === undefined || offered.has(type);
    });
    return out.join("\r\n") + "\r\n";
}

/**
 * What a PATCH carries: the credentials and candidates of an offer. All media share one transport, so those of the first
 * section stand for all.
 * @param {string} offer
 * @returns {string}
 */
export function fragment(offer) {
    const all = lines(offer);
    const first = all.findIndex((line) => line.startsWith("m="));
    const next = all.findIndex((line, at) => at > first && line.startsWith("m="));
    const section = first < 0 ? [] : all.slice(first, next < 0 ? undefined : next);
    const find = (/** @type {string} */ prefix) =>
        section.find((line) => line.startsWith(prefix)) ?? all.find((line) => line.startsWith(prefix));
    const out = [
        find("a=ice-ufrag:"),
        find("a=ice-pwd:"),
        section[0],
        find("a=mid:"),
        ...section.filter((line) => line.startsWith("a=candidate:")),
        "a=end-of-candidates",
    ];
    return out.filter((line) => line !== undefined).join("\r\n") + "\r\n";
}

/**
 * The answer to a restarted ICE: the old answer with the credentials and candidates of the server's fragment.
 * @param {string} answer
 * @param {string} fragment
 * @returns {string}
 */
export function withFragment(answer, fragment) {
    const given = lines(fragment);
    const value = (/** @type {string} */ prefix) => given.find((line) => line.startsWith(prefix));
    const [ufrag, pwd] = [value("a=ice-ufrag:"), value("a=ice-pwd:")];
    const candidates = given.filter((line) => line.startsWith("a=candidate:"));
    const out = [];
    let placed = false;
    for (const line of lines(answer)) {
        if (line.startsWith("a=ice-ufrag:")) out.push(ufrag ?? line);
        else if (line.startsWith("a=ice-pwd:")) {
            out.push(pwd ?? line);
            if (!placed) out.push(...candidates);
            placed = true;
        } else if (candidates.length === 0 || !/^a=(candidate:|end-of-candidates)/.test(line)) out.push(line);
    }
    return out.join("\r\n") + "\r\n";
}

/**
 * The video codec of an answer.
 * @param {string} answer
 * @returns {string | undefined} such as `H264`
 */
export function videoCodec(answer) {
    const all = lines(answer);
    const start = all.findIndex((line) => line.startsWith("m=video"));
    if (start < 0) return undefined;
    const type = all[start]?.split(" ")[3];
    const map = all.slice(start).find((line) => line.startsWith(`a=rtpmap:${type} `));
    return map?.split(" ")[1]?.split("/")[0]?.toUpperCase();
}
