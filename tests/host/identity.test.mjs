// Signing in as people do, in a real browser: with a passkey, at a provider, and to confirm an act. And what must not work.

import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { after, before, test } from "node:test";

import { launch } from "../browser/harness/page.mjs";
import { until } from "../browser/harness/poll.mjs";
import { Account } from "./harness/account.mjs";
import { Host } from "./harness/host.mjs";
import { Person } from "./harness/person.mjs";
import { startProvider } from "./harness/provider.mjs";

/** @type {{ browser: import("playwright-core").Browser, close: () => Promise<void> }} */
let chromium;
/** @type {Host} */
let host;
/** @type {Awaited<ReturnType<typeof startProvider>>} */
let provider;
/** @type {Person} */
let alice;

before(async () => {
    chromium = await launch();
    host = await Host.start({ config: { identity: { step_up: "1s" } } });
    provider = await startProvider({
        clients: [{ client_id: "tos", client_secret: "a secret of both", redirect_uris: [`${host.origin}/auth/oidc/corp/back`] }],
        accounts: {
            carol: { name: "Carol of Corp", preferred_username: "Carol", email: "carol@corp.example", email_verified: true },
            // Says that it is alice, by name and by an address that nobody has checked.
            mallory: { name: "Alice", preferred_username: "alice", email: "carol@corp.example", email_verified: false },
        },
    });
    await writeFile(host.file("corp.secret"), "a secret of both\n", { mode: 0o600 });
    const corp = { name: "corp", title: "Corp", issuer: provider.issuer, client_id: "tos", client_secret: host.file("corp.secret"), create: true };
    await host.configure({ identity: { providers: [corp] } });
    await host.crash();
    await host.run();
    alice = new Person(chromium.browser, host, "alice");
});

after(async () => {
    await chromium?.close();
    await host?.stop();
    await provider?.close();
});

/** @param {Person} person */
const credentials = async (person) => (await person.tools.send("WebAuthn.getCredentials", { authenticatorId: person.authenticator })).credentials;

/** What the portal says of itself. @param {import("playwright-core").Page} page */
const state = (page) => page.evaluate(async () => (await (await fetch("/auth/state")).json()).signed_in);

/** What a page of ours posts. @param {import("playwright-core").Page} page */
const post = (page, path, body) => page.evaluate(async ([path, body]) => {
    const headers = { "content-type": "application/json", "x-tos": "1" };
    const answer = await fetch(path, { method: "POST", headers, body });
    return { status: answer.status, ...(await answer.json().catch(() => ({}))) };
}, [path, JSON.stringify(body)]);

test("somebody makes an account with a passkey, and comes back with it in another browser without saying a name", async () => {
    await alice.sitsDown();
    await alice.joins(await host.invitation("alice"));
    const [made] = await credentials(alice);
    assert.equal(made.rpId, "localhost");
    assert.ok(made.isResidentCredential, "it knows whose it is");
    await alice.leaves();
    await alice.sitsDown();
    await alice.signsIn();
    await alice.page.goto(`${host.origin}/account`);
    assert.equal((await state(alice.page)).name, "alice");
    assert.ok((await credentials(alice))[0].signCount > made.signCount);
});

test("the copy of a key, whose counter is behind, is refused", async () => {
    const copy = new Person(chromium.browser, host, "alice");
    const [now] = await credentials(alice);
    copy.passkeys = [{ ...now, signCount: 0 }];
    await copy.sitsDown();
    await copy.page.goto(host.origin);
    await copy.page.getByRole("button", { name: "Continue with a passkey" }).click();
    await until("it is refused", async () => /denied/i.test(await copy.page.title()));
    assert.equal(await state(copy.page), null);
    await copy.leaves();
});

test("an authenticator that has not seen its owner is refused", async () => {
    const thief = new Person(chromium.browser, host, "alice");
    thief.passkeys = (await credentials(alice)).map((key) => ({ ...key, signCount: key.signCount + 100 }));
    await thief.sitsDown();
    await thief.tools.send("WebAuthn.setUserVerified", { authenticatorId: thief.authenticator, isUserVerified: false });
    await thief.page.goto(host.origin);
    await thief.page.getByRole("button", { name: "Continue with a passkey" }).click();
    await until("it is refused", async () => (await thief.page.locator("#problem").textContent())?.trim());
    assert.equal(await state(thief.page), null);
    await thief.leaves();
});

