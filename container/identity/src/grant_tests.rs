use std::collections::HashSet;

use jsonwebtoken::{DecodingKey, Validation};
use serde_json::{Value, json};

use super::*;

/// Tokens that both sides of the gate agree about: who verifies grants tests itself against the same file.
const VECTORS: &str = include_str!("../tests/vectors/grants.json");

const NOW: UnixTime = 1_800_000_000;

fn fixed(first: u8) -> Keys {
    let key = |seed: u8| Key::new(SigningKey::from_bytes(&[seed; 32])).unwrap();
    Keys { current: key(first), next: key(first + 1) }
}

fn claims(role: Role) -> Claims {
    Claims {
        iss: ISSUER.to_owned(),
        aud: "desk-alice".to_owned(),
        sub: "alice".to_owned(),
        role,
        iat: NOW,
        exp: NOW + 60,
        jti: Uuid::from_u128(0x0123_4567_89ab_4def_8123_4567_89ab_cdef),
        commit: None,
    }
}

/// What whoever verifies must do, by the library alone: signature, algorithm, issuer, audience, times.
fn verify(pem: &str, audience: &str, now: UnixTime, token: &str) -> Result<Claims, String> {
    let mut validation = Validation::new(Algorithm::EdDSA);
    validation.validate_exp = false;
    validation.set_audience(&[audience]);
    validation.set_issuer(&[ISSUER]);
    validation.set_required_spec_claims(&["exp", "aud", "iss", "sub"]);
    let keys = pem.split_inclusive("-----END PUBLIC KEY-----\n");
    let claims = keys
        .filter_map(|pem| DecodingKey::from_ed_pem(pem.as_bytes()).ok())
        .find_map(|key| jsonwebtoken::decode::<Claims>(token, &key, &validation).ok())
        .map(|data| data.claims)
        .ok_or("refused")?;
    let lives = claims.iat <= now + 5 && now < claims.exp && claims.exp - claims.iat <= MAX_LIFE.as_secs();
    if lives { Ok(claims) } else { Err("not now".to_owned()) }
}

fn unsigned(header: &Value, claims: &Claims) -> String {
    let part = |bytes: Vec<u8>| URL_SAFE_NO_PAD.encode(bytes);
    format!("{}.{}.", part(serde_json::to_vec(header).unwrap()), part(serde_json::to_vec(claims).unwrap()))
}

/// The document that [`VECTORS`] must be, made from fixed keys. Ed25519 signs the same text the same way each time.
fn document() -> Value {
    let keys = fixed(1);
    let pem = keys.public_pem().unwrap();
    let sign = |keys: &Keys, claims: &Claims| keys.sign(claims).unwrap().to_string();
    let good = |name: &str, token: String, claims: &Claims| json!({ "name": name, "token": token, "claims": claims });
    let commit = Claims { commit: Some("5e".repeat(32)), ..claims(Role::Control) };
    let mut rotated = fixed(1);
    rotated.rotate().unwrap();
    let bad = |name: &str, token: String| json!({ "name": name, "token": token });
    let right = sign(&keys, &claims(Role::Admin));
    let (head, tail) = right.split_at(right.len() - 20);
    let mut other_text: Vec<&str> = right.split('.').collect();
    let admin = unsigned(&json!({}), &Claims { sub: "mallory".to_owned(), ..claims(Role::Admin) });
    let payload = admin.split('.').nth(1).unwrap().to_owned();
    other_text[1] = &payload;
    // The public key as the secret of an HMAC: what a verifier that believes the header would take.
    let hmac = jsonwebtoken::encode(
        &Header::new(Algorithm::HS256),
        &claims(Role::Admin),
        &EncodingKey::from_secret(keys.current.public_pem().unwrap().as_bytes()),
    )
    .unwrap();
    json!({
        "keys": pem,
        "audience": "desk-alice",
        "now": NOW,
        "accepted": [
            good("view", sign(&keys, &claims(Role::View)), &claims(Role::View)),
            good("a confirmed command", sign(&keys, &commit), &commit),
            good("by the next key", sign(&rotated, &claims(Role::Admin)), &claims(Role::Admin)),
        ],
        "refused": [
            bad("by another key", sign(&fixed(77), &claims(Role::Admin))),
            bad("for another container", sign(&keys, &Claims { aud: "desk-bob".to_owned(), ..claims(Role::Admin) })),
            bad("by another issuer", sign(&keys, &Claims { iss: "desk-bob".to_owned(), ..claims(Role::Admin) })),
            bad("over", sign(&keys, &Claims { iat: NOW - 120, exp: NOW - 60, ..claims(Role::Admin) })),
            bad("not yet", sign(&keys, &Claims { iat: NOW + 3600, exp: NOW + 3660, ..claims(Role::Admin) })),
            bad("for too long", sign(&keys, &Claims { exp: NOW + 86_400, ..claims(Role::Admin) })),
            bad("not signed", unsigned(&json!({ "alg": "none", "typ": "JWT" }), &claims(Role::Admin))),
            bad("signed with the public key", hmac),
            bad("another text under the signature", other_text.join(".")),
            bad("another signature", format!("{head}{}", tail.chars().rev().collect::<String>())),
            bad("cut", head.to_owned()),
        ],
    })
}

