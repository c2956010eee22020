//! libpod: podman's own language, version 4 and later.

use std::{collections::BTreeMap, time::Duration};

use serde_json::{Value, json};

use super::{
    plan::{CAPABILITIES, LOG_BYTES, Plan, Throttle},
    words::{ListedNetwork, Seccomp, Words, labels, texts},
};
use crate::{
    Stats,
    net::bridge::{Bridge, read, written},
    spec::Ceiling,
};

pub(super) struct Podman {
    /// Whose labels the containers carry.
    pub(super) instance: String,
    /// Where the ids of the spec begin for this engine.
    pub(super) ids_from: u32,
}

impl Words for Podman {
    fn path(&self, rest: &str) -> String {
        format!("/v4.0.0/libpod/{rest}")
    }

    fn create(&self, plan: &Plan, seccomp: &Seccomp) -> (String, Value) {
        let mut body = json!({
            "name": plan.id,
            "image": plan.image,
            "entrypoint": plan.entrypoint,
            "command": [],
            "user": "0:0",
            "work_dir": "/",
            "env": plan.spec.environment,
            "env_host": false,
            "http_proxy": false,
            "hostname": plan.spec.name.as_str(),
            "labels": labels(&self.instance, &plan.spec.labels),
            "read_only_filesystem": true,
            "no_new_privileges": true,
            "cap_drop": ["ALL"],
            "cap_add": CAPABILITIES,
            "seccomp_profile_path": seccomp.path,
            "r_limits": [
                {"type": "nofile", "soft": plan.descriptors, "hard": plan.descriptors},
                {"type": "nproc", "soft": plan.processes, "hard": plan.processes},
                {"type": "core", "soft": 0, "hard": 0},
            ],
            "resource_limits": resources(plan),
            "shm_size": plan.shm,
            "cgroupns": {"nsmode": "private"},
            "ipcns": {"nsmode": "private"},
            "pidns": {"nsmode": "private"},
            "utsns": {"nsmode": "private"},
            "mounts": mounts(plan),
            "image_volume_mode": "ignore",
            // The host's own names are nobody's business inside.
            "base_hosts_file": "none",
            "log_configuration": {"driver": "k8s-file", "size": LOG_BYTES},
            "systemd": "false",
            "restart_policy": "no",
            "sdnotifyMode": "ignore",
        });
        let Some(object) = body.as_object_mut() else { return (String::new(), body) };
        let mut set = |key: &str, value: Value| object.insert(key.to_owned(), value);
        if plan.own_ids {
            let first = plan.spec.ids.first.saturating_sub(self.ids_from);
            let map = json!([{"container_id": 0, "host_id": first, "size": plan.spec.ids.count}]);
            set("userns", json!({"nsmode": "private"}));
            set("idmappings", json!({"HostUIDMapping": false, "HostGIDMapping": false, "UIDMap": map, "GIDMap": map}));
            // A sandbox inside mounts a /proc of its own, which the kernel refuses where parts of this one are covered.
            // What is dangerous there belongs to the host's root, whom nobody inside is.
            set("unmask", json!(["/proc/*"]));
        }
        match &plan.bridge {
            None => set("netns", json!({"nsmode": "none"})),
            Some(bridge) => {
                let mut addresses = vec![Bridge::inside(bridge.subnet)];
                addresses.extend(bridge.subnet6.map(Bridge::inside));
                set("netns", json!({"nsmode": "bridge"}));
                set("dns_server", json!(bridge.resolvers));
                set("networks", json!({&bridge.name: {"interface_name": "eth0", "static_ips": addresses}}))
            }
        };
        if let Some(gpu) = &plan.spec.gpu {
            set("devices", json!([{"path": gpu}]));
        }
        if let Some(bytes) = plan.layer {
            set("storage_opts", json!({"size": bytes.to_string()}));
        }
        let rates = |which: fn(&Throttle) -> Option<u64>| {
            let devices = plan.block.iter().filter_map(|disk| Some((disk.path.to_str()?.to_owned(), which(disk)?)));
            Value::Object(devices.map(|(path, rate)| (path, json!({"rate": rate}))).collect())
        };
        set("throttleReadBpsDevice", rates(|disk| disk.read));
        set("throttleWriteBpsDevice", rates(|disk| disk.write));
        (self.path("containers/create"), body)
    }

