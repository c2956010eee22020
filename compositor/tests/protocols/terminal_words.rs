//! What shells say by sequences that only they can say, and what programs in them say: it moves the picture.

use lcars_ui::operation::Operation;
use lcars_ui::shells::SuggestedFrom;

use crate::terminals::Desk;

impl Desk {
    /// Bash, with commands of the user's own.
    pub fn with_commands(commands: &str) -> Self {
        let desk = Self::new("bash");
        std::fs::write(desk.home.path().join(".bashrc"), commands).unwrap();
        desk
    }

    pub fn alerts(&self) -> String {
        format!("{:?}", self.f.state.screen().interface.alerts)
    }
}

#[test]
fn a_result_is_shown_with_the_command_and_told_to_who_does_not_look() {
    let commands = r#"result() { tos-result '{"passed":41,"failed":["split"]}'; }"#;
    let mut desk = Desk::with_commands(&format!("{commands}\nwaits() {{ cat fifo; result; }}\n"));
    let id = desk.terminal();
    desk.types("result\n");
    assert_eq!(desk.ended(id, "result"), Some(0));
    assert_eq!(desk.told(id).result.as_deref(), Some("failed split, passed 41"));
    assert!(!desk.alerts().contains("passed"), "who looks needs no telling");
    desk.types("true\n");
    assert_eq!(desk.ended(id, "true"), Some(0));
    assert_eq!(desk.told(id).result, None, "it was that of another command");

    assert!(std::process::Command::new("mkfifo").arg(desk.home.path().join("fifo")).status().unwrap().success());
    desk.types("waits\n");
    desk.until("it runs", |desk| desk.told(id).is_running().then_some(()));
    desk.does(&Operation::Jump { to: None });
    std::fs::write(desk.home.path().join("fifo"), "").unwrap();
    desk.until("it is told", |desk| {
        let alerts = desk.alerts();
        (alerts.contains("waits is done after") && alerts.contains("failed split, passed 41")).then_some(())
    });
}

#[test]
fn what_a_shell_works_with_is_known() {
    for shell in ["fish", "bash", "zsh"] {
        let mut desk = Desk::new(shell);
        std::fs::create_dir_all(desk.home.path().join("repo/.git")).unwrap();
        std::fs::write(desk.home.path().join("repo/.git/HEAD"), "ref: refs/heads/main\n").unwrap();
        let id = desk.terminal();
        assert_eq!(desk.told(id).works_with, Vec::<String>::new());
        desk.types("cd repo\n");
        desk.until("the branch", |desk| (desk.told(id).works_with == ["BRANCH main"]).then_some(()));
        desk.types("export AWS_PROFILE=work\n");
        desk.until("the profile", |desk| (desk.told(id).works_with == ["BRANCH main", "AWS work"]).then_some(()));
        desk.types("cd /\n");
        desk.until("no branch", |desk| (desk.told(id).works_with == ["AWS work"]).then_some(()));
    }
}

#[test]
fn who_opens_the_prompt_sees_how_what_stands_half_typed_could_go_on() {
    for shell in ["fish", "bash", "zsh"] {
        let mut desk = Desk::new(shell);
        std::fs::write(desk.home.path().join("theonlyone"), "").unwrap();
        // Without this Zsh completes nothing.
        std::fs::write(desk.home.path().join(".zshrc"), "autoload -Uz compinit && compinit -D\n").unwrap();
        let id = desk.terminal();
        desk.types("ls theonl");
        desk.until("it stands there", |desk| {
            desk.lines(id).iter().any(|line| line.contains("ls theonl")).then_some(())
        });
        desk.chord(&["MetaLeft"], "KeyP");
        desk.until("it is suggested", |desk| {
            let chips = &desk.f.state.shell.shells.prompt.suggestions;
            chips.iter().find(|chip| chip.text == "ls theonlyone" && chip.from == SuggestedFrom::Shell).map(|_| ())
        });
        // The shell may draw its line anew; Fish shows beside it what it would suggest itself.
        desk.until("and it stays as it is", |desk| {
            desk.lines(id).iter().any(|line| line.contains("ls theonl")).then_some(())
        });
    }
}

