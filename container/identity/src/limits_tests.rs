use proptest::prelude::*;

use super::*;

const HOUR: Duration = Duration::from_secs(3600);

fn stranger(address: u128) -> Source {
    Source { address: IpAddr::V6(Ipv6Addr::from(address)), device: None }
}

fn v4(address: [u8; 4]) -> Source {
    Source { address: IpAddr::from(address), device: None }
}

fn owner(address: [u8; 4], device: u8) -> Source {
    Source { device: Some(secret::Hash::from_bytes([device; 32])), ..v4(address) }
}

fn password(account: &str) -> Attempt<'_> {
    Attempt::Password { account }
}

fn goes(verdict: Verdict) -> bool {
    matches!(verdict, Verdict::Go { .. })
}

fn limits(now: Instant) -> Limits {
    // Small, so that keys fall together.
    Limits::with_width(Rules::default(), now, 256)
}

#[test]
fn an_address_is_one_subscriber() {
    let of = |text: &str| Prefix::of(text.parse().unwrap());
    assert_eq!(of("2001:db8:1:2:3::4"), of("2001:db8:1:2:ffff::1"));
    assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
    assert_eq!(of("2001:db8:1:2::1").site(), of("2001:db8:1:3::1").site());
    assert_eq!(of("::ffff:192.0.2.1"), of("192.0.2.1"));
    assert_ne!(of("192.0.2.1"), of("192.0.2.2"));
    assert_eq!(of("192.0.2.1").site(), of("192.0.2.200").site());
}

#[test]
fn a_mistake_is_answered_at_once_and_a_guesser_waits_longer_each_time() {
    let now = Instant::now();
    let mut limits = Limits::new(Rules::default(), now);
    let mut delays = Vec::new();
    while let Verdict::Go { delay } = limits.ask(&v4([192, 0, 2, 1]), &password("alice"), now) {
        delays.push(delay);
    }
    assert_eq!(delays.len(), 8);
    assert_eq!(delays[..3], [Duration::ZERO; 3]);
    assert!(delays.is_sorted() && delays[7] == MAX_DELAY, "{delays:?}");
}

#[test]
fn who_waited_as_told_may_try_again() {
    let mut now = Instant::now();
    let mut limits = Limits::new(Rules::default(), now);
    let source = v4([192, 0, 2, 1]);
    while goes(limits.ask(&source, &password("alice"), now)) {}
    let Verdict::Later(wait) = limits.ask(&source, &password("alice"), now) else { panic!("may go") };
    now += wait - Duration::from_millis(1);
    assert!(!goes(limits.ask(&source, &password("alice"), now)));
    now += Duration::from_millis(1);
    assert!(goes(limits.ask(&source, &password("alice"), now)));
}

#[test]
fn a_hundred_colleagues_sign_in_at_once_behind_one_address() {
    let now = Instant::now();
    let mut limits = Limits::new(Rules::default(), now);
    for colleague in 0..100 {
        assert!(goes(limits.ask(&v4([192, 0, 2, 1]), &password(&format!("user{colleague}")), now)), "{colleague}");
    }
}

#[test]
fn one_network_cannot_fill_the_books() {
    let now = Instant::now();
    let mut limits = Limits::new(Rules::default(), now);
    // 65536 prefixes of one /48, each with a new account.
    let mut went = 0u32;
    for prefix in 0..65_536u128 {
        let source = stranger((0x2001_0db8_0001 << 80) | (prefix << 64) | 1);
        went += u32::from(goes(limits.ask(&source, &password(&format!("a{prefix}")), now)));
    }
    assert!(went <= Rules::default().guesses.burst * SITE, "{went}");
    assert!(goes(limits.ask(&v4([198, 51, 100, 7]), &password("alice"), now)));
}

#[test]
fn a_million_addresses_do_not_make_it_grow() {
    let now = Instant::now();
    let mut limits = limits(now);
    let size = |limits: &Limits| {
        let cells = [&limits.addresses.cells, &limits.accounts.cells, &limits.devices.cells];
        cells.map(|cells| cells.capacity())
    };
    let before = size(&limits);
    for n in 0..100_000u128 {
        limits.ask(&stranger(n << 80), &password(&format!("u{n}")), now);
    }
    assert_eq!(size(&limits), before);
}

#[test]
fn a_passkey_is_not_stopped_by_guesses_at_the_password() {
    let now = Instant::now();
    let mut limits = Limits::new(Rules::default(), now);
    for n in 0..1000u128 {
        limits.ask(&stranger(n << 80), &password("alice"), now);
    }
    assert!(!goes(limits.ask(&v4([203, 0, 113, 1]), &password("alice"), now)), "strangers wait");
    assert!(goes(limits.ask(&v4([203, 0, 113, 1]), &Attempt::Ceremony, now)));
}

