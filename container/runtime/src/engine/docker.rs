//! The Docker Engine API, version 1.41 (docker 20.10 and later).
//!
//! Tried against podman, which understands this language too. What podman takes differently, and docker itself has not
//! been tried with: the seccomp profile as text, `userns-remap` of the daemon, CDI devices by device requests (docker
//! 25 and later, switched on in `daemon.json`), and the interface's name by `com.docker.network.bridge.name`.
//! Podman 4.3 forgets that name, and a network whose interface has another one is refused: rules would not hold there.

use std::{collections::BTreeMap, time::Duration};

use serde_json::{Value, json};

use super::{
    plan::{Bind, CAPABILITIES, LOG_BYTES, Plan, Throttle},
    podman::shares,
    words::{ListedNetwork, Seccomp, Words, labels, texts},
};
use crate::{
    Stats,
    net::bridge::{Bridge, read, written},
    spec::Ceiling,
};

/// The option by which docker calls a bridge's interface as we say.
const INTERFACE: &str = "com.docker.network.bridge.name";

pub(super) struct Docker {
    /// Whose labels the containers carry.
    pub(super) instance: String,
    /// Containers are in the daemon's one range of ids.
    pub(super) remapped: bool,
}

impl Words for Docker {
    fn path(&self, rest: &str) -> String {
        format!("/v1.41/{rest}")
    }

    fn create(&self, plan: &Plan, seccomp: &Seccomp) -> (String, Value) {
        let tmpfs: BTreeMap<_, _> = plan
            .memory_dirs
            .iter()
            .map(|(target, bytes, mode)| (*target, format!("rw,nosuid,nodev,exec,size={bytes},mode={mode}")))
            .collect();
        let profile = if seccomp.by_path { seccomp.path.as_str() } else { seccomp.json };
        let rates = |which: fn(&Throttle) -> Option<u64>| -> Vec<Value> {
            let devices = plan.block.iter().filter_map(|disk| Some((disk.path.to_str()?, which(disk)?)));
            devices.map(|(path, rate)| json!({"Path": path, "Rate": rate})).collect()
        };
        let mut host = json!({
            "ReadonlyRootfs": true,
            "CapDrop": ["ALL"],
            "CapAdd": CAPABILITIES,
            "SecurityOpt": ["no-new-privileges", format!("seccomp={profile}")],
            "Ulimits": [
                {"Name": "nofile", "Soft": plan.descriptors, "Hard": plan.descriptors},
                {"Name": "nproc", "Soft": plan.processes, "Hard": plan.processes},
                {"Name": "core", "Soft": 0, "Hard": 0},
            ],
            "ShmSize": plan.shm,
            "CgroupnsMode": "private",
            "IpcMode": "private",
            "Tmpfs": tmpfs,
            "Mounts": plan.binds.iter().map(bind).collect::<Vec<_>>(),
            "NetworkMode": plan.bridge.as_ref().map_or("none", |bridge| &bridge.name),
            "BlkioDeviceReadBps": rates(|disk| disk.read),
            "BlkioDeviceWriteBps": rates(|disk| disk.write),
            "LogConfig": {"Type": "json-file", "Config": {"max-size": LOG_BYTES.to_string(), "max-file": "1"}},
            "RestartPolicy": {"Name": "no"},
        });
        if let Some(bytes) = plan.memory {
            host["Memory"] = json!(bytes);
            host["MemorySwap"] = json!(bytes);
        }
        if let Some(weight) = plan.cpu_weight {
            host["CpuShares"] = json!(shares(weight));
        }
        if let Some(millis) = plan.cpu_millis {
            let Ceiling { quota, period } = Ceiling::of(millis);
            host["CpuPeriod"] = json!(period);
            host["CpuQuota"] = json!(quota);
        }
        if let Some(pids) = plan.pids {
            host["PidsLimit"] = json!(pids);
        }
        if let Some(gpu) = &plan.spec.gpu {
            host["DeviceRequests"] = json!([{"Driver": "cdi", "DeviceIDs": [gpu]}]);
        }
        if let Some(bytes) = plan.layer {
            host["StorageOpt"] = json!({"size": bytes.to_string()});
        }
        if self.remapped {
            host["MaskedPaths"] = json!([]);
            host["ReadonlyPaths"] = json!([]);
        }
        let mut endpoints = json!({});
        if let Some(bridge) = &plan.bridge {
            host["Dns"] = json!(bridge.resolvers);
            let addresses = json!({
                "IPv4Address": Bridge::inside(bridge.subnet),
                "IPv6Address": bridge.subnet6.map(Bridge::inside),
            });
            endpoints[&bridge.name] = json!({"IPAMConfig": addresses});
        }
        let environment: Vec<_> = plan.spec.environment.iter().map(|(key, value)| format!("{key}={value}")).collect();
        let body = json!({
            "Image": plan.image,
            "Entrypoint": plan.entrypoint,
            "Cmd": [],
            "User": "0:0",
            "WorkingDir": "/",
            "Env": environment,
            "Hostname": plan.spec.name.as_str(),
            "Labels": labels(&self.instance, &plan.spec.labels),
            "HostConfig": host,
            "NetworkingConfig": {"EndpointsConfig": endpoints},
        });
        (self.path(&format!("containers/create?name={}", plan.id)), body)
    }

