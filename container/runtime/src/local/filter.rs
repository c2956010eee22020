//! The profile of system calls as programs for the kernel.
//!
//! A filter has one answer for what it names and one for the rest, the profile has three in all. So there are two: the
//! first lets pass what is allowed and says of the rest that there is no such call; the second, installed later and so
//! the one that is heard where both refuse, says of some that they are not permitted.

use std::collections::{BTreeMap, BTreeSet};

use seccompiler::{TargetArch, compile_from_json};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::seccomp::PROFILE;

/// A program, as a plan holds it.
pub(super) type Program = Vec<(u16, u8, u8, u32)>;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Profile {
    default_errno_ret: u32,
    syscalls: Vec<Rule>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Rule {
    names: Vec<String>,
    action: String,
    errno_ret: Option<u32>,
    #[serde(default)]
    args: Vec<Argument>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Argument {
    index: u8,
    value: u64,
    #[serde(default)]
    value_two: u64,
    op: String,
}

/// Makes the programs. The profile is our own, so a mistake in it is a mistake of ours.
///
/// # Errors
/// What the profile says that no filter can.
pub(super) fn programs() -> Result<Vec<Program>, String> {
    let profile: Profile = serde_json::from_str(PROFILE).map_err(|error| error.to_string())?;
    let known = known(profile.syscalls.iter().flat_map(|rule| &rule.names).map(String::as_str).collect());
    let mut allowed = Vec::new();
    let mut refused: BTreeMap<u32, Vec<Value>> = BTreeMap::new();
    for rule in &profile.syscalls {
        let arguments = rule.args.iter().map(argument).collect::<Result<Vec<_>, _>>()?;
        for name in rule.names.iter().filter(|name| known.contains(name.as_str())) {
            let mut entry = json!({ "syscall": name });
            if let (false, Some(entry)) = (arguments.is_empty(), entry.as_object_mut()) {
                entry.insert("args".to_owned(), Value::Array(arguments.clone()));
            }
            match (rule.action.as_str(), rule.errno_ret) {
                ("SCMP_ACT_ALLOW", _) => allowed.push(entry),
                ("SCMP_ACT_ERRNO", Some(errno)) if errno != profile.default_errno_ret => {
                    refused.entry(errno).or_default().push(entry);
                }
                ("SCMP_ACT_ERRNO", _) => {}
                (other, _) => return Err(format!("no filter does {other}")),
            }
        }
    }
    let mut programs = vec![compile(&json!({ "errno": profile.default_errno_ret }), &json!("allow"), &allowed)?];
    for (errno, entries) in refused {
        programs.push(compile(&json!("allow"), &json!({ "errno": errno }), &entries)?);
    }
    Ok(programs)
}

fn argument(argument: &Argument) -> Result<Value, String> {
    let Argument { index, value, value_two, .. } = argument;
    let (op, value) = match argument.op.as_str() {
        "SCMP_CMP_EQ" => (json!("eq"), value),
        "SCMP_CMP_NE" => (json!("ne"), value),
        "SCMP_CMP_LT" => (json!("lt"), value),
        "SCMP_CMP_LE" => (json!("le"), value),
        "SCMP_CMP_GT" => (json!("gt"), value),
        "SCMP_CMP_GE" => (json!("ge"), value),
        // Of the argument, the bits of the first; they are to be as the second has them.
        "SCMP_CMP_MASKED_EQ" => (json!({ "masked_eq": value }), value_two),
        other => return Err(format!("no filter compares by {other}")),
    };
    Ok(json!({ "index": index, "type": "qword", "op": op, "val": value }))
}

/// Those calls that this machine's table has. What it has not is refused with the rest.
fn known(names: BTreeSet<&str>) -> BTreeSet<&str> {
    names
        .into_iter()
        .filter(|name| compile(&json!("allow"), &json!("trap"), &[json!({ "syscall": name })]).is_ok())
        .collect()
}

fn compile(rest: &Value, named: &Value, entries: &[Value]) -> Result<Program, String> {
    let filter = json!({ "all": { "mismatch_action": rest, "match_action": named, "filter": entries } });
    let arch = TargetArch::try_from(std::env::consts::ARCH).map_err(|error| error.to_string())?;
    let mut programs = compile_from_json(filter.to_string().as_bytes(), arch).map_err(|error| error.to_string())?;
    let program = programs.remove("all").ok_or("no filter")?;
    Ok(program.into_iter().map(|line| (line.code, line.jt, line.jf, line.k)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_profile_becomes_filters() {
        let programs = programs().unwrap();
        assert_eq!(programs.len(), 2);
        assert!(programs.iter().all(|program| (10..4096).contains(&program.len())));
    }

    #[test]
    fn calls_of_every_day_are_in_the_table() {
        let known = known(BTreeSet::from(["read", "execve", "clone3", "openat2", "no_such_call"]));
        assert_eq!(known, BTreeSet::from(["read", "execve", "clone3", "openat2"]));
    }
}