#[test]
fn a_very_long_name_is_counted_too() {
    let now = Instant::now();
    let mut limits = Limits::new(Rules::default(), now);
    let went = (0..1000u128)
        .filter(|n| goes(limits.ask(&stranger(n << 80), &password(&"x".repeat(100 + *n as usize)), now)))
        .count();
    assert_eq!(went, 32);
}

#[derive(Debug, Clone)]
struct Step {
    wait: Duration,
    address: u128,
    account: u8,
    code: bool,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = (0u64..600_000, any::<u128>(), 0u8..3, any::<bool>(), any::<bool>()).prop_map(
        |(wait, address, account, code, at_once)| Step {
            wait: Duration::from_millis(if at_once { 0 } else { wait }),
            address,
            account,
            code,
        },
    );
    proptest::collection::vec(step, 1..60)
}

proptest! {
    /// Whatever strangers do, from any addresses and at any times: a device that the owner knows gets through.
    #[test]
    fn nobody_can_stop_the_owner_at_a_known_device(steps in steps(), same_address in any::<bool>()) {
        let mut now = Instant::now();
        let mut limits = limits(now);
        let at = [192, 0, 2, 1];
        for step in steps {
            now += step.wait;
            let attacker = if same_address { v4(at) } else { stranger(step.address) };
            for _ in 0..8 {
                limits.ask(&attacker, &password("alice"), now);
                limits.ask(&attacker, &Attempt::Code { account: "alice" }, now);
            }
        }
        // Even when every cell of the strangers' books is full.
        for sketch in [&mut limits.addresses, &mut limits.accounts] {
            sketch.cells.fill(u64::MAX);
        }
        // A password and a code, at once and without waiting.
        for attempt in [password("alice"), Attempt::Code { account: "alice" }] {
            prop_assert_eq!(limits.ask(&owner(at, 7), &attempt, now), Verdict::Go { delay: Duration::ZERO });
        }
    }

    /// All strangers together stay below the bound, in every hour, at every account, passwords and codes apart.
    #[test]
    fn guesses_at_an_account_stay_below_the_bound(steps in steps()) {
        let start = Instant::now();
        let (mut now, rules) = (start, Rules::default());
        let mut limits = limits(now);
        let mut guesses = std::collections::HashMap::<(u8, bool), Vec<Instant>>::new();
        for step in steps {
            now += step.wait;
            let account = format!("user{}", step.account);
            let attempt = if step.code { Attempt::Code { account: &account } } else { password(&account) };
            for n in 0..12 {
                if goes(limits.ask(&stranger(step.address.wrapping_add(n << 80)), &attempt, now)) {
                    guesses.entry((step.account, step.code)).or_default().push(now);
                }
            }
        }
        for ((_, code), times) in guesses {
            let most = if code { rules.codes } else { rules.account }.most_within(HOUR);
            for (index, from) in times.iter().enumerate() {
                let within = times[index..].iter().take_while(|time| time.saturating_duration_since(*from) < HOUR).count();
                prop_assert!(within as u64 <= most, "{within} in an hour, of {most}");
            }
        }
    }

    /// A stolen device token allows no more than its own bound.
    #[test]
    fn a_stolen_device_guesses_slowly(waits in proptest::collection::vec(0u64..120, 1..300)) {
        let mut now = Instant::now();
        let mut limits = limits(now);
        let (begin, mut went) = (now, 0);
        for wait in waits {
            now += Duration::from_secs(wait);
            went += u64::from(goes(limits.ask(&owner([192, 0, 2, 1], 7), &password("alice"), now)));
        }
        prop_assert!(went <= Rules::default().device.most_within(now - begin));
    }

    /// A clock that does not go backwards is not needed either.
    #[test]
    fn any_times_and_names_are_taken(account in ".{0,80}", back in 0u64..1000, bytes in any::<[u8; 16]>()) {
        let now = Instant::now() + Duration::from_secs(1000);
        let mut limits = limits(now);
        let source = stranger(u128::from_be_bytes(bytes));
        limits.ask(&source, &password(&account), now);
        limits.ask(&source, &password(&account), now - Duration::from_secs(back));
    }
}

#[test]
fn the_bounds_are_what_the_documentation_says() {
    let rules = Rules::default();
    assert_eq!(rules.account.most_within(HOUR), 92);
    assert_eq!(rules.codes.most_within(HOUR), 22);
}
