//! Processes that are kept while a desktop is put away.

use super::{
    super::{Body, outcome::NOT_KEPT},
    Op, Play,
};

#[test]
fn processes_that_are_kept_go_on_once_and_the_snapshot_is_there_if_they_do_not() {
    let mut play = Play::keeping(true);
    play.apply(&Op::Open);
    play.run_for(5);
    play.apply(&Op::Work);
    play.apply(&Op::PutAway);
    play.run_for(5);
    assert_eq!((play.life.body(), &play.world.snapshots), (&Body::Kept, &vec![(1, false)]));
    play.life.died("its end was heard late", play.now);
    play.apply(&Op::Open);
    play.run_for(5);
    assert_eq!((play.life.body(), play.world.made), (&Body::Well, 1), "the same processes");
    assert!(play.world.kept.is_none() && play.life.notice().is_none());
    // What cannot be written down is put away as ever.
    play.apply(&Op::Work);
    play.world.stuck = true;
    play.apply(&Op::PutAway);
    play.run_for(5);
    assert_eq!((play.life.body(), &play.world.snapshots), (&Body::None, &vec![(1, false), (2, false)]));
    play.world.stuck = false;
    play.apply(&Op::Open);
    play.run_for(5);
    play.apply(&Op::PutAway);
    play.run_for(5);
    assert_eq!(*play.life.body(), Body::Kept);
    // What does not go on is told, and nobody blames the snapshot for it.
    play.world.stuck = true;
    play.apply(&Op::Open);
    play.run_for(5);
    assert_eq!((play.life.body(), play.life.notice()), (&Body::Well, Some(NOT_KEPT)));
    assert_eq!((play.world.ours().map(|it| it.work), play.world.snapshots[1]), (Some(2), (2, false)));
}

#[test]
fn an_earlier_snapshot_is_no_business_of_processes_that_are_kept() {
    let mut play = Play::keeping(true);
    play.apply(&Op::Open);
    play.run_for(5);
    for _ in 0..2 {
        play.apply(&Op::Work);
        play.apply(&Op::PutAway);
        play.run_for(5);
        assert_eq!(*play.life.body(), Body::Kept);
        play.apply(&Op::Open);
        play.run_for(5);
    }
    play.apply(&Op::PutAway);
    play.run_for(5);
    play.apply(&Op::ResumeOldest);
    play.run_for(5);
    assert_eq!((play.life.body(), play.world.ours().map(|it| it.work)), (&Body::Well, Some(1)));
    assert!(play.world.kept.is_none());
}
