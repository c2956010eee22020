//! Abuse of surfaces and of the queue of requests.

use anyhow::Result;

use crate::Fate;
use crate::client::Client;

/// Levels of subsurfaces: with a few hundred bytes of stack each, more than a main thread has.
const DEPTH: usize = 2_000;

/// Clients do send `i32::MAX`, and the protocol lets them; negative sizes are nonsense but no error either.
pub fn huge_damage(client: &mut Client) -> Result<Fate> {
    let (surface, _xdg) = client.toplevel()?;
    let buffer = client.buffer()?;
    client.show(&surface, &buffer);
    for (x, y, w, h) in [
        (0, 0, i32::MAX, i32::MAX),
        (i32::MAX, i32::MAX, i32::MAX, i32::MAX),
        (i32::MIN, i32::MIN, i32::MAX, i32::MAX),
        (i32::MIN, i32::MIN, i32::MIN, i32::MIN),
        (10, 10, -5, -5),
        (-1, -1, 0, 0),
    ] {
        surface.damage(x, y, w, h);
        surface.damage_buffer(x, y, w, h);
        client.show(&surface, &buffer);
    }
    client.hear(|heard| heard.callbacks >= 7)?;
    Ok(Fate::Lives)
}

/// `wl_surface.error.invalid_scale`.
pub fn bad_scale(client: &mut Client) -> Result<Fate> {
    let (surface, _xdg) = client.toplevel()?;
    surface.set_buffer_scale(0);
    surface.commit();
    Ok(Fate::Error("wl_surface", &[0]))
}

/// A becomes B's child, then B becomes A's: `bad_surface` or `bad_parent`.
pub fn subsurface_loop(client: &mut Client) -> Fate {
    let (a, b) = (client.surface(), client.surface());
    client.subcompositor.get_subsurface(&a, &b, &client.queue, ());
    client.subcompositor.get_subsurface(&b, &a, &client.queue, ());
    let _ = client.settle();
    Fate::Error("wl_subcompositor", &[0, 1])
}

/// Whoever walks the tree by recursion needs a stack for it. Refusing such a depth is as good as bearing it.
pub fn deep_subsurfaces(client: &mut Client) -> Result<Fate> {
    let (root, _xdg) = client.toplevel()?;
    let buffer = client.buffer()?;
    let mut tree = vec![root];
    for _ in 0..DEPTH {
        let child = client.surface();
        if let Some(parent) = tree.last() {
            client.subcompositor.get_subsurface(&child, parent, &client.queue, ());
        }
        tree.push(child);
        // The socket holds only so much.
        if tree.len() % 500 == 0 && client.settle().is_err() {
            return Ok(Fate::Open);
        }
    }
    for (index, surface) in tree.iter().rev().enumerate() {
        surface.attach(Some(&buffer), 0, 0);
        surface.commit();
        if index % 500 == 0 && client.settle().is_err() {
            return Ok(Fate::Open);
        }
    }
    let _ = client.settle();
    Ok(Fate::Open)
}

/// Many requests at once are slow, not wrong. Every one of them is answered.
pub fn flood(client: &mut Client) -> Result<Fate> {
    let (surface, _xdg) = client.toplevel()?;
    let buffer = client.buffer()?;
    for round in 0..100 {
        for _ in 0..1000 {
            surface.damage(0, 0, round, round);
        }
        client.show(&surface, &buffer);
        client.settle()?;
    }
    client.hear(|heard| heard.callbacks >= 100)?;
    Ok(Fate::Lives)
}

/// Frame callbacks pile up in the pending state.
pub fn hoard_callbacks(client: &mut Client) -> Result<Fate> {
    let (surface, _xdg) = client.toplevel()?;
    let buffer = client.buffer()?;
    client.show(&surface, &buffer);
    for _ in 0..100 {
        for _ in 0..100 {
            surface.frame(&client.queue, ());
        }
        client.settle()?;
    }
    Ok(Fate::Lives)
}

/// Leaves a buffer in the pending state for ever.
pub fn attach_without_commit(client: &mut Client) -> Result<()> {
    let (surface, _xdg) = client.toplevel()?;
    let buffer = client.buffer()?;
    client.show(&surface, &buffer);
    surface.attach(Some(&buffer), 0, 0);
    surface.damage(0, 0, 8, 8);
    client.settle()
}