test("an act that matters wants the key once more, and the answer is good for one", async () => {
    const page = alice.page;
    await page.goto(`${host.origin}/account`);
    await until("a proof is asked for", async () => {
        const answer = await post(page, "/auth/account/password", { password: "not this one, surely" });
        return answer.error?.reason === "step_up";
    });
    const password = "correct horse of alice battery";
    await page.getByRole("button", { name: "Set a password" }).click();
    await page.getByRole("textbox", { name: "New password, at least 12 characters" }).fill(password);
    await page.getByRole("button", { name: "Done" }).click();
    await page.getByRole("button", { name: "Use a passkey" }).click();
    const account = new Account(host, "alice", password);
    await until("the password is the new one", async () => {
        await account.signIn();
        return true;
    });
    // The answer that a step-up was given, once more.
    const shown = await page.evaluate(async () => {
        const { prove } = await import("/portal/passkeys.js");
        const { ask } = await import("/portal/api.js");
        const begun = await ask("/auth/step-up", { purpose: "session" });
        return { purpose: "session", ceremony: begun.ceremony, credential: await prove(begun.publicKey) };
    });
    assert.equal((await post(page, "/auth/step-up", shown)).status, 200);
    assert.ok((await post(page, "/auth/step-up", shown)).status >= 400, "once only");
});

test("somebody comes in by a provider, as an account of their own, and nobody comes in by the same answer", async () => {
    const carol = new Person(chromium.browser, host, "carol");
    await carol.sitsDown();
    /** @type {string[]} */
    const back = [];
    carol.page.on("request", (request) => request.url().includes("/auth/oidc/corp/back") && back.push(request.url()));
    await carol.page.goto(host.origin);
    await carol.page.getByRole("link", { name: "Corp" }).click();
    await carol.page.locator("input[name=account]").fill("carol");
    await carol.page.getByRole("button", { name: "Sign in" }).click();
    await carol.approved();
    await carol.page.goto(`${host.origin}/account`);
    const { name, display } = await state(carol.page);
    assert.deepEqual({ name, display }, { name: "carol", display: "Carol of Corp" });
    assert.equal(back.length, 1);
    const other = new Person(chromium.browser, host, "mallory");
    await other.sitsDown();
    for (const person of [other, carol]) {
        await person.page.goto(back[0]);
        await until("it is refused", () => person.page.url().includes("refused=provider"));
    }
    assert.equal(await state(other.page), null);
    await other.leaves();
    await carol.leaves();
});

test("whoever calls themselves alice at a provider is not alice here", async () => {
    const mallory = new Person(chromium.browser, host, "mallory");
    await mallory.sitsDown();
    await mallory.page.goto(host.origin);
    await mallory.page.getByRole("link", { name: "Corp" }).click();
    await mallory.page.locator("input[name=account]").fill("mallory");
    await mallory.page.getByRole("button", { name: "Sign in" }).click();
    await until("the provider has answered", () => mallory.page.url().startsWith(host.origin));
    await until("the portal has loaded", () => mallory.page.evaluate(() => document.readyState === "complete"));
    assert.notEqual((await state(mallory.page))?.name, "alice");
    // And whoever says no there is not in here.
    await mallory.context.clearCookies();
    await mallory.page.goto(host.origin);
    await mallory.page.getByRole("link", { name: "Corp" }).click();
    await mallory.page.getByRole("button", { name: "No" }).click();
    await until("it is refused", () => mallory.page.url().includes("refused=provider"));
    assert.equal(await state(mallory.page), null);
    await mallory.leaves();
});

test("pages of others cannot act, and a cookie that was planted is not one that signs in", async () => {
    const account = new Account(host, "alice");
    const body = JSON.stringify({ name: "alice", password: "x" });
    const foreign = { "content-type": "application/json", "x-tos": "1", origin: "https://evil.example", "sec-fetch-site": "cross-site" };
    assert.ok((await account.fetch("/auth/password", { method: "POST", headers: foreign, body })).status >= 400);
    account.cookies.set("__Host-tos", "A".repeat(43));
    assert.equal(JSON.parse((await account.fetch("/auth/state")).body).signed_in, null);
    await alice.leaves();
});
