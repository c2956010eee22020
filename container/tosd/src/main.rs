//! The session manager and gateway of TOS: reads the command line and does what it says.

use std::{io::Write as _, process::ExitCode};

use anyhow::Context as _;
use clap::Parser as _;
#[cfg(target_env = "gnu")]
use nix::libc;
use store::Store;
use tosd::{
    cli::{self, Cli, Command},
    config::{self, Config},
    control, doctor, observe, people, serve,
};

fn main() -> ExitCode {
    match run(Cli::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("tosd: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Blocks of so many bytes and more go back to the system as soon as they are free. Without a word on it glibc raises its
/// own limit to what has been freed once, and keeps what hashing passwords takes, 19 MiB each, as holes between the rest.
#[cfg(target_env = "gnu")]
const LARGE: libc::c_int = 1 << 20;

/// Whether all is well; what `doctor` and `verify` are asked.
fn run(cli: Cli) -> anyhow::Result<bool> {
    // SAFETY: it takes numbers, and there is no other thread yet.
    #[cfg(target_env = "gnu")]
    unsafe {
        libc::mallopt(libc::M_MMAP_THRESHOLD, LARGE)
    };
    // TLS is rustls with ring everywhere; a second call would only find it there.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let config = Config::load(&cli.config)?;
    if matches!(cli.command, Command::Config) {
        write!(std::io::stdout(), "{}", config::shown(&config)?)?;
        return Ok(true);
    }
    // Commands say what they do themselves.
    let quiet = config::Observe { filter: "warn".into(), otlp: None, ..config.observe.clone() };
    let _traces = observe::logs::begin(if matches!(cli.command, Command::Run) { &config.observe } else { &quiet })?;
    // Two: tosd waits for others most of the time, and its memory counts.
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(command(config, cli.command))
}

async fn command(config: Config, command: Command) -> anyhow::Result<bool> {
    match command {
        Command::Run => serve::run(config).await.map(|()| true),
        Command::Config => Ok(true),
        Command::Doctor { json } => doctor::run(&config, json).await,
        Command::Audit(cli::Audit::Verify) => serve::verify(&config, &store(&config).await?).await,
        Command::Audit(cli::Audit::Export) => serve::export(&store(&config).await?).await.map(|()| true),
        Command::Backup { file } => serve::backup(&store(&config).await?, &file).await.map(|()| true),
        Command::Restore { file } => serve::restore(&config, &store(&config).await?, &file).await.map(|()| true),
        Command::User(user) => people::run(&config, &store(&config).await?, user).await.map(|()| true),
        Command::Desktop(desktop) => self::desktop(&config, desktop).await.map(|()| true),
    }
}

async fn store(config: &Config) -> anyhow::Result<Store> {
    std::fs::create_dir_all(&config.data).with_context(|| config.data.display().to_string())?;
    Store::open(&config.database()).await.context("the database")
}

async fn desktop(config: &Config, command: cli::Desktop) -> anyhow::Result<()> {
    let act = |who: cli::Who, act| control::Request::Act { user: who.name, act };
    let (request, json) = match command {
        cli::Desktop::List { json } => (control::Request::List, json),
        cli::Desktop::Freeze(who) => (act(who, control::Wish::Freeze), false),
        cli::Desktop::Thaw(who) => (act(who, control::Wish::Thaw), false),
        cli::Desktop::Hibernate(who) => (act(who, control::Wish::Hibernate), false),
        cli::Desktop::Kill(who) => (act(who, control::Wish::Kill), false),
    };
    let answer = control::ask(&config.control(), &request).await?;
    anyhow::ensure!(answer.ok, answer.reason.unwrap_or_else(|| "it was not done".into()));
    let Some(desktops) = answer.desktops else { return Ok(()) };
    let mut out = std::io::stdout().lock();
    if json {
        writeln!(out, "{desktops}")?;
        return Ok(());
    }
    for it in desktops.as_array().into_iter().flatten() {
        let word = |key: &str| it.get(key).and_then(serde_json::Value::as_str).unwrap_or("-");
        let number = |key: &str| it.get(key).and_then(serde_json::Value::as_u64).unwrap_or_default();
        let phase = it.pointer("/phase/is").and_then(serde_json::Value::as_str).unwrap_or("-");
        let (user, container) = (word("user"), word("container"));
        let (viewers, memory) = (number("viewers"), number("memory") >> 20);
        writeln!(out, "{user:<32} {phase:<11} {container:<20} {viewers:>3} viewers {memory:>6} MiB")?;
    }
    Ok(())
}
