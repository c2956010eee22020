//! Keeps three things together: the types of [`crate::protocol`], the page's `protocol.d.ts`, and the examples of
//! `PROTOCOL.md`. And shows that nothing a page can send makes [`FromPage::parse`] panic or leave its ranges.

use std::{collections::BTreeSet, fs, path::PathBuf};

use proptest::prelude::*;
use serde_json::{Value, json};
use ts_rs::TS;

use crate::protocol::{
    ClipboardForm, CursorImage, FromPage, MAX_COMMAND, MAX_DROPPED, MAX_FORMS, MAX_MESSAGE, MAX_NODE_ID, MAX_PROOF,
    MAX_STAGED_NAME, MAX_TEXT, MAX_TOUCHES, NoticeLevel, PenPhase, Phase, Rejected, Role, SemanticNode, StagedDetail,
    StagedText, StagingRefused, ToPage, TouchPoint, WheelSource,
};

fn crate_file(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// The `t` of every variant, read from the type itself: a variant that is added later is in this list at once.
fn kinds<T: TS>() -> BTreeSet<String> {
    let declaration = T::inline(&ts_rs::Config::new());
    declaration.split("\"t\": \"").skip(1).filter_map(|rest| rest.split('"').next()).map(str::to_owned).collect()
}

#[test]
fn the_typescript_declarations_are_those_of_the_types() {
    fn declare<T: TS>(to: &mut String) {
        let cfg = ts_rs::Config::new();
        to.push('\n');
        to.push_str(&T::docs().unwrap_or_default());
        to.push_str("export ");
        to.push_str(&T::decl(&cfg));
        to.push('\n');
    }
    let mut made = "// Generated from streamer/src/protocol.rs. Do not edit: `TOS_UPDATE=1 cargo test -p streamer \
                    typescript` writes it anew.\n"
        .to_owned();
    declare::<FromPage>(&mut made);
    declare::<ToPage>(&mut made);
    declare::<CursorImage>(&mut made);
    declare::<SemanticNode>(&mut made);
    declare::<StagedText>(&mut made);
    declare::<StagedDetail>(&mut made);
    declare::<StagingRefused>(&mut made);
    declare::<ClipboardForm>(&mut made);
    declare::<TouchPoint>(&mut made);
    declare::<Phase>(&mut made);
    declare::<PenPhase>(&mut made);
    declare::<WheelSource>(&mut made);
    declare::<NoticeLevel>(&mut made);
    declare::<Role>(&mut made);
    let made = made.lines().map(str::trim_end).collect::<Vec<_>>().join("\n") + "\n";

    let path = crate_file("page/protocol.d.ts");
    if std::env::var_os("TOS_UPDATE").is_some_and(|value| value == "1") {
        fs::write(&path, &made).expect("page/protocol.d.ts can be written");
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == made,
        "page/protocol.d.ts is out of date: run TOS_UPDATE=1 cargo test -p streamer typescript, and commit it"
    );
}

/// The JSON examples under the heading `## title` of PROTOCOL.md, each in a fence of its own.
fn examples(title: &str) -> Vec<String> {
    let page = fs::read_to_string(crate_file("PROTOCOL.md")).expect("PROTOCOL.md is there");
    let section = page
        .split("\n## ")
        .find(|section| section.lines().next() == Some(title))
        .unwrap_or_else(|| panic!("PROTOCOL.md has a section {title:?}"));
    section.split("```json\n").skip(1).filter_map(|rest| rest.split("```").next()).map(str::to_owned).collect()
}

fn kind_of(example: &str) -> String {
    let value: Value = serde_json::from_str(example).unwrap_or_else(|error| panic!("{error} in {example}"));
    value["t"].as_str().unwrap_or_else(|| panic!("no t in {example}")).to_owned()
}

#[test]
fn the_document_shows_every_message_of_the_page_and_each_one_is_taken_as_it_stands() {
    let examples = examples("From page to server");
    for example in &examples {
        let taken = FromPage::parse(example.as_bytes()).unwrap_or_else(|error| panic!("{error}: {example}"));
        // Nothing was clamped away and no field is misspelt: what was read says the same as the example.
        let said: Value = serde_json::from_str(example).expect("JSON");
        assert_same(&said, &serde_json::to_value(&taken).expect("JSON"), example);
    }
    let shown: BTreeSet<_> = examples.iter().map(|example| kind_of(example)).collect();
    assert_eq!(shown, kinds::<FromPage>());
}

#[test]
fn the_document_shows_every_message_of_the_server() {
    let examples = examples("From server to page");
    for example in &examples {
        let read: ToPage = serde_json::from_str(example).unwrap_or_else(|error| panic!("{error}: {example}"));
        let said: Value = serde_json::from_str(example).expect("JSON");
        assert_same(&said, &serde_json::to_value(&read).expect("JSON"), example);
    }
    let shown: BTreeSet<_> = examples.iter().map(|example| kind_of(example)).collect();
    assert_eq!(shown, kinds::<ToPage>());
}

/// Equal, numbers by value (`1` and `1.0` are one number to a page), and every field of `said` is there in `read`.
fn assert_same(said: &Value, read: &Value, example: &str) {
    match (said, read) {
        (Value::Object(said), Value::Object(read)) => {
            for (name, value) in said {
                let other = read.get(name).unwrap_or_else(|| panic!("{name} is not a field: {example}"));
                assert_same(value, other, example);
            }
        }
        (Value::Array(said), Value::Array(read)) => {
            assert_eq!(said.len(), read.len(), "{example}");
            said.iter().zip(read).for_each(|(said, read)| assert_same(said, read, example));
        }
        (Value::Number(said), Value::Number(read)) => assert_eq!(said.as_f64(), read.as_f64(), "{example}"),
        _ => assert_eq!(said, read, "{example}"),
    }
}

fn parse(text: &str) -> Result<FromPage, Rejected> {
    FromPage::parse(text.as_bytes())
}

#[test]
fn what_is_not_a_message_is_malformed() {
    for text in [
        "",
        " ",
        "null",
        "[]",
        "{}",
        "\"motion\"",
        "{\"t\":\"no_such_thing\"}",
        "{\"t\":7}",
        "{\"t\":\"motion\"}",
        "{\"t\":\"motion\",\"x\":\"0\",\"y\":0,\"seq\":1}",
        "{\"t\":\"motion\",\"x\":NaN,\"y\":0,\"seq\":1}",
        "{\"t\":\"motion\",\"x\":Infinity,\"y\":0,\"seq\":1}",
        "{\"t\":\"motion\",\"x\":1e999,\"y\":0,\"seq\":1}",
        "{\"t\":\"motion\",\"x\":null,\"y\":0,\"seq\":1}",
        "{\"t\":\"motion\",\"x\":0,\"y\":0,\"seq\":-1}",
        "{\"t\":\"motion\",\"x\":0,\"y\":0,\"seq\":4294967296}",
        "{\"t\":\"motion\",\"x\":0,\"y\":0,\"seq\":1",
        "{\"t\":\"button\",\"button\":256,\"pressed\":true}",
        "{\"t\":\"button\",\"button\":0,\"pressed\":1}",
        "{\"t\":\"key\",\"code\":7,\"pressed\":true}",
        "{\"t\":\"touch\",\"points\":{}}",
        "{\"t\":\"touch\",\"points\":[{\"id\":0,\"phase\":\"sideways\",\"x\":0,\"y\":0}]}",
        "{\"t\":\"resize\",\"width\":1.5,\"height\":700,\"scale\":1}",
        "{\"t\":\"text\",\"text\":\"\\ud800\"}",
        "{\"t\":\"activate\"}",
        "{\"t\":\"activate\",\"id\":7}",
        "{\"t\":\"command\"}",
        "{\"t\":\"command\",\"command\":\"zoom_out\"}",
        "{\"t\":\"command\",\"command\":[{\"op\":\"zoom_out\"}]}",
        "{\"t\":\"reduced_motion\",\"on\":\"yes\"}",
    ] {
        assert_eq!(parse(text), Err(Rejected::Malformed), "{text}");
    }
    assert_eq!(FromPage::parse(b"{\"t\":\"text\",\"text\":\"\xff\"}"), Err(Rejected::Malformed));
    // Deep nesting must not use up the stack.
    assert_eq!(parse(&"[".repeat(100_000)), Err(Rejected::Malformed));
}

#[test]
fn what_is_too_long_is_oversized() {
    let text = |length| json!({ "t": "text", "text": "x".repeat(length) }).to_string();
    assert!(parse(&text(MAX_TEXT)).is_ok());
    assert_eq!(parse(&text(MAX_TEXT + 1)), Err(Rejected::Oversized));

    let touch = |count| {
        let point = json!({ "id": 0, "phase": "begin", "x": 0.5, "y": 0.5 });
        json!({ "t": "touch", "points": vec![point; count] }).to_string()
    };
    assert!(parse(&touch(MAX_TOUCHES)).is_ok());
    assert_eq!(parse(&touch(MAX_TOUCHES + 1)), Err(Rejected::Oversized));

    let copied = |count| json!({ "t": "clipboard", "text": "", "offer": 1, "more": vec!["png"; count] }).to_string();
    assert!(parse(&copied(MAX_FORMS)).is_ok());
    assert_eq!(parse(&copied(MAX_FORMS + 1)), Err(Rejected::Oversized));
    let dropped = |count, length| {
        json!({ "t": "file_drop", "x": 0.5, "y": 0.5, "names": vec!["n".repeat(length); count] }).to_string()
    };
    assert!(parse(&dropped(MAX_DROPPED, 255)).is_ok());
    assert_eq!(parse(&dropped(MAX_DROPPED + 1, 1)), Err(Rejected::Oversized));
    assert_eq!(parse(&dropped(1, 256)), Err(Rejected::Oversized));

    let key = |length| json!({ "t": "key", "code": "K".repeat(length), "pressed": true }).to_string();
    assert!(parse(&key(32)).is_ok());
    assert_eq!(parse(&key(33)), Err(Rejected::Oversized));

    let activate = |length| json!({ "t": "activate", "id": "a".repeat(length) }).to_string();
    assert!(parse(&activate(MAX_NODE_ID)).is_ok());
    assert_eq!(parse(&activate(MAX_NODE_ID + 1)), Err(Rejected::Oversized));
    let focus = json!({ "t": "focus_node", "id": "a".repeat(MAX_NODE_ID + 1) }).to_string();
    assert_eq!(parse(&focus), Err(Rejected::Oversized));

    let command = |length| json!({ "t": "command", "command": { "op": "x".repeat(length) } }).to_string();
    assert!(parse(&command(MAX_COMMAND - 9)).is_ok());
    assert_eq!(parse(&command(MAX_COMMAND - 8)), Err(Rejected::Oversized));

    let commit =
        |length| json!({ "t": "commit", "ask": 1, "id": "", "hash": "", "proof": "p".repeat(length) }).to_string();
    assert!(parse(&commit(MAX_PROOF)).is_ok());
    assert_eq!(parse(&commit(MAX_PROOF + 1)), Err(Rejected::Oversized));

    let layout = |length| json!({ "t": "layout", "layout": "u".repeat(length) }).to_string();
    assert!(parse(&layout(64)).is_ok());
    assert_eq!(parse(&layout(65)), Err(Rejected::Oversized));

    assert_eq!(parse(&" ".repeat(MAX_MESSAGE + 1)), Err(Rejected::Oversized));
}

#[test]
fn what_is_outside_is_clamped() {
    assert_eq!(parse(r#"{"t":"motion","x":-3,"y":1e300,"seq":1}"#), Ok(FromPage::Motion { x: 0.0, y: 1.0, seq: 1 }));
    assert_eq!(
        parse(r#"{"t":"resize","width":0,"height":4294967295,"scale":-1}"#),
        Ok(FromPage::Resize { width: 64, height: 4320, scale: 0.5 }),
    );
    assert_eq!(
        parse(r#"{"t":"pen","phase":"move","x":2,"y":-2,"pressure":9,"tilt_x":-500,"tilt_y":500}"#),
        Ok(FromPage::Pen {
            phase: PenPhase::Move,
            x: 1.0,
            y: 0.0,
            pressure: 1.0,
            tilt_x: -90.0,
            tilt_y: 90.0,
            eraser: false
        }),
    );
    // A button with half a position has none.
    assert_eq!(
        parse(r#"{"t":"button","button":0,"pressed":true,"x":0.5}"#),
        Ok(FromPage::Button { button: 0, pressed: true, x: None, y: None, id: 0 }),
    );
}

#[test]
fn numbers_that_are_none_are_replaced() {
    for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let mut motion = FromPage::Motion { x: bad, y: bad, seq: 0 };
        motion.sanitise().expect("a motion has no length");
        assert!(within_ranges(&motion), "{motion:?}");
        let mut pinch =
            FromPage::Pinch { phase: Phase::Update, fingers: 2, dx: bad, dy: bad, scale: bad, rotation: bad };
        pinch.sanitise().expect("a pinch has no length");
        assert!(within_ranges(&pinch), "{pinch:?}");
    }
}

/// What `sanitise` promises to whoever takes the message.
fn within_ranges(message: &FromPage) -> bool {
    let position = |x: &f64, y: &f64| (0.0..=1.0).contains(x) && (0.0..=1.0).contains(y);
    let distance = |dx: &f64, dy: &f64| dx.abs() <= 10_000.0 && dy.abs() <= 10_000.0;
    match message {
        FromPage::Motion { x, y, .. } => position(x, y),
        FromPage::Relative { dx, dy, .. } | FromPage::Swipe { dx, dy, .. } => distance(dx, dy),
        FromPage::Button { x, y, .. } => match (x, y) {
            (Some(x), Some(y)) => position(x, y),
            (None, None) => true,
            _ => false,
        },
        FromPage::Wheel { dx, dy, v120_x, v120_y, .. } => {
            distance(dx, dy) && v120_x.abs() <= 12_000 && v120_y.abs() <= 12_000
        }
        FromPage::Key { code, .. } => code.len() <= 32,
        FromPage::Text { text } => text.len() <= MAX_TEXT,
        FromPage::Touch { points, .. } => {
            points.len() <= MAX_TOUCHES && points.iter().all(|point| position(&point.x, &point.y))
        }
        FromPage::Pinch { dx, dy, scale, rotation, .. } => {
            distance(dx, dy) && (0.01..=100.0).contains(scale) && rotation.abs() <= 360.0
        }
        FromPage::Pen { x, y, pressure, tilt_x, tilt_y, .. } => {
            position(x, y) && (0.0..=1.0).contains(pressure) && tilt_x.abs() <= 90.0 && tilt_y.abs() <= 90.0
        }
        FromPage::Resize { width, height, scale } => {
            (64..=7680).contains(width) && (64..=4320).contains(height) && (0.5..=4.0).contains(scale)
        }
        FromPage::Layout { layout, variant } => layout.len() <= 64 && variant.len() <= 64,
        FromPage::Activate { id, .. } | FromPage::FocusNode { id } => id.len() <= MAX_NODE_ID,
        FromPage::Command { command } => command.is_object() && command.to_string().len() <= MAX_COMMAND,
        FromPage::Commit { id, hash, proof, .. } => {
            let names = id.len() <= MAX_STAGED_NAME && hash.len() <= MAX_STAGED_NAME;
            names && proof.as_ref().is_none_or(|proof| proof.len() <= MAX_PROOF)
        }
        FromPage::Discard { id, .. } => id.len() <= MAX_STAGED_NAME,
        FromPage::FileDrag { x, y, .. } => position(x, y),
        FromPage::FileDrop { x, y, names } => {
            position(x, y) && names.len() <= MAX_DROPPED && names.iter().all(|name| name.len() <= 255)
        }
        FromPage::Clipboard { more, .. } => more.len() <= MAX_FORMS,
        FromPage::Blur
        | FromPage::LeaveLock
        | FromPage::Stage { .. }
        | FromPage::ReducedMotion { .. }
        | FromPage::Ping { .. } => true,
    }
}

/// Numbers as a hostile page writes them.
fn number() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<f64>().prop_map(|value| format!("{value:e}")),
        any::<i64>().prop_map(|value| value.to_string()),
        (-2.0..2.0_f64).prop_map(|value| value.to_string()),
        Just("1e999".to_owned()),
        Just("-1e999".to_owned()),
        Just("NaN".to_owned()),
        Just("null".to_owned()),
        Just("\"1\"".to_owned()),
        Just("-0.0".to_owned()),
    ]
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..256)) {
        if let Ok(message) = FromPage::parse(&bytes) {
            prop_assert!(within_ranges(&message));
        }
    }

    /// The examples with some bytes changed reach deeper than noise does.
    #[test]
    fn no_damaged_example_makes_it_panic(
        which in any::<prop::sample::Index>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
        cut in any::<prop::sample::Index>(),
    ) {
        let examples = examples("From page to server");
        let mut bytes = which.get(&examples).clone().into_bytes();
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Ok(message) = FromPage::parse(&bytes) {
            prop_assert!(within_ranges(&message));
        }
        bytes.truncate(cut.index(bytes.len()));
        if let Ok(message) = FromPage::parse(&bytes) {
            prop_assert!(within_ranges(&message));
        }
    }

    #[test]
    fn any_number_in_any_field_ends_within_its_range(numbers in prop::collection::vec(number(), 8)) {
        let [a, b, c, d, e, f, g, h] = numbers.as_slice() else { unreachable!("eight were asked for") };
        for text in [
            format!(r#"{{"t":"motion","x":{a},"y":{b},"seq":{c}}}"#),
            format!(r#"{{"t":"motion","x":{a},"y":{b},"seq":1}}"#),
            format!(r#"{{"t":"relative","dx":{a},"dy":{b},"seq":1}}"#),
            format!(r#"{{"t":"button","button":{a},"pressed":true,"x":{b},"y":{c},"id":{d}}}"#),
            format!(r#"{{"t":"button","button":0,"pressed":true,"x":{b},"y":{c}}}"#),
            format!(r#"{{"t":"wheel","dx":{a},"dy":{b},"v120_x":{c},"v120_y":{d}}}"#),
            format!(r#"{{"t":"touch","points":[{{"id":{a},"phase":"begin","x":{b},"y":{c}}}]}}"#),
            format!(r#"{{"t":"touch","points":[{{"id":1,"phase":"begin","x":{b},"y":{c}}}]}}"#),
            format!(r#"{{"t":"pinch","phase":"update","fingers":2,"dx":{a},"dy":{b},"scale":{c},"rotation":{d}}}"#),
            format!(r#"{{"t":"swipe","phase":"update","fingers":3,"dx":{e},"dy":{f}}}"#),
            format!(r#"{{"t":"pen","phase":"move","x":{a},"y":{b},"pressure":{c},"tilt_x":{d},"tilt_y":{e}}}"#),
            format!(r#"{{"t":"resize","width":{a},"height":{b},"scale":{c}}}"#),
            format!(r#"{{"t":"resize","width":1280,"height":720,"scale":{g}}}"#),
            format!(r#"{{"t":"ping","id":{h}}}"#),
        ] {
            if let Ok(message) = parse(&text) {
                prop_assert!(within_ranges(&message), "{text} became {message:?}");
            }
        }
    }

    /// What this side writes, it reads back: names and tags are the same in both directions. Positions in 1024ths,
    /// which are exact: serde_json may read other fractions one unit in the last place off.
    #[test]
    fn a_message_survives_the_way(x in 0..=1024_u16, y in 0..=1024_u16, seq in any::<u32>(), text in ".{0,64}") {
        let (x, y) = (f64::from(x) / 1024.0, f64::from(y) / 1024.0);
        for message in [
            FromPage::Motion { x, y, seq },
            FromPage::Text { text: text.clone() },
            FromPage::Clipboard { text, offer: 3, more: vec![ClipboardForm::Html] },
            FromPage::Blur,
        ] {
            let json = serde_json::to_vec(&message).expect("a message can be written");
            prop_assert_eq!(FromPage::parse(&json), Ok(message));
        }
    }
}
