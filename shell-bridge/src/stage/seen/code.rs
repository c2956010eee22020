//! Commands that run code: what stands in an argument, what another command writes to them.

use super::walk::{Call, Frame, Input, Walker, filled, joined};
use super::wrappers::{is_wrapper, skip_options};
use super::{Arg, Sign, effects, syntax};

const SHELLS: [&str; 14] =
    ["sh", "bash", "dash", "ash", "zsh", "ksh", "mksh", "rbash", "yash", "fish", "csh", "tcsh", "hush", "pwsh"];
/// So many arguments of code are told apart.
const MOST_PARAMETERS: usize = 10;
const INTERPRETERS: [&str; 12] =
    ["python", "perl", "ruby", "node", "nodejs", "php", "lua", "luajit", "tclsh", "deno", "bun", "osascript"];

/// Whether that is a program that runs code from its input: `python3.11` is one.
fn interprets(name: &str) -> bool {
    let stem = name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.' || c == '-');
    INTERPRETERS.contains(&stem)
}

impl Walker<'_> {
    /// Looks into the code that a command runs.
    pub(super) fn run_code(&mut self, name: &str, args: &[Arg], call: &Call, frame: &Frame) {
        let inner = frame.within(name);
        match name {
            _ if SHELLS.contains(&name) => self.shell(name, args, call, frame),
            _ if interprets(name) => self.interpreter(args, call, frame),
            "eval" => self.argument(&joined(args), call, &inner),
            "source" | "." => {
                let file = args.iter().find(|arg| arg.text != "--");
                self.file_or_input(file, call, &Frame { plain: false, ..inner });
            }
            "at" | "batch" | "tclsh" => {
                let inner = Frame { posix: true, ..inner };
                if !args.iter().any(|arg| arg.text == "-f") {
                    self.input(call, &inner);
                }
            }
            "watch" => {
                let start = skip_options(args, "nq", &["interval", "equexit"]);
                self.argument(&joined(args.get(start..).unwrap_or_default()), call, &Frame { posix: true, ..inner });
            }
            "ssh" | "mosh" | "rsh" => self.remote(args, call, &Frame { posix: true, ..inner }),
            "parallel" | "rush" => {
                let end = args.iter().position(|arg| arg.text.starts_with(":::")).unwrap_or(args.len());
                let all = args;
                let args = args.get(..end).unwrap_or_default();
                let start = skip_options(
                    args,
                    "jNSanIL",
                    &["jobs", "sshlogin", "arg-file", "max-args", "delay", "joblog", "results"],
                );
                let code = filled(args.get(start..).unwrap_or_default(), "{}");
                let inner = Frame { posix: true, unfinished: true, ..inner };
                if code.is_empty() {
                    self.input(call, &inner)
                } else {
                    self.argument(&joined(&code), call, &inner)
                }
                // Without a command each value is one.
                for value in all.get(end + 1..).unwrap_or_default() {
                    self.carried_text(name, value, &inner);
                }
            }
            "set" if frame.posix && args.first().is_some_and(|arg| arg.text == "--") => {
                self.carried("--", args, call, frame);
            }
            // These read their rules or their program from what comes in, and run commands by them.
            "make" | "gmake" | "awk" | "gawk" | "mawk" | "sed" | "crontab" | "psql" | "mysql" | "mariadb"
            | "sqlite3" | "gdb" | "vim" | "vi" | "nvim" | "ed" | "ex"
                if frame.input != Input::Nothing && reads_program(name, args) =>
            {
                let from = frame.from.clone();
                self.sign(Sign::HiddenCode, call.at.clone(), &inner, from);
            }
            "functions" => {
                // `functions --copy del k`: another name of the same.
                if let [from, to, ..] = effects::operands(args).as_slice() {
                    self.aliases.insert(to.text.clone(), from.text.clone());
                }
            }
            "su" | "runuser" | "script" | "flock" | "sg" | "capsh" => {
                let value = |option: &str, name: &str| option_value(args, option, name);
                if let Some(code) = value("-c", "--command").or_else(|| value("--session-command", "--session-command"))
                {
                    self.argument(&code.text, call, &Frame { posix: true, ..inner });
                } else if matches!(name, "su" | "script") {
                    self.input(call, &Frame { posix: true, ..inner });
                }
            }
            "env" => {
                if let Some(code) = option_value(args, "-S", "--split-string") {
                    self.argument(&code.text, call, &Frame { posix: true, ..inner });
                }
            }
            "alias" | "abbr" => self.define(name, args, frame),
            "trap" | "bind" | "complete" => {
                for arg in args.iter().filter(|arg| arg.text.contains([' ', '('])) {
                    self.code(&arg.text, &arg.at, &inner);
                }
            }
            "tmux" | "screen" | "entr" | "hyperfine" => {
                for arg in args.iter().filter(|arg| arg.text.contains(' ')) {
                    self.code(&arg.text, &arg.at, &Frame { posix: true, ..inner.clone() });
                }
                self.carried(name, args, call, frame);
            }
            "git" => {
                self.git(args, call, &Frame { posix: true, ..inner });
                self.carried(name, args, call, frame);
            }
            "tar" | "rsync" | "scp" | "sftp" => {
                for arg in args {
                    let code = ["--checkpoint-action=exec=", "--to-command=", "--use-compress-program=", "--rsh="]
                        .iter()
                        .find_map(|option| arg.text.strip_prefix(option));
                    if let Some(code) = code {
                        self.code(code, &arg.at, &Frame { posix: true, ..inner.clone() });
                    }
                }
                if let Some(code) = option_value(args, "-e", "--rsh").or(option_value(args, "-I", "--to-command")) {
                    self.argument(&code.text, call, &Frame { posix: true, ..inner });
                }
            }
            _ => {
                if !is_wrapper(name) {
                    self.carried(name, args, call, frame);
                }
            }
        }
    }

    /// Code in an argument. What of it the output of a command is, nobody sees.
    fn argument(&mut self, code: &str, call: &Call, frame: &Frame) {
        if call.has_substitution && !syntax::is_known(code) {
            let from = call.made_by.clone();
            self.sign(Sign::HiddenCode, call.at.clone(), frame, from);
        } else if is_only_unknown(code) {
            self.sign(Sign::HiddenCode, call.at.clone(), frame, frame.from.clone());
        }
        self.code(code, &call.at, &Frame { plain: false, ..frame.clone() });
    }

    /// Code that comes by a pipe.
    fn input(&mut self, call: &Call, frame: &Frame) {
        match &frame.input {
            Input::Nothing => {}
            Input::Text(code) => {
                let inner = Frame { input: Input::Nothing, from: Vec::new(), ..frame.clone() };
                self.code(&code.clone(), &call.at, &inner);
            }
            Input::Stream => self.sign(Sign::HiddenCode, call.at.clone(), frame, frame.from.clone()),
        }
    }

    /// A file with code, or what comes in where none is named.
    fn file_or_input(&mut self, file: Option<&Arg>, call: &Call, frame: &Frame) {
        match file {
            Some(file) if matches!(file.text.as_str(), "-" | "/dev/stdin" | "/dev/fd/0" | "/proc/self/fd/0") => {
                self.input(call, frame);
            }
            Some(file) if !file.known() && call.has_substitution => {
                self.sign(Sign::HiddenCode, call.at.clone(), frame, call.made_by.clone());
            }
            Some(file) => self.run_written(file, call, frame),
            None => self.input(call, frame),
        }
    }

    fn shell(&mut self, name: &str, args: &[Arg], call: &Call, frame: &Frame) {
        let inner = Frame { posix: name != "fish", plain: false, ..frame.within(name) };
        let (mut at, mut code_follows, mut from_input) = (0, false, false);
        while let Some(arg) = args.get(at) {
            let text = arg.text.as_str();
            let long = ["--command=", "--init-command="].iter().find_map(|option| text.strip_prefix(option));
            if let Some(code) = long {
                self.argument(code, call, &inner);
                return;
            }
            match text {
                "--" | "-" => {
                    at += 1;
                    break;
                }
                "--command" | "--init-command" => code_follows = true,
                "--rcfile" | "--init-file" => at += 1,
                _ if text.starts_with("--") => {}
                _ if text.starts_with(['-', '+']) && text.len() > 1 => {
                    let letters = text.get(1..).unwrap_or_default();
                    code_follows |= letters.contains(['c', 'C']);
                    from_input |= letters.contains('s');
                    if letters.ends_with(['o', 'O']) {
                        at += 1;
                    }
                }
                _ => break,
            }
            at += 1;
        }
        let operand = args.get(at);
        if code_follows {
            match operand {
                Some(code) => {
                    // What follows the code is `$0`, `$1` and so on in it.
                    let rest = args.get(at + 1..).unwrap_or_default();
                    let before = self.names.variables.clone();
                    let known = rest.iter().enumerate().take(MOST_PARAMETERS).filter(|(_, arg)| arg.known());
                    self.names.variables.extend(known.map(|(place, arg)| (place.to_string(), arg.text.clone())));
                    let argv = (inner.posix && !rest.is_empty()).then(|| rest.get(1..).unwrap_or_default().to_vec());
                    self.argument(&code.text, call, &Frame { argv, ..inner.clone() });
                    self.names.variables = before;
                }
                // `xargs sh -c`: the code comes from the stream.
                None if frame.unfinished => self.sign(Sign::HiddenCode, call.at.clone(), &inner, frame.from.clone()),
                None => {}
            }
        } else if from_input {
            self.input(call, &inner);
        } else {
            self.file_or_input(operand, call, &inner);
        }
    }

    /// What is written in another language is not read; rules look at its text. What comes by a pipe is not seen at all.
    fn interpreter(&mut self, args: &[Arg], call: &Call, frame: &Frame) {
        let has_code =
            args.iter().any(|arg| matches!(arg.text.as_str(), "-c" | "-e" | "-E" | "-r" | "-m" | "-p" | "--eval"));
        let file = args.iter().find(|arg| !arg.text.starts_with('-') || arg.text == "-");
        match (has_code, &frame.input) {
            (true, _) if call.has_substitution && !args.iter().all(Arg::known) => {
                self.sign(Sign::HiddenCode, call.at.clone(), frame, call.made_by.clone());
            }
            (true, _) => {}
            (false, Input::Text(_)) if file.is_none() => {
                self.sign(Sign::HiddenCode, call.at.clone(), frame, frame.from.clone());
            }
            (false, _) => self.file_or_input(file, call, &Frame { input: not_text(&frame.input), ..frame.clone() }),
        }
    }

    fn remote(&mut self, args: &[Arg], call: &Call, frame: &Frame) {
        for arg in args {
            for option in ["ProxyCommand=", "LocalCommand=", "-oProxyCommand=", "-oLocalCommand="] {
                if let Some(code) = arg.text.strip_prefix(option) {
                    self.code(code, &arg.at, frame);
                }
            }
        }
        let host = skip_options(args, "BbcDEeFIiJLlmOopQRSWw", &[]);
        // Options may stand behind the host too.
        let rest = args.get(host + 1..).unwrap_or_default();
        let start = skip_options(rest, "BbcDEeFIiJLlmOopQRSWw", &[]);
        let code = rest.get(start..).unwrap_or_default();
        if code.is_empty() {
            if host < args.len() {
                self.input(call, frame);
            }
        } else {
            self.argument(&joined(code), call, frame);
        }
    }

    /// `alias x='rm -rf'`, `abbr -a x 'rm -rf'`: what it stands for is looked at, and remembered for the rest of the text.
    fn define(&mut self, name: &str, args: &[Arg], frame: &Frame) {
        let start = skip_options(args, "pc", &["position", "regex", "function", "command"]);
        let Some(first) = args.get(start) else { return };
        let (alias, code) = match first.text.split_once('=').filter(|_| name == "alias") {
            Some((alias, code)) => (alias.to_owned(), code.to_owned()),
            None => (first.text.clone(), joined(args.get(start + 1..).unwrap_or_default())),
        };
        if code.is_empty() {
            return;
        }
        self.code(&code, &first.at, frame);
        self.aliases.insert(alias, code);
    }

    fn git(&mut self, args: &[Arg], call: &Call, frame: &Frame) {
        for (place, arg) in args.iter().enumerate() {
            let value = arg.text.split_once('=').map(|(_, value)| value);
            if let Some(code) = value.and_then(|value| value.strip_prefix('!')) {
                self.code(code, &arg.at, frame);
            }
            let rest = args.get(place + 1..).unwrap_or_default();
            match arg.text.as_str() {
                "foreach" | "--exec" | "-x" if !rest.is_empty() => {
                    let start = skip_options(rest, "", &[]);
                    let end = if arg.text == "foreach" { rest.len() } else { rest.len().min(start + 1) };
                    self.argument(&joined(rest.get(start..end).unwrap_or_default()), call, frame);
                }
                "run" if args.get(place.wrapping_sub(1)).is_some_and(|before| before.text == "bisect") => {
                    self.inner("git", rest.to_vec(), call, frame);
                }
                "--tree-filter" | "--index-filter" | "--msg-filter" | "--env-filter" | "--commit-filter" => {
                    if let Some(code) = rest.first() {
                        self.argument(&code.text, call, frame);
                    }
                }
                _ => {}
            }
        }
    }
}

