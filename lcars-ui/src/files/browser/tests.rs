//! What holds of a browser whatever is done with it.

use proptest::prelude::*;

use super::super::entry::Kind;
use super::*;

fn listing(path: &str, names: &[&str]) -> Arc<Listing> {
    let entry = |name: &&str| {
        let kind = if name.ends_with('/') { Kind::Directory } else { Kind::File };
        Entry::named(FileName::new(name.trim_end_matches('/').as_bytes()).unwrap(), kind)
    };
    Arc::new(Listing::new(path, names.iter().map(entry).collect(), Progress::Whole))
}

fn numbered(path: &str, count: usize) -> Arc<Listing> {
    let names: Vec<String> = (0..count).map(|n| format!("file {n}")).collect();
    listing(path, &names.iter().map(String::as_str).collect::<Vec<_>>())
}

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

fn follow(browser: &mut Browser, listing: &Arc<Listing>, filter: &str, now: u64) {
    browser.follow(listing, filter, ms(now), Motion::Full, &Timing::default());
}

fn at(browser: &Browser) -> String {
    browser.current().and_then(|place| browser.entry(place)).map(|entry| entry.name.shown()).unwrap_or_default()
}

#[test]
fn arrows_go_across_and_down_and_what_is_gone_to_is_in_sight() {
    let mut browser = Browser::new(&numbered("/x", 30));
    browser.fit(Shape { columns: 4, rows: 2 }, ms(0));
    assert!(browser.step(Direction::Right, ms(0)), "the first key goes to the first tile");
    assert_eq!(at(&browser), "file 0");
    assert!(!browser.step(Direction::Left, ms(0)) && !browser.step(Direction::Up, ms(0)));
    for _ in 0..3 {
        assert!(browser.step(Direction::Right, ms(0)));
    }
    assert!(!browser.step(Direction::Right, ms(0)), "a row has an end");
    for _ in 0..7 {
        assert!(browser.step(Direction::Down, ms(0)));
    }
    assert_eq!((at(&browser).as_str(), browser.top(ms(1000))), ("file 29", 6.0), "the last row is not full");
    assert!(!browser.step(Direction::Down, ms(0)));
    browser.go_to_end(false, ms(2000));
    assert_eq!((at(&browser).as_str(), browser.top(ms(3000))), ("file 0", 0.0));
    browser.turn_page(false, ms(4000));
    assert_eq!((at(&browser).as_str(), browser.top(ms(5000))), ("file 8", 2.0));
    browser.turn_page(true, ms(6000));
    assert_eq!((at(&browser).as_str(), browser.top(ms(7000))), ("file 0", 0.0));
}

#[test]
fn the_way_out_leads_to_where_one_came_from() {
    let mut browser = Browser::new(&listing("/home/ada", &["x"]));
    let names: Vec<String> = (0..100).map(|n| format!("user{n}/")).chain([String::from("ada/")]).collect();
    let home = listing("/home", &names.iter().map(String::as_str).collect::<Vec<_>>());
    browser.fit(Shape { columns: 2, rows: 3 }, ms(0));
    browser.go_to_end(true, ms(0));
    follow(&mut browser, &Arc::new(Listing::reading("/home")), "", 10);
    assert_eq!(at(&browser), "", "nothing is known of it yet");
    assert!(matches!(browser.seen(ms(10)), Seen::Zoom { .. }));
    follow(&mut browser, &home, "", 20);
    assert_eq!(at(&browser), "ada");
    let place = browser.current().unwrap() / 2;
    assert!((browser.top(ms(20))..browser.top(ms(20)) + 3.0).contains(&(place as f64)));
}

#[test]
fn picks_and_the_keyboard_follow_what_happens_on_the_disk() {
    let mut browser = Browser::new(&listing("/x", &["a", "b", "c", "d"]));
    browser.set_picking(true);
    for name in [b"b", b"d"] {
        assert_eq!(browser.toggle_pick(&FileName::new(name).unwrap()), Some(true));
    }
    browser.go_to(2, ms(0), ms(0));
    follow(&mut browser, &listing("/x", &["a", "aa", "c", "d"]), "", 0);
    assert_eq!(at(&browser), "c", "by its name, not by its place");
    assert_eq!(browser.picks().iter().map(FileName::shown).collect::<Vec<_>>(), ["d"], "what has gone is not picked");
    follow(&mut browser, &listing("/x", &["a", "aa", "d"]), "", 0);
    assert_eq!(at(&browser), "d", "what has gone leaves its place to what follows");
    follow(&mut browser, &listing("/x", &[]), "", 0);
    assert_eq!((browser.current(), browser.picks().len()), (None, 0));
    follow(&mut browser, &listing("/y", &["d"]), "", 0);
    assert!(browser.is_picking(), "paths of several directories can be picked one after the other");
}

