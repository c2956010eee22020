//! Commands that run the command among their arguments.

use super::walk::{Call, Frame, Walker, filled};
use super::{Arg, Sign};

/// How the options of a wrapper are read, so that the command behind them is found.
struct Wrapper {
    names: &'static [&'static str],
    /// Short options that take a value.
    short: &'static str,
    /// Long options that take a value in a word of its own.
    long: &'static [&'static str],
    /// So many arguments stand before the command.
    skip: usize,
    /// `NAME=value` may stand before the command.
    assigns: bool,
}

const fn wrapper(names: &'static [&'static str], short: &'static str, long: &'static [&'static str]) -> Wrapper {
    Wrapper { names, short, long, skip: 0, assigns: false }
}

const WRAPPERS: &[Wrapper] = &[
    Wrapper {
        assigns: true,
        ..wrapper(
            &["sudo"],
            "CDghpRrTtUu",
            &["user", "group", "chdir", "host", "prompt", "chroot", "role", "type", "other-user", "close-from"],
        )
    },
    wrapper(&["doas"], "uC", &[]),
    wrapper(&["pkexec"], "", &["user"]),
    wrapper(&["run0"], "ugD", &["user", "group", "chdir", "unit", "property", "slice", "nice"]),
    Wrapper { assigns: true, ..wrapper(&["env"], "uC", &["unset", "chdir"]) },
    wrapper(&["nice"], "n", &["adjustment"]),
    wrapper(&["ionice"], "cnpPu", &["class", "classdata"]),
    wrapper(&["time", "gtime"], "fo", &["format", "output"]),
    Wrapper { skip: 1, ..wrapper(&["timeout", "gtimeout"], "ks", &["kill-after", "signal"]) },
    wrapper(&["stdbuf"], "ioe", &["input", "output", "error"]),
    Wrapper { skip: 1, ..wrapper(&["chroot"], "", &[]) },
    Wrapper { skip: 1, ..wrapper(&["taskset", "chrt", "setarch", "schroot", "faketime"], "", &[]) },
    wrapper(&["runuser"], "ugG", &["user", "group", "supp-group"]),
    wrapper(&["numactl"], "NmiCcpPw", &[]),
    wrapper(&["choom", "cpulimit"], "npl", &[]),
    Wrapper { skip: 1, ..wrapper(&["flock"], "wE", &["timeout", "wait", "conflict-exit-code"]) },
    wrapper(&["exec"], "a", &[]),
    wrapper(
        &[
            "command",
            "builtin",
            "nohup",
            "setsid",
            "busybox",
            "toybox",
            "unbuffer",
            "fakeroot",
            "eatmydata",
            "torsocks",
            "torify",
            "firejail",
            "dbus-run-session",
            "catchsegv",
            "ccache",
            "coproc",
            "noglob",
            "nocorrect",
            "unshare",
            "setpriv",
            "capsh",
            "linux32",
            "linux64",
            "prlimit",
            "chronic",
            "rlwrap",
            "valgrind",
            "i386",
            "prime-run",
            "caffeinate",
        ],
        "",
        &[],
    ),
    wrapper(&["nsenter"], "tSG", &["target", "setuid", "setgid"]),
    wrapper(&["proxychains", "proxychains4"], "f", &[]),
    wrapper(&["strace", "ltrace"], "eoPpsuEaSIbX", &[]),
    wrapper(&["xvfb-run"], "nefsp", &[]),
    wrapper(&["sshpass"], "pfe", &[]),
    wrapper(&["systemd-run"], "pHMuE", &["unit", "property", "slice", "description", "host", "machine", "uid", "gid"]),
    wrapper(&["systemd-inhibit"], "", &["what", "who", "why", "mode"]),
];

/// Options of `docker run` and `exec` that take no value in a word of its own.
const CONTAINER_FLAGS: &[&str] = &[
    "rm",
    "init",
    "privileged",
    "detach",
    "interactive",
    "tty",
    "read-only",
    "no-healthcheck",
    "oom-kill-disable",
    "publish-all",
    "quiet",
    "help",
    "no-hosts",
    "replace",
    "latest",
    "rmi",
];

/// Whether a command is known to run another one, and how.
pub(super) fn is_wrapper(name: &str) -> bool {
    const OTHERS: [&str; 14] = [
        "xargs", "find", "gfind", "bfs", "fd", "fdfind", "docker", "podman", "nerdctl", "kubectl", "oc", "parallel",
        "rush", "trap",
    ];
    OTHERS.contains(&name) || WRAPPERS.iter().any(|wrapper| wrapper.names.contains(&name))
}

/// Where the operands begin: behind the options and what belongs to them.
pub(super) fn skip_options(args: &[Arg], short: &str, long: &[&str]) -> usize {
    let mut at = 0;
    while let Some(arg) = args.get(at) {
        let text = arg.text.as_str();
        if text == "--" {
            return at + 1;
        }
        if let Some(name) = text.strip_prefix("--") {
            at += if long.contains(&name) { 2 } else { 1 };
        } else if let Some(letters) = text.strip_prefix('-').filter(|letters| !letters.is_empty()) {
            let valued = letters.char_indices().find(|(_, letter)| short.contains(*letter));
            let value_follows = valued.is_some_and(|(place, letter)| place + letter.len_utf8() == letters.len());
            at += if value_follows { 2 } else { 1 };
        } else {
            break;
        }
    }
    at.min(args.len())
}

fn is_assignment(arg: &Arg) -> bool {
    let name = arg.text.split_once('=').map(|(name, _)| name).unwrap_or_default();
    !name.is_empty() && !name.starts_with('-') && !name.contains('/')
}