    fn weight(&self, weight: u32, _: bool) -> Value {
        json!({"CpuShares": shares(weight)})
    }

    fn grace(&self) -> &'static str {
        "t"
    }

    fn stats(&self, id: &str) -> String {
        self.path(&format!("containers/{id}/stats?stream=false"))
    }

    fn read_stats(&self, told: &Value) -> Option<Stats> {
        let number = |path: &str| told.pointer(path).and_then(Value::as_u64).unwrap_or(0);
        // The page cache goes when memory is needed; it is no use that anybody would be told of.
        let cache = number("/memory_stats/stats/inactive_file").max(number("/memory_stats/stats/total_inactive_file"));
        let mut stats = Stats {
            cpu: Duration::from_nanos(told.pointer("/cpu_stats/cpu_usage/total_usage")?.as_u64()?),
            memory: number("/memory_stats/usage").saturating_sub(cache),
            pids: number("/pids_stats/current"),
            ..Stats::default()
        };
        for entry in
            told.pointer("/blkio_stats/io_service_bytes_recursive").and_then(Value::as_array).into_iter().flatten()
        {
            let bytes = entry.get("value").and_then(Value::as_u64).unwrap_or(0);
            match entry.get("op").and_then(Value::as_str).map(str::to_ascii_lowercase).as_deref() {
                Some("read") => stats.block.0 = stats.block.0.saturating_add(bytes),
                Some("write") => stats.block.1 = stats.block.1.saturating_add(bytes),
                _ => {}
            }
        }
        for (_, card) in told.get("networks").and_then(Value::as_object).into_iter().flatten() {
            let bytes = |key| card.get(key).and_then(Value::as_u64).unwrap_or(0);
            stats.network.0 = stats.network.0.saturating_add(bytes("rx_bytes"));
            stats.network.1 = stats.network.1.saturating_add(bytes("tx_bytes"));
        }
        Some(stats)
    }

    fn network(&self, bridge: &Bridge, labels: &BTreeMap<String, String>) -> (String, Value) {
        let subnets = [Some(bridge.subnet), bridge.subnet6].into_iter().flatten();
        let subnets: Vec<_> =
            subnets.map(|subnet| json!({"Subnet": written(subnet), "Gateway": Bridge::gateway(subnet)})).collect();
        let body = json!({
            "Name": bridge.name,
            "CheckDuplicate": true,
            "Driver": "bridge",
            "EnableIPv6": bridge.subnet6.is_some(),
            "IPAM": {"Driver": "default", "Config": subnets},
            "Options": {INTERFACE: bridge.interface},
            "Labels": labels,
        });
        (self.path("networks/create"), body)
    }

    fn networks(&self) -> String {
        self.path("networks")
    }

    fn read_network(&self, listed: &Value) -> Option<ListedNetwork> {
        let subnets = listed.pointer("/IPAM/Config").and_then(Value::as_array).into_iter().flatten();
        // Where nobody gave it a name, it has one of docker's, made of the network's id.
        let given = listed.get("Options").and_then(|options| options.get(INTERFACE)).and_then(Value::as_str);
        let bridge = listed.get("Driver").and_then(Value::as_str) == Some("bridge");
        let id = listed.get("Id").and_then(Value::as_str).and_then(|id| id.get(..12));
        let interface = given.map(str::to_owned).or_else(|| id.filter(|_| bridge).map(|id| format!("br-{id}")));
        Some(ListedNetwork {
            name: listed.get("Name")?.as_str()?.to_owned(),
            interface,
            subnets: subnets.filter_map(|subnet| read(subnet.get("Subnet")?.as_str()?)).collect(),
            labels: texts(listed.get("Labels").unwrap_or(&Value::Null)),
        })
    }

    fn checkpoints(&self) -> bool {
        false
    }
}

fn bind(bind: &Bind) -> Value {
    let has = |option| bind.options.contains(&option);
    json!({
        "Type": "bind",
        "Source": bind.source,
        "Target": bind.target,
        "ReadOnly": has("ro"),
        "BindOptions": {
            "Propagation": if has("rslave") { "rslave" } else { "rprivate" },
            "NonRecursive": has("bind"),
        },
    })
}
