use std::net::{IpAddr, Ipv4Addr};

use p256::ecdsa::{Signature, SigningKey, signature::Signer as _};
use proptest::prelude::*;
use sha2::{Digest as _, Sha256};

use super::*;

const ORIGIN: &str = "https://tos.example:8443";

/// An authenticator in software that does as it is told, also wrong.
struct Authenticator {
    key: SigningKey,
    id: Vec<u8>,
    user: Option<Uuid>,
    counter: u32,
}

/// What an authenticator and the browser before it say.
#[derive(Clone)]
struct Says {
    origin: &'static str,
    rp: &'static str,
    verified: bool,
    present: bool,
    kind: Option<&'static str>,
    challenge: Option<String>,
    broken_signature: bool,
}

impl Default for Says {
    fn default() -> Self {
        Self {
            origin: ORIGIN,
            rp: "tos.example",
            verified: true,
            present: true,
            kind: None,
            challenge: None,
            broken_signature: false,
        }
    }
}

impl Authenticator {
    fn new(seed: u8) -> Self {
        Self { key: SigningKey::from_slice(&[seed; 32]).unwrap(), id: vec![seed; 16], user: None, counter: 0 }
    }

    fn data(&self, says: &Says, attested: bool) -> Vec<u8> {
        let mut data = Sha256::digest(says.rp).to_vec();
        data.push(u8::from(says.present) | u8::from(says.verified) << 2 | u8::from(attested) << 6);
        data.extend(self.counter.to_be_bytes());
        if attested {
            data.extend([0; 16]);
            data.extend(u16::try_from(self.id.len()).unwrap().to_be_bytes());
            data.extend(&self.id);
            let point = self.key.verifying_key().to_encoded_point(false);
            // COSE: EC2, ES256, P-256, x, y.
            data.extend([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20]);
            data.extend(point.x().unwrap());
            data.extend([0x22, 0x58, 0x20]);
            data.extend(point.y().unwrap());
        }
        data
    }

    fn client_data(says: &Says, kind: &str, options: &Value) -> String {
        let challenge = says.challenge.as_deref().or(options.pointer("/publicKey/challenge").and_then(Value::as_str));
        json!({
            "type": says.kind.unwrap_or(kind), "challenge": challenge.unwrap(), "origin": says.origin, "crossOrigin": false,
        })
        .to_string()
    }

    fn create(&mut self, options: &Value, says: &Says) -> Vec<u8> {
        let user = options.pointer("/publicKey/user/id").and_then(Value::as_str).unwrap();
        self.user = Uuid::from_slice(&URL_SAFE_NO_PAD.decode(user).unwrap()).ok();
        let client = Self::client_data(says, "webauthn.create", options);
        // CBOR: {"fmt": "none", "attStmt": {}, "authData": …}
        let data = self.data(says, true);
        let mut object = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58".to_vec();
        object.push(u8::try_from(data.len()).unwrap());
        object.extend(data);
        json!({
            "id": URL_SAFE_NO_PAD.encode(&self.id), "rawId": URL_SAFE_NO_PAD.encode(&self.id), "type": "public-key",
            "clientExtensionResults": {},
            "response": {
                "clientDataJSON": URL_SAFE_NO_PAD.encode(client), "attestationObject": URL_SAFE_NO_PAD.encode(object),
                "transports": ["internal"],
            },
        })
        .to_string()
        .into_bytes()
    }

    fn get(&mut self, options: &Value, says: &Says) -> Answer {
        Answer::read(&self.get_json(options, says)).unwrap()
    }

