//! Containers without an engine: every promise of a runtime.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on stops here; clippy exempts only the test functions")]

mod common;

use common::conformance::conformance;
use runtime::{Error, Runtime as _, local::Local};

#[tokio::test(flavor = "multi_thread")]
async fn containers_without_an_engine_keep_every_promise() {
    let directory = common::directory();
    let bench = common::local(&directory);
    let local = Local::open(common::local_settings(&directory, "every")).await.unwrap();
    if let Some(fact) = local.facts().await.fatal().next() {
        eprintln!("NOT TESTED: containers without an engine: {}: {}", fact.what, fact.why);
        let refused = local.create(&bench.spec("one", "true")).await;
        return assert!(matches!(refused, Err(Error::Unsupported { .. })), "{refused:?}");
    }
    conformance(&local, &bench).await;
}
