//! Grants: what a server in front of this one signs for each request that it passes on.
//!
//! A grant is a JWT signed with Ed25519. It says who asks (`sub`), what they may do (`role`), for which desktop it is
//! (`aud`), and it is good for one request within a minute. A proof is a grant that also names the hash of one command
//! (`commit`): its owner has just confirmed that command in person. Neither is taken for the other.

use std::{
    path::PathBuf,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use jsonwebtoken::{Algorithm, Validation, decode};
use parking_lot::Mutex;
use serde::Deserialize;
use subtle::ConstantTimeEq as _;

use super::{
    Caller,
    keys::KeyFile,
    used::{NotTaken, Used},
};
use crate::protocol::Role;

/// Who signs.
const ISSUER: &str = "tosd";
/// Longest grant, in bytes.
const MAX_GRANT: usize = 4 << 10;
/// Longest life that is believed, in seconds.
const MAX_LIFE: u64 = 60;
/// How far two clocks may be apart, in seconds.
const SKEW: u64 = 5;
/// Longest name of a person, in bytes.
const MAX_WHO: usize = 128;
/// Longest name of a grant, in bytes.
const MAX_NAME: usize = 64;
/// Used grants that are remembered: about 900 requests a second.
const MAX_USED: usize = 1 << 16;
/// No grant can be used again after that.
const REMEMBERED: Duration = Duration::from_secs(MAX_LIFE + 2 * SKEW + 5);

/// A moment by two clocks: the time of day, which grants speak of, and one that nobody can set.
#[derive(Debug, Clone, Copy)]
pub struct Moment {
    /// The time of day.
    pub wall: SystemTime,
    /// Only ever goes forward.
    pub steady: Instant,
}

impl Moment {
    /// This one.
    pub fn now() -> Self {
        Self { wall: SystemTime::now(), steady: Instant::now() }
    }
}

/// Why a grant is not believed. For the log and, where a person confirms a command, for the screen; not for callers.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GrantError {
    /// It is longer than any grant.
    #[error("it is too long")]
    TooLong,
    /// There is no key to check it with.
    #[error("there is no key to check it with")]
    NoKey,
    /// Form, algorithm, signature, issuer or audience.
    #[error("{0}")]
    NotOurs(String),
    /// Its times are nonsense, or longer apart than any grant lives.
    #[error("it lives too long")]
    LivesTooLong,
    /// It is over.
    #[error("it has expired")]
    Expired,
    /// Its time has not begun.
    #[error("it is not valid yet")]
    Early,
    /// A name in it is not one.
    #[error("it names nobody")]
    Nameless,
    /// It was used before.
    #[error("it was used before")]
    Replayed,
    /// Too many were used lately to tell.
    #[error("too many were used lately")]
    Full,
    /// A proof in place of a grant, or the other way round.
    #[error("it is for something else")]
    OtherPurpose,
    /// It confirms another command.
    #[error("it confirms another command")]
    OtherCommand,
    /// Somebody else confirmed.
    #[error("somebody else confirmed")]
    OtherPerson,
}

#[derive(Debug, Deserialize)]
struct Claims {
    sub: String,
    role: Role,
    iat: u64,
    exp: u64,
    #[serde(default)]
    nbf: Option<u64>,
    jti: String,
    /// SHA-256 of the text that was confirmed, in hexadecimal digits.
    #[serde(default)]
    commit: Option<String>,
}

/// Checks grants, and remembers which were used.
pub struct Grants {
    files: Mutex<Vec<KeyFile>>,
    validation: Validation,
    used: Mutex<Used>,
}

impl std::fmt::Debug for Grants {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Grants")
    }
}

