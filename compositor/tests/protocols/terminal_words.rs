//! What shells say by sequences that only they can say, and what programs in them say: it moves the picture.

use lcars_ui::operation::Operation;
use lcars_ui::shells::SuggestedFrom;

use crate::terminals::Desk;

impl Desk {
    /// Bash, with commands of the user's own.
    fn with_commands(commands: &str) -> Self {
        let desk = Self::new("bash");
        std::fs::write(desk.home.path().join(".bashrc"), commands).unwrap();
        desk
    }

    fn alerts(&self) -> String {
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
        // Fish shows beside it what it would suggest itself.
        assert!(desk.lines(id).iter().any(|line| line.contains("ls theonl")), "and stays as it is");
    }
}
