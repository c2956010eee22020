// What goes on on this host, and what can be done about it.

import { ask, Refused, words } from "./api.js";
import { button, bytes, element, fill, make, span, strip, when } from "./dom.js";
import "./look.js";
import { doing } from "./step-up.js";

/**
 * @typedef {{ user: string, plan: string, phase: { is: string, why?: string }, container: string | null, viewers: number,
 *   since: { secs: number }, restarts: number, notice: string | null, cpu: { secs: number }, memory: number, pids: number }} Desktop
 * @typedef {{ id: string, name: string, display: string, role: string, plan: string, disabled: boolean, created: number }} User
 * @typedef {{ number: number, at: number, who: string, from: string, what: string, on: string, outcome: string, detail: string }} Line
 * @typedef {{ id: string, purpose: { for: string, role?: string, plan?: string }, created: number, expires: number }} Link
 */

const problem = element("problem", HTMLElement);
const TABS = ["desktops", "users", "links", "audit"];
let open = "desktops";
let administers = false;
/** @type {string[]} */
let plans = [];
/** The number of the oldest line that is shown. */
let oldest = 0;

const then = doing(problem, show);

async function show() {
    let seen;
    try {
        seen = await ask("/admin/api/overview");
    } catch (error) {
        if (error instanceof Refused && error.reason === "sign_in") return location.assign("/");
        throw error;
    }
    administers = seen.role === "admin";
    plans = seen.plans;
    const { load, cores, memory, free } = seen.machine;
    /** @type {Desktop[]} */
    const desktops = seen.desktops;
    const running = desktops.filter((one) => one.phase.is === "running").length;
    readouts([
        ["Desktops", String(desktops.length)],
        ["Running", String(running)],
        ["Viewers", String(desktops.reduce((sum, one) => sum + one.viewers, 0))],
        ["Load", load === null ? "?" : `${load.toFixed(2)} / ${cores}`],
        ["Memory free", free === null ? "?" : `${bytes(free)}`],
        ["of", memory === null ? "?" : bytes(memory)],
    ]);
    for (const tab of ["links", "audit"]) element(`tab-${tab}`, HTMLElement).hidden = !administers;
    if (open === "desktops") fill("desktops", desktops.map(desktop), "Nobody has a desktop yet.");
    if (open === "users") fill("users", (await ask("/admin/api/users")).users.map(user), "There is nobody.");
    if (open === "links") {
        element("invite-plan", HTMLSelectElement).replaceChildren(...plans.map((plan) => new Option(plan, plan)));
        fill("links", (await ask("/admin/api/links")).links.map(link), "No link waits for anybody.");
    }
    if (open === "audit") {
        const { lines } = await ask("/admin/api/audit");
        oldest = lines.at(-1)?.number ?? 0;
        fill("audit", lines.map(line), "Nothing has happened yet.");
        element("older", HTMLElement).hidden = oldest <= 1;
    }
}

/** @param {[string, string][]} rows */
function readouts(rows) {
    const made = rows.map(([term, value]) => make("div", "", make("dt", "", term), make("dd", "", value)));
    element("machine", HTMLElement).replaceChildren(...made);
}

/** @param {Desktop} one */
function desktop(one) {
    /** @param {string} text @param {string} act @param {string} kind */
    const does = (text, act, kind) =>
        button(text, `chip ${kind}`, () => then(() => ask("/admin/api/act", { user: one.user, act }), `To ${act} the desktop of ${one.user}.`));
    const is = one.phase.is;
    const acts = [];
    if (administers) {
        if (is === "running") acts.push(does("Freeze", "freeze", ""), does("Hibernate", "hibernate", "quiet"));
        if (is === "frozen") acts.push(does("Resume", "thaw", ""), does("Hibernate", "hibernate", "quiet"));
        if (is === "running") {
            acts.push(
                button("Look", "chip quiet", () =>
                    then(async () => {
                        const { url } = await ask("/admin/api/look", { user: one.user });
                        window.open(url, "_blank", "noopener");
                    }, `To look at the desktop of ${one.user}, for a quarter of an hour. This is written down.`),
                ),
            );
        }
        if (one.container) acts.push(does("Kill", "kill", "danger"));
    }
    const lines = [
        `${is} for ${span(one.since.secs)} · plan ${one.plan} · ${one.viewers} viewing`,
        one.container ? `${bytes(one.memory)} · ${span(one.cpu.secs)} of processor · ${one.pids} processes · ${one.container}` : "",
        one.phase.why ?? "",
        one.notice ?? "",
        one.restarts ? `restarted ${one.restarts} times` : "",
    ];
    return strip(one.user, lines, acts, is === "failed" ? "bad" : is === "running" ? "ok" : "");
}

