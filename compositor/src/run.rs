//! `tos-comp run`: a session, from its first thread to its last.

use std::io::Write;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command};
use std::sync::Arc;

use anyhow::Context;
use calloop::channel::{self, sync_channel};
use calloop::signals::{Signal, Signals};
use calloop::{EventLoop, LoopHandle};
use smithay::reexports::wayland_server::Display;
use streamer::Streamer;
use streamer::auth::Tokens;
use streamer::encoder::Ladder;
use streamer::protocol::Role;
use streamer::tls::Tls;

use crate::cli;
use crate::remote::Remote;
use crate::render::Gpu;
use crate::state::{Options, State};
use crate::video::Video;
use crate::{control, runtime, wayland};

/// Events from pages that wait for the main thread. It never takes this long; past it, pages are told to slow down by
/// losing messages, which are counted.
const EVENT_BOUND: usize = 4096;

/// Runs a session until it is told to end.
///
/// # Errors
/// If something that it needs is missing; the message says what.
pub fn run(options: cli::Run) -> anyhow::Result<()> {
    // Before any thread, so that every one of them leaves these signals to the loop.
    let signals = Signals::new(&[Signal::SIGTERM, Signal::SIGINT, Signal::SIGHUP, Signal::SIGCHLD])?;
    let directory = runtime::directory()?;
    // SAFETY: no other thread runs yet.
    unsafe { std::env::set_var("XDG_RUNTIME_DIR", &directory) };

    // The encoders are tried in other processes while this one finds its GPU.
    let exe = std::env::current_exe()?;
    let ladder = std::thread::Builder::new().name("ladder".into()).spawn(move || Ladder::probe(&exe))?;
    let gpu = Gpu::new().context("nothing can draw here; `tos-comp doctor` tells more")?;
    let ladder = ladder.join().map_err(|_| anyhow::anyhow!("probing the encoders failed"))?;

    let mut event_loop = EventLoop::<State>::try_new()?;
    let handle = event_loop.handle();
    let display = Display::<State>::new()?;
    let session = Options {
        size: options.size.into(),
        scale: options.scale,
        fps: options.fps,
        layout: options.xkb_layout.clone(),
        variant: options.xkb_variant.clone(),
    };
    let mut state = State::new(display.handle(), handle.clone(), event_loop.get_signal(), gpu, session)?;
    let streamer = connect_pages(&handle, &mut state, config(&options, ladder)?)?;
    wayland::dispatch_clients(&handle, display)?;
    let socket = wayland::listen(&handle).context("no Wayland socket could be opened")?;
    let control_path = control::path_for(&directory, &socket);
    let _control = control::listen(&handle, &control_path)?;
    state.socket = socket.clone();
    state.relayout();
    state.start_slow_callbacks()?;

    let mut child =
        (!options.command.is_empty()).then(|| start(&options.command, &socket, &control_path)).transpose()?;
    watch_signals(&handle, signals, child.as_ref().map(Child::id))?;

    if let Some(fingerprint) = streamer.fingerprint() {
        tracing::info!(%fingerprint, "TLS certificate");
    }
    let ready = serde_json::json!({
        "ready": true,
        "url": streamer.url(Role::Admin),
        "wayland_display": socket,
        "control": control_path,
    });
    let mut out = std::io::stdout().lock();
    writeln!(out, "{ready}")?;
    out.flush()?;
    drop(out);

    let ended = wayland::run(&mut event_loop, &mut state);
    if let Some(child) = &mut child {
        end(child);
    }
    // The last holder of the streamer ends it, with a good-bye to every page.
    drop(state);
    drop(streamer);
    ended
}

