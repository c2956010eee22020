// What was copied, in all its forms: out of a browser's events and objects, and over HTTP where it is more than a message
// takes.

import { bearer, takeToken } from "./token.js";

/**
 * @typedef {import("./protocol.js").ClipboardForm} Form
 * @typedef {{ text: string, html: string, png: Blob | undefined }} Copied
 */

/** The most of one form, bytes; the server takes no more. */
export const MOST = 32 * 1024 * 1024;

/** @type {Record<Form, string>} */
const TYPES = { text: "text/plain", html: "text/html", png: "image/png" };

/**
 * What a paste or a drop brings.
 * @param {DataTransfer} data
 * @returns {Copied}
 */
export function fromTransfer(data) {
    const picture = [...data.items].find((item) => item.kind === "file" && item.type === TYPES.png);
    return {
        text: data.getData(TYPES.text),
        html: data.getData(TYPES.html),
        png: picture?.getAsFile() ?? undefined,
    };
}

/**
 * What `navigator.clipboard.read` gives. A form that cannot be had is left out.
 * @param {ClipboardItem[]} items
 * @returns {Promise<Copied>}
 */
export async function fromItems(items) {
    const blob = async (/** @type {Form} */ form) => {
        const item = items.find((each) => each.types.includes(TYPES[form]));
        return item?.getType(TYPES[form]).catch(() => undefined);
    };
    const [text, html, png] = await Promise.all([blob("text"), blob("html"), blob("png")]);
    return { text: (await text?.text()) ?? "", html: (await html?.text()) ?? "", png };
}

/**
 * Tells one thing copied from another without reading a picture.
 * @param {Copied} copied
 */
export function mark({ text, html, png }) {
    // Of what has a text, the text says enough: a browser rewrites HTML and pictures that pass through it.
    return text || `${html.length} ${png?.size ?? 0} ${html.slice(0, 200)}`;
}

/**
 * @param {Copied} copied
 * @param {Form} form
 * @returns {Blob | undefined}
 */
export function part({ text, html, png }, form) {
    if (form === "png") return png;
    const words = form === "text" ? text : html;
    return words === "" ? undefined : new Blob([words], { type: TYPES[form] });
}

/**
 * Brings what a program pastes.
 * @param {number} ask
 * @param {Blob | undefined} blob nothing, where it is there no longer
 */
export async function bring(ask, blob) {
    const response = await fetch(`api/v1/clipboard/${ask}`, {
        method: "PUT",
        headers: bearer(takeToken()),
        body: blob ?? null,
    });
    if (!response.ok) throw new Error(await reason(response));
}

/**
 * Fetches what a program copied.
 * @param {number} offer
 * @param {Form} form
 * @returns {Promise<Blob>}
 */
export async function get(offer, form) {
    const response = await fetch(`api/v1/clipboard/${offer}/${form}`, {
        headers: bearer(takeToken()),
        cache: "no-store",
    });
    if (!response.ok) throw new Error(await reason(response));
    // As a type that the browser's clipboard knows, without parameters.
    return new Blob([await response.arrayBuffer()], { type: TYPES[form] });
}

/**
 * Why the server did not do it, in its own words if it has some.
 * @param {Response} response
 * @returns {Promise<string>}
 */
export async function reason(response) {
    try {
        return (await response.json()).error.message;
    } catch {
        return `the server answered ${response.status}`;
    }
}

/** @param {Form} form */
export const typeOf = (form) => TYPES[form];