/** @param {User} one */
function user(one) {
    const acts = [];
    if (administers) {
        acts.push(
            choice("Role", ["user", "operator", "admin"], one.role, (role) => then(() => ask("/admin/api/user", { name: one.name, role }), `To make ${one.name} ${role}.`)),
            choice("Plan", plans, one.plan, (plan) => then(() => ask("/admin/api/user", { name: one.name, plan }), `To change the plan of ${one.name}.`)),
            button(one.disabled ? "Enable" : "Disable", "chip", () =>
                then(() => ask("/admin/api/user", { name: one.name, disabled: !one.disabled }), `To ${one.disabled ? "enable" : "disable"} ${one.name}.`),
            ),
            button("Sign out", "chip quiet", () => then(() => ask("/admin/api/user/sign-out", { name: one.name }), `To sign ${one.name} out everywhere.`)),
            button("New sign-in", "chip quiet", () =>
                then(async () => {
                    const { url } = await ask("/admin/api/user/reset", { name: one.name });
                    problem.textContent = `For ${one.name}, once, within a day: ${url}`;
                    throw new Refused("cancelled", "");
                }, `To give ${one.name} a new way to sign in.`),
            ),
            button("Remove", "chip danger", () => then(() => ask("/admin/api/user/remove", { name: one.name }), `To remove ${one.name} for good.`)),
        );
    }
    const lines = [`${one.name} · ${one.role} · plan ${one.plan} · since ${when(one.created)}${one.disabled ? " · disabled" : ""}`];
    return strip(one.display, lines, acts, one.disabled ? "bad" : "");
}

/**
 * @param {string} label
 * @param {string[]} all
 * @param {string} now
 * @param {(value: string) => Promise<void>} act
 */
function choice(label, all, now, act) {
    const select = /** @type {HTMLSelectElement} */ (make("select", "field"));
    select.setAttribute("aria-label", label);
    select.append(...[...new Set([now, ...all])].map((one) => new Option(one, one, one === now, one === now)));
    select.onchange = async () => {
        const wanted = select.value;
        select.value = now;
        await act(wanted);
    };
    return select;
}

/** @param {Link} one */
function link(one) {
    const { purpose } = one;
    const name = purpose.for === "invitation" ? `Invitation as ${purpose.role}, plan ${purpose.plan}` : purpose.for === "reset" ? "New way to sign in" : "First administrator";
    const end = button("Revoke", "chip danger", () => then(() => ask("/admin/api/link/revoke", { id: one.id }), "To revoke a link."));
    return strip(name, [`until ${when(one.expires)}`], [end]);
}

/** @param {Line} one */
function line(one) {
    const head = `${one.number} · ${when(one.at)} · ${one.what} · ${one.outcome}`;
    const state = one.outcome === "done" ? "" : "bad";
    return strip(head, [`${one.who || "somebody"} from ${one.from}${one.on ? ` · on ${one.on}` : ""}`, one.detail], [], state);
}

/** @param {string} tab */
function choose(tab) {
    open = tab;
    for (const one of TABS) {
        const button = element(`tab-${one}`, HTMLButtonElement);
        button.setAttribute("aria-selected", String(one === tab));
        button.tabIndex = one === tab ? 0 : -1;
        element(`${one}-panel`, HTMLElement).hidden = one !== tab;
    }
    void then(async () => undefined);
}

for (const tab of TABS) {
    const button = element(`tab-${tab}`, HTMLButtonElement);
    button.onclick = () => choose(tab);
    button.onkeydown = (event) => {
        const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
        if (!step) return;
        const there = TABS.filter((one) => !element(`tab-${one}`, HTMLElement).hidden);
        const next = there[(there.indexOf(tab) + step + there.length) % there.length];
        if (!next) return;
        choose(next);
        element(`tab-${next}`, HTMLElement).focus();
    };
}

element("older", HTMLButtonElement).onclick = async () => {
    const { lines } = await ask(`/admin/api/audit?before=${oldest}`);
    oldest = lines.at(-1)?.number ?? 0;
    element("audit", HTMLElement).append(...lines.map(line));
    element("older", HTMLElement).hidden = oldest <= 1;
};

element("invite", HTMLFormElement).onsubmit = async (event) => {
    event.preventDefault();
    const role = element("invite-role", HTMLSelectElement).value;
    const plan = element("invite-plan", HTMLSelectElement).value;
    await then(async () => {
        const { url } = await ask("/admin/api/invite", { role, plan, hours: 72 });
        element("invited", HTMLElement).textContent = `Good once, for three days, and shown only now: ${url}`;
    }, "To invite somebody.");
};

element("sign-out", HTMLButtonElement).onclick = async () => {
    await ask("/auth/sign-out", {}).catch(() => undefined);
    location.assign("/");
};

show().catch((error) => (problem.textContent = words(error)));
// While somebody looks at it, it is kept true.
setInterval(() => {
    if (document.visibilityState === "visible" && open === "desktops" && !document.querySelector("dialog[open]")) show().catch(() => undefined);
}, 3000);
