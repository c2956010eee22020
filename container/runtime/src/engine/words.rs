//! What differs between engines: paths, and how things are written and read. No I/O.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::plan::Plan;
use crate::net::bridge::Bridge;
use crate::{State, Stats};

/// The label that tells whose a container or network is.
pub(super) const INSTANCE: &str = "tos.instance";
/// The label of a network that tells what may leave it, as JSON.
pub(super) const EGRESS: &str = "tos.egress";
/// What the labels of a spec begin with, so that they cannot be taken for ours.
const OF_SPEC: &str = "tos.spec.";

/// A container as the engine's list has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Listed {
    pub(super) id: String,
    /// `None` where the list does not tell, and one has to look closer.
    pub(super) state: Option<State>,
    /// Its first process, where the list tells.
    pub(super) pid: Option<u32>,
    pub(super) labels: BTreeMap<String, String>,
}

/// A network as the engine's list has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ListedNetwork {
    pub(super) name: String,
    pub(super) interface: Option<String>,
    pub(super) subnets: Vec<crate::spec::Network>,
    pub(super) labels: BTreeMap<String, String>,
}

/// The engine's language.
pub(super) trait Words: Send + Sync {
    /// A path of its API, with the version that we speak.
    fn path(&self, rest: &str) -> String;
    /// Where a container is made, and from what.
    fn create(&self, plan: &Plan, seccomp: &Seccomp) -> (String, Value);
    /// What says how large a running container's share of the processor is, on either version of cgroups.
    fn weight(&self, weight: u32, unified: bool) -> Value;
    /// Which query says for how many seconds a container may end by itself.
    fn grace(&self) -> &'static str;
    /// Where one finds what a container uses.
    fn stats(&self, id: &str) -> String;
    /// Reads that.
    fn read_stats(&self, answer: &Value) -> Option<Stats>;
    /// Where a network is made, and from what.
    fn network(&self, bridge: &Bridge, labels: &BTreeMap<String, String>) -> (String, Value);
    /// Where one finds all networks.
    fn networks(&self) -> String;
    /// Reads one of them.
    fn read_network(&self, listed: &Value) -> Option<ListedNetwork>;
    /// Whether the engine can write a container's processes to a file.
    fn checkpoints(&self) -> bool;
}

/// How an engine is given the profile of system calls.
#[derive(Debug, Clone)]
pub(super) struct Seccomp {
    /// Where the file is.
    pub(super) path: String,
    /// What is in it.
    pub(super) json: &'static str,
    /// Whether the engine reads the file (podman, whichever language it is spoken to in) or takes the text.
    pub(super) by_path: bool,
}

/// All labels of a container.
pub(super) fn labels(instance: &str, spec: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let own = (INSTANCE.to_owned(), instance.to_owned());
    spec.iter().map(|(key, value)| (format!("{OF_SPEC}{key}"), value.clone())).chain([own]).collect()
}

/// Those of the spec it was made from.
pub(super) fn labels_of_spec(all: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let own = all.iter().filter_map(|(key, value)| Some((key.strip_prefix(OF_SPEC)?.to_owned(), value.clone())));
    own.collect()
}

/// An object of texts.
pub(super) fn texts(value: &Value) -> BTreeMap<String, String> {
    let entries = value.as_object().into_iter().flatten();
    entries.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect()
}

/// A container of either list. A name has a slash before it at docker.
pub(super) fn read_listed(value: &Value) -> Option<Listed> {
    let id = value.get("Names")?.get(0)?.as_str()?.trim_start_matches('/').to_owned();
    let status = value.get("ExitCode").and_then(Value::as_i64);
    let state = state(value.get("State")?.as_str()?, status);
    let pid = value.get("Pid").and_then(Value::as_u64).and_then(|pid| u32::try_from(pid).ok()).filter(|pid| *pid > 0);
    Some(Listed { id, state, pid, labels: texts(value.get("Labels").unwrap_or(&Value::Null)) })
}

/// What an engine's word for a state means. Ended without a status is not known: it stands elsewhere.
pub(super) fn state(word: &str, status: Option<i64>) -> Option<State> {
    match word.to_ascii_lowercase().as_str() {
        "created" | "configured" | "initialized" => Some(State::Created),
        "running" | "stopping" | "restarting" => Some(State::Running),
        "paused" => Some(State::Frozen),
        "exited" | "stopped" | "dead" | "removing" => {
            Some(State::Exited { status: status.and_then(|status| status.try_into().ok())? })
        }
        _ => None,
    }
}

