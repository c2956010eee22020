//! Which system calls a container may make.
//!
//! `seccomp.json` is in the form that engines read, without their conditions on capabilities, so that it says the same
//! whoever reads it. A call that it does not name fails as one that the kernel does not have: libraries then go another
//! way. Only 64-bit programs run; the tables of 32-bit calls cannot be told apart by arguments (`socketcall`).

/// The profile, as JSON.
pub const PROFILE: &str = include_str!("../seccomp.json");

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::Value;

    use super::*;

    fn actions() -> BTreeMap<String, Vec<(String, bool)>> {
        let profile: Value = serde_json::from_str(PROFILE).unwrap();
        let mut found: BTreeMap<String, Vec<(String, bool)>> = BTreeMap::new();
        for rule in profile["syscalls"].as_array().unwrap() {
            for name in rule["names"].as_array().unwrap() {
                let action = rule["action"].as_str().unwrap().to_owned();
                found.entry(name.as_str().unwrap().to_owned()).or_default().push((action, rule.get("args").is_some()));
            }
        }
        found
    }

    #[test]
    fn the_kernels_own_business_is_refused() {
        let actions = actions();
        for name in
            ["kexec_load", "bpf", "init_module", "finit_module", "keyctl", "add_key", "reboot", "io_uring_setup"]
        {
            assert_eq!(actions[name], [("SCMP_ACT_ERRNO".to_owned(), false)], "{name}");
        }
        for name in ["clone", "clone3", "unshare", "mount", "umount2", "pivot_root", "chroot", "seccomp", "ptrace"] {
            assert_eq!(actions[name], [("SCMP_ACT_ALLOW".to_owned(), false)], "{name}");
        }
    }

    #[test]
    fn nothing_is_said_twice_of_a_call_without_conditions() {
        for (name, rules) in actions() {
            assert!(
                rules.len() == 1 || rules.iter().all(|(action, args)| *args && action == "SCMP_ACT_ALLOW"),
                "{name}"
            );
        }
    }
}