    fn weight(&self, weight: u32, unified: bool) -> Value {
        share(weight, unified)
    }

    fn grace(&self) -> &'static str {
        "timeout"
    }

    fn stats(&self, id: &str) -> String {
        self.path(&format!("containers/stats?stream=false&containers={id}"))
    }

    fn read_stats(&self, answer: &Value) -> Option<Stats> {
        let told = answer.get("Stats")?.get(0)?;
        let number = |key: &str| told.get(key).and_then(Value::as_u64).unwrap_or(0);
        Some(Stats {
            cpu: Duration::from_nanos(number("CPUNano")),
            memory: number("MemUsage"),
            pids: number("PIDs"),
            block: (number("BlockInput"), number("BlockOutput")),
            network: (number("NetInput"), number("NetOutput")),
        })
    }

    fn network(&self, bridge: &Bridge, labels: &BTreeMap<String, String>) -> (String, Value) {
        let subnets = [Some(bridge.subnet), bridge.subnet6].into_iter().flatten();
        let subnets: Vec<_> =
            subnets.map(|subnet| json!({"subnet": written(subnet), "gateway": Bridge::gateway(subnet)})).collect();
        let body = json!({
            "name": bridge.name,
            "driver": "bridge",
            "network_interface": bridge.interface,
            "subnets": subnets,
            "ipv6_enabled": bridge.subnet6.is_some(),
            // Its resolver would be a service of the host.
            "dns_enabled": false,
            "labels": labels,
        });
        (self.path("networks/create"), body)
    }

    fn networks(&self) -> String {
        self.path("networks/json")
    }

    fn read_network(&self, listed: &Value) -> Option<ListedNetwork> {
        let subnets = listed.get("subnets").and_then(Value::as_array).into_iter().flatten();
        Some(ListedNetwork {
            name: listed.get("name")?.as_str()?.to_owned(),
            interface: listed.get("network_interface").and_then(Value::as_str).map(str::to_owned),
            subnets: subnets.filter_map(|subnet| read(subnet.get("subnet")?.as_str()?)).collect(),
            labels: texts(listed.get("labels").unwrap_or(&Value::Null)),
        })
    }

    fn checkpoints(&self) -> bool {
        true
    }
}

fn resources(plan: &Plan) -> Value {
    let mut limits = plan.cpu_weight.map_or_else(|| json!({}), |weight| share(weight, plan.unified));
    if let Some(bytes) = plan.memory {
        // Memory and swap together: nothing is swapped.
        limits["memory"] = json!({"limit": bytes, "swap": bytes});
    }
    if let Some(millis) = plan.cpu_millis {
        let Ceiling { quota, period } = Ceiling::of(millis);
        limits["cpu"]["period"] = json!(period);
        limits["cpu"]["quota"] = json!(quota);
    }
    if let Some(pids) = plan.pids {
        limits["pids"] = json!({"limit": pids});
    }
    limits
}

/// A share of the processor, as the OCI writes limits.
fn share(weight: u32, unified: bool) -> Value {
    if unified {
        json!({"unified": {"cpu.weight": weight.to_string()}})
    } else {
        json!({"cpu": {"shares": shares(weight)}})
    }
}

/// A weight, of which 100 is usual, as shares, of which 1024 are.
pub(super) fn shares(weight: u32) -> u32 {
    (weight.saturating_mul(1024) / 100).clamp(2, 262_144)
}

fn mounts(plan: &Plan) -> Vec<Value> {
    let memory = plan.memory_dirs.iter().map(|(target, bytes, mode)| {
        // Empty, and not with the mode and content of what the image has there.
        let options =
            ["notmpcopyup".into(), "nosuid".into(), "nodev".into(), format!("size={bytes}"), format!("mode={mode}")];
        json!({"type": "tmpfs", "source": "tmpfs", "destination": target, "options": options})
    });
    let binds = plan.binds.iter().map(
        |bind| json!({"type": "bind", "source": bind.source, "destination": bind.target, "options": bind.options}),
    );
    memory.chain(binds).collect()
}