#[test]
fn what_is_looked_for_is_in_sight() {
    let mut browser = Browser::new(&numbered("/x", 500));
    browser.scroll_to(30.0, ms(0), ms(0));
    let same = browser.listing().clone();
    follow(&mut browser, &same, "file 49", 0);
    assert_eq!((browser.len(), browser.top(ms(0))), (11, 0.0));
}

#[derive(Debug, Clone)]
enum Deed {
    Step(Direction),
    End(bool),
    Page(bool),
    Scroll(f64),
    Drag(f64),
    Fit(usize, usize),
    Hidden,
    Sort,
    Pick(usize),
    Picking(bool),
    Follow(usize, usize, &'static str),
}

fn deed() -> impl Strategy<Value = Deed> {
    let direction = prop::sample::select(vec![Direction::Left, Direction::Right, Direction::Up, Direction::Down]);
    prop_oneof![
        4 => direction.prop_map(Deed::Step),
        1 => any::<bool>().prop_map(Deed::End),
        2 => any::<bool>().prop_map(Deed::Page),
        1 => (-1e3..1e3f64).prop_map(Deed::Scroll),
        1 => any::<f64>().prop_map(Deed::Drag),
        1 => (0usize..9, 0usize..9).prop_map(|(columns, rows)| Deed::Fit(columns, rows)),
        1 => Just(Deed::Hidden),
        1 => Just(Deed::Sort),
        2 => (0usize..300).prop_map(Deed::Pick),
        1 => any::<bool>().prop_map(Deed::Picking),
        2 => (0usize..3, 0usize..300, prop::sample::select(vec!["", "1", "file 2", "none"])).prop_map(|(path, count, filter)| Deed::Follow(path, count, filter)),
    ]
}

proptest! {
    #[test]
    fn scroll_and_keyboard_are_always_where_something_is(deeds in prop::collection::vec((deed(), 0u64..300), 1..40)) {
        let mut browser = Browser::new(&numbered("/x", 100));
        let mut clock = 0;
        for (deed, later) in deeds {
            clock += later;
            let now = ms(clock);
            match deed {
                Deed::Step(direction) => { browser.step(direction, now); }
                Deed::End(last) => browser.go_to_end(last, now),
                Deed::Page(back) => browser.turn_page(back, now),
                Deed::Scroll(rows) => browser.scroll_by(rows, now),
                Deed::Drag(rows) => browser.scroll_to(rows, now, Duration::ZERO),
                Deed::Fit(columns, rows) => browser.fit(Shape { columns, rows }, now),
                Deed::Hidden => browser.toggle_hidden(now),
                Deed::Sort => browser.sort_next(now),
                Deed::Pick(place) => {
                    let name = browser.entry(place).map(|entry| entry.name.clone());
                    name.into_iter().for_each(|name| { browser.toggle_pick(&name); });
                }
                Deed::Picking(on) => browser.set_picking(on),
                Deed::Follow(path, count, filter) => {
                    let listing = numbered(["/x", "/x/y", "/z"][path], count);
                    follow(&mut browser, &listing, filter, clock);
                }
            }
            let top = browser.top(now);
            prop_assert!(top.is_finite() && top >= 0.0);
            prop_assert!(top == 0.0 || (top as usize) * browser.shape().columns < browser.len());
            if let Some(place) = browser.current() {
                prop_assert!(browser.entry(place).is_some());
            }
            let there = |pick: &FileName| browser.listing().entries.iter().any(|entry| entry.name == *pick);
            prop_assert!(browser.picks().iter().all(there));
            prop_assert!(browser.rests(now + ms(400)), "everything comes to rest");
        }
    }
}
