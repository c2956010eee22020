// Shown in the place of a desktop until it runs.

import { words } from "./api.js";
import { describe, ready, steps } from "./desktop.js";
import { element } from "./dom.js";
import { still } from "./look.js";

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
        if (!still()) {
            document.body.dataset.zoom = "in";
            await new Promise((done) => setTimeout(done, 330));
        }
        location.reload();
    } catch (error) {
        element("inside-problem", HTMLElement).textContent = words(error);
        open.hidden = false;
    }
}

open.onclick = () => wait();
void wait();
