// Files held over the picture and let go there. While they are held, the desktop shows who would take them.

import { normalise } from "./letterbox.js";

/** How often the desktop is told where they are held, milliseconds. */
const OFTEN = 40;

/**
 * @param {HTMLElement} stage
 * @param {import("./picture.js").Picture} picture
 * @param {import("./link.js").Link} link
 * @param {import("./uploads.js").Uploads} uploads
 * @param {(text: string) => void} onProblem
 */
export function readFiles(stage, picture, link, uploads, onProblem) {
    let told = 0;
    const holds = (/** @type {DragEvent} */ event) => event.dataTransfer?.types.includes("Files") ?? false;
    const place = (/** @type {DragEvent} */ event) => normalise(picture.rect, event.clientX, event.clientY);
    stage.addEventListener("dragover", (event) => {
        if (!holds(event) || !link.open) return;
        event.preventDefault();
        if (event.dataTransfer) event.dataTransfer.dropEffect = "copy";
        if (event.timeStamp - told < OFTEN) return;
        told = event.timeStamp;
        link.send({ t: "file_drag", over: true, ...place(event) });
    });
    stage.addEventListener("dragleave", (event) => {
        const inside = event.relatedTarget instanceof Node && stage.contains(event.relatedTarget);
        if (holds(event) && !inside) link.send({ t: "file_drag", over: false, x: 0, y: 0 });
    });
    stage.addEventListener("drop", (event) => {
        if (!holds(event)) return;
        event.preventDefault();
        link.send({ t: "file_drag", over: false, x: 0, y: 0 });
        const { files, folders } = chosen(event.dataTransfer);
        if (folders > 0) onProblem("Folders are not taken as they are: drop the files in them, or an archive.");
        uploads.add(files, place(event));
    });
}

/**
 * Files; folders only say that they are there.
 * @param {DataTransfer | null} data
 */
export function chosen(data) {
    /** @type {File[]} */
    const files = [];
    let folders = 0;
    for (const item of data?.items ?? []) {
        if (item.kind !== "file") continue;
        const file = item.getAsFile();
        if (item.webkitGetAsEntry?.()?.isDirectory) folders += 1;
        else if (file) files.push(file);
    }
    return { files, folders };
}

/**
 * Saves what the desktop gives, as the browser saves files.
 * @param {string} url
 */
export function save(url) {
    const link = document.createElement("a");
    // Of this server only, whatever is said.
    const address = new URL(url, document.baseURI);
    if (address.origin !== location.origin || !address.pathname.startsWith(new URL("api/v1/download/", document.baseURI).pathname)) return;
    link.href = address.href;
    link.download = "";
    link.click();
}
