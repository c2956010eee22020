//! How a relay in front shows what it relays to: our own candidates, at its address.
//!
//! The relay takes datagrams on the same port numbers that we are bound to and hands them on. Inside, our addresses mean
//! nothing to a page, so each candidate of ours names the relay instead. TCP is not relayed: its candidates are left out.

use std::net::IpAddr;

/// A description, or a fragment of one, in which our host candidates are at these addresses.
pub fn at(description: &str, addresses: &[IpAddr]) -> String {
    if addresses.is_empty() {
        return description.to_owned();
    }
    let mut shown = Vec::new();
    let mut changed = String::with_capacity(description.len());
    for line in description.split_inclusive('\n') {
        let Some(candidate) = Candidate::parse(line) else {
            changed.push_str(line);
            continue;
        };
        if !candidate.udp {
            continue;
        }
        if !candidate.host {
            changed.push_str(line);
            continue;
        }
        for (index, address) in addresses.iter().enumerate() {
            // Bound to several interfaces, we are one address outside all the same.
            let place = (candidate.section, *address, candidate.port);
            if !shown.contains(&place) {
                shown.push(place);
                changed.push_str(&candidate.at(index, *address));
            }
        }
    }
    changed
}

/// `a=candidate:FOUNDATION COMPONENT TRANSPORT PRIORITY ADDRESS PORT typ TYPE …` (RFC 8839).
struct Candidate<'a> {
    words: Vec<&'a str>,
    end: &'a str,
    udp: bool,
    host: bool,
    /// RTP or RTCP.
    section: &'a str,
    port: &'a str,
}

impl<'a> Candidate<'a> {
    fn parse(line: &'a str) -> Option<Self> {
        let text = line.trim_end();
        let end = line.get(text.len()..).unwrap_or_default();
        let words: Vec<&str> = text.strip_prefix("a=candidate:")?.split(' ').collect();
        let [_, section, transport, _, _, port, _, kind, ..] = words.as_slice() else { return None };
        let (udp, host) = (transport.eq_ignore_ascii_case("udp"), *kind == "host");
        Some(Self { udp, host, section, port, end, words: words.clone() })
    }

    /// The same candidate elsewhere. Those of different addresses are of different foundations.
    fn at(&self, index: usize, address: IpAddr) -> String {
        let words = self.words.iter().enumerate().map(|(place, word)| match place {
            0 => format!("{word}{index}"),
            4 => address.to_string(),
            _ => (*word).to_owned(),
        });
        format!("a=candidate:{}{}", words.collect::<Vec<_>>().join(" "), self.end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const INSIDE: &str = "v=0\r\n\
        c=IN IP4 0.0.0.0\r\n\
        a=candidate:1 1 udp 2130706431 127.0.0.1 50002 typ host ufrag x\r\n\
        a=candidate:2 1 udp 2130706430 10.0.0.2 50002 typ host\r\n\
        a=candidate:3 1 tcp 1671430143 127.0.0.1 41234 typ host tcptype passive\r\n\
        a=candidate:4 1 udp 1694498815 203.0.113.7 40000 typ srflx raddr 10.0.0.2 rport 50002\r\n\
        a=end-of-candidates\r\n";

    #[test]
    fn host_candidates_are_at_the_public_address_once_and_without_tcp() {
        let outside = at(INSIDE, &["192.0.2.1".parse().unwrap()]);
        assert_eq!(
            outside,
            "v=0\r\n\
             c=IN IP4 0.0.0.0\r\n\
             a=candidate:10 1 udp 2130706431 192.0.2.1 50002 typ host ufrag x\r\n\
             a=candidate:4 1 udp 1694498815 203.0.113.7 40000 typ srflx raddr 10.0.0.2 rport 50002\r\n\
             a=end-of-candidates\r\n"
        );
    }

    #[test]
    fn several_addresses_are_several_candidates() {
        let addresses = ["192.0.2.1".parse().unwrap(), "2001:db8::1".parse().unwrap()];
        let outside = at("a=candidate:7 1 UDP 1 127.0.0.1 5000 typ host\n", &addresses);
        let expected = "a=candidate:70 1 UDP 1 192.0.2.1 5000 typ host\n\
            a=candidate:71 1 UDP 1 2001:db8::1 5000 typ host\n";
        assert_eq!(outside, expected);
    }

    #[test]
    fn without_an_address_nothing_is_changed_nor_is_what_is_no_candidate() {
        assert_eq!(at(INSIDE, &[]), INSIDE);
        let odd = "a=candidate:\na=candidate:1 1 udp\nx\n\n";
        assert_eq!(at(odd, &["192.0.2.1".parse().unwrap()]), odd);
    }
}