    fn get_json(&mut self, options: &Value, says: &Says) -> Vec<u8> {
        self.counter += 1;
        let client = Self::client_data(says, "webauthn.get", options);
        let data = self.data(says, false);
        let signed = [data.as_slice(), &Sha256::digest(&client)].concat();
        let signature: Signature = self.key.sign(&signed);
        let mut signature = signature.to_der().as_bytes().to_vec();
        if says.broken_signature {
            let last = signature.len() - 1;
            signature[last] ^= 1;
        }
        json!({
            "id": URL_SAFE_NO_PAD.encode(&self.id), "rawId": URL_SAFE_NO_PAD.encode(&self.id), "type": "public-key",
            "clientExtensionResults": {},
            "response": {
                "clientDataJSON": URL_SAFE_NO_PAD.encode(client), "authenticatorData": URL_SAFE_NO_PAD.encode(data),
                "signature": URL_SAFE_NO_PAD.encode(signature),
                "userHandle": self.user.map(|user| URL_SAFE_NO_PAD.encode(user.as_bytes())),
            },
        })
        .to_string()
        .into_bytes()
    }
}

fn prefix() -> Prefix {
    Prefix::of(IpAddr::V4(Ipv4Addr::LOCALHOST))
}

fn host() -> Passkeys {
    Passkeys::new(&Url::parse(ORIGIN).unwrap(), "TOS", &[7; 32]).unwrap()
}

/// A host, somebody, and a passkey of theirs.
struct World {
    host: Passkeys,
    user: Uuid,
    device: Authenticator,
    key: Passkey,
    now: Instant,
}

fn world() -> World {
    let (host, now, user) = (host(), Instant::now(), Uuid::from_u128(1));
    let mut device = Authenticator::new(3);
    let key = register(&host, user, &mut device, &Says::default(), now).unwrap();
    World { host, user, device, key, now }
}

fn register(
    host: &Passkeys,
    user: Uuid,
    device: &mut Authenticator,
    says: &Says,
    now: Instant,
) -> Result<Passkey, PasskeyError> {
    let person = Person { id: user, name: "alice", display_name: "Alice" };
    let begun = host.begin_registration(&person, &[], prefix(), now)?;
    let answer = device.create(&begun.options, says);
    host.finish_registration(begun.ceremony.reveal(), user, &answer, now)
}

impl World {
    fn sign_in(&mut self, says: &Says) -> Result<Shown, PasskeyError> {
        let begun = self.host.begin_sign_in(prefix(), self.now)?;
        let answer = self.device.get(&begun.options, says);
        self.host.finish_sign_in(begun.ceremony.reveal(), &answer, Some((self.user, &mut self.key)), self.now)
    }

    fn named(&mut self, says: &Says) -> Result<Shown, PasskeyError> {
        let keys = [self.key.clone()];
        let begun = self.host.begin_named_sign_in("alice", Some((self.user, &keys)), prefix(), self.now)?;
        let answer = self.device.get(&begun.options, says);
        self.host.finish_sign_in(begun.ceremony.reveal(), &answer, Some((self.user, &mut self.key)), self.now)
    }

    fn step_up(&mut self, purpose: Purpose) -> Result<Proof, PasskeyError> {
        let keys = [self.key.clone()];
        let begun = self.host.begin_step_up(self.user, &keys, purpose, prefix(), self.now)?;
        let answer = self.device.get(&begun.options, &Says::default());
        let key = Some((self.user, &mut self.key));
        self.host.finish_step_up(begun.ceremony.reveal(), &answer, key, self.now).map(|(proof, _)| proof)
    }
}

#[track_caller]
fn refused<T: fmt::Debug>(result: Result<T, PasskeyError>, why: &[Refusal]) {
    match result {
        Err(PasskeyError::Refused(refusal)) if why.contains(&refusal) => {}
        other => panic!("{other:?}, not {why:?}"),
    }
}

#[test]
fn a_passkey_signs_in_without_a_name_and_with_one() {
    let mut world = world();
    assert!(world.sign_in(&Says::default()).unwrap().changed, "its counter went up");
    assert!(world.named(&Says::default()).unwrap().changed);
    world.key = Passkey::from_json(&world.key.to_json().unwrap()).unwrap();
    assert!(world.sign_in(&Says::default()).is_ok(), "after it was stored");
}

