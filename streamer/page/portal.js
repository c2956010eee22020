// Where a server in front of tos-comp has its own pages: signing in and out, and proving who somebody is.

const STORED = "tos-portal";

/** What is known of it, also after the page was loaded again. */
class Portal {
    #url = sessionStorage.getItem(STORED) ?? "";
    /** Who is signed in; empty where nobody says so. */
    who = "";
    /** @type {(() => void) | undefined} told when it is known */
    onKnown;

    /** Its address; empty where there is none. */
    get url() {
        return this.#url;
    }

    /**
     * @param {string} path
     */
    at(path) {
        return new URL(path, this.#url).href;
    }

    /**
     * The server has told.
     * @param {{ portal?: string, who?: string }} config
     */
    learn(config) {
        this.#url = address(config.portal, document.baseURI);
        this.who = config.who ?? "";
        if (this.#url) sessionStorage.setItem(STORED, this.#url);
        else sessionStorage.removeItem(STORED);
        this.onKnown?.();
    }

    /** Goes there. */
    open() {
        location.assign(this.#url);
    }

    /**
     * Ends what the person is signed in with, and goes there.
     * @throws {Error} if nobody there answers
     */
    async signOut() {
        const response = await this.post("auth/sign-out", {});
        if (!response.ok && response.status !== 401) throw new Error(`the portal answered ${response.status}`);
        this.open();
    }

    /**
     * Asks it to do something. The header keeps foreign pages out: they cannot set it.
     * @param {string} path
     * @param {object} body
     */
    async post(path, body) {
        return fetch(this.at(path), {
            method: "POST",
            headers: { "Content-Type": "application/json", "X-TOS": "1" },
            body: JSON.stringify(body),
            cache: "no-store",
            credentials: "same-origin",
            redirect: "error",
        });
    }
}

/**
 * Where links may lead: to web pages, whatever is said.
 * @param {string | undefined} told
 * @param {string} base
 */
export function address(told, base) {
    if (!told || !URL.canParse(told, base)) return "";
    const url = new URL(told, base);
    return url.protocol === "https:" || url.protocol === "http:" ? url.href : "";
}

/** The one of this page. */
export const portal = new Portal();
