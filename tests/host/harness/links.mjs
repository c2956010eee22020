// One-time links, as tosd prints them.

/**
 * The secret of the last link in a text.
 * @param {string} text
 */
export function secretOf(text) {
    const secret = [...text.matchAll(/\/join#([A-Za-z0-9_-]{16,})/g)].at(-1)?.[1];
    if (!secret) throw new Error(`no link in: ${text}`);
    return secret;
}