impl Grants {
    /// Grants for `audience`, signed with the key to one of these public ones (PEM). The files are read when a grant
    /// comes, and again whenever they have changed: one that is not there yet is no mistake.
    pub fn new(files: Vec<PathBuf>, audience: &str) -> Self {
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.set_issuer(&[ISSUER]);
        validation.set_audience(&[audience]);
        validation.set_required_spec_claims(&["iss", "aud", "sub", "exp"]);
        // Checked here, by a clock that is an argument, and more strictly.
        (validation.validate_exp, validation.validate_nbf) = (false, false);
        let files = files.into_iter().map(KeyFile::new).collect();
        Self { files: Mutex::new(files), validation, used: Mutex::new(Used::new(REMEMBERED, MAX_USED)) }
    }

    /// Who shows this grant. It is used up.
    ///
    /// # Errors
    /// See [`GrantError`].
    pub fn caller(&self, shown: &[u8], now: Moment) -> Result<Caller, GrantError> {
        let claims = self.claims(shown, now)?;
        if claims.commit.is_some() {
            return Err(GrantError::OtherPurpose);
        }
        self.use_up(&claims.jti, now)?;
        Ok(Caller { role: claims.role, who: Some(claims.sub.into()) })
    }

    /// Whether this is the proof that `who` confirmed the command with this hash; anybody where no name is known. It is
    /// used up only if it is.
    ///
    /// # Errors
    /// See [`GrantError`].
    pub fn proof(&self, shown: &[u8], hash: &str, who: Option<&str>, now: Moment) -> Result<(), GrantError> {
        let claims = self.claims(shown, now)?;
        let commit = claims.commit.ok_or(GrantError::OtherPurpose)?;
        if !bool::from(commit.as_bytes().ct_eq(hash.as_bytes())) {
            return Err(GrantError::OtherCommand);
        }
        if claims.role < Role::Control {
            return Err(GrantError::OtherPurpose);
        }
        if who.is_some_and(|who| who != claims.sub) {
            return Err(GrantError::OtherPerson);
        }
        self.use_up(&claims.jti, now)
    }

    /// What a grant says, if it is to be believed at this moment.
    fn claims(&self, shown: &[u8], now: Moment) -> Result<Claims, GrantError> {
        if shown.len() > MAX_GRANT {
            return Err(GrantError::TooLong);
        }
        let claims = self.signed(shown)?;
        let now = now.wall.duration_since(UNIX_EPOCH).map_err(|_| GrantError::Early)?.as_secs();
        let life = claims.exp.checked_sub(claims.iat).ok_or(GrantError::LivesTooLong)?;
        if life > MAX_LIFE {
            return Err(GrantError::LivesTooLong);
        }
        if claims.iat.max(claims.nbf.unwrap_or_default()) > now.saturating_add(SKEW) {
            return Err(GrantError::Early);
        }
        if now >= claims.exp.saturating_add(SKEW) {
            return Err(GrantError::Expired);
        }
        if !is_person(&claims.sub) || claims.jti.is_empty() || claims.jti.len() > MAX_NAME {
            return Err(GrantError::Nameless);
        }
        Ok(claims)
    }

    fn signed(&self, shown: &[u8]) -> Result<Claims, GrantError> {
        let mut files = self.files.lock();
        let mut why = GrantError::NoKey;
        for key in files.iter_mut().flat_map(|file| file.keys()) {
            match decode::<Claims>(shown, key, &self.validation) {
                Ok(decoded) => return Ok(decoded.claims),
                Err(error) => why = GrantError::NotOurs(error.to_string()),
            }
        }
        Err(why)
    }

    fn use_up(&self, name: &str, now: Moment) -> Result<(), GrantError> {
        self.used.lock().take(name, now.steady).map_err(|why| match why {
            NotTaken::Again => GrantError::Replayed,
            NotTaken::Full => GrantError::Full,
        })
    }
}

/// It goes into logs and onto screens: nothing that could look like something else there.
fn is_person(name: &str) -> bool {
    let plain = |c: char| c.is_alphanumeric() || "-._@+:/ ".contains(c);
    !name.trim().is_empty() && name.len() <= MAX_WHO && name.chars().all(plain)
}