#[test]
fn the_vectors_are_what_these_keys_sign() {
    let kept: Value = serde_json::from_str(VECTORS).unwrap_or(Value::Null);
    let made = document();
    assert!(kept == made, "tests/vectors/grants.json must be:\n{}", serde_json::to_string_pretty(&made).unwrap());
}

#[test]
fn right_grants_are_accepted_and_forged_ones_are_not() {
    let document = document();
    let (pem, audience) = (document["keys"].as_str().unwrap(), document["audience"].as_str().unwrap());
    for vector in document["accepted"].as_array().unwrap() {
        let claims = verify(pem, audience, NOW, vector["token"].as_str().unwrap()).unwrap();
        assert_eq!(serde_json::to_value(claims).unwrap(), vector["claims"], "{}", vector["name"]);
    }
    for vector in document["refused"].as_array().unwrap() {
        assert!(verify(pem, audience, NOW, vector["token"].as_str().unwrap()).is_err(), "{}", vector["name"]);
    }
}

#[test]
fn a_grant_says_what_was_granted_and_no_two_are_one() {
    let keys = Keys::generate().unwrap();
    let grant = Grant { audience: "desk-alice", user: "alice", role: Role::Control, commit: Some([0xab; 32]) };
    let mint = |life| keys.mint(&grant, NOW, Duration::from_secs(life)).unwrap();
    let claims = verify(&keys.public_pem().unwrap(), "desk-alice", NOW, &mint(10)).unwrap();
    assert_eq!((claims.role, claims.exp, claims.sub.as_str()), (Role::Control, NOW + 10, "alice"));
    assert_eq!(claims.commit, Some("ab".repeat(32)));
    let long = verify(&keys.public_pem().unwrap(), "desk-alice", NOW, &mint(9999)).unwrap();
    assert_eq!(long.exp, NOW + 60, "never longer than a minute");
    let numbers: HashSet<Uuid> =
        (0..100).map(|_| verify(&keys.public_pem().unwrap(), "desk-alice", NOW, &mint(10)).unwrap().jti).collect();
    assert_eq!(numbers.len(), 100);
}

#[test]
fn who_knew_the_next_key_believes_it_after_a_rotation() {
    let mut keys = Keys::generate().unwrap();
    let told = keys.public_pem().unwrap();
    let grant = Grant { audience: "a", user: "alice", role: Role::View, commit: None };
    keys.rotate().unwrap();
    let token = keys.mint(&grant, NOW, MAX_LIFE).unwrap();
    assert!(verify(&told, "a", NOW, &token).is_ok());
    keys.rotate().unwrap();
    let token = keys.mint(&grant, NOW, MAX_LIFE).unwrap();
    assert!(verify(&told, "a", NOW, &token).is_err(), "two rotations later it has to be told again");
}

#[test]
fn keys_are_kept_for_their_owner_only_and_read_again() {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("grant.pem");
    let made = Keys::load_or_create(&path).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no temporary file is left");
    let read = Keys::load_or_create(&path).unwrap();
    assert_eq!(read.public_pem().unwrap(), made.public_pem().unwrap());
    assert!(!format!("{read:?}").contains("PRIVATE"));
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    assert!(matches!(Keys::load_or_create(&path), Err(GrantError::Exposed(_))));
}

#[test]
fn a_broken_file_is_an_error_and_stays_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("grant.pem");
    let one = Keys::generate().unwrap().current.private_pem().unwrap().to_string();
    for broken in ["", "nonsense", &one, &one.replace("MFEC", "AAAA").repeat(2), &"x".repeat(100_000)] {
        write_private(&path, broken.as_bytes()).unwrap();
        assert!(matches!(Keys::load_or_create(&path), Err(GrantError::Form(_))), "{broken:.40}");
        assert_eq!(fs::read_to_string(&path).unwrap(), broken);
    }
}
