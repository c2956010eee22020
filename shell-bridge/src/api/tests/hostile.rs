//! More than there should be.

use super::*;

#[test]
fn ten_megabytes_in_one_sequence_are_dropped_and_not_kept() {
    let mut decoder = decoder();
    let before = decode(&mut decoder, &[b"before", format!("\x1b]9001;stage;{NONCE};").as_bytes()]);
    assert_eq!(before, [bytes("before")]);
    for _ in 0..160 {
        assert_eq!(decode(&mut decoder, &[&[b'x'; 64 << 10]]), []);
        assert!(decoder.kept() <= 2 * Limits::default().sequence, "{}", decoder.kept());
    }
    assert_eq!(
        decode(&mut decoder, &[b"\x07after\x1b]133;A\x07"]),
        [bytes("after"), Said::Event(ShellEvent::PromptStart)]
    );
    assert_eq!(*decoder.counters(), Counters { events: 1, oversized: 1, ..Counters::default() });
    assert!(decoder.kept() <= 4 << 10);
}

#[test]
fn the_longest_sequence_is_taken_and_one_byte_more_is_not() {
    let max = Limits::default().sequence;
    for (length, oversized) in [(max, 0), (max + 1, 1)] {
        let (said, counters) = once(format!("\x1b]9;{}\x07", "x".repeat(length)));
        assert_eq!((said.len(), counters.oversized), (1 - oversized as usize, oversized));
    }
}

#[test]
fn sequences_of_others_are_never_kept_however_long() {
    let mut decoder = decoder();
    let long = [&b"\x1b]52;c;"[..], &vec![b'A'; 8 << 20]].concat();
    let mut passed = 0;
    decoder.feed(&long, Duration::ZERO, &mut |piece| match piece {
        Piece::Bytes(bytes) => passed += bytes.len(),
        Piece::Event(event) => panic!("{event:?}"),
    });
    assert_eq!((passed, decoder.kept()), (long.len(), 0));
}

#[test]
fn a_million_sequences_in_a_second_are_counted() {
    let mut decoder = decoder();
    let chunk = "\x1b]133;A\x07".repeat(1000);
    let mut events = 0_u64;
    for millisecond in 0..1000 {
        decoder.feed(chunk.as_bytes(), Duration::from_millis(millisecond), &mut |piece| match piece {
            Piece::Event(_) => events += 1,
            Piece::Bytes(bytes) => panic!("{bytes:?}"),
        });
    }
    let rate = Limits::default().others;
    // The last millisecond is not over.
    assert!((u64::from(rate.burst)..=u64::from(rate.burst + rate.per_second)).contains(&events), "{events}");
    assert_eq!(*decoder.counters(), Counters { events, flooded: 1_000_000 - events, ..Counters::default() });
}

#[test]
fn what_a_file_leaves_unfinished_does_not_swallow_the_shells_next_word() {
    let mark = format!("\x1b]133;D;0;tos={NONCE}\x07");
    for left in [
        &b"\x1b"[..],
        b"\x1b]",
        b"\x1b]9001",
        b"\x1b]9001;stage;",
        b"\x1b]133;A\x1b",
        b"\x9d",
        b"\x9d9001;x",
        b"\x1bP",
        b"\x1b]0;t",
        b"\xe2\x80",
        b"\x1b[",
        b"\x1b]9001;\xf0\x9f",
    ] {
        let mut decoder = decoder();
        let said = decode(&mut decoder, &[left, mark.as_bytes()]);
        assert_eq!(said.last(), Some(&Said::Event(ShellEvent::CommandEnd { status: Some(0) })), "{left:x?}");
    }
}

