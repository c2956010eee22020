//! Below the protocol: bytes on the socket.

use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;

use anyhow::{Context as _, Result};

fn socket() -> Result<UnixStream> {
    let folder = std::env::var_os("XDG_RUNTIME_DIR").context("XDG_RUNTIME_DIR is not set")?;
    let name = std::env::var_os("WAYLAND_DISPLAY").context("WAYLAND_DISPLAY is not set")?;
    Ok(UnixStream::connect(PathBuf::from(folder).join(name))?)
}

/// A header that promises sixteen bytes, and six of them.
pub fn half_message() -> Result<()> {
    let mut socket = socket()?;
    let (display, get_registry) = (1_u32, 16_u32 << 16 | 1);
    socket.write_all(&display.to_ne_bytes())?;
    socket.write_all(&get_registry.to_ne_bytes())?;
    socket.write_all(&[0, 0])?;
    Ok(())
}

/// Noise: the other side hangs up, at the latest when we do.
pub fn garbage() -> Result<()> {
    let mut socket = socket()?;
    let noise: Vec<u8> = (0..65_536_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    // A reset while writing is as good an answer as an end of file afterwards.
    if socket.write_all(&noise).is_ok() {
        socket.shutdown(std::net::Shutdown::Write)?;
        let _ = socket.read_to_end(&mut Vec::new());
    }
    Ok(())
}