#[cfg(test)]
mod tests {
    use jsonwebtoken::{EncodingKey, Header, encode};
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;
    use crate::auth::signing::{Signer, seconds};

    /// The second that it is in these tests.
    const NOW: u64 = 1_800_000_000;

    fn at(second: u64) -> Moment {
        Moment { wall: UNIX_EPOCH + Duration::from_secs(second), steady: Instant::now() }
    }

    struct Front {
        signer: Signer,
        grants: Grants,
        _folder: tempfile::TempDir,
    }

    impl Front {
        fn new() -> Self {
            let (signer, folder) = (Signer::new(), tempfile::tempdir().unwrap());
            let file = signer.write(folder.path());
            Self { signer, grants: Grants::new(vec![file], "desk-1"), _folder: folder }
        }

        fn claims(&self) -> Value {
            self.signer.claims("desk-1", "alice", Role::Control, NOW)
        }

        /// The claims with some others.
        fn with(&self, changes: Value) -> String {
            let mut claims = self.claims();
            for (name, value) in changes.as_object().unwrap() {
                claims[name] = value.clone();
            }
            self.signer.sign(&claims)
        }

        fn caller(&self, grant: &str) -> Result<Caller, GrantError> {
            self.grants.caller(grant.as_bytes(), at(NOW))
        }
    }

    #[test]
    fn a_grant_tells_who_asks_and_what_they_may_and_is_good_once() {
        let front = Front::new();
        let grant = front.signer.sign(&front.claims());
        assert_eq!(front.caller(&grant), Ok(Caller { role: Role::Control, who: Some("alice".into()) }));
        assert_eq!(front.caller(&grant), Err(GrantError::Replayed));
        assert!(front.caller(&front.signer.sign(&front.claims())).is_ok(), "the next one");
    }

    #[test]
    fn who_has_no_key_signs_nothing() {
        let front = Front::new();
        let claims = front.claims();
        let not_ours = |grant: &str| matches!(front.caller(grant), Err(GrantError::NotOurs(_)));
        assert!(not_ours(&Signer::new().sign(&claims)), "another key");
        // The public key as the secret of an HMAC.
        let secret = EncodingKey::from_secret(front.signer.public().as_bytes());
        assert!(not_ours(&encode(&Header::new(Algorithm::HS256), &claims, &secret).unwrap()));
        let part = |text: &str| {
            use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
            URL_SAFE_NO_PAD.encode(text)
        };
        for head in [r#"{"alg":"none"}"#, r#"{"alg":"None","typ":"JWT"}"#, r#"{"typ":"JWT"}"#, "{}"] {
            assert!(not_ours(&format!("{}.{}.", part(head), part(&claims.to_string()))), "{head}");
        }
        let good = front.signer.sign(&claims);
        let (head, signature) = (good.split('.').next().unwrap(), good.rsplit('.').next().unwrap());
        let mut admin = claims.clone();
        admin["role"] = "admin".into();
        assert!(not_ours(&format!("{head}.{}.{signature}", part(&admin.to_string()))), "a changed role");
        for odd in ["", ".", "..", "...", "a.b.c", "ä", &good[1..], &good[..good.len() - 2], &format!("{good}.")] {
            assert!(not_ours(odd), "{odd}");
        }
        assert!(front.caller(&good).is_ok(), "none of that has used it up");
    }

