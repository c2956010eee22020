//! What goes over the sockets of a gate, in numbers.

use std::time::Duration;

/// Name of the socket for control requests.
pub const CONTROL: &str = "control.sock";
/// Name of the socket for streams to ports.
pub const PORTS: &str = "ports.sock";
/// Name of the socket for datagrams.
pub const MEDIA: &str = "media.sock";

/// Bytes that a line of the control socket may have, without its end.
pub const LINE: usize = 64 * 1024;
/// Bytes of the first line of a stream, either way: `65535\n` and `no REASON\n`.
pub const PREFACE: usize = 128;
/// Streams at once.
pub const STREAMS: usize = 256;
/// Bytes of a datagram.
pub const DATAGRAM: usize = 2048;
/// Bytes in front of a datagram.
pub const HEAD: usize = 6;
/// Bytes of a datagram with its head.
pub const PACKET: usize = HEAD + DATAGRAM;
/// Flows at once.
pub const FLOWS: usize = 64;
/// How long a flow may be silent before it is forgotten.
pub const FLOW_LIFE: Duration = Duration::from_secs(120);
/// How long the desktop has between SIGTERM and SIGKILL.
pub const GRACE: Duration = Duration::from_secs(10);

/// What stands in front of a datagram.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Head {
    /// Port of the container's loopback.
    pub port: u16,
    /// Whose datagram it is; the outer side gives the numbers.
    pub flow: u32,
}

impl Head {
    /// As it goes over the socket.
    pub fn bytes(self) -> [u8; HEAD] {
        let [a, b] = self.port.to_be_bytes();
        let [c, d, e, f] = self.flow.to_be_bytes();
        [a, b, c, d, e, f]
    }

    /// The head of a packet, and the datagram behind it. `None` if it is too short, too long or names port 0.
    pub fn split(packet: &[u8]) -> Option<(Self, &[u8])> {
        let (&[a, b, c, d, e, f], datagram) = packet.split_first_chunk::<HEAD>()?;
        let head = Self { port: u16::from_be_bytes([a, b]), flow: u32::from_be_bytes([c, d, e, f]) };
        (head.port != 0 && datagram.len() <= DATAGRAM).then_some((head, datagram))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_comes_back_as_it_went() {
        let head = Head { port: 40_001, flow: 0x0102_0304 };
        let mut packet = head.bytes().to_vec();
        packet.extend_from_slice(b"payload");
        assert_eq!(Head::split(&packet), Some((head, &b"payload"[..])));
    }

    #[test]
    fn what_is_no_packet_is_not_taken_for_one() {
        assert_eq!(Head::split(&[1, 2, 3, 4, 5]), None);
        assert_eq!(Head::split(&[0, 0, 0, 0, 0, 1, 9]), None, "port 0");
        assert_eq!(Head::split(&vec![1; PACKET + 1]), None);
        assert!(Head::split(&vec![1; PACKET]).is_some());
        assert!(Head::split(&[1; HEAD]).is_some(), "a datagram may be empty");
    }
}
