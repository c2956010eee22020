//! What `SHELL-API.md` says.

use super::*;

const DOCUMENT: &str = include_str!("../../../SHELL-API.md");

/// The lines of the blocks of a kind.
fn lines(kind: &str) -> Vec<&'static str> {
    let fence = format!("```{kind}\n");
    let blocks = DOCUMENT.split(&fence).skip(1);
    blocks.flat_map(|block| block.split_once("\n```").unwrap().0.lines()).collect()
}

fn sequence(line: &str) -> Vec<u8> {
    let (body, end) = line.strip_prefix("ESC ] ").unwrap().rsplit_once(' ').unwrap();
    let end = match end {
        "BEL" => "\x07",
        "ST" => "\x1b\\",
        other => panic!("{other}"),
    };
    format!("\x1b]{body}{end}").into_bytes()
}

#[test]
fn every_example_is_decoded() {
    let examples = lines("osc");
    let mut seen: Vec<_> = examples.iter().flat_map(|line| events(sequence(line))).collect();
    assert_eq!(seen.len(), examples.len());
    seen.dedup_by_key(|event| std::mem::discriminant(event));
    assert_eq!(seen.len(), 13, "each event there is, and notifications of two kinds in a row: {seen:?}");
}

#[test]
fn every_payload_is_the_json_beside_it() {
    let own: Vec<_> = lines("osc").into_iter().filter(|line| line.contains(" 9001;")).collect();
    let json = lines("json");
    assert_eq!(own.len(), json.len());
    for (line, json) in own.into_iter().zip(json) {
        let payload = line.rsplit_once(';').unwrap().1.trim_end_matches(" BEL");
        let decoded = percent_encoding::percent_decode_str(payload).decode_utf8().unwrap();
        let told: serde_json::Value = serde_json::from_str(&decoded).unwrap();
        assert_eq!(told, serde_json::from_str::<serde_json::Value>(json).unwrap());
    }
}

#[test]
fn its_limits_are_those_in_force() {
    let Limits { sequence, trusted, moves, others, log_every } = Limits::default();
    for row in [
        format!("before its end | {} KiB |", sequence >> 10),
        format!("with the nonce | {} a second, {} at once |", trusted.per_second, trusted.burst),
        format!("heard next | {} a second, {} at once |", moves.per_second, moves.burst),
        format!("the others | {} a second, {} at once |", others.per_second, others.burst),
    ] {
        assert!(DOCUMENT.contains(&row), "{row}");
    }
    assert_eq!(log_every, Duration::from_secs(60));
    assert!(DOCUMENT.contains(NONCE));
}
