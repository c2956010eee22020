use super::*;
use crate::api::ShellEvent;

/// Runs a command as a shell tells it.
fn run(terminal: &mut Terminal, command: &str, output: &str, status: i32) {
    terminal.mark(&ShellEvent::PromptStart);
    terminal.feed(b"$ ");
    terminal.mark(&ShellEvent::InputStart);
    terminal.feed(command.as_bytes());
    terminal.feed(b"\r\n");
    terminal.mark(&ShellEvent::OutputStart { command: Some(command.to_owned()) });
    terminal.feed(output.as_bytes());
    terminal.mark(&ShellEvent::CommandEnd { status: Some(status) });
}

fn prompt(terminal: &mut Terminal) {
    terminal.mark(&ShellEvent::PromptStart);
    terminal.feed(b"$ ");
    terminal.mark(&ShellEvent::InputStart);
}

fn blocks(terminal: &Terminal) -> Vec<(u16, u16, Outcome)> {
    terminal.blocks().iter().map(|block| (block.first, block.last, block.outcome)).collect()
}

#[test]
fn blocks_are_told_with_their_outcome() {
    let mut terminal = terminal(20, 8);
    run(&mut terminal, "one", "a\r\nb\r\n", 0);
    run(&mut terminal, "two", "", 3);
    run(&mut terminal, "three", "no line end", 0);
    assert_eq!(blocks(&terminal), [(0, 2, Outcome::Ok), (3, 3, Outcome::Failed(3)), (4, 5, Outcome::Ok)]);
    terminal.feed(b"\r\n");
    prompt(&mut terminal);
    terminal.feed(b"sleep\r\n");
    terminal.mark(&ShellEvent::OutputStart { command: None });
    assert_eq!(blocks(&terminal)[3], (6, 7, Outcome::Running));
    assert_eq!(terminal.blocks()[0].command.as_deref(), Some("one"));
    assert_eq!(terminal.output(None).as_deref(), Some(""), "it has said nothing yet");
    assert_eq!(terminal.output(Some(0)).as_deref(), Some("a\nb"));
    assert_eq!(terminal.output(Some(3)), None);
    assert_eq!(terminal.output(Some(5)).as_deref(), Some("no line end"));
    assert!(terminal.select_output(Some(1)));
    assert_eq!(terminal.selected_text().as_deref(), Some("a\nb"));
}

#[test]
fn a_prompt_that_is_drawn_again_is_one_prompt() {
    let mut terminal = terminal(20, 8);
    prompt(&mut terminal);
    prompt(&mut terminal);
    run(&mut terminal, "x", "", 0);
    assert_eq!(terminal.screen.marks_len(), 1);
}

#[test]
fn the_view_jumps_from_prompt_to_prompt() {
    let mut terminal = terminal(20, 4);
    for number in 0..5 {
        run(&mut terminal, &format!("command {number}"), "1\r\n2\r\n3\r\n", 0);
    }
    prompt(&mut terminal);
    let mut seen = Vec::new();
    while terminal.jump(Jump::PreviousPrompt) {
        seen.push(line(&terminal, 0));
    }
    assert_eq!(seen, ["$ command 4", "$ command 3", "$ command 2", "$ command 1", "$ command 0"]);
    assert!(terminal.jump(Jump::NextPrompt));
    assert_eq!(line(&terminal, 0), "$ command 1");
}

#[test]
fn marks_stay_with_their_lines_through_any_width() {
    let mut terminal = terminal(30, 6);
    for number in 0..20 {
        let output = format!("{number} {}\r\nshort\r\n", "long words that will be wrapped ".repeat(number % 4));
        run(&mut terminal, &format!("command {number}"), &output, 0);
    }
    prompt(&mut terminal);
    let expected: Vec<Option<String>> = outputs(&mut terminal);
    assert_eq!(expected.len(), 20);
    for (columns, lines) in [(10, 6), (80, 3), (7, 40), (200, 2), (30, 6), (2, 2), (30, 6)] {
        terminal.resize(GridSize::new(columns, lines), (10, 20));
        assert_eq!(outputs(&mut terminal), expected, "at {columns}x{lines}");
    }
    terminal.scroll(Scroll::Bottom);
    terminal.rest();
    terminal.feed(b"\x1b[?1049hfull\x1b[?1049l");
    assert_eq!(outputs(&mut terminal), expected, "after a rest");
    // A program may change the size of what it does not see.
    terminal.feed(b"\x1b[?1049h\x1b[2Jfull screen");
    terminal.resize(GridSize::new(13, 9), (10, 20));
    terminal.resize(GridSize::new(40, 5), (10, 20));
    terminal.feed(b"\x1b[?1049l");
    assert_eq!(outputs(&mut terminal), expected);
    let links = (0..5).flat_map(|line| row(&terminal, line)).filter(|cell| cell.style.link).count();
    assert_eq!(links, 0, "no tag is left behind");
}

/// What every command has put out, oldest first.
fn outputs(terminal: &mut Terminal) -> Vec<Option<String>> {
    terminal.screen.take_back();
    terminal.screen.outputs()
}

#[test]
fn marks_leave_with_their_lines() {
    let mut terminal = short_memory(20, 4, 50);
    for number in 0..1000 {
        run(&mut terminal, &format!("command {number}"), "1\r\n", 0);
    }
    let kept = terminal.scrolled().above + 4;
    assert!(terminal.screen.marks_len() <= kept / 2 + 2, "{} of {kept}", terminal.screen.marks_len());
    terminal.feed(b"\x1b[H\x1b[2J\x1b[3J");
    prompt(&mut terminal);
    assert_eq!(blocks(&terminal), []);
    assert_eq!(terminal.output(None), None);
    terminal.feed(b"\x1bc");
    assert_eq!(terminal.screen.marks_len(), 0);
}

#[test]
fn a_link_below_a_mark_is_kept() {
    let mut terminal = terminal(20, 4);
    terminal.feed(b"\x1b]8;;https://example.org\x07");
    run(&mut terminal, "ls", "x\r\n", 0);
    terminal.feed(b"\x1b]8;;\x07");
    terminal.resize(GridSize::new(15, 6), (10, 20));
    assert_eq!(terminal.link_at(0, 0).unwrap().uri, "https://example.org");
}
