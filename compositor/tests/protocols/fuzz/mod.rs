//! Clients that send anything at all, several at once, while somebody uses the desktop.
//!
//! What is sent is made from the protocols' own tables and from a seed that chance chooses. It is printed:
//! `TOS_FUZZ_SEED=… TOS_FUZZ_ROUNDS=…` plays again what failed. A run takes a minute, or `TOS_FUZZ_SECONDS=…` (`make
//! fuzz`: an hour). All rounds of a run happen to one desktop, so that what one leaves behind is found by the next.

mod chance;
mod client;
mod known;
mod wire;

use std::collections::VecDeque;
use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use compositor::trust::Trust;
use lcars_ui::operation::Operation;
use streamer::protocol::Phase;

use self::chance::Chance;
use self::client::Wild;
use crate::alone::{alone, open, resident};
use crate::client::Client;
use crate::fixture::Fixture;
use crate::input::{LEFT, RIGHT};
use crate::picture::GREEN;
use crate::ways_out::WAYS_OUT;

/// How long an ordinary test run goes on, seconds.
const SECONDS: u64 = 60;
/// Things that clients do in a round.
const STEPS: usize = 1_500;
/// A round takes a second or so. One that takes this long does not end.
const STUCK: Duration = Duration::from_secs(300);
/// Descriptors that the desktop opens when something is used for the first time, in however many rounds.
const SPARE: usize = 8;
/// What threads still have to let go of is gone by then.
const PATIENCE: Duration = Duration::from_secs(60);
/// Caches are full after this many.
const WARM: usize = 20;
/// Memory that later rounds may take, whatever their number, over the most that the first ones took. It goes up and down
/// from round to round; what counts is the least in as many rounds as the first ones.
const GROWTH: u64 = 16 << 20;
/// What is kept of a round for good: smithay 0.7 keeps the selection devices of clients that have gone without a word,
/// twenty or so a round, of some 300 bytes each.
const KEPT: u64 = 8 << 10;

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|value| value.parse().unwrap_or_else(|_| panic!("{name} is a number")))
}

#[test]
fn whatever_clients_send_the_desktop_goes_on() {
    alone("fuzz::rounds");
}

#[test]
#[ignore = "the test above runs it, in a process of its own"]
fn rounds() {
    let most = number("TOS_FUZZ_ROUNDS");
    let seconds = number("TOS_FUZZ_SECONDS").unwrap_or(if most.is_some() { u64::from(u32::MAX) } else { SECONDS });
    let until = Instant::now() + Duration::from_secs(seconds);
    let most = most.unwrap_or(u64::MAX);
    // Short enough to be written down.
    let first = number("TOS_FUZZ_SEED").unwrap_or_else(|| RandomState::new().build_hasher().finish() >> 24);
    watch_out();
    let mut f = Fixture::new();
    let (mut fds, mut memory) = (0, 0);
    let mut last = VecDeque::with_capacity(WARM + 1);
    let mut done = 0;
    while done < most && Instant::now() < until {
        BEGUN.fetch_add(1, Ordering::Relaxed);
        eprintln!("fuzz: TOS_FUZZ_SEED={first} TOS_FUZZ_ROUNDS={}", done + 1);
        round(&mut f, Chance::new(first.wrapping_add(done)));
        done += 1;
        // Pipes that clients held end with them.
        for _ in 0..50 {
            f.turn();
        }
        fds = if done <= 2 { fds.max(open().len()) } else { fds };
        // A thread of smithay's closes pools, when it comes to it.
        let begun = Instant::now();
        while open().len() > fds + SPARE {
            assert!(begun.elapsed() < PATIENCE, "more than {fds} descriptors are open: {:?}", open());
            f.wait();
        }
        last.push_back(resident());
        if done <= WARM as u64 {
            memory = last.iter().copied().max().unwrap_or_default();
        } else {
            last.pop_front();
        }
        let least = last.iter().copied().min().unwrap_or_default();
        let bound = memory + GROWTH + done * KEPT;
        assert!(least <= bound, "{least} bytes are resident at least, and were {memory} at most");
    }
    eprintln!("fuzz: {done} rounds, {} descriptors, {} KiB, {} at first", open().len(), resident() >> 10, memory >> 10);
}