    #[test]
    fn what_is_said_in_it_has_to_be_about_this_desktop_and_this_moment() {
        let front = Front::new();
        for (changes, why) in [
            (json!({ "iat": NOW - 30, "exp": NOW - SKEW }), GrantError::Expired),
            (json!({ "iat": NOW - 3600, "exp": NOW - 3550 }), GrantError::Expired),
            (json!({ "iat": NOW + SKEW + 1, "exp": NOW + 30 }), GrantError::Early),
            (json!({ "nbf": NOW + SKEW + 1 }), GrantError::Early),
            (json!({ "exp": NOW + MAX_LIFE + 1 }), GrantError::LivesTooLong),
            (json!({ "iat": NOW, "exp": NOW - 1 }), GrantError::LivesTooLong),
            (json!({ "exp": u64::MAX }), GrantError::LivesTooLong),
            (json!({ "sub": "" }), GrantError::Nameless),
            (json!({ "sub": "al\nice" }), GrantError::Nameless),
            (json!({ "sub": "a".repeat(MAX_WHO + 1) }), GrantError::Nameless),
            (json!({ "sub": "\u{202e}ecila" }), GrantError::Nameless),
            (json!({ "jti": "" }), GrantError::Nameless),
            (json!({ "jti": "j".repeat(MAX_NAME + 1) }), GrantError::Nameless),
            (json!({ "commit": "00" }), GrantError::OtherPurpose),
        ] {
            assert_eq!(front.caller(&front.with(changes.clone())), Err(why), "{changes}");
        }
        for changes in [
            json!({ "aud": "desk-2" }),
            json!({ "aud": null }),
            json!({ "iss": "somebody" }),
            json!({ "iss": null }),
            json!({ "role": "root" }),
            json!({ "role": null }),
            json!({ "exp": "soon" }),
            json!({ "exp": -1 }),
            json!({ "iat": null }),
            json!({ "jti": null }),
            json!({ "sub": 7 }),
        ] {
            let said = front.caller(&front.with(changes.clone()));
            assert!(matches!(said, Err(GrantError::NotOurs(_))), "{changes}: {said:?}");
        }
        // Clocks may be a little apart.
        assert!(front.caller(&front.with(json!({ "iat": NOW - 30, "exp": NOW - SKEW + 1 }))).is_ok());
        assert!(front.caller(&front.with(json!({ "iat": NOW + SKEW }))).is_ok());
    }

    #[test]
    fn a_huge_one_is_not_looked_at() {
        let front = Front::new();
        let huge = front.with(json!({ "padding": "x".repeat(MAX_GRANT) }));
        assert_eq!(front.caller(&huge), Err(GrantError::TooLong));
    }

    #[test]
    fn a_clock_that_is_set_back_brings_no_grant_back() {
        let front = Front::new();
        let grant = front.signer.sign(&front.claims());
        assert!(front.caller(&grant).is_ok());
        let hour = at(NOW + 3600);
        assert_eq!(front.grants.caller(grant.as_bytes(), hour), Err(GrantError::Expired));
        assert_eq!(front.caller(&grant), Err(GrantError::Replayed));
        let before = Moment { wall: UNIX_EPOCH - Duration::from_secs(1), steady: Instant::now() };
        assert_eq!(front.grants.caller(front.signer.sign(&front.claims()).as_bytes(), before), Err(GrantError::Early));
    }

    #[test]
    fn a_new_key_counts_at_once_and_the_old_one_no_longer() {
        let front = Front::new();
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("grant.pem");
        let grants = Grants::new(vec![file.clone()], "desk-1");
        let caller = |signer: &Signer| {
            let grant = signer.sign(&signer.claims("desk-1", "alice", Role::View, NOW));
            grants.caller(grant.as_bytes(), at(NOW)).map(|caller| caller.role)
        };
        assert_eq!(caller(&front.signer), Err(GrantError::NoKey), "the file is not there yet");
        std::fs::write(&file, front.signer.public()).unwrap();
        assert_eq!(caller(&front.signer), Ok(Role::View));
        let next = Signer::new();
        std::fs::write(&file, format!("{}{}", front.signer.public(), next.public())).unwrap();
        assert_eq!((caller(&front.signer), caller(&next)), (Ok(Role::View), Ok(Role::View)));
        std::fs::remove_file(&file).unwrap();
        std::fs::write(&file, next.public()).unwrap();
        assert_eq!(caller(&next), Ok(Role::View));
        assert!(matches!(caller(&front.signer), Err(GrantError::NotOurs(_))));
    }

