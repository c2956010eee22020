//! From the tree of a text to the commands in it.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::PathBuf;

use super::syntax::{self, Command, Dialect, Names, Pipeline, RedirectKind, Script, Stage, UNKNOWN, Word};
use super::variables::Variables;
use super::{Arg, Context, DEEPEST, Invocation, MOST_CODE, MOST_INVOCATIONS, Sign, around, effects};

/// So many arguments of those before it in a pipeline.
const MOST_READ: usize = 256;

/// What a command reads from.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) enum Input {
    /// Nothing that matters: the terminal, a file.
    #[default]
    Nothing,
    /// This text.
    Text(String),
    /// What another command writes.
    Stream,
}

/// Where a command stands.
#[derive(Debug, Clone, Default)]
pub(super) struct Frame {
    /// `None` is Fish.
    pub posix: bool,
    /// For code within an argument: where that argument is. Else ranges are those of the text itself.
    pub place: Option<Range<usize>>,
    pub via: Vec<String>,
    /// Whose output comes in by pipes.
    pub from: Vec<String>,
    /// What those read.
    pub reads: Vec<Arg>,
    pub input: Input,
    /// Of the function that is looked into.
    pub argv: Option<Vec<Arg>>,
    /// Behind `command` and the like: aliases and functions do not count.
    pub plain: bool,
    /// More arguments come from a stream.
    pub unfinished: bool,
    /// In the background, or in a pipeline of several.
    pub forks: bool,
}

impl Frame {
    pub fn dialect(&self) -> Dialect {
        if self.posix { Dialect::Posix } else { Dialect::Fish }
    }

    pub fn at(&self, at: &Range<usize>) -> Range<usize> {
        self.place.clone().unwrap_or_else(|| at.clone())
    }

    /// Within a wrapper of that name.
    pub fn within(&self, name: &str) -> Self {
        let mut frame = self.clone();
        frame.via.push(name.to_owned());
        frame
    }
}

/// One command before it is looked at.
#[derive(Debug, Clone, Default)]
pub(super) struct Call {
    pub args: Vec<Arg>,
    pub writes: Vec<Arg>,
    /// Whose output is among the arguments.
    pub made_by: Vec<String>,
    /// Some arguments are the output of commands.
    pub has_substitution: bool,
    pub at: Range<usize>,
}

/// What has been seen, and what was learned on the way.
#[derive(Debug)]
pub(super) struct Walker<'a> {
    pub seen: Vec<Invocation>,
    pub context: &'a Context,
    pub names: Names,
    /// What the text itself sets, with every value that is known.
    pub variables: Variables,
    /// That the text itself defines.
    pub aliases: BTreeMap<String, String>,
    /// Functions whose bodies are looked into now.
    within: Vec<String>,
    /// Aliases and functions of the shell that are looked into now.
    expanding: Vec<String>,
    depth: usize,
    code_left: usize,
    pub moved: bool,
    /// Where the text goes.
    pub directories: Vec<PathBuf>,
    /// Files that the text writes, and whose output is in them.
    pub written: Vec<(String, Vec<String>)>,
    /// What is looked at stands among the arguments of a program that nobody knows.
    pub carrying: bool,
}

impl<'a> Walker<'a> {
    pub fn new(context: &'a Context, names: Names) -> Self {
        Self {
            seen: Vec::new(),
            context,
            names,
            variables: Variables::default(),
            aliases: BTreeMap::new(),
            within: Vec::new(),
            expanding: Vec::new(),
            depth: 0,
            code_left: MOST_CODE,
            moved: false,
            directories: Vec::new(),
            written: Vec::new(),
            carrying: false,
        }
    }

    /// The whole text.
    pub fn text(&mut self, text: &str, dialect: Dialect) {
        let frame = Frame { posix: dialect == Dialect::Posix, ..Frame::default() };
        match syntax::read(text, dialect, &self.names) {
            Ok(script) => self.script(&script, &frame),
            Err(_) => self.sign(Sign::NotUnderstood, 0..text.len(), &frame, Vec::new()),
        }
    }

    /// Code that stands in an argument, an alias, a function.
    pub fn code(&mut self, code: &str, at: &Range<usize>, frame: &Frame) {
        self.code_with(code, at, frame, &[]);
    }

    /// The same; `more` follows the last command of it.
    fn code_with(&mut self, code: &str, at: &Range<usize>, frame: &Frame, more: &[Arg]) {
        let frame = Frame { place: Some(at.clone()), ..frame.clone() };
        if self.depth >= DEEPEST || code.len() > self.code_left {
            return self.sign(Sign::NotUnderstood, at.clone(), &frame, Vec::new());
        }
        self.code_left -= code.len();
        match syntax::read(code, frame.dialect(), &self.names) {
            Ok(mut script) => {
                if let Some(words) = last_words(&mut script) {
                    words.extend(more.iter().map(|arg| Word { text: arg.text.clone(), ..Word::default() }));
                }
                self.depth += 1;
                self.script(&script, &frame);
                self.depth -= 1;
            }
            Err(_) => self.sign(Sign::NotUnderstood, at.clone(), &frame, Vec::new()),
        }
    }

