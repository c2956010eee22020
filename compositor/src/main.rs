//! The program: reads the command line and does what it says.

use std::io::Write;
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::Parser;
use compositor::cli::{Cli, Command, Message, Msg};
use compositor::control::{self, Answer, Request};
use compositor::{doctor, opening, run, trust};
use streamer::protocol::Role;
use tracing_subscriber::EnvFilter;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let filter = EnvFilter::try_from_env("TOS_LOG")
        .unwrap_or_else(|_| EnvFilter::new("info,smithay=warn,wgpu_hal=warn,naga=warn,rtc=error,webrtc=error"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    let done = match cli.command {
        Command::Run(options) => run::run(*options),
        Command::Msg(message) => say(message),
        Command::Screenshot { file, to } => control::find(to.socket).and_then(|socket| screenshot(&socket, &file)),
        Command::Trust { to, program } => trust::run(to.socket, &program),
        Command::Doctor { json, listen } => return doctor::run(json, listen),
        Command::ProbeEncoder { name } => return streamer::encoder::probe_main(&name),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("tos-comp: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn say(message: Msg) -> anyhow::Result<()> {
    let list = matches!(message.what, Message::Terminals);
    let request = match message.what {
        Message::State => Request::State,
        Message::Resize { size: (width, height), scale } => Request::Resize { width, height, scale },
        Message::Focus { window } => Request::Focus { window },
        Message::Close { window } => Request::Close { window },
        Message::Do { command } => Request::Command { command: command_of(&command)? },
        Message::Open { what } => opening::request(&what)?,
        Message::Stage { text, sector } => Request::Stage { text, sector },
        Message::Commit { id, hash, confirm, proof } => Request::Commit { id, hash, confirm, proof },
        Message::Discard { id } => Request::Discard { id },
        Message::Desktop | Message::Terminals => Request::Desktop,
        Message::Url { role } => Request::Url { role: parse_role(&role)? },
        Message::Quit => Request::Quit,
    };
    let answer = control::ask(&control::find(message.to.socket)?, &request)?;
    let mut out = std::io::stdout().lock();
    if message.json {
        writeln!(out, "{}", serde_json::to_string(&answer)?)?;
    }
    match answer {
        Answer::Error { reason } => bail!(reason),
        _ if message.json => {}
        Answer::Done => {}
        Answer::Desktop { desktop } if list => list_terminals(&mut out, &desktop)?,
        Answer::Desktop { desktop } => writeln!(out, "{}", serde_json::to_string_pretty(&desktop)?)?,
        Answer::Url { url } => writeln!(out, "{url}")?,
        Answer::State { width, height, scale, layout, windows, viewers, wayland_display, adapter } => {
            writeln!(out, "{width}x{height} at scale {scale}, layout {layout}, {viewers} watching, {adapter}")?;
            writeln!(out, "WAYLAND_DISPLAY={wayland_display}")?;
            for window in windows {
                let mark = if window.focused { '*' } else { ' ' };
                let [width, height] = window.size;
                writeln!(
                    out,
                    "{mark} {:>3}  {width:>4}x{height:<4}  {:<24} {}",
                    window.id,
                    printable(&window.app_id),
                    printable(&window.title)
                )?;
            }
        }
        Answer::Staged { staged } => {
            let text = |name: &str| printable(staged[name].as_str().unwrap_or_default());
            writeln!(out, "{}  {}", text("class"), text("text"))?;
            for reason in staged["reasons"].as_array().into_iter().flatten() {
                writeln!(out, "  {}", printable(reason.as_str().unwrap_or_default()))?;
            }
            for detail in staged["details"].as_array().into_iter().flatten() {
                let part = |name: &str| printable(detail[name].as_str().unwrap_or_default());
                writeln!(out, "  {}: {}", part("label"), part("text"))?;
            }
            writeln!(out, "tos-comp msg commit {} {}", text("id"), text("hash"))?;
        }
        Answer::Screenshot { .. } => {}
    }
    Ok(())
}

/// A line for each terminal: its name, its sector, what it is at, where.
fn list_terminals(out: &mut impl Write, desktop: &serde_json::Value) -> std::io::Result<()> {
    let text = |value: &serde_json::Value, key: &str| match value.get(key) {
        Some(serde_json::Value::String(text)) => printable(text),
        Some(serde_json::Value::Number(number)) => number.to_string(),
        _ => String::new(),
    };
    let all = |value: &serde_json::Value, key: &str| value.get(key).and_then(|list| list.as_array().cloned());
    for sector in all(desktop, "sectors").into_iter().flatten() {
        for terminal in all(&sector, "terminals").into_iter().flatten() {
            let mark = if terminal.get("id") == sector.get("terminal") { '*' } else { ' ' };
            let (id, name, activity) = (text(&terminal, "id"), text(&sector, "name"), text(&terminal, "activity"));
            let (command, directory) = (text(&terminal, "command"), text(&terminal, "directory"));
            writeln!(out, "{mark} {id:>3}  {name:<16} {activity:<9} {directory}  {command}")?;
        }
    }
    Ok(())
}

/// Titles are a program's own text: nothing in them may drive the terminal.
fn printable(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(120).collect()
}

/// An operation by its name alone, or whole.
fn command_of(text: &str) -> anyhow::Result<serde_json::Value> {
    if text.trim_start().starts_with('{') {
        serde_json::from_str(text).context("that is no JSON")
    } else {
        Ok(serde_json::json!({ "op": text }))
    }
}

fn parse_role(text: &str) -> anyhow::Result<Role> {
    serde_json::from_value(serde_json::Value::from(text))
        .with_context(|| format!("{text:?} is not view, control or admin"))
}

fn screenshot(socket: &std::path::Path, file: &std::path::Path) -> anyhow::Result<()> {
    use base64::Engine as _;
    let Answer::Screenshot { png } = control::ask(socket, &Request::Screenshot)? else {
        bail!("the session gave no picture");
    };
    let bytes = base64::engine::general_purpose::STANDARD.decode(png)?;
    // What was there before stays until the new one is whole.
    let name = file.file_name().context("the file has no name")?;
    let mut temporary = file.with_file_name(format!(".{}.part", name.to_string_lossy()));
    std::fs::write(&temporary, bytes)
        .and_then(|()| std::fs::rename(&temporary, file))
        .inspect_err(|_| drop(std::fs::remove_file(&mut temporary)))
        .with_context(|| format!("writing {}", file.display()))
}
