//! What stands behind the nonce.

use super::*;

fn parse(verb: &str, json: &str) -> Result<ShellEvent, PayloadError> {
    let payload = percent_encoding::utf8_percent_encode(json, percent_encoding::NON_ALPHANUMERIC).to_string();
    parse_payload(verb.as_bytes(), payload.as_bytes())
}

fn limit(result: Result<ShellEvent, PayloadError>) -> bool {
    matches!(result, Err(PayloadError::Limit(_)))
}

fn malformed(result: Result<ShellEvent, PayloadError>) -> bool {
    matches!(result, Err(PayloadError::Form(_)))
}

#[test]
fn encodings_that_are_none() {
    for payload in [&b"%"[..], b"%7", b"%7g", b"%%7B", b"\"\xc3\xa9\"", b"\"a\x01\"", b"\"\n\""] {
        assert_eq!(parse_payload(b"stage", payload), Err(PayloadError::Encoding), "{payload:x?}");
    }
    assert_eq!(parse_payload(b"stage", b"%7B%22text%22%3A%22%ff%22%7D"), Err(PayloadError::Utf8));
    assert_eq!(parse_payload(b"Stage", b"%7B%7D"), Err(PayloadError::UnknownVerb));
    // What need not be encoded may be plain.
    assert!(parse_payload(b"stage", br#"{"text":"a b"}"#).is_ok());
}

#[test]
fn forms_that_are_none() {
    for (verb, json) in [
        ("ready", ""),
        ("ready", "null"),
        ("ready", r#"{"shell":"fish"}"#),
        ("ready", r#"{"shell":"fish","version":3}"#),
        ("ready", r#"{"shell":"fish","version":"3","more":1}"#),
        ("stage", r#"{"text":"a"} {"text":"b"}"#),
        ("stage", r#"{"text":"a","text":"b"}"#),
        ("stage", r#"{"text":"\ud800"}"#),
        ("env", r#"{"A":1}"#),
        ("env", r#"{"A=B":"x"}"#),
        ("env", r#"{"":"x"}"#),
        ("dir", r#"{"directory":"relative","files":[]}"#),
        ("dir", r#"{"directory":"/a\u0000b","files":[]}"#),
        ("dir", r#"{"directory":"/","files":[{"name":"a/b","kind":"file"}]}"#),
        ("dir", r#"{"directory":"/","files":[{"name":"..","kind":"directory"}]}"#),
        ("dir", r#"{"directory":"/","files":[{"name":"","kind":"file"}]}"#),
        ("dir", r#"{"directory":"/","files":[{"name":"a","kind":"door"}]}"#),
        ("dir", r#"{"directory":"/","files":[{"name":"a","kind":"file","size":-1}]}"#),
        ("suggest", r#"{"text":"x"}"#),
        ("complete", r#"{"text":"x"}"#),
        ("result", "{"),
        ("result", "NaN"),
    ] {
        assert!(malformed(parse(verb, json)), "{verb} {json}");
    }
}

#[test]
fn more_than_the_limits() {
    let text = |length: usize| "x".repeat(length);
    assert!(parse("stage", &format!(r#"{{"text":"{}"}}"#, text(16 << 10))).is_ok());
    assert!(limit(parse("stage", &format!(r#"{{"text":"{}"}}"#, text((16 << 10) + 1)))));
    assert!(limit(parse("ready", &format!(r#"{{"shell":"{}","version":"1"}}"#, text(65)))));

    let list = |count: usize, item: &str| vec![item; count].join(",");
    let suggestion = r#"{"text":"x"}"#;
    assert!(parse("suggest", &format!("[{}]", list(64, suggestion))).is_ok());
    assert!(limit(parse("suggest", &format!("[{}]", list(65, suggestion)))));
    let complete = |count| format!(r#"{{"text":"x","candidates":[{}]}}"#, list(count, suggestion));
    assert!(parse("complete", &complete(256)).is_ok());
    assert!(limit(parse("complete", &complete(257))));
    let files = |count| format!(r#"{{"directory":"/","files":[{}]}}"#, list(count, r#"{"name":"x","kind":"file"}"#));
    assert!(parse("dir", &files(1024)).is_ok());
    assert!(limit(parse("dir", &files(1025))));
    let variables = |count: usize| {
        let members: Vec<String> = (0..count).map(|index| format!(r#""V{index}":"x""#)).collect();
        format!("{{{}}}", members.join(","))
    };
    assert!(parse("env", &variables(64)).is_ok());
    assert!(limit(parse("env", &variables(65))));
    assert!(limit(parse("env", &format!(r#"{{"A":"{}"}}"#, text((8 << 10) + 1)))));
    assert!(limit(parse("env", &format!(r#"{{"{}":""}}"#, text(129)))));

    assert!(parse("result", &format!("{}{}", "[".repeat(16), "]".repeat(16))).is_ok());
    assert!(limit(parse("result", &format!("{}{}", "[".repeat(17), "]".repeat(17)))));
    assert!(malformed(parse("result", &format!("{}{}", "[".repeat(5000), "]".repeat(5000)))), "serde_json's own limit");
    assert!(parse("result", &format!("[{}]", list(4095, "1"))).is_ok());
    assert!(limit(parse("result", &format!("[{}]", list(4096, "1")))));
}

#[test]
fn a_result_may_be_any_json() {
    for json in ["null", "1.5", "\"é\"", r#"{"a":[true,{}]}"#] {
        assert_eq!(parse("result", json), Ok(ShellEvent::Result(serde_json::from_str(json).unwrap())));
    }
}
