//! The mouse over a terminal: it selects, pastes, follows links, zooms, or is the program's.

use lcars_ui::hierarchy::TerminalId;

use crate::input::{LEFT, MIDDLE, RIGHT};
use crate::terminals::Desk;

impl Desk {
    /// Where the middle of a cell is, in the picture.
    fn cell(&mut self, id: TerminalId, line: usize, column: usize) -> (f64, f64) {
        self.f.draw();
        let area =
            self.f.state.screen().view().terminals.iter().find(|area| area.terminal == id).expect("it is in view");
        let cell = self.f.state.shell.shells.faces[&id].cell;
        (area.rect.x + (column as f64 + 0.5) * cell.w, area.rect.y + (line as f64 + 0.5) * cell.h)
    }

    /// The line that a command wrote, and the column where a part of it begins.
    fn place(&self, id: TerminalId, line: &str, part: &str) -> (usize, usize) {
        let lines = self.lines(id);
        let number = lines.iter().position(|shown| shown.trim_end() == line).unwrap_or_else(|| panic!("{lines:?}"));
        (number, line.find(part).unwrap())
    }

    fn clicks(&mut self, id: TerminalId, (line, column): (usize, usize), button: u8, times: usize) {
        let (x, y) = self.cell(id, line, column);
        self.f.point(x, y);
        for _ in 0..times {
            self.f.button(button, true);
            self.f.button(button, false);
        }
    }
}

#[test]
fn two_clicks_select_a_word_three_a_line_and_the_middle_button_pastes() {
    let mut desk = Desk::new("bash");
    let id = desk.terminal();
    desk.types("echo alpha beta-x gamma\n");
    assert_eq!(desk.ended(id, "echo alpha beta-x gamma"), Some(0));
    desk.shows(id, "alpha beta-x gamma");
    let word = desk.place(id, "alpha beta-x gamma", "gamma");
    desk.types("echo one-");
    desk.clicks(id, word, LEFT, 2);
    desk.clicks(id, (0, 0), MIDDLE, 1);
    desk.until("the word", |desk| {
        desk.lines(id).iter().any(|line| line.trim_end().ends_with("echo one-gamma")).then_some(())
    });
    // The line is emptied by its editor: an interrupt is heard by bash with its next key now and then.
    desk.chord(&["ControlLeft"], "KeyU");
    desk.types("echo two-");
    let line = desk.place(id, "alpha beta-x gamma", "alpha");
    desk.clicks(id, line, LEFT, 3);
    desk.clicks(id, (0, 0), MIDDLE, 1);
    desk.until("the line", |desk| {
        desk.lines(id).iter().any(|line| line.trim_end().ends_with("echo two-alpha beta-x gamma")).then_some(())
    });
}

#[test]
fn a_program_that_wants_the_mouse_gets_it() {
    let mut desk = Desk::with_commands(
        "mouse() { printf '\\e[?1000h\\e[?1006hready\\n'; cat >/dev/null; printf '\\e[?1000l'; }\n",
    );
    let id = desk.terminal();
    desk.types("mouse\n");
    desk.shows(id, "ready");
    desk.clicks(id, (3, 7), LEFT, 1);
    desk.until("it is told", |desk| {
        desk.lines(id).iter().any(|line| line.contains("^[[<0;8;4M^[[<0;8;4m")).then_some(())
    });
    let (x, y) = desk.cell(id, 5, 2);
    desk.f.point(x, y);
    for (button, held) in [(LEFT, true), (RIGHT, true), (RIGHT, false), (LEFT, false)] {
        desk.f.button(button, held);
    }
    desk.until("two buttons at once", |desk| {
        let told = "^[[<0;3;6M^[[<2;3;6M^[[<2;3;6m^[[<0;3;6m";
        desk.lines(id).iter().any(|line| line.contains(told)).then_some(())
    });
    desk.f.wheel(120);
    desk.until("the wheel too", |desk| desk.lines(id).iter().any(|line| line.contains("^[[<65;3;6M")).then_some(()));
    // With Shift it is the terminal's.
    desk.f.key("ShiftLeft", true);
    desk.clicks(id, (4, 0), LEFT, 1);
    desk.f.key("ShiftLeft", false);
    desk.chord(&["ControlLeft"], "KeyC");
    assert_eq!(desk.ended(id, "mouse"), Some(130));
    assert!(!desk.lines(id).iter().any(|line| line.contains(";1;5M")), "{:?}", desk.lines(id));
}

#[test]
fn a_link_that_is_clicked_with_control_is_opened_by_the_program_for_it() {
    let mut desk = Desk::prepared("shell = \"bash\"\n", |home| {
        let script = home.join("browser");
        std::fs::write(&script, format!("#!/bin/sh\necho \"$1\" > {}\n", home.join("opened").display())).unwrap();
        std::fs::set_permissions(&script, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        let entry = format!(
            "[Desktop Entry]\nType=Application\nName=Browser\nExec={} %u\nMimeType=x-scheme-handler/https;\n",
            script.display()
        );
        let applications = home.join(".local/share/applications");
        std::fs::create_dir_all(&applications).unwrap();
        std::fs::write(applications.join("browser.desktop"), entry).unwrap();
        let link = "link() { printf '\\e]8;;https://example.org/a?b=c\\e\\\\click here\\e]8;;\\e\\\\\\n'; }\n";
        std::fs::write(home.join(".bashrc"), link).unwrap();
    });
    let id = desk.terminal();
    desk.types("link\n");
    assert_eq!(desk.ended(id, "link"), Some(0));
    desk.shows(id, "click here");
    let place = desk.place(id, "click here", "here");
    desk.clicks(id, place, LEFT, 1);
    desk.f.key("ControlLeft", true);
    desk.clicks(id, place, LEFT, 1);
    desk.f.key("ControlLeft", false);
    let opened = desk.home.path().join("opened");
    desk.until("it is opened", |_| {
        std::fs::read_to_string(&opened).ok().filter(|address| address == "https://example.org/a?b=c\n").map(|_| ())
    });
}

#[test]
fn letters_are_made_larger_and_smaller_by_the_wheel_and_by_keys() {
    let mut desk = Desk::new("bash");
    let id = desk.terminal();
    let cell = |desk: &Desk| desk.f.state.shell.shells.faces[&id].cell;
    let (x, y) = desk.cell(id, 1, 1);
    let before = cell(&desk);
    desk.f.point(x, y);
    desk.f.key("ControlLeft", true);
    for _ in 0..4 {
        desk.f.wheel(-120);
    }
    desk.f.key("ControlLeft", false);
    desk.until("they are larger", |desk| {
        desk.f.draw();
        (cell(desk).w > before.w && cell(desk).h > before.h).then_some(())
    });
    desk.chord(&["ControlLeft"], "Digit0");
    desk.until("they are as before", |desk| {
        desk.f.draw();
        (cell(desk) == before).then_some(())
    });
    // The shell is told of each size.
    desk.types("stty size\n");
    assert_eq!(desk.ended(id, "stty size"), Some(0));
}
