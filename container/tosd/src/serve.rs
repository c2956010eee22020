//! `tosd run`: everything together.

use std::{path::Path, sync::Arc};

use anyhow::Context as _;
use identity::grant::Keys;
use parking_lot::RwLock;
use store::{Moment, Store, audit::Anchor};
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
    sync::watch,
};

use crate::{
    config::Config,
    control,
    desktops::{Desktops, Parts},
    gateway::Gateway,
    observe::metrics,
    people,
    plans::Plans,
    runtimes,
    volumes::Volumes,
};

/// How often the end of the audit log is written down beside the database.
const ANCHOR: std::time::Duration = std::time::Duration::from_secs(60);
/// How often logins and links that have expired are forgotten. They count for nothing before that.
const SWEEP: std::time::Duration = std::time::Duration::from_secs(3600);

/// How long connections have to end.
const LAST: std::time::Duration = std::time::Duration::from_secs(2);

/// Serves until SIGTERM or SIGINT.
///
/// # Errors
/// What keeps it from beginning.
pub async fn run(config: Config) -> anyhow::Result<()> {
    let config = Arc::new(config);
    for directory in [&config.data, &config.run] {
        std::fs::create_dir_all(directory).with_context(|| directory.display().to_string())?;
    }
    // First: two of us would take each other's containers for strays.
    let place = config.control();
    let socket = control::listen(&place).await.with_context(|| place.display().to_string())?;
    let plans = Plans::load(&config.plans)?;
    let store = Store::open(&config.database()).await.context("the database")?;
    let (runtime, kind) = runtimes::choose(&config).await?;
    let facts = runtime.facts().await;
    for fact in facts.0.iter().filter(|fact| !fact.there) {
        tracing::warn!(what = fact.what, why = fact.why, without = fact.without, "this machine lacks something");
    }
    if let Some(fact) = facts.fatal().next() {
        anyhow::bail!("nothing runs without {}: {}", fact.what, fact.why);
    }
    runtimes::keeps(&config, &facts).map_err(anyhow::Error::msg)?;
    let keys = Arc::new(RwLock::new(Keys::load_or_create(&config.data.join("grant.key"))?));
    let volumes = Volumes::prepare(Arc::clone(&config))?;
    let shared = Arc::clone(&keys);
    let parts = Parts { config: Arc::clone(&config), plans, store: store.clone(), runtime, kind, keys, volumes };
    let desktops = Desktops::start(parts).await?;
    let (stop, stopping) = watch::channel(false);
    tokio::spawn(control::serve(socket, desktops.clone(), stopping.clone()));
    let of_plans = desktops.clone();
    let gateway = Gateway {
        config: Arc::clone(&config),
        store: store.clone(),
        desktops: Arc::new(desktops.clone()),
        keys: shared,
        plans: Arc::new(move || of_plans.plans()),
    };
    let served = gateway.serve(stopping.clone()).await?;
    if let Some(address) = config.observe.listen {
        let listener = TcpListener::bind(address).await.with_context(|| format!("observe.listen {address}"))?;
        let router = metrics::router(desktops.clone(), store.clone(), Arc::new(String::new));
        tokio::spawn(async move { axum::serve(listener, router).await });
    }
    println!("{}/", config.origin());
    if let Some(fingerprint) = &served.fingerprint {
        println!("certificate {fingerprint}");
    }
    if let Some(link) = people::first_admin(&config, &store).await? {
        println!("first administrator: {link}");
    }
    tracing::info!(origin = config.origin(), runtime = ?kind, "tosd serves");
    until_told(&config, &desktops, &store).await?;
    tracing::info!("tosd stops; desktops go on running");
    stop.send_replace(true);
    desktops.stop();
    // What is under way may end by itself; who keeps a connection open does not hold us up.
    let _ = tokio::time::timeout(LAST, served.task).await;
    anchor(&store, &config.data.join("audit.anchor")).await;
    store.close().await;
    Ok(())
}