static BEGUN: AtomicU64 = AtomicU64::new(0);

/// Ends the process if a round does not end.
fn watch_out() {
    std::thread::spawn(|| {
        loop {
            let round = BEGUN.load(Ordering::Relaxed);
            std::thread::sleep(STUCK);
            if BEGUN.load(Ordering::Relaxed) == round {
                eprintln!("fuzz: this round does not end");
                std::process::abort();
            }
        }
    });
}

fn round(f: &mut Fixture, mut chance: Chance) {
    let mut bystander = f.client();
    let window = f.window(&mut bystander, GREEN);
    let mut wild: Vec<Wild> = (0..1 + chance.below(4)).map(|_| connect(f, &mut chance)).collect();
    for step in 0..STEPS {
        let turn = chance.below(wild.len());
        let Some(one) = wild.get_mut(turn) else { break };
        one.act();
        if chance.percent(25) {
            f.turn();
            for one in &mut wild {
                one.wire.read();
            }
        }
        if chance.percent(8) {
            somebody_acts(f, &mut chance);
        }
        if chance.percent(4) {
            f.draw();
        }
        if let Some(one) = wild.get_mut(turn)
            && (one.wire.dead || chance.below(400) == 0)
        {
            *one = connect(f, &mut chance);
        }
        if step % 250 == 0 {
            answers(f, &mut bystander);
        }
    }
    wild.iter_mut().for_each(|one| one.wire.flush());
    answers(f, &mut bystander);
    leaves(f, &mut chance);
    drop(wild);
    for _ in 0..3 {
        f.turn();
    }
    answers(f, &mut bystander);
    f.draw();
    assert_eq!(f.state.shell.windows().len(), 1, "windows of those who left");
    window.destroy();
    f.roundtrip(&mut bystander);
    drop(bystander);
    f.turn();
}

fn connect(f: &mut Fixture, chance: &mut Chance) -> Wild {
    let (ours, theirs) = UnixStream::pair().unwrap();
    let trust = if chance.percent(50) { Trust::Trusted } else { Trust::Ordinary };
    f.state.insert_client(ours, trust).unwrap();
    let mut wild = Wild::new(theirs, Chance::new(chance.below(usize::MAX) as u64));
    f.turn();
    wild.wire.read();
    wild.bind_all();
    f.turn();
    wild.wire.read();
    wild
}

/// A client that does nothing wrong is served.
fn answers(f: &mut Fixture, bystander: &mut Client) {
    f.roundtrip(bystander);
    bystander.forget();
}

/// Whatever clients do, the user gets out of their windows.
fn leaves(f: &mut Fixture, chance: &mut Chance) {
    // A page that loses the focus lets go of everything; the next one to look has nothing in hand.
    f.blur();
    chance.pick(&WAYS_OUT).into_iter().for_each(|way_out| way_out(f));
}

/// What the user does meanwhile.
fn somebody_acts(f: &mut Fixture, chance: &mut Chance) {
    let at = |chance: &mut Chance| (chance.below(800) as f64, chance.below(600) as f64);
    match chance.below(12) {
        0..=2 => {
            let (x, y) = at(chance);
            f.point(x, y);
        }
        3..=4 => {
            let pressed = chance.percent(50);
            f.button(if chance.percent(80) { LEFT } else { RIGHT }, pressed);
        }
        5 => f.wheel(120),
        6..=7 => {
            let code = *chance.pick(&["KeyA", "Escape", "Enter", "ShiftLeft", "Tab", "ArrowUp"]).unwrap();
            let pressed = chance.percent(50);
            f.key(code, pressed);
        }
        8 => {
            let (x, y) = at(chance);
            let phase = *chance.pick(&[Phase::Begin, Phase::Update, Phase::End, Phase::Cancel]).unwrap();
            f.touch(chance.below(3) as u8, phase, x, y);
        }
        9 => f.blur(),
        10 => {
            let windows: Vec<_> = f.state.shell.windows().iter().filter_map(|window| window.id).collect();
            if let Some(id) = chance.pick(&windows) {
                f.state.focus_window(*id);
            }
        }
        _ => {
            // It may be refused, as by hand.
            let _ = f.state.operate(&Operation::ZoomOut);
        }
    }
}
