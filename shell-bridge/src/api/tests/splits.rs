//! However a stream is split, it says the same.

use proptest::prelude::*;

use super::*;

/// What streams are made of: whole sequences, parts of them, text, anything.
fn stream() -> impl Strategy<Value = Vec<u8>> {
    let part = prop_oneof![
        4 => "[ -~é“”ǝ🦀]{0,12}".prop_map(String::into_bytes),
        2 => proptest::collection::vec(any::<u8>(), 0..6),
        2 => proptest::sample::select(vec![
            &b"\x1b"[..], b"\x1b]", b"\x9d", b"\x9c", b"\x07", b"\x1b\\", b"\x18", b"\x1a", b";", b"133;", b"9001;", b"7;",
            b"\xc3", b"\xe2\x80", b"\xf0\x9f\x92", b"\xe0", b"\xed", b"\xf4",
        ]).prop_map(<[u8]>::to_owned),
        2 => proptest::sample::select(vec![
            "\x1b]133;A\x07".to_owned(),
            "\x1b]133;D;1\x1b\\".to_owned(),
            "\x1b]7;file://h/a%20b\x07".to_owned(),
            "\x1b]9;“hello”\x1b\\".to_owned(),
            "\x1b]777;notify;a;b\x07".to_owned(),
            "\x1b]0;title\x07".to_owned(),
            "\x1b]8;;https://x\x1b\\".to_owned(),
            "\x1b]52;c;aGk=\x1b\\".to_owned(),
            "\x1b[1;31m".to_owned(),
            "\x1bPq#0\x1b\\".to_owned(),
            format!("\x1b]9001;stage;{OTHER};x\x07"),
            own("stage", r#"{"text":"x"}"#),
            own("ready", r#"{"shell":"x","version":"1"}"#),
        ]).prop_map(String::into_bytes),
    ];
    proptest::collection::vec(part, 0..24).prop_map(|parts| parts.concat())
}

/// The same as the decoder, for a stream that is there as a whole: which bytes are passed on.
///
/// Written from the description and not from the code: it knows where it is by looking back.
fn passed_on(stream: &[u8]) -> Vec<u8> {
    let continues = |from: usize, index: usize| -> bool {
        (from.max(index.saturating_sub(3))..index).any(|lead| {
            let whole = [2, 3, 4].into_iter().any(|length| {
                let padded: Vec<u8> = stream[lead..=index].to_vec();
                // A prefix of something well-formed: some completion of it is UTF-8.
                length >= padded.len() && completes(&padded, length)
            });
            whole && std::str::from_utf8(&stream[lead..=lead]).is_err()
        })
    };
    let mut passed = Vec::new();
    let mut index = 0;
    let mut text_from = 0;
    while index < stream.len() {
        let rest = &stream[index..];
        let introducer = if rest.starts_with(b"\x1b]") {
            2
        } else if rest[0] == 0x9d && !continues(text_from, index) {
            1
        } else {
            0
        };
        let ours = [&b"7;"[..], b"9;", b"133;", b"777;", b"9001;"];
        let number = ours.iter().find(|number| introducer > 0 && rest[introducer..].starts_with(number));
        let Some(number) = number else {
            passed.push(rest[0]);
            index += 1;
            if introducer > 0 {
                // A control ends what came before it.
                text_from = index;
            }
            continue;
        };
        let begin = index + introducer + number.len();
        let mut end = begin;
        index = loop {
            match stream.get(end) {
                None => return passed,
                Some(0x07 | 0x18 | 0x1a) => break end + 1,
                Some(0x1b) if stream.get(end + 1) == Some(&b'\\') => break end + 2,
                // Unfinished; what is held of it is given back at the end.
                Some(0x1b) if stream.get(end + 1).is_none() => return passed,
                Some(0x1b) => break end,
                Some(0x9c) if !continues(begin, end) => break end + 1,
                Some(0x9d) if !continues(begin, end) => break end,
                Some(_) => end += 1,
            }
        };
        text_from = index;
    }
    passed
}

fn completes(prefix: &[u8], length: usize) -> bool {
    let tails: &[&[u8]] = &[b"", b"\x80", b"\xbf", b"\x90", b"\x80\x80", b"\xbf\xbf", b"\x90\x80", b"\x80\x80\x80"];
    tails.iter().any(|tail| {
        let whole = [prefix, tail].concat();
        whole.len() == length && std::str::from_utf8(&whole).is_ok_and(|text| text.chars().count() == 1)
    })
}

fn run(stream: &[u8], cuts: &[usize]) -> (Vec<Said>, Counters) {
    let mut decoder = decoder();
    let mut reads = Vec::new();
    let mut from = 0;
    for &cut in cuts {
        let cut = cut.clamp(from, stream.len());
        reads.push(&stream[from..cut]);
        from = cut;
    }
    reads.push(&stream[from..]);
    let mut said = decode(&mut decoder, &reads);
    decoder.finish(Duration::ZERO, &mut |piece| match (piece, said.last_mut()) {
        (Piece::Bytes(bytes), Some(Said::Bytes(all))) => all.extend_from_slice(bytes),
        (Piece::Bytes(bytes), _) => said.push(Said::Bytes(bytes.to_owned())),
        (Piece::Event(event), _) => said.push(Said::Event(event)),
    });
    (said, *decoder.counters())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn any_split_says_the_same(stream in stream(), mut cuts in proptest::collection::vec(0_usize..400, 0..12)) {
        cuts.sort_unstable();
        let whole = run(&stream, &[]);
        prop_assert_eq!(&run(&stream, &cuts), &whole);
        let each: Vec<usize> = (0..stream.len()).collect();
        prop_assert_eq!(&run(&stream, &each), &whole);
    }

    #[test]
    fn every_byte_that_is_not_ours_is_passed_on(stream in stream()) {
        let (said, _) = run(&stream, &[]);
        let passed: Vec<u8> = said.into_iter().filter_map(|said| match said {
            Said::Bytes(bytes) => Some(bytes),
            Said::Event(_) => None,
        }).collect::<Vec<_>>().concat();
        prop_assert_eq!(passed, passed_on(&stream));
    }

    #[test]
    fn any_bytes_are_survived(stream in proptest::collection::vec(any::<u8>(), 0..2000), verb in 0_usize..8) {
        let (said, counters) = run(&stream, &[]);
        let events = said.iter().filter(|said| matches!(said, Said::Event(_))).count();
        prop_assert_eq!(events as u64, counters.events);
        let verb = ["ready", "dir", "suggest", "env", "complete", "result", "stage", "none"][verb];
        let _ = parse_payload(verb.as_bytes(), &stream);
    }
}