/// A text for a program that does not run it as a shell would is as good as unseen.
fn not_text(input: &Input) -> Input {
    if *input == Input::Nothing { Input::Nothing } else { Input::Stream }
}

/// Whether a program takes from its input what it does, and not only what it does it with.
fn reads_program(name: &str, args: &[Arg]) -> bool {
    let named = |arg: &&Arg| matches!(arg.text.as_str(), "-" | "-f-" | "/dev/stdin" | "/dev/fd/0" | "/proc/self/fd/0");
    let is_only = !args.iter().any(|arg| !arg.text.starts_with('-'));
    args.iter().any(|arg| named(&arg))
        || (is_only && matches!(name, "ed" | "ex" | "psql" | "mysql" | "mariadb" | "gdb"))
}

/// Code of which nothing is known where its command should be.
fn is_only_unknown(code: &str) -> bool {
    code.trim_start().starts_with(syntax::UNKNOWN)
}

/// The value of an option, in the same word or the next.
fn option_value(args: &[Arg], short: &str, long: &str) -> Option<Arg> {
    args.iter().enumerate().find_map(|(place, arg)| {
        let text = arg.text.as_str();
        if let Some(value) = text.strip_prefix(long).and_then(|rest| rest.strip_prefix('=')) {
            return Some(Arg { text: value.to_owned(), at: arg.at.clone() });
        }
        let cluster = text.starts_with('-') && !text.starts_with("--") && short.len() == 2;
        let in_cluster =
            cluster && text.get(1..).is_some_and(|letters| letters.ends_with(short.trim_start_matches('-')));
        if text == long || text == short || in_cluster {
            return args.get(place + 1).cloned();
        }
        let glued = text.strip_prefix(short).filter(|value| !value.is_empty() && short.len() == 2)?;
        Some(Arg { text: glued.to_owned(), at: arg.at.clone() })
    })
}
