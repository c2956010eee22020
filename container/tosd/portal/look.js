// The clock, and how somebody likes pages to look: kept in this browser.

import { element } from "./dom.js";

const root = document.documentElement;

/**
 * @param {string} id
 * @param {"contrast" | "motion"} key
 * @param {string} value
 */
function toggle(id, key, value) {
    const button = document.getElementById(id);
    /** @param {boolean} on */
    const show = (on) => {
        if (on) root.dataset[key] = value;
        else delete root.dataset[key];
        button?.setAttribute("aria-pressed", String(on));
    };
    let on = localStorage.getItem(`tos-${key}`) === value;
    show(on);
    button?.addEventListener("click", () => {
        on = !on;
        if (on) localStorage.setItem(`tos-${key}`, value);
        else localStorage.removeItem(`tos-${key}`);
        show(on);
    });
}

toggle("contrast", "contrast", "high");
toggle("motion", "motion", "reduced");

const clock = element("clock", HTMLElement);
function tick() {
    const now = new Date();
    clock.textContent = `${String(now.getHours()).padStart(2, "0")}:${String(now.getMinutes()).padStart(2, "0")}`;
    setTimeout(tick, 60_000 - (now.getTime() % 60_000));
}
tick();

/** Whether things are to move little. */
export function still() {
    return root.dataset.motion === "reduced" || matchMedia("(prefers-reduced-motion: reduce)").matches;
}