    #[test]
    fn a_proof_confirms_one_command_of_one_person_once() {
        let front = Front::new();
        let hash = "a".repeat(64);
        let proof = front.with(json!({ "commit": hash }));
        let check =
            |proof: &str, hash: &str, who: Option<&str>| front.grants.proof(proof.as_bytes(), hash, who, at(NOW));
        assert_eq!(check(&proof, &"b".repeat(64), Some("alice")), Err(GrantError::OtherCommand));
        assert_eq!(check(&proof, "", Some("alice")), Err(GrantError::OtherCommand));
        assert_eq!(check(&proof, &hash, Some("bob")), Err(GrantError::OtherPerson));
        assert_eq!(check(&proof, &hash, Some("alice")), Ok(()), "what it was not for has not used it up");
        assert_eq!(check(&proof, &hash, Some("alice")), Err(GrantError::Replayed));
        let plain = front.signer.sign(&front.claims());
        assert_eq!(check(&plain, &hash, Some("alice")), Err(GrantError::OtherPurpose));
        let watcher = front.with(json!({ "commit": hash, "role": "view" }));
        assert_eq!(check(&watcher, &hash, None), Err(GrantError::OtherPurpose));
        assert_eq!(check(&front.with(json!({ "commit": hash })), &hash, None), Ok(()), "a token is anybody's");
        let old = front.with(json!({ "commit": hash, "iat": NOW - 120, "exp": NOW - 60 }));
        assert_eq!(check(&old, &hash, None), Err(GrantError::Expired));
    }

    #[test]
    fn the_clock_of_the_machine_is_the_one_that_counts() {
        let front = Front::new();
        let now = Moment::now();
        let grant = front.signer.sign(&front.signer.claims("desk-1", "bob", Role::Admin, seconds(now.wall)));
        assert_eq!(front.grants.caller(grant.as_bytes(), now).map(|caller| caller.role), Ok(Role::Admin));
    }

    proptest! {
        #[test]
        fn whatever_is_shown_it_is_a_grant_only_as_it_was_signed(
            noise in proptest::collection::vec(any::<u8>(), 0..200), at_byte in 0usize..400, change in 1u8..=255,
        ) {
            let front = Front::new();
            prop_assert!(front.grants.caller(&noise, at(NOW)).is_err());
            let mut grant = front.signer.sign(&front.claims()).into_bytes();
            let place = at_byte % grant.len();
            grant[place] ^= change;
            prop_assert!(front.grants.caller(&grant, at(NOW)).is_err());
        }
    }

    /// The tests of the server in front make the same file.
    #[test]
    fn what_a_server_in_front_signs_is_read_as_it_is_meant() {
        let file = include_str!("../../../container/identity/tests/vectors/grants.json");
        let vectors: Value = serde_json::from_str(file).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let keys = folder.path().join("grant.pem");
        std::fs::write(&keys, vectors["keys"].as_str().unwrap()).unwrap();
        let now = at(vectors["now"].as_u64().unwrap());
        // All have one name, so each comes to a desktop of its own.
        let desktop = || Grants::new(vec![keys.clone()], vectors["audience"].as_str().unwrap());
        let list = |name: &str| vectors[name].as_array().unwrap().clone();
        for vector in list("accepted") {
            let (token, claims) = (vector["token"].as_str().unwrap().as_bytes(), &vector["claims"]);
            if let Some(hash) = claims["commit"].as_str() {
                assert_eq!(desktop().proof(token, hash, claims["sub"].as_str(), now), Ok(()), "{}", vector["name"]);
            } else {
                let role = desktop().caller(token, now).map(|caller| crate::auth::name(caller.role));
                assert_eq!(role, Ok(claims["role"].as_str().unwrap()), "{}", vector["name"]);
            }
        }
        for vector in list("refused") {
            let token = vector["token"].as_str().unwrap().as_bytes();
            assert!(desktop().caller(token, now).is_err(), "{}", vector["name"]);
        }
    }
}
