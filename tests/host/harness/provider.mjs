// A real OpenID Connect provider on loopback, for tests: oidc-provider with accounts and clients as told, and one page to
// sign in. In a program: `await startProvider({ clients, accounts })`. On its own it reads the same as JSON from its first
// argument, prints `{"issuer":"…"}` and runs until its standard input ends.

import { generateKeyPairSync } from "node:crypto";
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";

/**
 * @typedef {{ client_id: string, client_secret?: string, redirect_uris: string[], [more: string]: unknown }} ProviderClient
 * @typedef {{ [name: string]: { [claim: string]: unknown } }} Accounts The claims of each account, by what is typed to sign in.
 */

/**
 * @param {{ clients: ProviderClient[], accounts: Accounts }} setup
 * @returns {Promise<{ issuer: string, close: () => Promise<void> }>}
 */
export async function startProvider({ clients, accounts }) {
    const { Provider } = await import("oidc-provider");
    const server = createServer();
    await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    const issuer = `http://127.0.0.1:${address.port}`;

    const keys = [generateKeyPairSync("rsa", { modulusLength: 2048 }), generateKeyPairSync("ec", { namedCurve: "P-256" })];
    const provider = new Provider(issuer, {
        clients,
        jwks: { keys: keys.map(({ privateKey }) => privateKey.export({ format: "jwk" })) },
        cookies: { keys: ["a key for tests"] },
        claims: {
            openid: ["sub"],
            email: ["email", "email_verified"],
            profile: ["name", "preferred_username", "groups"],
        },
        enabledJWA: { idTokenSigningAlgValues: ["RS256", "PS256", "ES256", "HS256"] },
        features: { devInteractions: { enabled: false } },
        interactions: { url: (_context, interaction) => `/sign-in/${interaction.uid}` },
        pkce: { required: () => true },
        findAccount: (_context, id) =>
            accounts[id] && {
                accountId: id,
                claims: () => ({ sub: id, ...accounts[id] }),
            },
    });
    const answer = provider.callback();

    server.on("request", (request, response) => {
        const page = /^\/sign-in\/[A-Za-z0-9_-]+$/.exec(request.url ?? "");
        const done = page ? signIn(provider, accounts, request, response) : answer(request, response);
        Promise.resolve(done).catch((error) => {
            response.writeHead(500).end(String(error));
        });
    });
    return {
        issuer,
        close: () =>
            new Promise((resolve) => {
                server.close(() => resolve());
                server.closeAllConnections();
            }),
    };
}

/**
 * The page: whoever types the name of an account is that account, and agrees to everything.
 *
 * @param {import("oidc-provider").Provider} provider
 * @param {Accounts} accounts
 * @param {import("node:http").IncomingMessage} request
 * @param {import("node:http").ServerResponse} response
 */
async function signIn(provider, accounts, request, response) {
    if (request.method !== "POST") {
        response.writeHead(200, { "content-type": "text/html" });
        response.end(`<!doctype html><title>Provider</title>
            <form method="post"><input name="account" autofocus><button>Sign in</button><button name="no" value="1">No</button></form>`);
        return;
    }
    let body = "";
    for await (const part of request) body += part;
    const form = new URLSearchParams(body);
    const account = form.get("account") ?? "";
    const options = { mergeWithLastSubmission: false };
    if (form.has("no") || !(account in accounts)) {
        await provider.interactionFinished(request, response, { error: "access_denied" }, options);
        return;
    }
    const { params } = await provider.interactionDetails(request, response);
    const grant = new provider.Grant({ accountId: account, clientId: String(params.client_id) });
    grant.addOIDCScope(String(params.scope));
    const consent = { grantId: await grant.save() };
    await provider.interactionFinished(request, response, { login: { accountId: account }, consent }, options);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
    const provider = await startProvider(JSON.parse(process.argv[2] ?? "{}"));
    process.stdout.write(`${JSON.stringify({ issuer: provider.issuer })}\n`);
    process.stdin.resume();
    process.stdin.on("end", () => process.exit(0));
}
