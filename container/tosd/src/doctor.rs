//! `tosd doctor`: what this machine and this configuration have, what is done without, and what nothing works without.

use std::{fs, io::Write as _, net::TcpListener, os::unix::fs::PermissionsExt as _, path::Path};

use serde::Serialize;
use store::Store;

use crate::{
    config::{Bind, Config, HomeKind, Kind},
    control, runtimes,
    volumes::{mount, quota},
};

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What it is about.
    pub what: String,
    /// Whether it is as it should be.
    pub there: bool,
    /// What was found, for a person.
    pub why: String,
    /// What is done without it; `None` if nothing can be.
    pub without: Option<String>,
}

impl Finding {
    fn new(what: &str, found: Result<String, String>, without: Option<&str>) -> Self {
        let there = found.is_ok();
        let why = found.unwrap_or_else(|why| why);
        Self { what: what.to_owned(), there, why, without: without.map(str::to_owned) }
    }
}

/// Looks at everything and prints it. Whether all that is needed is there.
///
/// # Errors
/// If it cannot be printed.
pub async fn run(config: &Config, json: bool) -> anyhow::Result<bool> {
    let findings = look(config).await;
    let fine = !findings.iter().any(|finding| !finding.there && finding.without.is_none());
    let mut out = std::io::stdout().lock();
    if json {
        writeln!(out, "{}", serde_json::json!({ "ok": fine, "findings": findings }))?;
    } else {
        for finding in &findings {
            let mark = match (finding.there, &finding.without) {
                (true, _) => "ok     ",
                (false, Some(_)) => "without",
                (false, None) => "MISSING",
            };
            writeln!(out, "{mark}  {}: {}", finding.what, finding.why)?;
            if let (false, Some(without)) = (finding.there, &finding.without) {
                writeln!(out, "         {without}")?;
            }
        }
    }
    Ok(fine)
}

/// Everything that is looked at.
pub async fn look(config: &Config) -> Vec<Finding> {
    let running = control::ask(&config.control(), &control::Request::List).await.is_ok();
    let mut all = vec![
        Finding::new("directories", directories(config), None),
        Finding::new("certificate", certificate(config), None),
        Finding::new("plans", plans(config), None),
        Finding::new("database", database(config).await, None),
        Finding::new("HTTPS port", https(config, running), None),
        Finding::new("homes", homes(config), None),
        Finding::new(
            "limit of homes",
            quotas(config),
            Some("plans that limit homes are refused, unless they may lack it"),
        ),
    ];
    let bind = match config.volumes.bind {
        Bind::Idmapped => None,
        Bind::Auto | Bind::Direct => {
            Some("homes are mounted when a container is made, files change their owner, and there is no pool")
        }
    };
    all.push(Finding::new("mounts that containers see later", sharing(config), bind));
    match runtimes::choose(config).await {
        Ok((runtime, kind)) => {
            all.push(Finding::new("runtime", Ok(format!("{kind:?}").to_lowercase()), None));
            if kind == Kind::Local {
                let comp = runtimes::beside(config.desktop.comp.as_ref(), "tos-comp");
                let comp = comp.filter(|path| path.exists()).map(|path| path.display().to_string());
                let without = (!config.desktop.command.is_empty()).then_some("desktop.command is another program");
                let found = comp.ok_or_else(|| "not beside tosd, and desktop.comp is not set".to_owned());
                all.push(Finding::new("tos-comp", found, without.or(Some("it has to be in the container's PATH"))));
            }
            let facts = runtime.facts().await;
            if config.lifecycle.checkpoint {
                let kept = runtimes::keeps(config, &facts).map(|()| "by checkpoints".to_owned());
                all.push(Finding::new("processes through hibernation", kept, None));
            }
            for fact in facts.0 {
                all.push(Finding {
                    what: fact.what.to_owned(),
                    there: fact.there,
                    why: fact.why,
                    without: fact.without.map(str::to_owned),
                });
            }
        }
        Err(error) => all.push(Finding::new("runtime", Err(format!("{error:#}")), None)),
    }
    all
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}