#[test]
fn a_browser_is_asked_for_a_verified_user_and_a_key_that_knows_whose_it_is() {
    let host = host();
    let person = Person { id: Uuid::from_u128(1), name: "alice", display_name: "Alice" };
    let begun = host.begin_registration(&person, &[], prefix(), Instant::now()).unwrap();
    let at = |path: &str| begun.options.pointer(path).cloned();
    assert_eq!(at("/publicKey/authenticatorSelection/userVerification"), Some(json!("required")));
    assert_eq!(at("/publicKey/authenticatorSelection/residentKey"), Some(json!("preferred")));
    assert_eq!(at("/publicKey/rp/id"), Some(json!("tos.example")));
    let begun = host.begin_sign_in(prefix(), Instant::now()).unwrap();
    assert_eq!(begun.options.pointer("/publicKey/userVerification"), Some(&json!("required")));
    assert_eq!(begun.options.get("mediation"), None);
}

#[test]
fn another_origin_is_refused() {
    for origin in [
        "https://tos.example",
        "http://tos.example:8443",
        "https://tos.example:8444",
        "https://evil.example:8443",
        "https://sub.tos.example:8443",
        "https://tos.example.evil:8443",
        "null",
    ] {
        let says = Says { origin, ..Says::default() };
        let any = [Refusal::Origin, Refusal::Other, Refusal::Malformed];
        refused(world().sign_in(&says), &any);
        refused(world().named(&says), &any);
        refused(register(&host(), Uuid::from_u128(2), &mut Authenticator::new(9), &says, Instant::now()), &any);
    }
}

#[test]
fn another_relying_party_is_refused() {
    for rp in ["evil.example", "example", "sub.tos.example", ""] {
        let says = Says { rp, ..Says::default() };
        refused(world().sign_in(&says), &[Refusal::RelyingParty]);
        refused(
            register(&host(), Uuid::from_u128(2), &mut Authenticator::new(9), &says, Instant::now()),
            &[Refusal::RelyingParty],
        );
    }
}

#[test]
fn a_user_who_was_not_verified_or_not_there_is_refused() {
    for says in [Says { verified: false, ..Says::default() }, Says { present: false, ..Says::default() }] {
        refused(world().sign_in(&says), &[Refusal::UserVerification]);
        refused(world().named(&says), &[Refusal::UserVerification]);
        refused(
            register(&host(), Uuid::from_u128(2), &mut Authenticator::new(9), &says, Instant::now()),
            &[Refusal::UserVerification],
        );
    }
}

#[test]
fn a_counter_that_goes_back_or_stands_still_is_refused() {
    let mut world = world();
    assert!(world.sign_in(&Says::default()).is_ok());
    assert!(world.sign_in(&Says::default()).is_ok());
    world.device.counter = 0;
    refused(world.sign_in(&Says::default()), &[Refusal::Counter]);
    world.device.counter = 1;
    refused(world.named(&Says::default()), &[Refusal::Counter]);
    world.device.counter = 2;
    assert!(world.sign_in(&Says::default()).is_ok());
}

#[test]
fn a_copy_used_while_a_ceremony_is_open_is_refused() {
    let mut world = world();
    let keys = [world.key.clone()];
    let open = world.host.begin_named_sign_in("alice", Some((world.user, &keys)), prefix(), world.now).unwrap();
    let copy = world.device.get(&open.options, &Says::default());
    world.device.counter = 5;
    assert!(world.sign_in(&Says::default()).is_ok());
    let key = Some((world.user, &mut world.key));
    refused(world.host.finish_sign_in(open.ceremony.reveal(), &copy, key, world.now), &[Refusal::Counter]);
}

