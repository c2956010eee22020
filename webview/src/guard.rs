//! Who is at the other end of a connection on this machine: a panel's server answers programs of its own user alone.

use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};

/// Connections of this machine that are looked through.
const MOST_LINES: usize = 65_536;

/// Whether the program at `peer`, connected to `ours`, is this user's.
pub fn is_own(peer: SocketAddr, ours: SocketAddr) -> bool {
    let (SocketAddr::V4(peer), SocketAddr::V4(ours)) = (peer, ours) else { return false };
    let Ok(table) = std::fs::read_to_string("/proc/net/tcp") else { return false };
    owner(&table, peer, ours) == Some(rustix::process::geteuid().as_raw())
}

/// Whose socket it is that goes from `peer` to `ours`, by the kernel's table.
fn owner(table: &str, peer: SocketAddrV4, ours: SocketAddrV4) -> Option<u32> {
    table.lines().take(MOST_LINES).find_map(|line| {
        let mut fields = line.split_ascii_whitespace().skip(1);
        let (from, to) = (fields.next()?, fields.next()?);
        if address(from)? != peer || address(to)? != ours {
            return None;
        }
        fields.nth(4)?.parse().ok()
    })
}

/// `0100007F:1F90`: the address as the machine's own number, then the port.
fn address(text: &str) -> Option<SocketAddrV4> {
    let (ip, port) = text.split_once(':')?;
    let ip = u32::from_str_radix(ip, 16).ok()?;
    Some(SocketAddrV4::new(Ipv4Addr::from(ip.to_ne_bytes()), u16::from_str_radix(port, 16).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_endian = "little")]
    fn the_table_of_the_kernel_is_read() {
        let table = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n\
             0: 0100007F:1F90 0100007F:D431 01 00000000:00000000 00:00000000 00000000     0        0 1 1\n\
             1: 0100007F:D431 0100007F:1F90 01 00000000:00000000 00:00000000 00000000  1000        0 2 1\n";
        let at = |port| SocketAddrV4::new(Ipv4Addr::LOCALHOST, port);
        assert_eq!(owner(table, at(0xD431), at(0x1F90)), Some(1000));
        assert_eq!(owner(table, at(0x1F90), at(0xD431)), Some(0));
        assert_eq!(owner(table, at(1), at(0x1F90)), None);
        assert_eq!(owner("odd\n\n0: x y\n", at(1), at(2)), None);
    }

    #[test]
    fn a_connection_of_our_own_is_known_as_such() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let ours = listener.local_addr().unwrap();
        let _client = std::net::TcpStream::connect(ours).unwrap();
        let (_, peer) = listener.accept().unwrap();
        assert!(is_own(peer, ours));
        assert!(!is_own(ours, ours));
    }
}
