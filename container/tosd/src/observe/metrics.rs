//! `/metrics` in Prometheus' text format, and `/healthz`, on loopback.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    sync::{Arc, atomic::Ordering::Relaxed},
};

use axum::{Router, extract::State, http::StatusCode, response::IntoResponse, routing::get};
use store::Store;

use crate::desktops::{Desktops, Overview};

/// Every phase, so that a state nobody is in is 0 and not missing.
const PHASES: [&str; 8] = ["new", "starting", "running", "frozen", "hibernating", "hibernated", "recovering", "failed"];

/// More text from elsewhere, such as the gateway.
pub type More = Arc<dyn Fn() -> String + Send + Sync>;

#[derive(Clone)]
struct App {
    desktops: Desktops,
    store: Store,
    more: More,
}

/// The two paths.
pub fn router(desktops: Desktops, store: Store, more: More) -> Router {
    Router::new().route("/healthz", get(healthz)).route("/metrics", get(metrics)).with_state(App {
        desktops,
        store,
        more,
    })
}

async fn healthz(State(app): State<App>) -> impl IntoResponse {
    match app.store.ping().await {
        Ok(()) => (StatusCode::OK, "ok\n"),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n"),
    }
}

async fn metrics(State(app): State<App>) -> impl IntoResponse {
    let mut text = render(&app.desktops.overview().await, &app.desktops);
    text.push_str(&(app.more)());
    ([("content-type", "text/plain; version=0.0.4")], text)
}

fn head(out: &mut String, name: &str, kind: &str, help: &str) {
    let _ = writeln!(out, "# HELP {name} {help}\n# TYPE {name} {kind}");
}

fn render(all: &[Overview], desktops: &Desktops) -> String {
    let counts = desktops.counts();
    let mut out = of_desktops(all);
    head(&mut out, "tosd_pool_containers", "gauge", "Containers that wait for somebody.");
    let _ = writeln!(out, "tosd_pool_containers {}", desktops.pooled());
    head(&mut out, "tosd_containers_taken_total", "counter", "Containers that became somebody's.");
    let _ = writeln!(out, "tosd_containers_taken_total{{from=\"pool\"}} {}", counts.warm.load(Relaxed));
    let _ = writeln!(out, "tosd_containers_taken_total{{from=\"new\"}} {}", counts.cold.load(Relaxed));
    head(&mut out, "tosd_crashes_total", "counter", "Desktops that ended unasked.");
    let _ = writeln!(out, "tosd_crashes_total {}", counts.crashes.load(Relaxed));
    head(&mut out, "tosd_jobs_total", "counter", "Steps of lifecycles, done and failed.");
    for (job, done, failed) in counts.jobs() {
        let _ = writeln!(out, "tosd_jobs_total{{job=\"{job}\",result=\"done\"}} {done}");
        let _ = writeln!(out, "tosd_jobs_total{{job=\"{job}\",result=\"failed\"}} {failed}");
    }
    let name = "tosd_open_seconds";
    head(&mut out, name, "histogram", "From asking for a desktop to having it.");
    let (count, sum) = counts.opened.total();
    for (bound, at_most) in counts.opened.buckets() {
        let _ = writeln!(out, "{name}_bucket{{le=\"{bound}\"}} {at_most}");
    }
    let _ = writeln!(out, "{name}_bucket{{le=\"+Inf\"}} {count}\n{name}_sum {sum}\n{name}_count {count}");
    of_process(&mut out);
    out
}

fn of_desktops(all: &[Overview]) -> String {
    let mut out = String::new();
    let mut phases: BTreeMap<&str, u64> = PHASES.map(|phase| (phase, 0)).into();
    for overview in all {
        *phases.entry(overview.phase.word()).or_default() += 1;
    }
    head(&mut out, "tosd_desktops", "gauge", "Desktops by phase.");
    for (phase, count) in phases {
        let _ = writeln!(out, "tosd_desktops{{phase=\"{phase}\"}} {count}");
    }
    head(&mut out, "tosd_viewers", "gauge", "How many look at desktops.");
    let _ = writeln!(out, "tosd_viewers {}", all.iter().map(|overview| u64::from(overview.viewers)).sum::<u64>());
    // Names of users are [a-z0-9-]: nothing to escape.
    let there = || all.iter().filter(|overview| overview.container.is_some());
    head(&mut out, "tosd_desktop_cpu_seconds_total", "counter", "Processor time of a container.");
    for it in there() {
        let _ = writeln!(out, "tosd_desktop_cpu_seconds_total{{user=\"{}\"}} {}", it.user, it.cpu.as_secs_f64());
    }
    head(&mut out, "tosd_desktop_memory_bytes", "gauge", "Memory of a container.");
    for it in there() {
        let _ = writeln!(out, "tosd_desktop_memory_bytes{{user=\"{}\"}} {}", it.user, it.memory);
    }
    head(&mut out, "tosd_desktop_pids", "gauge", "Processes and threads of a container.");
    for it in there() {
        let _ = writeln!(out, "tosd_desktop_pids{{user=\"{}\"}} {}", it.user, it.pids);
    }
    out
}

/// tosd's own memory and processor time, by the names that everybody uses.
fn of_process(out: &mut String) {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let kilobytes =
        status.lines().find_map(|line| line.strip_prefix("VmRSS:")?.trim().strip_suffix(" kB")?.parse::<u64>().ok());
    if let Some(kilobytes) = kilobytes {
        head(out, "process_resident_memory_bytes", "gauge", "Memory of tosd itself.");
        let _ = writeln!(out, "process_resident_memory_bytes {}", kilobytes * 1024);
    }
    if let Ok(usage) = nix::sys::resource::getrusage(nix::sys::resource::UsageWho::RUSAGE_SELF) {
        let seconds = |time: nix::sys::time::TimeVal| {
            use nix::sys::time::TimeValLike as _;
            time.num_microseconds() as f64 / 1e6
        };
        head(out, "process_cpu_seconds_total", "counter", "Processor time of tosd itself.");
        let _ =
            writeln!(out, "process_cpu_seconds_total {}", seconds(usage.user_time()) + seconds(usage.system_time()));
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::desktops::Phase;

    #[test]
    fn every_phase_is_counted_and_every_line_is_a_sample() {
        let overview = |user: &str, phase, container: Option<&str>| Overview {
            user: user.into(),
            plan: "standard".into(),
            phase,
            container: container.map(str::to_owned),
            viewers: 2,
            since: Duration::ZERO,
            restarts: 0,
            notice: None,
            cpu: Duration::from_millis(1500),
            memory: 1024,
            pids: 3,
        };
        let text =
            of_desktops(&[overview("alice", Phase::Running, Some("d-1")), overview("bob", Phase::Hibernated, None)]);
        for line in [
            "tosd_desktops{phase=\"running\"} 1",
            "tosd_desktops{phase=\"hibernated\"} 1",
            "tosd_desktops{phase=\"frozen\"} 0",
            "tosd_viewers 4",
            "tosd_desktop_cpu_seconds_total{user=\"alice\"} 1.5",
        ] {
            assert!(text.lines().any(|it| it == line), "{line}\n{text}");
        }
        assert!(!text.contains("{user=\"bob\"}"), "who has no container uses nothing");
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            assert!(line.rsplit_once(' ').is_some_and(|(_, value)| value.parse::<f64>().is_ok()), "{line}");
        }
    }
}
