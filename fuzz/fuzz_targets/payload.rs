//! Any payload of any verb is taken or refused, and what is taken is within its bounds.

#![no_main]

use libfuzzer_sys::fuzz_target;
use shell_bridge::api::{ShellEvent, parse_payload};

const VERBS: [&str; 8] = ["ready", "dir", "suggest", "env", "complete", "result", "stage", "none"];

fuzz_target!(|input: (u8, &[u8])| {
    let (verb, payload) = input;
    let verb = VERBS[usize::from(verb) % VERBS.len()];
    // Plain, as a shell may send what needs no encoding; and encoded, so that any text gets through.
    let encoded: String = payload.iter().map(|byte| format!("%{byte:02X}")).collect();
    for payload in [payload, encoded.as_bytes()] {
        let Ok(event) = parse_payload(verb.as_bytes(), payload) else { continue };
        match event {
            ShellEvent::Listing(listing) => {
                assert!(listing.directory.starts_with('/') && listing.files.len() <= 1024);
                assert!(listing.files.iter().all(|file| !file.name.contains('/') && file.name.len() <= 255));
            }
            ShellEvent::Suggest(suggestions) => assert!(suggestions.len() <= 64),
            ShellEvent::Env(variables) => assert!(variables.len() <= 64 && !variables.contains_key("")),
            ShellEvent::Complete { candidates, .. } => assert!(candidates.len() <= 256),
            ShellEvent::Stage { text } => assert!(text.len() <= 16 << 10),
            ShellEvent::Ready { shell, version } => assert!(shell.len() <= 64 && version.len() <= 64),
            ShellEvent::Result(_) => {}
            other => panic!("no verb says {other:?}"),
        }
    }
});
