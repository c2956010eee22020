//! Does to the compositor what no honest client does, and says whether it was treated as the protocol wants.
//!
//! Each mode is one offence on a connection of its own. The verdict has two halves: what became of the offender (the
//! protocol error it got, or none), and whether the compositor still serves the next client. One JSON line tells both;
//! the exit status is 0 when both are as they should be.

mod client;
mod geometry;
mod shell;
mod shm;
mod surface;
mod wire;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, ValueEnum};
use client::Client;
use test_clients::report;

/// One offence.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Mode {
    /// A pool that claims more than its file has.
    LyingPool,
    /// The file is cut after the first picture, and the picture shown again.
    Truncate,
    /// A pool grown beyond its file.
    GrowPool,
    /// A pool resized to nothing.
    ZeroPool,
    /// A buffer outside its pool.
    BufferOutside,
    /// Damage of i32::MAX and of negative size.
    HugeDamage,
    /// Buffer scale zero.
    BadScale,
    /// Regions, limits and geometries of negative size.
    NegativeSizes,
    /// Positions and sizes near i32::MAX.
    Overflow,
    /// Buffers that no texture holds.
    GiantBuffer,
    /// Viewports outside their buffer and beyond all screens.
    Viewport,
    /// Three hundred windows with odd titles.
    ManyWindows,
    /// Two roles for one surface.
    DoubleRole,
    /// A buffer before the first configure was acknowledged.
    NoAck,
    /// Acknowledges a configure that never was.
    BadAck,
    /// A popup without a parent.
    OrphanPopup,
    /// A popup with a parent and a grab whose serial was never given out.
    GrabPopup,
    /// A chain of popups, each with a grab, destroyed from the wrong end.
    PopupOrder,
    /// Never answers a ping.
    NoPong,
    /// Two surfaces, each the child of the other.
    SubsurfaceLoop,
    /// Subsurfaces nested thousands deep.
    DeepSubsurfaces,
    /// A hundred thousand requests at once.
    Flood,
    /// Ten thousand frame callbacks and never a commit after them.
    HoardCallbacks,
    /// Leaves between attach and commit.
    KilledMidway,
    /// Leaves in the middle of a message.
    HalfMessage,
    /// Sends bytes that are no Wayland.
    Garbage,
}

/// What the protocol says should become of the offender.
pub enum Fate {
    /// It may go on.
    Lives,
    /// It is told this error: the interface, and the codes that fit.
    Error(&'static str, &'static [u32]),
    /// Either: the protocol leaves it open, and only the others must not notice.
    Open,
    /// It left by itself.
    Gone,
}

#[derive(Parser)]
struct Options {
    mode: Mode,
}

fn commit(mode: Mode) -> Result<(Fate, Option<Client>)> {
    use Mode as M;
    let mut client = Client::connect()?;
    // An offence may fail half-way because the connection is already closed: that is the fate, not an accident.
    let fate = match mode {
        M::LyingPool => shm::lying_pool(&mut client),
        M::Truncate => shm::truncate(&mut client)?,
        M::GrowPool => shm::grow_pool(&mut client),
        M::ZeroPool => shm::zero_pool(&mut client),
        M::BufferOutside => shm::buffer_outside(&mut client),
        M::HugeDamage => surface::huge_damage(&mut client)?,
        M::NegativeSizes => geometry::negative_sizes(&mut client)?,
        M::Overflow => geometry::overflow(&mut client)?,
        M::GiantBuffer => geometry::giant_buffer(&mut client)?,
        M::Viewport => geometry::viewport(&mut client)?,
        M::ManyWindows => geometry::many_windows(&mut client)?,
        M::BadScale => surface::bad_scale(&mut client)?,
        M::SubsurfaceLoop => surface::subsurface_loop(&mut client),
        M::DeepSubsurfaces => surface::deep_subsurfaces(&mut client)?,
        M::Flood => surface::flood(&mut client)?,
        M::HoardCallbacks => surface::hoard_callbacks(&mut client)?,
        M::KilledMidway => {
            surface::attach_without_commit(&mut client)?;
            return Ok((Fate::Gone, None));
        }
        M::DoubleRole => shell::double_role(&mut client)?,
        M::NoAck => shell::no_ack(&mut client)?,
        M::BadAck => shell::bad_ack(&mut client)?,
        M::OrphanPopup => shell::orphan_popup(&mut client)?,
        M::GrabPopup => shell::grab_popup(&mut client)?,
        M::PopupOrder => shell::popup_order(&mut client)?,
        M::NoPong => shell::no_pong(&mut client)?,
        M::HalfMessage => {
            wire::half_message()?;
            return Ok((Fate::Gone, None));
        }
        M::Garbage => {
            wire::garbage()?;
            return Ok((Fate::Gone, None));
        }
    };
    Ok((fate, Some(client)))
}

fn main() -> Result<ExitCode> {
    let mode = Options::parse().mode;
    let (fate, client) = commit(mode)?;
    let got = client.map(|mut client| {
        let _ = client.settle();
        client.error()
    });
    let told = match &got {
        None => "left".to_owned(),
        Some(None) => "nothing".to_owned(),
        Some(Some((interface, code, message))) => format!("{interface} error {code}: {message}"),
    };
    let deserved = match (&fate, &got) {
        (Fate::Gone, None) | (Fate::Lives | Fate::Open, Some(None)) | (Fate::Open, Some(Some(_))) => true,
        (Fate::Error(interface, codes), Some(Some((on, code, _)))) => on == interface && codes.contains(code),
        _ => false,
    };
    let others_live = Client::connect().and_then(|mut next| next.show_window()).is_ok();
    report(&serde_json::json!({
        "mode": format!("{mode:?}"), "got": told, "as_the_protocol_says": deserved, "others_live": others_live,
    }))?;
    Ok(if deserved && others_live { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