#[test]
fn an_answer_is_good_once_and_for_its_own_challenge() {
    let mut world = world();
    let begun = world.host.begin_sign_in(prefix(), world.now).unwrap();
    let other = world.host.begin_sign_in(prefix(), world.now).unwrap();
    let answer = world.device.get(&begun.options, &Says::default());
    let mut finish =
        |ceremony: &str, now| world.host.finish_sign_in(ceremony, &answer, Some((world.user, &mut world.key)), now);
    assert!(finish(begun.ceremony.reveal(), world.now).is_ok());
    refused(finish(begun.ceremony.reveal(), world.now), &[Refusal::Ceremony]);
    refused(finish(other.ceremony.reveal(), world.now), &[Refusal::Challenge]);
    refused(finish("nothing", world.now), &[Refusal::Ceremony]);
}

#[test]
fn a_late_answer_is_refused() {
    let mut world = world();
    let begun = world.host.begin_sign_in(prefix(), world.now).unwrap();
    let answer = world.device.get(&begun.options, &Says::default());
    let late = world.now + CEREMONY;
    let key = Some((world.user, &mut world.key));
    refused(world.host.finish_sign_in(begun.ceremony.reveal(), &answer, key, late), &[Refusal::Ceremony]);
}

#[test]
fn a_wrong_answer_uses_its_ceremony_up() {
    let mut world = world();
    let begun = world.host.begin_sign_in(prefix(), world.now).unwrap();
    let wrong = world.device.get(&begun.options, &Says { broken_signature: true, ..Says::default() });
    let right = world.device.get(&begun.options, &Says::default());
    let mut finish = |answer: &Answer| {
        world.host.finish_sign_in(begun.ceremony.reveal(), answer, Some((world.user, &mut world.key)), world.now)
    };
    refused(finish(&wrong), &[Refusal::Signature, Refusal::Other]);
    refused(finish(&right), &[Refusal::Ceremony]);
    let begun = world.host.begin_sign_in(prefix(), world.now).unwrap();
    let answer = world.device.get(&begun.options, &Says::default());
    refused(world.host.finish_sign_in(begun.ceremony.reveal(), &answer, None, world.now), &[Refusal::Credential]);
    let key = Some((world.user, &mut world.key));
    refused(world.host.finish_sign_in(begun.ceremony.reveal(), &answer, key, world.now), &[Refusal::Ceremony]);
}

#[test]
fn an_answer_to_a_registration_is_none_to_a_sign_in() {
    let mut world = world();
    refused(world.sign_in(&Says { kind: Some("webauthn.create"), ..Says::default() }), &[Refusal::Other]);
    let begun = world.host.begin_sign_in(prefix(), world.now).unwrap();
    let answer = world.device.create(&begun_user(&begun.options), &Says::default());
    let ceremony = begun.ceremony.reveal();
    refused(world.host.finish_registration(ceremony, world.user, &answer, world.now), &[Refusal::Ceremony]);
}

fn begun_user(options: &Value) -> Value {
    let mut options = options.clone();
    options["publicKey"]["user"] = json!({ "id": URL_SAFE_NO_PAD.encode(Uuid::from_u128(1).as_bytes()) });
    options
}

#[test]
fn somebody_elses_key_is_refused() {
    let mut world = world();
    let (mallory, mut device) = (Uuid::from_u128(666), Authenticator::new(8));
    let mut theirs = register(&world.host, mallory, &mut device, &Says::default(), world.now).unwrap();
    // Mallory's device says that it is alice's.
    device.user = Some(world.user);
    let begun = world.host.begin_sign_in(prefix(), world.now).unwrap();
    let answer = device.get(&begun.options, &Says::default());
    assert_eq!(answer.claimed().user, Some(world.user));
    let key = Some((mallory, &mut theirs));
    refused(world.host.finish_sign_in(begun.ceremony.reveal(), &answer, key, world.now), &[Refusal::Credential]);
    // Mallory's device answers a sign-in that was begun for alice.
    device.user = Some(mallory);
    let keys = [world.key.clone()];
    let begun = world.host.begin_named_sign_in("alice", Some((world.user, &keys)), prefix(), world.now).unwrap();
    let answer = device.get(&begun.options, &Says::default());
    let key = Some((mallory, &mut theirs));
    refused(world.host.finish_sign_in(begun.ceremony.reveal(), &answer, key, world.now), &[Refusal::Credential]);
    // Mallory's device with the number of alice's key.
    device.id = world.device.id.clone();
    device.user = Some(world.user);
    let begun = world.host.begin_sign_in(prefix(), world.now).unwrap();
    let answer = device.get(&begun.options, &Says::default());
    let key = Some((world.user, &mut world.key));
    refused(
        world.host.finish_sign_in(begun.ceremony.reveal(), &answer, key, world.now),
        &[Refusal::Signature, Refusal::Other],
    );
}