fn directories(config: &Config) -> Result<String, String> {
    for directory in [&config.data, &config.run] {
        fs::create_dir_all(directory).map_err(|error| format!("{}: {error}", directory.display()))?;
        let probe = directory.join(format!(".doctor-{}", std::process::id()));
        let written = fs::write(&probe, "x");
        let _ = fs::remove_file(&probe);
        written.map_err(|error| format!("{}: {error}", directory.display()))?;
    }
    Ok(format!("{} and {}", config.data.display(), config.run.display()))
}

fn certificate(config: &Config) -> Result<String, String> {
    let (Some(certificate), Some(key)) = (&config.gateway.certificate, &config.gateway.key) else {
        return Ok(match &config.gateway.acme {
            Some(directory) => format!("by ACME from {directory}"),
            None => "self-signed: browsers warn of it".into(),
        });
    };
    for path in [certificate, key] {
        fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    let mode = fs::metadata(key).map_err(text)?.permissions().mode();
    if mode & 0o077 != 0 {
        return Err(format!("{} can be read by others: chmod 600", key.display()));
    }
    Ok(certificate.display().to_string())
}

fn plans(config: &Config) -> Result<String, String> {
    let plans = crate::plans::Plans::load(&config.plans).map_err(text)?;
    let names: Vec<&str> = plans.iter().map(|plan| plan.name.as_str()).collect();
    if plans.get(&config.identity.plan).is_none() {
        return Err(format!("identity.plan is {}, and there are {}", config.identity.plan, names.join(", ")));
    }
    Ok(names.join(", "))
}

async fn database(config: &Config) -> Result<String, String> {
    let store = Store::open(&config.database()).await.map_err(text)?;
    store.ping().await.map_err(text)?;
    store.close().await;
    // An address may have a password in it.
    Ok(if config.database().starts_with("postgres") { "PostgreSQL" } else { "SQLite" }.into())
}

fn https(config: &Config, running: bool) -> Result<String, String> {
    let address = config.gateway.listen;
    if running {
        return Ok(format!("{address}, tosd runs"));
    }
    TcpListener::bind(address).map(|_| address.to_string()).map_err(|error| format!("{address}: {error}"))
}

fn homes(config: &Config) -> Result<String, String> {
    match config.volumes.home {
        HomeKind::Directory => Ok(config.homes().display().to_string()),
        HomeKind::Gocryptfs => {
            let found = std::process::Command::new("gocryptfs").arg("-version").output();
            let found = found.map_err(|error| format!("gocryptfs: {error}"))?;
            if let Some(key) = &config.volumes.key_file {
                fs::metadata(key).map_err(|error| format!("{}: {error}", key.display()))?;
            }
            Ok(String::from_utf8_lossy(&found.stdout).lines().next().unwrap_or("gocryptfs").to_owned())
        }
        HomeKind::Command => Ok(format!("by {}", config.volumes.mount_command.first().map_or("", String::as_str))),
    }
}

fn quotas(config: &Config) -> Result<String, String> {
    if config.volumes.home == HomeKind::Command {
        return Err("a home that a command mounts is limited where it comes from".into());
    }
    let homes = config.homes();
    // Before the first start it is not there yet, but its file system is.
    let there = homes.ancestors().find(|directory| directory.is_dir()).unwrap_or(Path::new("/"));
    quota::possible(there).map(|()| "by project quotas".into())
}

fn sharing(config: &Config) -> Result<String, String> {
    if config.volumes.bind == Bind::Direct {
        return Err("volumes.bind is direct".into());
    }
    let slots = config.run.join("slots");
    if Path::new(&slots).exists() && mount::is_mount(&slots).unwrap_or(false) {
        return Ok("there already".into());
    }
    let probe = config.run.join(format!(".doctor-share-{}", std::process::id()));
    let shared = mount::share(&probe);
    let _ = mount::take_away(&probe);
    let _ = fs::remove_dir(&probe);
    shared.map(|()| "yes".into()).map_err(text)
}