impl Walker<'_> {
    /// Looks at the command that a wrapper runs.
    pub(super) fn unwrap(&mut self, name: &str, args: &[Arg], call: &Call, frame: &Frame) {
        match name {
            "xargs" => self.xargs(args, call, frame),
            "find" | "gfind" | "bfs" => self.find(name, args, call, frame),
            "fd" | "fdfind" => {
                let start =
                    args.iter().position(|arg| ["-x", "-X", "--exec", "--exec-batch"].contains(&arg.text.as_str()));
                if let Some(start) = start {
                    let inner = filled(args.get(start + 1..).unwrap_or_default(), "{}");
                    self.inner(name, inner, call, &Frame { unfinished: true, ..frame.clone() });
                }
            }
            "docker" | "podman" | "nerdctl" => self.container(name, args, call, frame),
            "kubectl" | "oc" | "lxc" | "incus" | "machinectl" | "flatpak-spawn" | "toolbox" | "distrobox"
            | "nix-shell" => {
                if let Some(start) = args.iter().position(|arg| arg.text == "--") {
                    self.inner(name, args.get(start + 1..).unwrap_or_default().to_vec(), call, frame);
                } else if matches!(name, "flatpak-spawn" | "toolbox" | "distrobox") {
                    let start = skip_options(args, "", &[]);
                    self.inner(name, args.get(start..).unwrap_or_default().to_vec(), call, frame);
                }
            }
            _ => {
                let Some(wrapper) = WRAPPERS.iter().find(|wrapper| wrapper.names.contains(&name)) else { return };
                let lookup = name == "command"
                    && args.first().is_some_and(|arg| matches!(arg.text.as_str(), "-v" | "-V" | "-s" | "--search"));
                if lookup {
                    return;
                }
                let mut start = skip_options(args, wrapper.short, wrapper.long);
                // `env - …` is `env -i …`.
                let assigned = |start: usize| {
                    wrapper.assigns && args.get(start).is_some_and(|arg| is_assignment(arg) || arg.text == "-")
                };
                while assigned(start) {
                    if let Some(arg) = args.get(start) {
                        self.carried_text(name, arg, frame);
                    }
                    start += 1;
                }
                start += wrapper.skip;
                if start >= args.len() && frame.unfinished {
                    // `xargs env`: the command itself comes from the stream.
                    self.sign(Sign::HiddenCode, call.at.clone(), frame, frame.from.clone());
                }
                self.inner(name, args.get(start..).unwrap_or_default().to_vec(), call, frame);
            }
        }
    }

    /// The command within.
    pub(super) fn inner(&mut self, name: &str, args: Vec<Arg>, call: &Call, frame: &Frame) {
        if args.is_empty() {
            return;
        }
        // `exec` and `time` leave functions what they are; nothing else knows of them.
        let plain = frame.plain || !matches!(name, "exec" | "time");
        let frame = Frame { plain, ..frame.within(name) };
        self.call(Call { args, writes: Vec::new(), ..call.clone() }, &frame);
    }

    fn xargs(&mut self, args: &[Arg], call: &Call, frame: &Frame) {
        let long = [
            "arg-file",
            "delimiter",
            "max-args",
            "max-procs",
            "max-lines",
            "max-chars",
            "replace",
            "eof",
            "process-slot-var",
        ];
        let start = skip_options(args, "adEILnPsRJ", &long);
        let (options, inner) = args.split_at(start);
        let replaced = options.iter().enumerate().find_map(|(place, arg)| {
            let value = arg.text.strip_prefix("-I").or_else(|| arg.text.strip_prefix("--replace="))?;
            if value.is_empty() { options.get(place + 1).map(|next| next.text.clone()) } else { Some(value.to_owned()) }
        });
        let inner = filled(inner, replaced.as_deref().filter(|text| !text.is_empty()).unwrap_or("{}"));
        self.inner("xargs", inner, call, &Frame { unfinished: true, ..frame.clone() });
    }

    fn find(&mut self, name: &str, args: &[Arg], call: &Call, frame: &Frame) {
        let mut rest = args;
        while let Some(start) =
            rest.iter().position(|arg| ["-exec", "-execdir", "-ok", "-okdir"].contains(&arg.text.as_str()))
        {
            let tail = rest.get(start + 1..).unwrap_or_default();
            let end = tail.iter().position(|arg| arg.text == ";" || arg.text == "+").unwrap_or(tail.len());
            let inner = filled(tail.get(..end).unwrap_or_default(), "{}");
            self.inner(name, inner, call, &Frame { unfinished: true, ..frame.clone() });
            rest = tail.get(end..).unwrap_or_default();
        }
    }

    fn container(&mut self, name: &str, args: &[Arg], call: &Call, frame: &Frame) {
        let Some(start) = args.iter().position(|arg| ["run", "exec", "create"].contains(&arg.text.as_str())) else {
            return;
        };
        let rest = args.get(start + 1..).unwrap_or_default();
        let mut at = 0;
        while let Some(arg) = rest.get(at) {
            let text = arg.text.as_str();
            if let Some(option) = text.strip_prefix("--").filter(|option| !option.is_empty()) {
                at += if option.contains('=') || CONTAINER_FLAGS.contains(&option) { 1 } else { 2 };
            } else if let Some(letters) =
                text.strip_prefix('-').filter(|letters| !letters.is_empty() && *letters != "-")
            {
                at += if letters.ends_with(['a', 'e', 'h', 'l', 'm', 'p', 'u', 'v', 'w', 'c']) { 2 } else { 1 };
            } else {
                break;
            }
        }
        // The image or the container, then the command.
        self.inner(name, rest.get(at + 1..).unwrap_or_default().to_vec(), call, frame);
    }
}