    /// An invocation of which nothing is known but that there is something.
    pub fn sign(&mut self, sign: Sign, at: Range<usize>, frame: &Frame, from: Vec<String>) {
        let invocation = Invocation { sign: Some(sign), at, from, via: frame.via.clone(), ..Invocation::default() };
        self.push(invocation);
    }

    pub fn push(&mut self, invocation: Invocation) {
        match self.seen.len().cmp(&MOST_INVOCATIONS) {
            std::cmp::Ordering::Less => self.seen.push(invocation),
            std::cmp::Ordering::Equal => self.seen.push(Invocation {
                sign: Some(Sign::NotUnderstood),
                at: invocation.at,
                ..Invocation::default()
            }),
            std::cmp::Ordering::Greater => {}
        }
    }

    fn names_since(&self, start: usize) -> Vec<String> {
        let names = self.seen.get(start..).unwrap_or_default().iter();
        let mut names: Vec<String> = names.map(|seen| seen.name.clone()).filter(|name| !name.is_empty()).collect();
        names.sort();
        names.dedup();
        names
    }

    /// What may be read by what was seen since then.
    fn read_since(&self, start: usize) -> Vec<Arg> {
        let seen = self.seen.get(start..).unwrap_or_default().iter();
        seen.flat_map(|seen| seen.args.iter().chain(&seen.reads)).take(MOST_READ).cloned().collect()
    }

    pub fn script(&mut self, script: &Script, frame: &Frame) {
        for pipeline in &script.pipelines {
            self.pipeline(pipeline, frame);
        }
    }

    fn pipeline(&mut self, pipeline: &Pipeline, frame: &Frame) {
        let mut frame = frame.clone();
        frame.forks |= pipeline.background || pipeline.stages.len() > 1;
        for (place, stage) in pipeline.stages.iter().enumerate() {
            let start = self.seen.len();
            self.stage(stage, &frame);
            if place + 1 < pipeline.stages.len() {
                frame.from.extend(self.names_since(start));
                frame.reads = self.read_since(start);
                frame.input = match stage.output().filter(|_| place == 0) {
                    Some(text) => Input::Text(text),
                    None => Input::Stream,
                };
            }
        }
    }

    /// What runs to make a word.
    fn word(&mut self, word: &Word, frame: &Frame) {
        let inner =
            Frame { from: Vec::new(), reads: Vec::new(), input: Input::Nothing, unfinished: false, ..frame.clone() };
        for script in &word.scripts {
            self.script(script, &inner);
        }
    }

    fn stage(&mut self, stage: &Stage, frame: &Frame) {
        let mut frame = frame.clone();
        let mut call = Call { at: frame.at(&stage.at), ..Call::default() };
        let start = self.seen.len();
        for redirect in &stage.redirects {
            self.word(&redirect.target, &frame);
            let target = &redirect.target;
            match redirect.kind {
                RedirectKind::Write | RedirectKind::Append => {
                    call.writes.push(Arg { text: target.text.clone(), at: frame.at(&target.at) });
                }
                RedirectKind::Read if !target.scripts.is_empty() => frame.input = Input::Stream,
                RedirectKind::Read => {
                    frame.input = Input::Nothing;
                    frame.reads.push(Arg { text: target.text.clone(), at: frame.at(&target.at) });
                }
                RedirectKind::HereString if target.known() => frame.input = Input::Text(target.text.clone()),
                RedirectKind::HereString => frame.input = Input::Stream,
                RedirectKind::Duplicate => {}
            }
        }
        match &stage.command {
            Command::Simple { assigns, words } => {
                for word in assigns.iter().chain(words) {
                    self.word(word, &frame);
                }
                call.made_by = self.names_since(start);
                call.has_substitution = words.iter().any(|word| !word.scripts.is_empty());
                call.args = arguments(words, &frame);
                self.variables.learn(assigns, &call.args, frame.dialect());
                self.assigned(assigns, &call, &frame);
                self.call(call, &frame);
            }
            Command::Block { function, head, body } => {
                if !call.writes.is_empty() {
                    self.call(call, &frame);
                }
                for word in head {
                    self.word(word, &frame);
                }
                self.variables.learn_loop(head);
                if around::starts_without_end(head, body) {
                    self.sign(Sign::ForkBomb, frame.at(&stage.at), &frame, Vec::new());
                }
                if let Some(name) = function {
                    self.within.push(name.clone());
                    self.script(body, &Frame { forks: false, argv: None, ..frame });
                    self.within.pop();
                } else {
                    self.script(body, &frame);
                }
            }
        }
    }