/// What a container's own page tells: how it is, and the first process's id.
pub(super) fn read_inspected(value: &Value) -> Option<(State, Option<u32>)> {
    let told = value.get("State")?;
    let status = told.get("ExitCode").and_then(Value::as_i64);
    let word = told.get("Status")?.as_str()?;
    let pid = told.get("Pid").and_then(Value::as_u64).and_then(|pid| u32::try_from(pid).ok()).filter(|pid| *pid > 0);
    Some((state(word, status)?, pid))
}

/// A container's name at the engine, and how it is now; `None` for what says nothing about that.
pub(super) fn read_event(line: &[u8]) -> Option<(String, Option<State>)> {
    let event: Value = serde_json::from_slice(line).ok()?;
    if event.get("Type")?.as_str()? != "container" {
        return None;
    }
    let actor = event.get("Actor")?.get("Attributes")?;
    let name = actor.get("name")?.as_str()?.to_owned();
    let state = match event.get("Action")?.as_str()? {
        "create" => Some(State::Created),
        "start" | "restart" | "unpause" | "restore" => Some(State::Running),
        "pause" => Some(State::Frozen),
        "die" | "died" => {
            let status =
                ["exitCode", "containerExitCode"].iter().find_map(|key| actor.get(*key)?.as_str()?.parse().ok());
            Some(State::Exited { status: status.unwrap_or(-1) })
        }
        "destroy" | "remove" => None,
        _ => return None,
    };
    Some((name, state))
}

/// Interfaces of the networks that are not ours.
pub(super) fn foreign(networks: &[ListedNetwork], instance: &str) -> BTreeSet<String> {
    let others = networks.iter().filter(|network| network.labels.get(INSTANCE).is_none_or(|found| found != instance));
    // Into a script they go only as what an interface's name can be.
    let fits = |name: &String| {
        (1..=15).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
    };
    others.filter_map(|network| network.interface.clone()).filter(fits).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_list_is_read_in_both_languages() {
        let podman = json!({"Names":["tos-x-a"],"State":"exited","ExitCode":137,"Labels":{"tos.instance":"x"}});
        let read = read_listed(&podman).unwrap();
        assert_eq!((read.id.as_str(), read.state), ("tos-x-a", Some(State::Exited { status: 137 })));
        let docker = json!({"Names":["/tos-x-a"],"State":"exited","Status":"Exited (3) 5 minutes ago"});
        assert_eq!(
            read_listed(&docker).unwrap(),
            Listed { id: "tos-x-a".into(), state: None, pid: None, labels: BTreeMap::new() }
        );
        assert_eq!(read_listed(&json!({"Names":[]})), None);
    }

    #[test]
    fn events_tell_how_a_container_is() {
        let line = |action: &str| {
            json!({"Type":"container","Action":action,"Actor":{"Attributes":{"name":"a","containerExitCode":"3"}}})
                .to_string()
        };
        let read = |action: &str| read_event(line(action).as_bytes());
        assert_eq!(read("start"), Some(("a".into(), Some(State::Running))));
        assert_eq!(read("died"), Some(("a".into(), Some(State::Exited { status: 3 }))));
        assert_eq!(read("remove"), Some(("a".into(), None)));
        assert_eq!(read("exec_died"), None);
        assert_eq!(read_event(b"{"), None);
    }

    #[test]
    fn a_spec_cannot_label_a_container_as_anothers() {
        let spec = BTreeMap::from([(INSTANCE.to_owned(), "other".to_owned())]);
        let all = labels("mine", &spec);
        assert_eq!(all[INSTANCE], "mine");
        assert_eq!(labels_of_spec(&all), spec);
    }

    #[test]
    fn an_interface_is_only_what_one_can_be_called() {
        let network = |interface: &str| ListedNetwork {
            name: "n".into(),
            interface: Some(interface.into()),
            subnets: vec![],
            labels: BTreeMap::new(),
        };
        let networks = [network("podman0"), network("a\" } drop; flush ruleset"), network("")];
        assert_eq!(foreign(&networks, "x"), BTreeSet::from(["podman0".to_owned()]));
    }

    proptest! {
        #[test]
        fn nothing_that_an_engine_says_is_fatal(text in "\\PC{0,200}", number in any::<i64>()) {
            read_event(text.as_bytes());
            let value = json!({"Names":[text], "State": text, "ExitCode": number, "Labels": [text]});
            read_listed(&value);
            read_inspected(&json!({"State": value}));
            read_inspected(&json!({"State": {"Status": text, "Pid": number, "ExitCode": number}}));
        }
    }
}
