// Short messages at the edge of the picture: from the server, and from the page itself.

/** How long one stays, milliseconds. Reading speed: more for longer texts. */
const STAYS = 4_000;
const STAYS_PER_CHARACTER = 50;
/** More than these would cover the desktop. */
const MOST = 4;

/** The list of notices on the screen. */
export class Notices {
    /** @param {HTMLElement} list */
    constructor(list) {
        this.list = list;
    }

    /**
     * @param {import("./protocol.js").NoticeLevel} level
     * @param {string} text
     */
    show(level, text) {
        // The same again: only the newest stays.
        for (const item of [...this.list.children]) if (item.textContent?.endsWith(text)) item.remove();
        const item = document.createElement("li");
        item.className = `notice ${level}`;
        const word = document.createElement("span");
        word.className = "word";
        word.textContent = level === "warning" ? "Caution" : "Notice";
        const said = document.createElement("span");
        said.className = "said";
        said.textContent = text.slice(0, 500);
        item.append(word, said);
        this.list.append(item);
        while (this.list.children.length > MOST) this.list.firstElementChild?.remove();
        window.setTimeout(() => item.remove(), STAYS + STAYS_PER_CHARACTER * said.textContent.length);
    }
}