    /// One command: what it is, and what it wraps.
    pub fn call(&mut self, call: Call, frame: &Frame) {
        if self.depth >= DEEPEST {
            return self.sign(Sign::NotUnderstood, call.at, frame, Vec::new());
        }
        self.depth += 1;
        self.look_at(call, frame);
        self.depth -= 1;
    }

    fn look_at(&mut self, call: Call, frame: &Frame) {
        let Some((first, args)) = call.args.split_first() else {
            return self.record(String::new(), &call, &[], frame, None);
        };
        // `=rm` is the path of rm, for Zsh.
        let word = first.text.strip_prefix('=').filter(|_| frame.posix).unwrap_or(&first.text);
        let name = word.rsplit('/').next().unwrap_or_default().to_owned();
        if first.text.is_empty() || name.is_empty() {
            return self.record(first.text.clone(), &call, args, frame, None);
        }
        let sign = self.sign_of(&name, first, args, frame);
        if self.within.contains(&name) && frame.forks {
            self.sign(Sign::ForkBomb, call.at.clone(), frame, Vec::new());
        }
        if matches!(name.as_str(), "cd" | "pushd" | "popd" | "chroot") {
            self.goes(&name, args);
        }
        self.record(name.clone(), &call, args, frame, sign);
        if !frame.plain {
            self.expand(first, args, frame);
        }
        if first.known() {
            self.unwrap(&name, args, &call, frame);
            self.run_code(&name, args, &call, frame);
            if first.text.contains('/') {
                self.run_written(first, &call, frame);
            }
        } else {
            // Whatever `$SHELL` is, it may run what it is given.
            self.carried(&name, args, &call, frame);
        }
    }

    fn sign_of(&self, name: &str, first: &Arg, args: &[Arg], frame: &Frame) -> Option<Sign> {
        let unknown_function = self.context.functions.get(&first.text).is_some_and(Option::is_none) && !frame.plain;
        if unknown_function {
            return Some(Sign::UnknownFunction);
        }
        if syntax::is_known(name) {
            return None;
        }
        Some(if effects::look_destructive(args) { Sign::UnknownDestructive } else { Sign::UnknownCommand })
    }

    pub fn record(&mut self, name: String, call: &Call, args: &[Arg], frame: &Frame, sign: Option<Sign>) {
        let mut from = frame.from.clone();
        from.extend(call.made_by.iter().cloned());
        let mut writes = effects::writes(&name, args);
        // A redirection is one of the outermost command only.
        writes.extend(call.writes.iter().cloned());
        self.remember_written(&name, args, &writes, &call.writes, &from);
        self.push(Invocation {
            name,
            args: args.to_vec(),
            via: frame.via.clone(),
            from,
            writes,
            reads: frame.reads.clone(),
            unfinished: frame.unfinished,
            sign,
            at: call.at.clone(),
            elsewhere: self.moved,
            directories: self.directories.clone(),
        });
    }

    /// Aliases, abbreviations and functions of that name.
    fn expand(&mut self, first: &Arg, args: &[Arg], frame: &Frame) {
        let name = &first.text;
        if self.expanding.contains(name) {
            return;
        }
        let alias = self.aliases.get(name).or_else(|| self.context.aliases.get(name)).cloned();
        let body = self.context.functions.get(name).cloned().flatten();
        self.expanding.push(name.clone());
        if let Some(alias) = alias {
            self.code_with(&alias, &first.at, frame, args);
        }
        if let Some(body) = body {
            let frame = Frame { argv: Some(args.to_vec()), posix: false, ..frame.clone() };
            self.code(&body, &first.at, &frame);
        }
        self.expanding.pop();
    }
}

/// Words as arguments; `$argv` of a function that is looked into is what it was called with.
fn arguments(words: &[Word], frame: &Frame) -> Vec<Arg> {
    let mut args = Vec::with_capacity(words.len());
    for word in words {
        match (&frame.argv, word.variable.as_deref()) {
            (Some(argv), Some("argv")) => args.extend(argv.iter().cloned()),
            _ => args.push(Arg { text: word.text.clone(), at: frame.at(&word.at) }),
        }
    }
    args
}

/// The words of the last command.
fn last_words(script: &mut Script) -> Option<&mut Vec<Word>> {
    match &mut script.pipelines.last_mut()?.stages.last_mut()?.command {
        Command::Simple { words, .. } => Some(words),
        Command::Block { .. } => None,
    }
}

/// Arguments as one text of code.
pub(super) fn joined(args: &[Arg]) -> String {
    args.iter().map(|arg| arg.text.as_str()).collect::<Vec<_>>().join(" ")
}

/// With something unknown where `placeholder` stands.
pub(super) fn filled(args: &[Arg], placeholder: &str) -> Vec<Arg> {
    let unknown = UNKNOWN.to_string();
    args.iter().map(|arg| Arg { text: arg.text.replace(placeholder, &unknown), at: arg.at.clone() }).collect()
}
