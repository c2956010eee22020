//! How fine the screen is, in the two ways that X toolkits read it from: resources, and the settings of GTK.
//!
//! X clients count in physical pixels, so that they are sharp at every scale; what is told here makes them draw as large
//! as everything else.

use x11rb::protocol::xproto::{AtomEnum, ConnectionExt as _, PropMode};
use x11rb::rust_connection::RustConnection;
use x11rb::wrapper::ConnectionExt as _;

use super::Failed;
use super::atoms::Atoms;
use crate::x11::words::Xid;

/// Dots per inch at scale 1.
const DPI: f64 = 96.0;
/// The side of a pointer at scale 1.
const POINTER: f64 = 24.0;

pub(super) fn set(connection: &RustConnection, atoms: &Atoms, root: Xid, own: Xid, scale: f64) -> Result<(), Failed> {
    let text = resources(scale);
    let name = AtomEnum::RESOURCE_MANAGER;
    connection.change_property8(PropMode::REPLACE, root, name, AtomEnum::STRING, text.as_bytes())?;
    let kind = atoms._XSETTINGS_SETTINGS;
    connection.change_property8(PropMode::REPLACE, own, kind, kind, &settings(scale))?;
    // Whoever looks for the settings later asks who owns them; who has them already sees the property change.
    let _ = connection.get_selection_owner(atoms._XSETTINGS_S0)?;
    Ok(())
}

fn resources(scale: f64) -> String {
    format!("Xft.dpi:\t{}\nXcursor.size:\t{}\n", (DPI * scale).round(), (POINTER * scale).round())
}

/// In the format of the XSETTINGS specification, least significant byte first.
fn settings(scale: f64) -> Vec<u8> {
    let whole = scale.floor().max(1.0);
    let numbers = [
        // GTK multiplies by whole numbers only; its texts make up the rest.
        ("Gdk/WindowScalingFactor", whole),
        ("Gdk/UnscaledDPI", DPI * scale / whole * 1024.0),
        ("Xft/DPI", DPI * scale * 1024.0),
        ("Gtk/CursorThemeSize", POINTER * scale),
    ];
    let mut bytes = vec![0, 0, 0, 0];
    bytes.extend(0u32.to_le_bytes());
    bytes.extend((numbers.len() as u32).to_le_bytes());
    for (name, value) in numbers {
        // A number, and a byte that nothing is in.
        bytes.extend([0, 0]);
        bytes.extend((name.len() as u16).to_le_bytes());
        bytes.extend(name.as_bytes());
        bytes.resize(bytes.len().next_multiple_of(4), 0);
        bytes.extend(0u32.to_le_bytes());
        bytes.extend((value.round() as i32).to_le_bytes());
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_tell_the_same_scale() {
        assert_eq!(resources(1.5), "Xft.dpi:\t144\nXcursor.size:\t36\n");
        let settings = settings(2.0);
        let at = settings.windows(7).position(|window| window == b"Xft/DPI").unwrap();
        // The name is seven bytes long and ends where a word does after one more; then the serial, then the value.
        assert_eq!(settings[at + 12..at + 16], (192 * 1024i32).to_le_bytes());
        assert_eq!(settings.len() % 4, 0);
    }
}
