//! `tos-comp doctor`: what this machine has, what it lacks, and what to do about it.

use std::net::{SocketAddr, TcpListener};
use std::process::ExitCode;

use serde::Serialize;
use streamer::encoder::Ladder;

use crate::render::{Gpu, GpuError};

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What was looked at.
    pub what: String,
    /// It can be used.
    pub ok: bool,
    /// A session cannot run without it.
    pub needed: bool,
    /// What was found, or why it cannot be used.
    pub detail: String,
}

/// Prints the findings. The exit status is 1 if a session could not run here.
pub fn run(json: bool, listen: SocketAddr) -> ExitCode {
    let findings = examine(listen);
    let runs = findings.iter().all(|finding| finding.ok || !finding.needed);
    if json {
        let report = serde_json::json!({ "ok": runs, "findings": findings });
        println!("{report}");
    } else {
        for Finding { what, ok, needed, detail } in &findings {
            let mark = match (ok, needed) {
                (true, _) => "ok     ",
                (false, true) => "MISSING",
                (false, false) => "-      ",
            };
            println!("{mark}  {what:<22} {detail}");
        }
        println!("{}", if runs { "A session can run here." } else { "A session cannot run here." });
    }
    if runs { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn examine(listen: SocketAddr) -> Vec<Finding> {
    let gpu = Gpu::new();
    let mut findings = vec![adapter(&gpu)];
    findings.extend(gpu.iter().flat_map(|gpu| [buffers(gpu), fences(gpu)]));
    findings.extend(encoders());
    findings.push(fonts());
    findings.push(keyboard());
    findings.push(port(listen));
    findings.push(runtime_directory());
    findings.push(x_server());
    findings
}

fn finding(what: &str, needed: bool, result: Result<String, String>) -> Finding {
    let ok = result.is_ok();
    Finding { what: what.into(), ok, needed, detail: result.unwrap_or_else(|reason| reason) }
}

fn adapter(gpu: &Result<Gpu, GpuError>) -> Finding {
    let found = gpu.as_ref().map_err(|error| format!("{error}; install mesa-vulkan-drivers")).map(|gpu| {
        let kind = if gpu.software() { "software" } else { "hardware" };
        format!("{} ({kind})", gpu.adapter_name())
    });
    finding("Vulkan adapter", true, found)
}

fn buffers(gpu: &Gpu) -> Finding {
    let found = gpu.import_support().map(|support| format!("{} layouts are taken over", support.offered().len()));
    finding("GPU buffers", false, found.map_err(|reason| format!("programs hand over memory: {reason}")))
}

fn fences(gpu: &Gpu) -> Finding {
    let found = crate::handlers::drm_syncobj::device(gpu).map(|_| "programs say with fences what is drawn".into());
    finding("explicit sync", false, found.map_err(|reason| reason.to_string()))
}

fn encoders() -> Vec<Finding> {
    let exe = match std::env::current_exe() {
        Ok(exe) => exe,
        Err(error) => return vec![finding("encoders", true, Err(error.to_string()))],
    };
    let report = Ladder::probe_all(&exe).report();
    let works = |codec: &str| report.iter().find(|rung| rung.codec == codec && rung.works);
    let best = |codec: &str| match works(codec) {
        Some(rung) => Ok(format!("{} will be used", rung.name)),
        None => Err("no encoder works; install gstreamer1.0-plugins-ugly".to_owned()),
    };
    let mut findings = vec![finding("H.264", true, best("H264")), finding("VP8", false, best("Vp8"))];
    findings.extend(report.iter().map(|rung| {
        let detail = match (&rung.reason, rung.probe_ms) {
            (Some(reason), _) => Err(reason.clone()),
            (None, Some(took)) => Ok(format!("works, tried in {took} ms")),
            (None, None) => Ok("works".to_owned()),
        };
        finding(&format!("encoder {}", rung.name), false, detail)
    }));
    findings
}

fn fonts() -> Finding {
    let family = "Bebas Neue";
    let found = crate::render::has_font(family);
    let result = if found { Ok(family.into()) } else { Err(format!("{family} is missing; install fonts-bebas-neue")) };
    finding("font", false, result)
}

fn keyboard() -> Finding {
    let layout = crate::input::layout::Layout::new("us", "");
    let result = layout.map(|_| "keyboard layouts load".into()).map_err(|_| "install xkb-data".into());
    finding("XKB data", true, result)
}

fn port(listen: SocketAddr) -> Finding {
    let result = TcpListener::bind(listen).map(|_| format!("{listen} is free"));
    finding("port", true, result.map_err(|error| format!("{listen}: {error}; choose another with --listen")))
}

fn runtime_directory() -> Finding {
    let result = crate::runtime::directory().map(|path| path.display().to_string());
    finding("runtime directory", true, result.map_err(|error| format!("{error:#}")))
}

fn x_server() -> Finding {
    let found = crate::x11::installed().map(|path| format!("{} shows X11 programs", path.display()));
    finding("X server", false, found.ok_or_else(|| "X11 programs cannot be shown; install xwayland".into()))
}
