// From the press that signs somebody in to the first picture of their desktop on the screen: from a container that waits
// for somebody, from none, from a frozen one, from one that was put away. Podman with runc, the whole image.

import { launch } from "../../browser/harness/page.mjs";
import { until } from "../../browser/harness/poll.mjs";
import { Account } from "../../host/harness/account.mjs";
import { Engine, whyNot } from "../../host/harness/engine.mjs";
import { Host, plans } from "../../host/harness/host.mjs";
import { row } from "../table.mjs";

const TIMES = Number(process.env.BENCH_SIGN_INS ?? 5);

/** How a desktop is before, and the most that the first picture may take. */
const FROM = {
    "a container that waits": { budget: 1000, prepare: (host, name) => gone(host, name, true), pool: 1 },
    "nothing (cold)": { budget: 3000, prepare: (host, name) => gone(host, name, false), pool: 0 },
    frozen: { budget: 400, prepare: (host, name) => host.command("desktop", "freeze", name), pool: 0 },
    hibernated: { budget: 3000, prepare: (host, name) => host.command("desktop", "hibernate", name), pool: 0 },
};

/** @returns {Promise<import("../table.mjs").Table[]>} */
export async function pictures() {
    const why = whyNot();
    if (why) return [{ title: "Sign-in → first picture", note: `not measured: ${why}`, rows: [] }];
    const [engine, chromium] = [await Engine.start(), await launch()];
    const rows = [];
    try {
        for (const [from, { budget, prepare, pool }] of Object.entries(FROM)) {
            const host = await Host.start({ runtime: "podman", socket: engine.socket, plans: plans({ pool }) });
            try {
                const account = new Account(host, "alice");
                await account.join(await host.invitation("alice"));
                await firstPicture(chromium.browser, account);
                const samples = [];
                for (let count = 0; count < TIMES; count += 1) {
                    await prepare(host, "alice");
                    samples.push(await firstPicture(chromium.browser, account));
                }
                rows.push(row(`from ${from}`, "ms", samples, { median: budget }));
            } finally {
                await host.stop();
            }
        }
    } finally {
        await chromium.close();
        await engine.stop();
    }
    return [{ title: "Sign-in → first picture, podman with runc, browser running", rows }];
}

/** Takes a desktop away, and waits for the pool where there is one. */
async function gone(host, name, pooled) {
    await host.command("desktop", "kill", name);
    if (pooled) await until("somebody may come", async () => [...await host.metrics()].some(([key, value]) => key === "tosd_pool_containers" && value >= 1));
}

/**
 * Signs in and goes to the desktop, as the portal does. Milliseconds to the first picture.
 * @param {import("playwright-core").Browser} browser
 * @param {Account} account
 */
export async function firstPicture(browser, account) {
    const context = await browser.newContext({ viewport: { width: 1280, height: 720 }, ignoreHTTPSErrors: true });
    try {
        const page = await context.newPage();
        await page.addInitScript(() => {
            document.addEventListener("DOMContentLoaded", () => {
                const picture = document.getElementById("picture");
                if (picture instanceof HTMLVideoElement) {
                    picture.requestVideoFrameCallback(() => (window.firstPicture = performance.timeOrigin + performance.now()));
                }
            });
        });
        await page.goto(account.host.origin);
        await page.getByLabel("User name").fill(account.name);
        await page.getByLabel("Password").fill(account.password);
        // Nobody types as fast: what the portal fetches meanwhile has come.
        await page.waitForLoadState("networkidle");
        await page.getByRole("button", { name: "Sign in with the password" }).evaluate((button) => {
            sessionStorage.setItem("pressed", String(performance.timeOrigin + performance.now()));
            button.click();
        });
        const first = await until("a picture", () => page.evaluate(() => window.firstPicture).catch(() => undefined));
        return first - Number(await page.evaluate(() => sessionStorage.getItem("pressed")));
    } finally {
        await context.close();
    }
}
