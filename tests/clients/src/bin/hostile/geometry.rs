//! Numbers that overflow, sizes that are negative, pictures that no texture holds.

use std::os::fd::AsFd as _;

use anyhow::Result;
use test_clients::memory;
use wayland_client::protocol::wl_shm::Format;

use crate::Fate;
use crate::client::{Client, SIDE};
use crate::shell::{popup, positioner};

/// Regions and limits of negative size. Only some of them are errors, and none may end the compositor.
pub fn negative_sizes(client: &mut Client) -> Result<Fate> {
    let (surface, xdg, toplevel) = client.toplevel_with_role()?;
    let buffer = client.buffer()?;
    let region = client.compositor.create_region(&client.queue, ());
    region.add(i32::MIN, i32::MIN, i32::MIN, i32::MIN);
    region.add(5, 5, -1, -1);
    region.subtract(i32::MAX, i32::MAX, i32::MAX, i32::MAX);
    surface.set_opaque_region(Some(&region));
    surface.set_input_region(Some(&region));
    client.show(&surface, &buffer);
    client.settle()?;
    toplevel.set_min_size(-1, -1);
    toplevel.set_max_size(i32::MIN, i32::MIN);
    client.show(&surface, &buffer);
    let _ = client.settle();
    xdg.set_window_geometry(-5, -5, -1, i32::MIN);
    client.show(&surface, &buffer);
    let _ = client.settle();
    Ok(Fate::Open)
}

/// Positions at the edge of what fits into 32 bits.
pub fn overflow(client: &mut Client) -> Result<Fate> {
    let (surface, xdg, toplevel) = client.toplevel_with_role()?;
    let buffer = client.buffer()?;
    client.show(&surface, &buffer);
    let child = client.surface();
    let subsurface = client.subcompositor.get_subsurface(&child, &surface, &client.queue, ());
    for (x, y) in [(i32::MAX, i32::MAX), (i32::MIN, i32::MIN), (i32::MAX, i32::MIN)] {
        subsurface.set_position(x, y);
        client.show(&child, &buffer);
        client.show(&surface, &buffer);
        client.settle()?;
    }
    toplevel.set_min_size(i32::MAX, i32::MAX);
    toplevel.set_max_size(i32::MAX, i32::MAX);
    xdg.set_window_geometry(i32::MAX - 1, i32::MAX - 1, i32::MAX, i32::MAX);
    client.show(&surface, &buffer);
    client.settle()?;
    xdg.set_window_geometry(i32::MIN, i32::MIN, i32::MAX, i32::MAX);
    client.show(&surface, &buffer);
    client.settle()?;
    for edge in [i32::MAX - 1, i32::MIN] {
        let far = positioner(client);
        far.set_size(i32::MAX, i32::MAX);
        far.set_anchor_rect(edge, edge, i32::MAX, i32::MAX);
        far.set_offset(edge, edge);
        let (popup_surface, ..) = popup(client, Some(&xdg), &far);
        popup_surface.commit();
        client.acknowledge()?;
        client.show(&popup_surface, &buffer);
        client.settle()?;
    }
    Ok(Fate::Open)
}

/// Longer than any adapter's textures, and larger than its memory.
pub fn giant_buffer(client: &mut Client) -> Result<Fate> {
    let (surface, _xdg) = client.toplevel()?;
    for (width, height) in [(40_000, 1), (1, 40_000), (16_385, 16_385), (23_000, 23_000)] {
        // The file has holes where nothing was written: it costs nothing on this side.
        let bytes: i32 = width * height * 4;
        let file = memory(u64::from(bytes.unsigned_abs()))?;
        let pool = client.shm.create_pool(file.as_fd(), bytes, &client.queue, ());
        let buffer = pool.create_buffer(0, width, height, width * 4, Format::Xrgb8888, &client.queue, ());
        client.show(&surface, &buffer);
        if client.settle().is_err() {
            break;
        }
    }
    Ok(Fate::Open)
}

/// Sources outside the buffer, destinations beyond all screens. The last one is `out_of_buffer` at the commit.
pub fn viewport(client: &mut Client) -> Result<Fate> {
    let Some(viewporter) = client.viewporter.clone() else { return Ok(Fate::Open) };
    let (surface, _xdg) = client.toplevel()?;
    let buffer = client.buffer()?;
    let viewport = viewporter.get_viewport(&surface, &client.queue, ());
    for side in [i32::MAX, 1, 100_000] {
        viewport.set_destination(side, side);
        client.show(&surface, &buffer);
        client.settle()?;
    }
    viewport.set_source(0.0, 0.0, 1.0 / 256.0, 1.0 / 256.0);
    client.show(&surface, &buffer);
    client.settle()?;
    let side = f64::from(SIDE);
    viewport.set_source(side / 2.0, side / 2.0, side, side);
    client.show(&surface, &buffer);
    let _ = client.settle();
    Ok(Fate::Error("wp_viewport", &[2]))
}

/// Hundreds of windows, with titles that are not for the eye.
pub fn many_windows(client: &mut Client) -> Result<Fate> {
    let buffer = client.buffer()?;
    for number in 0..300 {
        let (surface, _xdg, toplevel) = client.toplevel_with_role()?;
        toplevel.set_title(format!("\u{1b}[31m\u{202e}{number}\n\u{0}").replace('\0', "") + &"long ".repeat(500));
        toplevel.set_app_id(String::new());
        client.show(&surface, &buffer);
    }
    client.settle()?;
    Ok(Fate::Lives)
}
