//! `tos-comp run`: a session, from its first thread to its last.

use std::ffi::OsString;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use calloop::channel::{self, sync_channel};
use calloop::{EventLoop, LoopHandle};
use smithay::reexports::wayland_server::Display;
use streamer::auth::{Grants, Tokens};
use streamer::encoder::Ladder;
use streamer::protocol::Role;
use streamer::tls::Tls;
use streamer::{Json, MOST_OUTPUTS, OutputKey, Streamer};

use crate::begin;
use crate::cli;
use crate::environment::Environment;
use crate::fallback::Fallback;
use crate::remote::Remote;
use crate::render::Gpu;
use crate::services::cursors;
use crate::services::descriptors;
use crate::services::dirs::Dirs;
use crate::services::heap;
use crate::services::launch::{Launcher, Output};
use crate::services::priority;
use crate::session::Session;
use crate::signals::Signals;
use crate::state::{Options, State};
use crate::{control, runtime, wayland};

/// Events from pages that wait for the main thread. It never takes this long; past it, pages are told to slow down by
/// losing messages, which are counted.
const EVENT_BOUND: usize = 4096;
/// Names a session bus.
const BUS: &str = "DBUS_SESSION_BUS_ADDRESS";

/// Runs a session until it is told to end.
///
/// # Errors
/// If something that it needs is missing; the message says what.
pub fn run(options: cli::Run) -> anyhow::Result<()> {
    // Before there is anything that the keeper would hold, too. A bus that was there before us is not ours to end.
    let keeper = match std::env::var_os(BUS) {
        // SAFETY: no other thread runs yet.
        None => Some(unsafe { bus::Keeper::fork() }.context("no process can be started")?),
        Some(_) => None,
    };
    let signals = Signals::hear()?;
    // Every thread of the session inherits it.
    priority::be_prompt();
    descriptors::raise();
    heap::settle();
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
        follow: options.follow,
        ..Options::default()
    };
    let mut state = State::new(display.handle(), handle.clone(), event_loop.get_signal(), gpu, session)?;
    let fallback =
        options.fallback.map(|cli::Display::Vnc| Fallback::new(&directory, options.portal.is_some())).transpose()?;
    let config = config(&options, ladder, fallback.as_ref().map(Fallback::config))?;
    state.staging.step_up = options.step_up;
    state.shell.portal = options.portal.is_some();
    let streamer = connect_pages(&handle, &mut state, config)?;
    wayland::dispatch_clients(&handle, display)?;
    let socket = wayland::listen(&handle).context("no Wayland socket could be opened")?;
    let _trusted = wayland::listen_trusted(&handle, &directory, &socket)?;
    let control_path = control::path_for(&directory, &socket);
    let _control = control::listen(&handle, &control_path)?;
    state.socket = socket.clone();
    state.start_slow_callbacks()?;
    signals.watch(&handle)?;
    let given = match options.begin_on_stdin {
        false => Environment::default(),
        true => {
            say(&serde_json::json!({ "waiting": true, "address": streamer.address() }))?;
            state.draw_ahead();
            let Some(given) = begin::wait(&mut event_loop, &mut state)? else {
                tracing::info!("ending: nobody came");
                return Ok(());
            };
            given
        }
    };
    let dirs = Dirs::new(|name| given.get(name));
    let memory = match (&options.state, options.forget) {
        (_, true) => None,
        (Some(file), _) => Some(file.clone()),
        (None, _) => Some(remembered(&given, &dirs)),
    };
    // What is the session's own comes last, and so counts.
    let mut environment: Vec<_> = given.given().chain(environment(&socket, &control_path)).collect();
    environment.extend(cursors::variable(&dirs, |name| given.get(name)));
    match state.welcome_x11(&directory) {
        Ok(told) => environment.extend(told),
        Err(error) => tracing::warn!(%error, "X11 programs cannot be shown"),
    }
    let _bus = session_bus(keeper, &directory, &socket, &mut environment, &mut state);
    let launcher = Launcher::new(environment, Output::Log, dirs.home.clone());
    state.begin(Session::new(dirs, directory.clone(), launcher, memory), &options.command)?;
    fallback.into_iter().for_each(|fallback| state.start_fallback(fallback));

    if let Some(fingerprint) = streamer.fingerprint() {
        tracing::info!(%fingerprint, "TLS certificate");
    }
    streamer.begin();
    say(&serde_json::json!({
        "ready": true,
        "url": streamer.url(Role::Admin),
        "wayland_display": socket,
        "control": control_path,
    }))?;

    let ended = wayland::run(&mut event_loop, &mut state);
    state.end_programs();
    // The last holder of the streamer ends it, with a good-bye to every page.
    drop(state);
    drop(streamer);
    ended
}

