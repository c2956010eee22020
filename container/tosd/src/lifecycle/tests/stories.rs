//! What becomes of a desktop, one story after the other.

use super::{super::outcome::NOT_RESTORED, *};

fn ready() -> Play {
    let mut play = Play::new();
    play.apply(&Op::Open);
    play.run_for(5);
    assert_eq!(*play.life.body(), Body::Well);
    play
}

#[test]
fn nobody_looks_and_it_is_frozen_put_away_and_comes_back_as_it_was() {
    let mut play = ready();
    play.life.view(1, play.now);
    play.run_for(4000);
    assert_eq!(*play.life.body(), Body::Well, "somebody looks");
    play.apply(&Op::Work);
    play.life.view(0, play.now);
    play.run_for(290);
    assert_eq!(*play.life.body(), Body::Well);
    play.run_for(20);
    assert_eq!(*play.life.body(), Body::Frozen);
    play.run_for(7100);
    assert_eq!(*play.life.body(), Body::Frozen);
    play.run_for(200);
    assert_eq!((play.life.body(), &play.world.snapshots), (&Body::None, &vec![(1, false)]));
    play.apply(&Op::Open);
    play.run_for(5);
    assert_eq!(play.world.ours().map(|it| it.work), Some(1));
}

#[test]
fn who_is_not_looked_at_stands_back_until_somebody_looks() {
    let mut play = ready();
    let back = |play: &mut Play| play.world.ours().unwrap().back;
    play.life.view(1, play.now);
    play.run_for(60);
    assert!(!back(&mut play), "somebody looks");
    play.life.view(0, play.now);
    play.run_for(9);
    assert!(!back(&mut play), "they may only have loaded the page anew");
    play.run_for(2);
    assert!(back(&mut play));
    play.life.view(1, play.now);
    play.run_for(1);
    assert!(!back(&mut play));
    play.life.view(0, play.now);
    play.run_for(20);
    assert!(back(&mut play));
    // Who was killed meanwhile does not know how it is, and sees to it.
    play.life = play.world.adopt(play.now);
    play.life.view(1, play.now);
    play.run_for(5);
    assert!(!back(&mut play));
}

#[test]
fn who_was_refused_a_share_asks_again_and_is_looked_after_meanwhile() {
    let mut play = ready();
    play.run_for(20);
    play.life.view(1, play.now);
    assert_eq!(play.life.next(play.now), Next::Do(Job::Weigh(Share::Whole)));
    play.life.done(Job::Weigh(Share::Whole), Err(Trouble::Broken("busy".into())), play.now);
    let next = play.life.next(play.now);
    assert_eq!(next, Next::Wait(Some(play.now + Rules::WEIGH_AGAIN)));
    assert_eq!(play.life.body(), &Body::Well);
    play.run_for(6);
    assert!(!play.world.ours().unwrap().back);
}

#[test]
fn where_shares_cannot_be_changed_everything_else_goes_on() {
    let mut play = ready();
    play.life.done(Job::Weigh(Share::Tenth), Err(Trouble::Cannot("no shares".into())), play.now);
    play.run_for(60);
    assert!((play.life.body(), play.life.trouble()) == (&Body::Well, None) && !play.world.ours().unwrap().back);
    play.run_for(400);
    assert_eq!(*play.life.body(), Body::Frozen);
}

#[test]
fn a_frozen_one_comes_back_when_somebody_opens_it() {
    let mut play = ready();
    play.run_for(400);
    assert_eq!(*play.life.body(), Body::Frozen);
    play.apply(&Op::Open);
    play.run_for(2);
    assert_eq!(*play.life.body(), Body::Well);
    assert_eq!(play.world.made, 1, "the same container");
}

#[test]
fn who_crashes_again_and_again_is_given_up_until_somebody_asks() {
    let mut play = ready();
    play.world.broken = true;
    play.apply(&Op::Crash);
    play.run_for(600);
    assert!(play.life.gave_up().is_some());
    let made = play.world.made;
    assert_eq!(made, 1 + RULES.give_up);
    play.run_for(6000);
    assert_eq!(play.world.made, made, "it is left alone");
    play.world.broken = false;
    play.apply(&Op::Open);
    play.run_for(5);
    assert_eq!(*play.life.body(), Body::Well);
}

#[test]
fn a_snapshot_that_does_not_restore_is_kept_and_marked_and_there_is_a_fresh_desktop() {
    let mut play = ready();
    play.apply(&Op::Work);
    play.apply(&Op::PutAway);
    play.run_for(5);
    play.world.poison = Some(1);
    play.apply(&Op::Open);
    play.run_for(30);
    assert_eq!(*play.life.body(), Body::Well);
    assert_eq!(play.world.snapshots, vec![(1, true)]);
    assert_eq!(play.life.notice(), Some(NOT_RESTORED));
    assert_eq!(play.world.ours().map(|it| it.work), Some(0));
}

#[test]
fn a_machine_that_starts_nothing_blames_no_snapshot() {
    let mut play = ready();
    play.apply(&Op::Work);
    play.apply(&Op::PutAway);
    play.run_for(5);
    play.world.broken = true;
    play.apply(&Op::Open);
    play.run_for(600);
    assert!(play.life.gave_up().is_some());
    play.world.broken = false;
    play.apply(&Op::Open);
    play.run_for(30);
    assert_eq!(play.world.snapshots, vec![(1, false)]);
    assert_eq!(play.world.ours().map(|it| it.work), Some(1));
}

#[test]
fn a_full_host_is_no_crash() {
    let mut play = Play::new();
    play.life.open(play.now);
    assert_eq!(play.life.next(play.now), Next::Do(Job::Take));
    play.life.done(Job::Take, Err(Trouble::Full), play.now);
    assert!(play.life.is_full());
    assert_eq!((play.life.next(play.now), play.life.failures()), (Next::Wait(None), 0));
}

#[test]
fn what_cannot_be_frozen_goes_on_and_is_put_away_later() {
    let mut play = ready();
    let mut jobs = Vec::new();
    while jobs.last() != Some(&Job::Remove) {
        match play.life.next(play.now) {
            Next::Do(Job::Freeze) => {
                play.life.done(Job::Freeze, Err(Trouble::Cannot("no freezer".into())), play.now);
                jobs.push(Job::Freeze);
            }
            Next::Do(job) => {
                play.life.done(job, Ok(()), play.now);
                jobs.push(job);
            }
            Next::Wait(at) => play.now = at.expect("something is to come"),
        }
    }
    jobs.retain(|job| !matches!(job, Job::Check | Job::Weigh(_)));
    assert_eq!(jobs, [Job::Freeze, Job::Snapshot, Job::Remove]);
}
