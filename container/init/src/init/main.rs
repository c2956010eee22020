//! The first process of a container: starts the desktop, reaps what it leaves, and is the one way in.

mod accounts;
mod control;
mod jail;
mod media;
mod ports;
mod program;
mod sockets;

use std::{path::PathBuf, process::ExitCode, rc::Rc, time::Duration};

use anyhow::Context as _;
use clap::Parser;
use nix::{
    sys::{prctl, signal},
    unistd::{Gid, Pid, Uid, getpid},
};
use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    task::LocalSet,
    time::{Instant, timeout_at},
};

use crate::program::Program;

/// How long what the desktop left behind has to go, each time it is told to, before the container ends under it.
const LEAVE: Duration = Duration::from_secs(1);

/// The first process of a container.
#[derive(Debug, Parser)]
#[command(name = "tos-init", version, about)]
struct Cli {
    /// Who the program runs as; as who we are where this is left out.
    #[arg(long, value_name = "UID:GID", value_parser = ids)]
    user: Option<(Uid, Gid)>,
    /// Open descriptors of one process.
    #[arg(long, value_name = "NUMBER")]
    nofile: Option<u64>,
    /// Processes and threads of that user.
    #[arg(long, value_name = "NUMBER")]
    nproc: Option<u64>,
    /// Where the sockets are made.
    #[arg(long, value_name = "DIRECTORY", default_value = "/run/tos")]
    gate: PathBuf,
    /// Instead of all that: makes the container whose records this directory has, and waits for its end.
    #[arg(long, value_name = "DIRECTORY")]
    jail: Option<PathBuf>,
    /// The program and its arguments.
    #[arg(required_unless_present = "jail", trailing_var_arg = true, allow_hyphen_values = true)]
    command: Vec<String>,
}

fn ids(text: &str) -> Result<(Uid, Gid), String> {
    let parse = |part: &str| part.parse::<u32>().ok().filter(|id| *id != u32::MAX);
    text.split_once(':')
        .and_then(|(uid, gid)| Some((Uid::from_raw(parse(uid)?), Gid::from_raw(parse(gid)?))))
        .ok_or_else(|| "expected two numbers, such as 1000:1000".to_owned())
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    if let Some(directory) = &cli.jail {
        return match jail::keep(directory) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("tos-init: {error:#}");
                ExitCode::FAILURE
            }
        };
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().enable_time().build();
    let ended = runtime.context("no event loop").and_then(|runtime| LocalSet::new().block_on(&runtime, run(cli)));
    match ended {
        Ok(status) => ExitCode::from(u8::try_from(status).unwrap_or(u8::MAX)),
        Err(error) => {
            eprintln!("tos-init: {error:#}");
            // What shells say where a program cannot be run.
            ExitCode::from(126)
        }
    }
}

/// Runs the program, and gives its status back when it has ended.
async fn run(cli: Cli) -> anyhow::Result<i32> {
    if getpid() != Pid::from_raw(1) {
        // Orphans come to us all the same.
        prctl::set_child_subreaper(true).context("cannot become a reaper")?;
    }
    // Before the first child, so that none ends unheard.
    let mut children = signal(SignalKind::child())?;
    let mut asked = [signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?, signal(SignalKind::hangup())?];

    let accounts = accounts::Accounts::of_system();
    accounts.machine().context("cannot write /etc/machine-id")?;
    if let Some((uid, gid)) = cli.user {
        accounts.write(uid, gid, &accounts::Person::default()).context("cannot write /etc/passwd")?;
    }
    let sockets = sockets::Sockets::make(&cli.gate).with_context(|| format!("no sockets in {}", cli.gate.display()))?;
    let program = Rc::new(Program::start(
        &cli.command,
        &program::Bounds { user: cli.user, nofile: cli.nofile, nproc: cli.nproc },
    )?);

    let who = control::Desktop { program: Rc::clone(&program), user: cli.user, accounts };
    tokio::task::spawn_local(control::serve(sockets.control, Rc::new(who)));
    tokio::task::spawn_local(ports::serve(sockets.ports));
    tokio::task::spawn_local(media::serve(sockets.media));

    let [terminate, interrupt, hangup] = &mut asked;
    loop {
        tokio::select! {
            Some(()) = children.recv() => {
                program.reap();
                if let Some(status) = program.status() {
                    let_go(&program, &mut children).await;
                    return Ok(status);
                }
            }
            Some(()) = terminate.recv() => program.end(),
            Some(()) = interrupt.recv() => program.end(),
            Some(()) = hangup.recv() => program.end(),
        }
    }
}

/// Lets what the desktop left behind go in peace: some write down what they know. Without a PID namespace of our own, that
/// is nobody's business but theirs.
async fn let_go(program: &Program, children: &mut Signal) {
    if getpid() != Pid::from_raw(1) {
        return;
    }
    // Shells do not hear SIGTERM; they go when the line does.
    for kind in [signal::Signal::SIGTERM, signal::Signal::SIGHUP] {
        let _ = signal::kill(Pid::from_raw(-1), kind);
        let deadline = Instant::now() + LEAVE;
        loop {
            if !program.reap() {
                return;
            }
            if timeout_at(deadline, children.recv()).await.is_err() {
                break;
            }
        }
    }
}