/// A line for whoever has started us.
fn say(line: &serde_json::Value) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}")?;
    out.flush()
}

/// Where the desktop is remembered, unless the command line says so.
fn remembered(given: &Environment, dirs: &Dirs) -> PathBuf {
    let named = given.get("TOS_STATE").map(PathBuf::from).filter(|file| file.is_absolute());
    named.unwrap_or_else(|| dirs.state_home.join("tos/desktop.json"))
}

fn config(
    options: &cli::Run,
    ladder: Ladder,
    fallback: Option<streamer::Fallback>,
) -> anyhow::Result<streamer::Config> {
    let tokens = match (&options.token_file, &options.grant_audience) {
        (Some(path), _) => Tokens::load_or_create(path)?,
        (None, None) => Tokens::generate()?,
        // Whoever reads what we print would be let in for as long as the session lasts.
        (None, Some(_)) => Tokens::none(),
    };
    let tls = match (&options.tls_cert, &options.tls_key) {
        (Some(certificate), Some(key)) => Tls::Files { certificate: certificate.clone(), key: key.clone() },
        _ => Tls::Automatic,
    };
    let grants = options.grant_audience.as_deref().map(|name| Grants::new(options.grant_keys.clone(), name));
    Ok(streamer::Config {
        listen: options.listen,
        tokens,
        grants,
        tls,
        ice_servers: options.ice_servers.iter().map(|server| server.0.clone()).collect(),
        media_address: options.media_address,
        media_public: options.media_public.clone(),
        udp_ports: options.udp_ports.clone(),
        allowed_origins: options.allow_origins.clone(),
        portal: options.portal.clone(),
        step_up: options.step_up,
        waiting: options.begin_on_stdin,
        fps: options.fps,
        bitrates: streamer::Bitrates::default(),
        ladder,
        layout: options.xkb_layout.clone(),
        version: env!("CARGO_PKG_VERSION").into(),
        fallback,
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
    streamer.allow_outputs(MOST_OUTPUTS);
    streamer.metrics().heap.get_or_init(|| heap::allocated);
    handle
        .insert_source(events, |event, (), state| {
            if let channel::Event::Msg(event) = event {
                state.streamer_event(event);
            }
        })
        .map_err(|error| error.error)?;
    match Json::new(&crate::api::schema()) {
        Ok(schema) => streamer.set_schema(schema),
        Err(error) => tracing::error!(%error, "programs are not told the schema"),
    }
    state.remote = Some(Remote::new(streamer.clone()));
    let first = state.screens.first().id;
    state.stream(first, OutputKey::FIRST)?;
    Ok(streamer)
}

/// What every program inside is told.
fn environment(socket: &str, control: &std::path::Path) -> Vec<(OsString, OsString)> {
    let own = [
        ("WAYLAND_DISPLAY", socket.into()),
        ("TOS_SOCKET", control.into()),
        ("XDG_SESSION_TYPE", "wayland".into()),
        ("XDG_CURRENT_DESKTOP", "TOS".into()),
    ];
    own.map(|(name, value): (&str, OsString)| (name.into(), value)).into()
}

/// Goes onto the session bus: that of a session around this one, or one of our own, which `environment` then names. What
/// it returns takes away when dropped what it left on the disk.
fn session_bus(
    keeper: Option<bus::Keeper>,
    directory: &Path,
    socket: &str,
    environment: &mut Vec<(OsString, OsString)>,
    state: &mut State,
) -> (Option<bus::Portals>, Option<bus::Daemon>) {
    let directory_of_portals = directory.join(format!("{socket}-portals"));
    let portals = match bus::write_portals(&directory_of_portals) {
        Ok(portals) => {
            environment.push(("XDG_DESKTOP_PORTAL_DIR".into(), directory_of_portals.into()));
            Some(portals)
        }
        Err(error) => {
            tracing::warn!(%error, "programs do not learn how the desktop looks");
            None
        }
    };
    if let Ok(address) = std::env::var(BUS) {
        state.go_onto_bus(address.clone(), cursors::toolkit(environment));
        state.become_tray(address);
        return (portals, None);
    }
    let daemon = match bus::Daemon::start(&directory.join(format!("{socket}-bus")), environment, keeper) {
        Ok(daemon) => {
            environment.push((BUS.into(), daemon.address.clone().into()));
            state.go_onto_bus(daemon.address.clone(), cursors::toolkit(environment));
            state.become_tray(daemon.address.clone());
            Some(daemon)
        }
        Err(error) => {
            tracing::warn!(%error, "programs are without a session bus");
            None
        }
    };
    (portals, daemon)
}