#[test]
fn a_registration_is_finished_by_whoever_began_it() {
    let world = world();
    let person = Person { id: world.user, name: "alice", display_name: "Alice" };
    let begun = world.host.begin_registration(&person, &[], prefix(), world.now).unwrap();
    let answer = Authenticator::new(8).create(&begun.options, &Says::default());
    let ceremony = begun.ceremony.reveal();
    refused(world.host.finish_registration(ceremony, Uuid::from_u128(666), &answer, world.now), &[Refusal::Ceremony]);
}

#[test]
fn a_name_without_passkeys_is_not_told_by_the_answer() {
    let world = world();
    let keys = [world.key.clone()];
    let shape = |value: &Value| {
        let options = value.get("publicKey").and_then(Value::as_object).unwrap();
        (value.as_object().unwrap().keys().cloned().collect::<Vec<_>>(), options.keys().cloned().collect::<Vec<_>>())
    };
    let known = world.host.begin_named_sign_in("alice", Some((world.user, &keys)), prefix(), world.now).unwrap();
    for name in ["bob", "carol", "dave"] {
        let ids = |begun: &Begun| begun.options.pointer("/publicKey/allowCredentials").cloned();
        let first = world.host.begin_named_sign_in(name, None, prefix(), world.now).unwrap();
        let again = world.host.begin_named_sign_in(name, Some((world.user, &[])), prefix(), world.now).unwrap();
        assert_eq!(shape(&known.options), shape(&first.options));
        assert_eq!(ids(&first), ids(&again), "always the same");
    }
}

#[test]
fn a_decoy_lets_nobody_in() {
    let mut world = world();
    let begun = world.host.begin_named_sign_in("nobody", None, prefix(), world.now).unwrap();
    let answer = world.device.get(&begun.options, &Says::default());
    let key = Some((world.user, &mut world.key));
    refused(world.host.finish_sign_in(begun.ceremony.reveal(), &answer, key, world.now), &[Refusal::Credential]);
}

#[test]
fn a_proof_is_for_one_act_of_one_user_and_for_a_minute() {
    let mut world = world();
    let purpose = Purpose::commit("desk-alice", &[1; 32]);
    let (user, now) = (world.user, world.now);
    assert!(world.step_up(purpose).unwrap().spend(user, &purpose, now));
    assert!(!world.step_up(purpose).unwrap().spend(user, &Purpose::commit("desk-alice", &[2; 32]), now));
    assert!(!world.step_up(purpose).unwrap().spend(user, &Purpose::commit("desk-bob", &[1; 32]), now));
    assert!(!world.step_up(purpose).unwrap().spend(Uuid::from_u128(2), &purpose, now));
    assert!(!world.step_up(purpose).unwrap().spend(user, &purpose, now + PROOF));
    let admin = Purpose::admin("role", "bob", "admin");
    assert!(!world.step_up(purpose).unwrap().spend(user, &admin, now));
    assert!(!world.step_up(admin).unwrap().spend(user, &Purpose::admin("rol", "ebob", "admin"), now));
    assert!(world.step_up(admin).unwrap().spend(user, &admin, now));
}

