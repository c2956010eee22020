//! One person on two hosts that share a store of settings: what was set on one is there on the other, and neither loses
//! anything when the store is away. With the real Redis and the real etcd.

use std::{fs, path::PathBuf};

use tosd::desktops::Act;

use crate::{Host, servers};

async fn host(settings: &str) -> Host {
    let settings = settings.to_owned();
    let host = Host::with(50, 0, |config| config.settings = Some(settings)).await;
    host.user("alice").await;
    host
}

fn file(host: &Host, name: &str) -> PathBuf {
    host.config.homes().join("alice/.config/tos").join(name)
}

fn text(host: &Host, name: &str) -> Option<String> {
    fs::read_to_string(file(host, name)).ok()
}

/// What she sets, in a session on this host.
async fn sets(host: &Host, name: &str, text: Option<&str>) {
    let desktops = host.start().await;
    desktops.open("alice").await.unwrap();
    match text {
        Some(text) => {
            fs::create_dir_all(file(host, name).parent().unwrap()).unwrap();
            fs::write(file(host, name), text).unwrap();
        }
        None => fs::remove_file(file(host, name)).unwrap(),
    }
    desktops.act("alice", Act::Hibernate).await.unwrap();
    desktops.stop();
}

/// Signs in, looks around, leaves.
async fn visits(host: &Host) {
    let desktops = host.start().await;
    desktops.open("alice").await.unwrap();
    desktops.act("alice", Act::Hibernate).await.unwrap();
    desktops.stop();
}

async fn go_along(settings: &str, server: servers::Server) {
    let (here, there) = (host(settings).await, host(settings).await);
    sets(&here, "theme.css", Some(":root { --lcars-bg: #000 }")).await;
    sets(&here, "config.toml", Some("[[sectors]]\nname = \"Build\"\n")).await;
    visits(&there).await;
    assert_eq!(text(&there, "theme.css").as_deref(), Some(":root { --lcars-bg: #000 }"));
    assert_eq!(text(&there, "config.toml").as_deref(), Some("[[sectors]]\nname = \"Build\"\n"));
    if nix::unistd::geteuid().is_root() {
        let owner = std::os::unix::fs::MetadataExt::uid(&fs::metadata(file(&there, "theme.css")).unwrap());
        assert!(owner >= 1000, "it is hers: {owner}");
    }
    sets(&there, "theme.css", Some("two")).await;
    sets(&there, "config.toml", None).await;
    visits(&here).await;
    assert_eq!((text(&here, "theme.css").as_deref(), text(&here, "config.toml")), (Some("two"), None));
    // Both change it: the one that was kept first counts, the other one is not lost.
    fs::write(file(&here, "theme.css"), "mine").unwrap();
    sets(&there, "theme.css", Some("theirs")).await;
    visits(&here).await;
    assert_eq!(text(&here, "theme.css").as_deref(), Some("theirs"));
    assert_eq!(text(&here, "theme.css.before").as_deref(), Some("mine"));
    // Without the store she works on with what is in her home.
    let desktops = here.start().await;
    desktops.open("alice").await.unwrap();
    server.kill();
    fs::write(file(&here, "theme.css"), "meanwhile").unwrap();
    desktops.act("alice", Act::Hibernate).await.unwrap();
    desktops.open("alice").await.unwrap();
    desktops.stop();
    assert_eq!(text(&here, "theme.css").as_deref(), Some("meanwhile"));
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_go_along_by_redis() {
    let server = servers::redis();
    go_along(&format!("redis://127.0.0.1:{}", server.port), server).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_go_along_by_etcd() {
    let server = servers::etcd();
    go_along(&format!("etcd://127.0.0.1:{}", server.port), server).await;
}
