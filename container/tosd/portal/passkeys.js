// Passkeys: what a browser is asked, and what it answers.

/** Whether this browser has them at all. */
export const there = typeof PublicKeyCredential !== "undefined" && "parseRequestOptionsFromJSON" in PublicKeyCredential;

/**
 * Makes one.
 * @param {PublicKeyCredentialCreationOptionsJSON} publicKey
 */
export async function register(publicKey) {
    const options = PublicKeyCredential.parseCreationOptionsFromJSON(publicKey);
    return shown(await navigator.credentials.create({ publicKey: options }));
}

/**
 * Shows one.
 * @param {PublicKeyCredentialRequestOptionsJSON} publicKey
 */
export async function prove(publicKey) {
    const options = PublicKeyCredential.parseRequestOptionsFromJSON(publicKey);
    return shown(await navigator.credentials.get({ publicKey: options }));
}

/** @param {Credential | null} credential */
function shown(credential) {
    if (!(credential instanceof PublicKeyCredential)) throw new DOMException("none", "NotAllowedError");
    return credential.toJSON();
}
