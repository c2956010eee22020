//! What a user's own files teach a shell: aliases, abbreviations, functions. None of it is run; it is read as commands
//! are.

use super::Context;
use super::syntax::{self, Command, Dialect, Names, Script, Stage, Word, is_known};

/// So many names are learned.
const MOST_NAMES: usize = 2000;
/// Blocks within each other that are looked into.
const DEEPEST: usize = 8;

impl Context {
    /// Takes in the aliases, abbreviations and functions that a file of the shell's settings defines. A later one of the
    /// same name counts. A file that cannot be read teaches nothing.
    pub fn learn(&mut self, text: &str) {
        let dialect = if self.posix { Dialect::Posix } else { Dialect::Fish };
        if let Ok(script) = syntax::read(text, dialect, &Names::default()) {
            self.learn_from(&script, text, 0);
        }
    }

    fn learn_from(&mut self, script: &Script, text: &str, depth: usize) {
        for stage in script.pipelines.iter().flat_map(|pipeline| &pipeline.stages) {
            match &stage.command {
                Command::Simple { words, .. } => self.learn_alias(words),
                Command::Block { function: Some(name), head, .. } => {
                    if self.functions.len() < MOST_NAMES {
                        self.functions.insert(name.clone(), body_of(stage, head, text));
                    }
                }
                Command::Block { function: None, body, .. } if depth < DEEPEST => {
                    self.learn_from(body, text, depth + 1)
                }
                Command::Block { .. } => {}
            }
        }
    }

    fn learn_alias(&mut self, words: &[Word]) {
        let Some((command, words)) = words.split_first() else { return };
        if !matches!(command.text.as_str(), "alias" | "abbr") || self.aliases.len() >= MOST_NAMES {
            return;
        }
        let words: Vec<&str> =
            words.iter().map(|word| word.text.as_str()).skip_while(|word| word.starts_with('-')).collect();
        let Some((first, rest)) = words.split_first() else { return };
        let (name, code) = match first.split_once('=') {
            Some((name, code)) => (name.to_owned(), code.to_owned()),
            None => ((*first).to_owned(), rest.join(" ")),
        };
        if !code.is_empty() && is_known(&name) {
            self.aliases.insert(name, code);
        }
    }
}

/// The commands of a function, as they are written.
fn body_of(stage: &Stage, head: &[Word], text: &str) -> Option<String> {
    let written = text.get(stage.at.clone())?;
    if head.is_empty() {
        // `name() { … }`: what is in the braces.
        let (open, close) = (written.find('{')?, written.rfind('}')?);
        return written.get(open + 1..close).map(str::to_owned);
    }
    let start = head.iter().map(|word| word.at.end).max()?;
    let end = stage.at.start + written.rfind("end")?;
    text.get(start..end).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stage::{Class, Policy, classify};

    fn class(context: &Context, text: &str) -> Class {
        classify(&Policy::shipped(), text, context).class
    }

    #[test]
    fn what_the_settings_of_fish_define_is_seen_through() {
        let mut context = Context::default();
        context.learn(
            "if status is-interactive\n  alias del 'rm -rf'\n  alias k=\"ls -l\" # short\n  abbr -a gone 'rm -r'\nend\n\
             function tidy --description 'removes'\n  for f in $argv\n    echo $f\n  end\n  rm $argv\nend\n",
        );
        assert_eq!(context.aliases["del"], "rm -rf");
        assert_eq!(context.aliases["k"], "ls -l");
        assert!(context.functions["tidy"].as_ref().unwrap().trim().ends_with("rm $argv"));
        assert_eq!(class(&context, "del x"), Class::Danger);
        assert_eq!(class(&context, "gone x"), Class::Danger);
        assert_eq!(class(&context, "k x"), Class::Safe);
        assert_eq!(class(&context, "tidy x"), Class::Caution);
        assert_eq!(class(&context, "tidy -rf x"), Class::Danger);
    }

    #[test]
    fn what_the_settings_of_bash_define_is_seen_through() {
        let mut context = Context { posix: true, ..Context::default() };
        context.learn("alias del='rm -rf'\nif [ -f x ]; then alias k='ls'; fi\ntidy() {\n  rm -r \"$@\"\n}\n");
        assert_eq!(class(&context, "del x"), Class::Danger);
        assert_eq!(class(&context, "tidy x"), Class::Danger);
        assert_eq!(class(&context, "k x"), Class::Safe);
    }

    #[test]
    fn what_cannot_be_read_teaches_nothing() {
        let mut context = Context::default();
        context.learn("alias del 'rm");
        context.learn(&"begin;".repeat(10_000));
        assert_eq!(context, Context::default());
    }
}
