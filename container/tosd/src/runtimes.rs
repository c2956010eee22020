//! Which runtime makes the containers, by configuration and by what is there.

use std::{path::PathBuf, sync::Arc};

use anyhow::Context as _;
use runtime::{
    Facts, Runtime,
    engine::{Dialect, Engine, Settings},
    local::{self, Local},
};

use crate::config::{Config, Fallback, Kind};

/// Where engines listen, unless they were told otherwise.
const SOCKETS: [(Kind, &str); 3] = [
    (Kind::Podman, "/run/podman/podman.sock"),
    (Kind::Docker, "/run/docker.sock"),
    (Kind::Docker, "/var/run/docker.sock"),
];

/// The runtime of this host, and its kind.
///
/// # Errors
/// If the one that is configured is not there.
pub async fn choose(config: &Config) -> anyhow::Result<(Arc<dyn Runtime>, Kind)> {
    let asked = &config.runtime;
    match asked.kind {
        Kind::Local => by_itself(config).await,
        Kind::Podman | Kind::Docker => engine(config, asked.kind, asked.socket.clone()).await,
        Kind::Auto => {
            let known = SOCKETS.map(|(kind, socket)| (kind, PathBuf::from(socket)));
            // A socket that was named is believed to be podman's, as everybody's own is.
            let named = asked.socket.clone().map(|socket| vec![(Kind::Podman, socket)]);
            for (kind, socket) in named.unwrap_or_else(|| known.into()) {
                if !socket.exists() {
                    continue;
                }
                match engine(config, kind, Some(socket.clone())).await {
                    Ok(engine) => return Ok(engine),
                    Err(error) => {
                        tracing::warn!(socket = %socket.display(), error = %format!("{error:#}"), "no engine")
                    }
                }
            }
            tracing::info!("no container engine answers; containers are made by tosd itself");
            by_itself(config).await
        }
    }
}

/// Whether processes can be kept through hibernation, if that is asked for.
///
/// # Errors
/// Why they cannot.
pub fn keeps(config: &Config, facts: &Facts) -> Result<(), String> {
    let lacks = || facts.0.iter().find(|fact| fact.what == "checkpoint").map_or("it was not tried", |fact| &fact.why);
    match config.lifecycle.checkpoint && !facts.has("checkpoint") {
        true => Err(format!("lifecycle.checkpoint is on, and this machine cannot: {}", lacks())),
        false => Ok(()),
    }
}

async fn engine(config: &Config, kind: Kind, socket: Option<PathBuf>) -> anyhow::Result<(Arc<dyn Runtime>, Kind)> {
    let directory = config.data.join("engine");
    std::fs::create_dir_all(&directory).context("the engine's directory")?;
    let mut settings = match kind {
        Kind::Docker => Settings::docker(&config.instance, directory),
        _ => Settings::podman(&config.instance, directory),
    };
    if let Some(socket) = socket {
        settings.socket = socket;
    }
    let kind = if settings.dialect == Dialect::Docker { Kind::Docker } else { Kind::Podman };
    let engine = Engine::connect(settings).await.context("the container engine")?;
    Ok((Arc::new(engine), kind))
}

async fn by_itself(config: &Config) -> anyhow::Result<(Arc<dyn Runtime>, Kind)> {
    let init = beside(config.runtime.init.as_ref(), "tos-init");
    let init = init.context("tos-init is neither configured nor beside tosd")?;
    let settings = local::Settings::new(config.run.join("local"), init, config.instance.parse()?);
    Ok((Arc::new(Local::open(settings).await?), Kind::Local))
}

/// A program of ours on the host: where it is said to be, or beside this one.
pub fn beside(said: Option<&PathBuf>, name: &str) -> Option<PathBuf> {
    match said {
        Some(path) => Some(path.clone()),
        None => std::env::current_exe().ok()?.parent().map(|folder| folder.join(name)).filter(|path| path.exists()),
    }
}

/// Whether desktops offer a display for browsers without video. One that is told to and cannot does not start: where it is
/// not seen to be there, somebody has to say so.
pub fn fallback(config: &Config, kind: Kind) -> bool {
    match config.desktop.fallback {
        Fallback::Off => false,
        Fallback::Vnc => true,
        Fallback::Auto => {
            let server = config.runtime.root.join("usr/bin/wayvnc");
            kind == Kind::Local && server.is_file() && config.gateway.novnc.join("core/rfb.js").is_file()
        }
    }
}
