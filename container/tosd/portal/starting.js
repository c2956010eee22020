// Shown in the place of a desktop until it runs.

import { words } from "./api.js";
import { describe, go, ready, steps } from "./desktop.js";
import { element } from "./dom.js";
import "./look.js";

const open = element("open", HTMLButtonElement);
const user = location.pathname.split("/")[2] ?? "";

async function wait() {
    open.hidden = true;
    element("inside-problem", HTMLElement).textContent = "";
    try {
        await ready(user, (phase) => {
            element("inside-state", HTMLElement).textContent = describe(phase);
            steps(element("steps", HTMLElement), phase);
        });
        go(location.href);
    } catch (error) {
        element("inside-problem", HTMLElement).textContent = words(error);
        open.hidden = false;
    }
}

open.onclick = () => wait();
void wait();