fn config(options: &cli::Run, ladder: Ladder) -> anyhow::Result<streamer::Config> {
    let tokens = match &options.token_file {
        Some(path) => Tokens::load_or_create(path)?,
        None => Tokens::generate()?,
    };
    let tls = match (&options.tls_cert, &options.tls_key) {
        (Some(certificate), Some(key)) => Tls::Files { certificate: certificate.clone(), key: key.clone() },
        _ => Tls::Automatic,
    };
    Ok(streamer::Config {
        listen: options.listen,
        tokens,
        tls,
        ice_servers: options.ice_servers.iter().map(|server| server.0.clone()).collect(),
        media_address: options.media_address,
        udp_ports: options.udp_ports.clone(),
        allowed_origins: options.allow_origins.clone(),
        fps: options.fps,
        bitrates: streamer::Bitrates::default(),
        ladder,
        layout: options.xkb_layout.clone(),
        version: env!("CARGO_PKG_VERSION").into(),
    })
}

/// Starts the streamer and lets its events into the loop.
fn connect_pages(
    handle: &LoopHandle<'static, State>,
    state: &mut State,
    config: streamer::Config,
) -> anyhow::Result<Arc<Streamer>> {
    let (sender, events) = sync_channel(EVENT_BOUND);
    let streamer = streamer::start(
        config,
        Arc::new(move |event| {
            if sender.try_send(event).is_err() {
                tracing::warn!("an event was lost: the main thread is not keeping up");
            }
        }),
    )?;
    let streamer = Arc::new(streamer);
    handle
        .insert_source(events, |event, (), state| {
            if let channel::Event::Msg(event) = event {
                state.streamer_event(event);
            }
        })
        .map_err(|error| error.error)?;
    let (sender, done) = sync_channel(4);
    let video = Video::start(streamer.clone(), move |sent| {
        if sender.try_send(sent).is_err() {
            tracing::error!("the main thread does not take its events");
        }
    })?;
    handle
        .insert_source(done, |event, (), state| {
            if let channel::Event::Msg(sent) = event {
                state.picture_sent(sent);
            }
        })
        .map_err(|error| error.error)?;
    state.remote = Some(Remote::new(streamer.clone(), video));
    state.announce_size();
    Ok(streamer)
}

/// Starts the user's program in a process group of its own.
fn start(command: &[String], socket: &str, control: &std::path::Path) -> anyhow::Result<Child> {
    let (program, arguments) = command.split_first().context("no program was named")?;
    Command::new(program)
        .args(arguments)
        .env("WAYLAND_DISPLAY", socket)
        .env("TOS_SOCKET", control)
        .env("XDG_SESSION_TYPE", "wayland")
        .env("XDG_CURRENT_DESKTOP", "TOS")
        .env_remove("DISPLAY")
        .process_group(0)
        .spawn()
        .with_context(|| format!("{program:?} could not be started"))
}

fn watch_signals(handle: &LoopHandle<'static, State>, signals: Signals, child: Option<u32>) -> anyhow::Result<()> {
    handle
        .insert_source(signals, move |event, (), state| match event.signal() {
            Signal::SIGCHLD => reap(child),
            signal => {
                tracing::info!(?signal, "ending");
                state.stop();
            }
        })
        .map_err(|error| error.error)?;
    Ok(())
}

/// Says so when the user's program ends. Its status is left for [`end`] to collect.
fn reap(child: Option<u32>) {
    use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};
    let Some(pid) = child.and_then(|id| Pid::from_raw(id as i32)) else { return };
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
    if let Ok(Some(status)) = waitid(WaitId::Pid(pid), options) {
        tracing::info!(status = ?status.exit_status(), signal = ?status.terminating_signal(), "the program ended");
    }
}

/// Ends the user's program and what it started: politely, then not.
fn end(child: &mut Child) {
    use rustix::process::{Pid, Signal, kill_process_group};
    let group = Pid::from_raw(child.id() as i32);
    let send = |signal| group.map(|group| kill_process_group(group, signal));
    if matches!(child.try_wait(), Ok(None)) {
        send(Signal::TERM);
        // An interactive shell does not end on TERM, but when its terminal hangs up.
        send(Signal::HUP);
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(2);
        while matches!(child.try_wait(), Ok(None)) && std::time::Instant::now() < deadline {
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
    }
    send(Signal::KILL);
    drop(child.wait());
}
