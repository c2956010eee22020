use super::*;

fn find(terminal: &mut Terminal, towards: Towards) -> SearchStep {
    loop {
        match terminal.search_step(towards) {
            SearchStep::More => {}
            step => return step,
        }
    }
}

fn shown(terminal: &mut Terminal) -> Vec<(u16, String)> {
    terminal.take_damage();
    let here = Palette::default().found_here;
    let mut found = Vec::new();
    for number in 0..terminal.size().lines {
        let text: String =
            row(terminal, number).iter().filter(|cell| cell.bg == Some(here)).map(|cell| cell.text.first()).collect();
        if !text.is_empty() {
            found.push((number, text));
        }
    }
    found
}

#[test]
fn a_text_is_found_in_the_history_and_round_it() {
    let mut terminal = terminal(20, 5);
    for number in 0..9000 {
        terminal.feed(format!("line {number}\r\n").as_bytes());
    }
    terminal.search("LINE", false).unwrap();
    assert_eq!(find(&mut terminal, Towards::Older), SearchStep::Nothing, "capitals are meant");
    terminal.search("line 17", false).unwrap();
    assert_eq!(terminal.searching(), Some(false));
    for wanted in ["line 1799", "line 1798"] {
        assert_eq!(find(&mut terminal, Towards::Older), SearchStep::Found);
        let shown = shown(&mut terminal);
        assert_eq!(shown.len(), 1);
        assert_eq!(line(&terminal, shown[0].0), wanted);
        assert_eq!(shown[0].1, "line 17");
    }
    assert_eq!(find(&mut terminal, Towards::Newer), SearchStep::Found);
    assert_eq!(find(&mut terminal, Towards::Newer), SearchStep::Found);
    let at = shown(&mut terminal)[0].0;
    assert_eq!(line(&terminal, at), "line 17", "past the newest, the oldest is next");
}

fn count(terminal: &mut Terminal) -> Count {
    loop {
        let count = terminal.count_step();
        if !count.more {
            return count;
        }
    }
}

#[test]
fn matches_are_counted_from_the_newest_in_steps_and_within_bounds() {
    let mut terminal = terminal(20, 5);
    for number in 0..9000 {
        terminal.feed(format!("line {number}\r\n").as_bytes());
    }
    terminal.search("line 17", false).unwrap();
    let told = |count: Count| (count.at, count.matches);
    assert_eq!(told(count(&mut terminal)), (None, 1 + 10 + 100), "it stands on none yet");
    for wanted in [1, 2, 3] {
        assert_eq!(find(&mut terminal, Towards::Older), SearchStep::Found);
        assert_eq!(told(count(&mut terminal)), (Some(wanted), 111));
    }
    terminal.feed(b"line 17 line 17\r\n");
    assert_eq!(told(count(&mut terminal)), (Some(5), 113), "what came since is newer");
    assert_eq!(find(&mut terminal, Towards::Newer), SearchStep::Found);
    assert_eq!(told(count(&mut terminal)), (Some(4), 113));
    terminal.search("[0-9]", true).unwrap();
    assert_eq!(count(&mut terminal).matches, MOST_COUNTED, "no more are counted");
    terminal.search("nothing like it", false).unwrap();
    assert_eq!(told(count(&mut terminal)), (None, 0));
    terminal.search("", false).unwrap();
    assert_eq!(told(count(&mut terminal)), (None, 0));
}

#[test]
fn one_match_is_found_again_and_again() {
    let mut terminal = fed(20, 4, "a needle here");
    terminal.search("NEEDLE", false).unwrap();
    assert_eq!(find(&mut terminal, Towards::Newer), SearchStep::Nothing);
    terminal.search("needle", false).unwrap();
    for _ in 0..3 {
        assert_eq!(find(&mut terminal, Towards::Newer), SearchStep::Found);
        assert_eq!(shown(&mut terminal), [(0, "needle".to_owned())]);
        assert_eq!(find(&mut terminal, Towards::Older), SearchStep::Found);
        assert_eq!(shown(&mut terminal), [(0, "needle".to_owned())]);
    }
}

#[test]
fn patterns_are_taken_as_text_or_as_expressions() {
    let mut terminal = fed(20, 4, "a.b*c (x) axb");
    terminal.search("a.b*c (x)", false).unwrap();
    assert_eq!(find(&mut terminal, Towards::Older), SearchStep::Found);
    terminal.search("ax[a-c]", true).unwrap();
    assert_eq!(find(&mut terminal, Towards::Older), SearchStep::Found);
    assert_eq!(shown(&mut terminal), [(0, "axb".to_owned())]);
    terminal.search("X.$", true).unwrap();
    assert_eq!(find(&mut terminal, Towards::Older), SearchStep::Nothing);
    terminal.search("x.$", true).unwrap();
    assert_eq!(find(&mut terminal, Towards::Older), SearchStep::Found);
    terminal.search("q*", true).unwrap();
    assert_eq!(find(&mut terminal, Towards::Older), SearchStep::Nothing, "nothing is no match");
    assert!(matches!(terminal.search("(", true), Err(SearchError::Pattern(_))));
    assert_eq!(terminal.searching(), None);
    assert_eq!(terminal.search(&"x".repeat(5000), false), Err(SearchError::TooLong));
    terminal.search("", false).unwrap();
    assert_eq!(terminal.search_step(Towards::Older), SearchStep::Nothing);
}

#[test]
fn the_match_stays_with_its_line() {
    let mut terminal = fed(20, 4, "needle");
    terminal.search("needle", false).unwrap();
    assert_eq!(find(&mut terminal, Towards::Older), SearchStep::Found);
    terminal.feed(b"\r\nx\r\ny\r\nz\r\nw\r\nneedle");
    assert_eq!(find(&mut terminal, Towards::Newer), SearchStep::Found);
    assert_eq!(shown(&mut terminal), [(3, "needle".to_owned())]);
    assert_eq!(find(&mut terminal, Towards::Older), SearchStep::Found);
    assert_eq!(shown(&mut terminal), [(0, "needle".to_owned())]);
    assert_eq!(terminal.scrolled().below, 2);
}

#[test]
fn wrapped_lines_are_searched_whole() {
    let mut terminal = fed(10, 4, "one needle漢字 and");
    terminal.search("dle漢字", false).unwrap();
    assert_eq!(find(&mut terminal, Towards::Newer), SearchStep::Found);
    assert_eq!(shown(&mut terminal), [(0, "dle".to_owned()), (1, "漢 字 ".to_owned())]);
}

#[test]
fn one_step_does_a_bounded_amount_of_work() {
    let mut terminal = terminal(200, 5);
    terminal.feed(b"needle\r\n");
    for _ in 0..9000 {
        terminal.feed(b"hay\r\n");
    }
    terminal.search("needle", false).unwrap();
    let mut steps = 0;
    while terminal.search_step(Towards::Older) == SearchStep::More {
        steps += 1;
    }
    assert_eq!(steps, 9000 * 200 / (1 << 18));
    assert_eq!(terminal.searching(), Some(true));
    terminal.search("pin", false).unwrap();
    assert_eq!(find(&mut terminal, Towards::Newer), SearchStep::Nothing);
}