/// Waits for the end; reads the plans again on SIGHUP.
async fn until_told(config: &Config, desktops: &Desktops, store: &Store) -> anyhow::Result<()> {
    let mut term = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut hangup = signal(SignalKind::hangup())?;
    let mut ticks = tokio::time::interval(ANCHOR);
    let mut sweeps = tokio::time::interval(SWEEP);
    loop {
        tokio::select! {
            _ = term.recv() => return Ok(()),
            _ = interrupt.recv() => return Ok(()),
            _ = hangup.recv() => match Plans::load(&config.plans) {
                Ok(plans) => {
                    tracing::info!("plans are read again");
                    desktops.set_plans(plans);
                }
                Err(error) => tracing::error!(%error, "plans stay as they were"),
            },
            _ = ticks.tick() => anchor(store, &config.data.join("audit.anchor")).await,
            _ = sweeps.tick() => match store.sweep(Moment::now()).await {
                Ok(gone) => tracing::debug!(gone, "logins and links that have expired are forgotten"),
                Err(error) => tracing::warn!(%error, "what has expired stays for now"),
            },
        }
    }
}

/// Writes down where the audit log ends: lines that are cut off are missed by it.
async fn anchor(store: &Store, path: &Path) {
    let last = match store.audit_before(None, 1).await {
        Ok(lines) => lines.into_iter().next(),
        Err(error) => return tracing::warn!(%error, "the end of the audit log is not known"),
    };
    if let Some(last) = last
        && let Err(error) = (Anchor { number: last.number, hash: last.hash }).write(path)
    {
        tracing::warn!(%error, "the end of the audit log is not written down");
    }
}

/// `tosd audit verify`: whether nobody changed it.
///
/// # Errors
/// If the store does not answer.
pub async fn verify(config: &Config, store: &Store) -> anyhow::Result<bool> {
    let anchor = Anchor::read(&config.data.join("audit.anchor"))?;
    match store.verify_audit(anchor.as_ref()).await? {
        store::audit::Verdict::Whole { last } => {
            println!("whole: {} lines", last.map_or(0, |last| last.number));
            Ok(true)
        }
        store::audit::Verdict::Broken { number, why } => {
            println!("broken from line {number} on: {why}");
            Ok(false)
        }
    }
}

/// `tosd audit export`
///
/// # Errors
/// If the store does not answer, or nobody reads.
pub async fn export(store: &Store) -> anyhow::Result<()> {
    use std::io::Write as _;
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let mut after = 0;
    loop {
        let lines = store.audit_after(after, 1000).await?;
        let Some(last) = lines.last() else { break };
        after = last.number;
        for line in &lines {
            writeln!(out, "{}", serde_json::to_string(line)?)?;
        }
    }
    out.flush()?;
    Ok(())
}

/// `tosd backup`
///
/// # Errors
/// If the store does not answer, or the file cannot be written.
pub async fn backup(store: &Store, file: &Path) -> anyhow::Result<()> {
    let contents = store.backup(file, Moment::now()).await?;
    for (table, rows) in contents.rows {
        println!("{rows:>8} {table}");
    }
    Ok(())
}

/// `tosd restore`
///
/// # Errors
/// While a tosd runs, or if something is in the database.
pub async fn restore(config: &Config, store: &Store, file: &Path) -> anyhow::Result<()> {
    let running = control::ask(&config.control(), &control::Request::List).await.is_ok();
    anyhow::ensure!(!running, "a tosd runs here; stop it first");
    let contents = store.restore(file).await?;
    for (table, rows) in contents.rows {
        println!("{rows:>8} {table}");
    }
    // The log ends where the archive does. What was known beyond is said, and kept, and is missed no more.
    let path = config.data.join("audit.anchor");
    let ends = store.audit_last().await?.map_or(0, |last| last.number);
    if let Some(known) = Anchor::read(&path)?.filter(|known| known.number > ends) {
        let kept = config.data.join("audit.anchor.before-restore");
        std::fs::rename(&path, &kept).with_context(|| kept.display().to_string())?;
        println!("the audit log had {} lines and has {ends} now; {} says so", known.number, kept.display());
    }
    anchor(store, &path).await;
    Ok(())
}
