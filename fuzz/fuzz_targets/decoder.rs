//! A stream, split in two ways: it says the same, and nothing is passed on that did not come.

#![no_main]

use std::time::Duration;

use libfuzzer_sys::fuzz_target;
use shell_bridge::api::{Counters, Decoder, Limits, Nonce, Piece, ShellEvent};

const NONCE: &str = "00112233445566778899aabbccddeeff";

fuzz_target!(|input: (u8, &[u8])| {
    let (length, stream) = input;
    let whole = decode(&[stream]);
    let chunks: Vec<&[u8]> = stream.chunks(usize::from(length).max(1)).collect();
    assert_eq!(decode(&chunks), whole);
    assert!(whole.0.len() <= stream.len());
    assert_eq!(whole.1.len() as u64, whole.2.events);
});

/// The bytes that are passed on, the events, and what became of the sequences.
fn decode(reads: &[&[u8]]) -> (Vec<u8>, Vec<ShellEvent>, Counters) {
    let nonce = Nonce::parse(NONCE).expect("it is one");
    let limits = Limits { sequence: 512, ..Limits::default() };
    let mut decoder = Decoder::new(nonce, limits);
    let (mut bytes, mut events) = (Vec::new(), Vec::new());
    let mut sink = |piece: Piece<'_>| match piece {
        Piece::Bytes(passed) => {
            assert!(!passed.is_empty());
            bytes.extend_from_slice(passed);
        }
        Piece::Event(event) => events.push(event),
    };
    for read in reads {
        decoder.feed(read, Duration::ZERO, &mut sink);
    }
    decoder.finish(Duration::ZERO, &mut sink);
    (bytes, events, *decoder.counters())
}