#[test]
fn a_flood_of_others_does_not_silence_the_shell() {
    let mut decoder = decoder();
    let flood = [
        format!("\x1b]9001;stage;{OTHER};%7B%22text%22%3A%22x%22%7D\x07"),
        "\x1b]9;x\x07".to_owned(),
        "\x1b]133;A\x07".to_owned(),
    ];
    for _ in 0..10_000 {
        decode(&mut decoder, &[flood.concat().as_bytes()]);
    }
    let own = own("stage", r#"{"text":"x"}"#);
    let mark = format!("\x1b]133;A;tos={NONCE}\x07");
    assert_eq!(decode(&mut decoder, &[own.as_bytes(), mark.as_bytes()]).len(), 2);
}

#[test]
fn the_last_of_many_moves_is_told_before_what_comes_next() {
    let moves: String = (0..1000).map(|index| format!("\x1b]7;file://h/{index}\x07")).collect();
    let (said, counters) = once(format!("{moves}text\x1b]133;A\x07\x1b]133;B\x07"));
    let place = |index: u32| Said::Event(ShellEvent::Directory { host: "h".into(), path: format!("/{index}").into() });
    let told: Vec<Said> = (0..100).map(place).collect();
    assert_eq!(said[..100], told);
    let rest = [bytes("text"), place(999), Said::Event(ShellEvent::PromptStart), Said::Event(ShellEvent::InputStart)];
    assert_eq!(said[100..], rest);
    assert_eq!((counters.events, counters.flooded), (103, 900));
}

#[test]
fn what_was_spent_comes_back_with_time() {
    let limits = Limits { trusted: Rate { per_second: 10, burst: 3 }, ..Limits::default() };
    let mut decoder = Decoder::new(Nonce::parse(NONCE).unwrap(), limits);
    let mark = format!("\x1b]133;A;tos={NONCE}\x07");
    let mut said_at = |milliseconds| {
        let mut events = 0;
        for _ in 0..10 {
            decoder.feed(mark.as_bytes(), Duration::from_millis(milliseconds), &mut |_| events += 1);
        }
        events
    };
    // A time that goes backwards gives nothing.
    assert_eq!([1000, 1099, 1100, 1300, 500, 1300, 90_000].map(&mut said_at), [3, 0, 1, 2, 0, 0, 3]);
}

#[test]
fn each_trouble_is_logged_once_in_a_while() {
    use std::sync::{Arc, Mutex};
    struct Lines(Arc<Mutex<Vec<String>>>);
    impl tracing::Subscriber for Lines {
        fn enabled(&self, _: &tracing::Metadata<'_>) -> bool {
            true
        }
        fn new_span(&self, _: &tracing::span::Attributes<'_>) -> tracing::span::Id {
            tracing::span::Id::from_u64(1)
        }
        fn record(&self, _: &tracing::span::Id, _: &tracing::span::Record<'_>) {}
        fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}
        fn event(&self, event: &tracing::Event<'_>) {
            struct Text(String);
            impl tracing::field::Visit for Text {
                fn record_debug(&mut self, field: &tracing::field::Field, value: &dyn std::fmt::Debug) {
                    self.0.push_str(&format!("{field}={value:?} "));
                }
            }
            let mut text = Text(String::new());
            event.record(&mut text);
            self.0.lock().unwrap().push(text.0);
        }
        fn enter(&self, _: &tracing::span::Id) {}
        fn exit(&self, _: &tracing::span::Id) {}
    }
    let lines: Arc<Mutex<Vec<String>>> = Arc::default();
    tracing::subscriber::with_default(Lines(lines.clone()), || {
        let mut decoder = decoder();
        let stream = format!("\x1b]9001;stage;{OTHER};\x07\x1b]9001;stage;{NONCE};%zz\x07\x1b]133;A\x18");
        for second in 0..61 {
            decoder.feed(stream.repeat(3).as_bytes(), Duration::from_secs(second), &mut |_| {});
        }
    });
    let lines = lines.lock().unwrap();
    assert_eq!(lines.len(), 6, "three kinds, in the first second and in the sixty-first: {lines:?}");
    assert!(!lines.iter().any(|line| line.contains(NONCE)), "{lines:?}");
}