#[test]
fn a_sign_in_is_no_step_up_and_a_step_up_no_sign_in() {
    let mut world = world();
    let purpose = Purpose::admin("freeze", "bob", "");
    let begun = world.host.begin_sign_in(prefix(), world.now).unwrap();
    let answer = world.device.get(&begun.options, &Says::default());
    let key = Some((world.user, &mut world.key));
    refused(world.host.finish_step_up(begun.ceremony.reveal(), &answer, key, world.now), &[Refusal::Ceremony]);
    let keys = [world.key.clone()];
    let begun = world.host.begin_step_up(world.user, &keys, purpose, prefix(), world.now).unwrap();
    let answer = world.device.get(&begun.options, &Says::default());
    let key = Some((world.user, &mut world.key));
    refused(world.host.finish_sign_in(begun.ceremony.reveal(), &answer, key, world.now), &[Refusal::Ceremony]);
    refused(world.host.begin_step_up(world.user, &[], purpose, prefix(), world.now), &[Refusal::Credential]);
}

#[test]
fn an_account_has_so_many_keys() {
    let world = world();
    let person = Person { id: world.user, name: "alice", display_name: "Alice" };
    let many = vec![world.key.clone(); MAX_KEYS];
    assert!(matches!(world.host.begin_registration(&person, &many, prefix(), world.now), Err(PasskeyError::Full)));
}

#[test]
fn a_host_without_a_name_or_tls_has_no_passkeys() {
    for wrong in ["http://tos.example", "https://192.0.2.1", "https://[::1]:8443"] {
        assert!(Passkeys::new(&Url::parse(wrong).unwrap(), "TOS", &[7; 32]).is_err(), "{wrong}");
    }
    assert!(Passkeys::new(&Url::parse("http://localhost:9000").unwrap(), "TOS", &[7; 32]).is_ok());
}

#[test]
fn what_is_refused_says_nothing() {
    let mut world = world();
    let error = world.sign_in(&Says { verified: false, ..Says::default() }).unwrap_err();
    assert_eq!(error.to_string(), "this passkey was not accepted");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_bytes_are_read_without_harm(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = Answer::read(&bytes);
        let _ = Passkey::from_json(&String::from_utf8_lossy(&bytes));
    }

    /// One changed character anywhere in an answer: nobody comes in by it, and nothing breaks.
    #[test]
    fn a_changed_answer_lets_nobody_in(at in any::<prop::sample::Index>(), with in 32u8..127) {
        let mut world = world();
        let begun = world.host.begin_sign_in(prefix(), world.now).unwrap();
        let json = world.device.get_json(&begun.options, &Says::default());
        let mut changed = json.clone();
        changed[at.index(json.len())] = with;
        // Parts that are not signed and not believed: the second spelling of the id, how a field is named that we do not read.
        let meaning = |json: &[u8]| serde_json::from_slice::<Value>(json).ok().map(|value| value["response"].clone());
        prop_assume!(meaning(&changed) != meaning(&json));
        if let Ok(answer) = Answer::read(&changed) {
            let key = Some((world.user, &mut world.key));
            prop_assert!(world.host.finish_sign_in(begun.ceremony.reveal(), &answer, key, world.now).is_err());
        }
    }

    #[test]
    fn a_changed_registration_breaks_nothing(at in any::<prop::sample::Index>(), with in 32u8..127) {
        let (host, now, user) = (host(), Instant::now(), Uuid::from_u128(1));
        let person = Person { id: user, name: "alice", display_name: "Alice" };
        let begun = host.begin_registration(&person, &[], prefix(), now).unwrap();
        let mut answer = Authenticator::new(3).create(&begun.options, &Says::default());
        let index = at.index(answer.len());
        answer[index] = with;
        let _ = host.finish_registration(begun.ceremony.reveal(), user, &answer, now);
    }
}