#[test]
fn a_program_can_tell_the_user_something_in_both_ways() {
    for (sequence, told) in
        [(r"\e]9;The tests ran\a", "The tests ran"), (r"\e]777;notify;Build;It took long\e\\", "Build: It took long")]
    {
        let mut desk = Desk::with_commands(&format!("notify() {{ printf '{sequence}'; }}\n"));
        let id = desk.terminal();
        desk.types("notify\n");
        assert_eq!(desk.ended(id, "notify"), Some(0));
        desk.until("it is told", |desk| desk.alerts().contains(told).then_some(()));
    }
}

#[test]
fn a_bell_is_told_to_who_does_not_look() {
    let mut desk = Desk::with_commands("ring() { cat fifo; printf '\\a'; }\n");
    let id = desk.terminal();
    assert!(std::process::Command::new("mkfifo").arg(desk.home.path().join("fifo")).status().unwrap().success());
    desk.types("ring\n");
    desk.until("it runs", |desk| desk.told(id).is_running().then_some(()));
    assert!(!desk.alerts().contains("rings"));
    desk.does(&Operation::Jump { to: None });
    std::fs::write(desk.home.path().join("fifo"), "").unwrap();
    desk.until("it is told", |desk| desk.alerts().contains("ring rings").then_some(()));
}

#[test]
fn a_program_can_copy_and_what_it_copied_is_pasted() {
    let mut desk = Desk::with_commands("copies() { printf '\\e]52;c;%s\\a' ZnJvbSBh; }\n");
    let id = desk.terminal();
    desk.types("copies\n");
    assert_eq!(desk.ended(id, "copies"), Some(0));
    desk.types("echo ");
    desk.until("it is pasted", |desk| {
        // What the program wrote may be on its way.
        desk.chord(&["ControlLeft", "ShiftLeft"], "KeyV");
        desk.lines(id).iter().any(|line| line.contains("echo from a")).then_some(())
    });
}

#[test]
fn lines_that_a_program_would_read_at_once_are_asked_for_before_they_are_pasted() {
    let mut desk = Desk::with_commands("copies() { printf '\\e]52;c;%s\\a' b25lCnR3bwo=; }\n");
    let id = desk.terminal();
    desk.types("copies\n");
    assert_eq!(desk.ended(id, "copies"), Some(0));
    desk.types("tee got\n");
    desk.until("it runs", |desk| desk.told(id).is_running().then_some(()));
    desk.chord(&["ControlLeft", "ShiftLeft"], "KeyV");
    desk.until("it is asked for", |desk| desk.alerts().contains("2 pasted lines would run at once").then_some(()));
    desk.chord(&["ControlLeft", "ShiftLeft"], "KeyV");
    let got = desk.home.path().join("got");
    desk.until("it is meant", |_| std::fs::read_to_string(&got).is_ok_and(|text| text == "one\ntwo\n").then_some(()));
}

#[test]
fn hits_of_a_search_are_counted() {
    let mut desk = Desk::with_commands("many() { seq 2000; }\n");
    let id = desk.terminal();
    desk.types("many\n");
    assert_eq!(desk.ended(id, "many"), Some(0));
    desk.chord(&["ControlLeft", "ShiftLeft"], "KeyF");
    desk.types("199");
    let told = |desk: &Desk| desk.f.state.shell.shells.faces.get(&id).and_then(|face| face.search.clone());
    // 199, 1199, and 1990 to 1999.
    let hits = |at| {
        move |desk: &mut Desk| {
            told(desk)
                .filter(|told| (told.text.as_str(), told.at, told.hits, told.more) == ("199", Some(at), 12, false))
                .map(|_| ())
        }
    };
    desk.until("the newest", hits(1));
    desk.f.key("Enter", true);
    desk.f.key("Enter", false);
    desk.until("the next one", hits(2));
}
