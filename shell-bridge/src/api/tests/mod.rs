//! The decoder from outside: bytes in; bytes, events and counters out.

mod document;
mod hostile;
mod payloads;
mod splits;
mod words;

use std::time::Duration;

use super::*;

const NONCE: &str = "00112233445566778899aabbccddeeff";
const OTHER: &str = "ffeeddccbbaa99887766554433221100";

#[derive(Debug, Clone, PartialEq)]
enum Said {
    Bytes(Vec<u8>),
    Event(ShellEvent),
}

fn decoder() -> Decoder {
    Decoder::new(Nonce::parse(NONCE).unwrap(), Limits::default())
}

/// What a stream says that comes in these reads, all in one moment. Neighbouring bytes are one piece.
fn decode(decoder: &mut Decoder, reads: &[&[u8]]) -> Vec<Said> {
    let mut said: Vec<Said> = Vec::new();
    let mut sink = |piece: Piece<'_>| match (piece, said.last_mut()) {
        (Piece::Bytes(bytes), Some(Said::Bytes(all))) => all.extend_from_slice(bytes),
        (Piece::Bytes(bytes), _) => said.push(Said::Bytes(bytes.to_owned())),
        (Piece::Event(event), _) => said.push(Said::Event(event)),
    };
    for read in reads {
        decoder.feed(read, Duration::ZERO, &mut sink);
    }
    said
}

fn once(bytes: impl AsRef<[u8]>) -> (Vec<Said>, Counters) {
    let mut decoder = decoder();
    let said = decode(&mut decoder, &[bytes.as_ref()]);
    (said, *decoder.counters())
}

fn bytes(text: impl AsRef<[u8]>) -> Said {
    Said::Bytes(text.as_ref().to_owned())
}

/// Events of a stream of which nothing is passed on and nothing dropped.
#[track_caller]
fn events(stream: impl AsRef<[u8]>) -> Vec<ShellEvent> {
    let (said, counters) = once(stream);
    assert_eq!(counters.dropped(), 0, "{said:?}");
    let events = said.into_iter().map(|said| match said {
        Said::Event(event) => event,
        Said::Bytes(bytes) => panic!("{:?}", String::from_utf8_lossy(&bytes)),
    });
    events.collect()
}

fn own(verb: &str, json: &str) -> String {
    let payload = percent_encoding::utf8_percent_encode(json, percent_encoding::NON_ALPHANUMERIC);
    format!("\x1b]9001;{verb};{NONCE};{payload}\x1b\\")
}
