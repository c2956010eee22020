// What a phone lacks: a keyboard to begin with, and keys that on-screen keyboards do not have.

import { element } from "./dom.js";

/** Keys of the row, by their `data-key`. The ones with `data-sticky` wait for the next key. */

/**
 * @param {import("./keyboard.js").Keyboard} keyboard
 */
export function addPhoneKeys(keyboard) {
    const row = element("keys", HTMLElement);
    const opener = element("keyboard", HTMLButtonElement);
    const field = keyboard.field;

    const show = (/** @type {boolean} */ up) => {
        keyboard.onScreen = up;
        field.inputMode = up ? "text" : "none";
        row.hidden = !up;
        opener.setAttribute("aria-pressed", String(up));
        // The mode counts when the field takes the focus.
        field.blur();
        if (up) keyboard.capture();
    };
    opener.addEventListener("click", () => show(!keyboard.onScreen));

    const stickies = [...row.querySelectorAll("button")].filter((button) => "sticky" in button.dataset);
    const drawStickies = () => {
        for (const button of stickies) {
            button.setAttribute("aria-pressed", String(keyboard.sticky.has(button.dataset.key ?? "")));
        }
    };
    keyboard.onStickyUsed = drawStickies;
    for (const button of row.querySelectorAll("button")) {
        const code = button.dataset.key ?? "";
        // A button that takes the focus would put the on-screen keyboard away.
        button.addEventListener("pointerdown", (event) => event.preventDefault());
        button.addEventListener("click", () => {
            if (stickies.includes(button)) {
                if (!keyboard.sticky.delete(code)) keyboard.sticky.add(code);
                drawStickies();
            } else {
                keyboard.tap(code);
            }
        });
    }

    // The on-screen keyboard covers the lower part of the page; the desktop keeps to what is left.
    const view = window.visualViewport;
    view?.addEventListener("resize", () => {
        const covered = keyboard.onScreen && view.scale === 1;
        document.body.style.height = covered ? `${view.height}px` : "";
    });
}
