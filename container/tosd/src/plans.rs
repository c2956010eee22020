//! `plans.yaml`: who may use how much. Values; a mistake is told with its line.

use std::{
    collections::BTreeMap,
    fs, io,
    net::IpAddr,
    path::{Path, PathBuf},
};

use runtime::spec::{Egress, Limits, Network};
use serde::Deserialize;

use crate::config::{Period, Size};

/// The plans of a host that was given none; also what is shown as an example.
pub const DEFAULT: &str = include_str!("plans.yaml");

const MAX_BYTES: u64 = 1 << 20;
/// Most containers of one plan that wait for somebody.
const MAX_POOL: u32 = 64;

/// Names of limits that a plan may do without.
const LIMITS: [&str; 9] =
    ["memory", "cpu_weight", "cpu_millis", "pids", "descriptors", "disk", "home", "read_rate", "write_rate"];

/// Why there are no plans.
#[derive(Debug, thiserror::Error)]
pub enum PlansError {
    /// The file cannot be read.
    #[error("{path}: {source}")]
    File {
        /// Which file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A mistake in it.
    #[error("{path}, line {line}: {what}")]
    Line {
        /// Which file.
        path: PathBuf,
        /// Counted from 1.
        line: u64,
        /// What is wrong.
        what: String,
    },
    /// A plan that cannot be.
    #[error("{path}: plan {plan}: {what}")]
    Plan {
        /// Which file.
        path: PathBuf,
        /// Which plan.
        plan: String,
        /// What is wrong.
        what: String,
    },
}

/// What a machine that cannot give a network does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WithoutEgress {
    /// Makes no container.
    #[default]
    Refuse,
    /// Makes one that reaches nothing.
    None,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Reach {
    None,
    Allow,
    Deny(Vec<Prefix>),
}

/// A network as people write it: `10.0.0.0/8`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
struct Prefix(Network);

impl TryFrom<String> for Prefix {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, &'static str> {
        let wrong = "expected a network such as 10.0.0.0/8 or fd00::/8";
        let (address, prefix) = text.split_once('/').ok_or(wrong)?;
        let address: IpAddr = address.parse().map_err(|_| wrong)?;
        let prefix: u8 = prefix.parse().map_err(|_| wrong)?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        if prefix > most { Err(wrong) } else { Ok(Self(Network { address, prefix })) }
    }
}

/// One plan.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Written {
    memory: Option<Size>,
    cpu_weight: Option<u32>,
    cpu_millis: Option<u32>,
    pids: Option<u32>,
    descriptors: Option<u64>,
    disk: Option<Size>,
    home: Option<Size>,
    read_rate: Option<Size>,
    write_rate: Option<Size>,
    may_lack: Vec<String>,
    egress: Reach,
    without_egress: WithoutEgress,
    gpu: Option<String>,
    pool: u32,
    freeze_after: Option<Period>,
    hibernate_after: Option<Period>,
}

impl Default for Written {
    fn default() -> Self {
        Self {
            memory: None,
            cpu_weight: None,
            cpu_millis: None,
            pids: None,
            descriptors: None,
            disk: None,
            home: None,
            read_rate: None,
            write_rate: None,
            may_lack: Vec::new(),
            egress: Reach::None,
            without_egress: WithoutEgress::Refuse,
            gpu: None,
            pool: 0,
            freeze_after: None,
            hibernate_after: None,
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    plans: BTreeMap<String, Written>,
}

/// What users of a plan may use.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// Its name.
    pub name: String,
    /// What a container may use.
    pub limits: Limits,
    /// Bytes of a home.
    pub home: Option<u64>,
    /// What it may reach.
    pub egress: Egress,
    /// And where the machine cannot give that.
    pub without_egress: WithoutEgress,
    /// A device.
    pub gpu: Option<String>,
    /// How many containers wait for somebody.
    pub pool: u32,
    /// Another time than the host's before a desktop is frozen.
    pub freeze_after: Option<Period>,
    /// Another time than the host's before it is put away.
    pub hibernate_after: Option<Period>,
}

/// All plans, by name.
#[derive(Debug, Clone, PartialEq)]
pub struct Plans(BTreeMap<String, Plan>);

impl Plans {
    /// Reads the file; where there is none, [`DEFAULT`].
    ///
    /// # Errors
    /// With the line of the mistake.
    pub fn load(path: &Path) -> Result<Self, PlansError> {
        let file = |source| PlansError::File { path: path.to_owned(), source };
        match fs::metadata(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Self::parse(DEFAULT, path),
            Err(error) => Err(file(error)),
            Ok(about) if about.len() > MAX_BYTES => Err(file(io::ErrorKind::FileTooLarge.into())),
            Ok(_) => Self::parse(&fs::read_to_string(path).map_err(file)?, path),
        }
    }

    /// Reads a text; `path` is what errors name.
    ///
    /// # Errors
    /// As [`Plans::load`].
    pub fn parse(text: &str, path: &Path) -> Result<Self, PlansError> {
        let file: File = serde_saphyr::from_str(text).map_err(|error| PlansError::Line {
            path: path.to_owned(),
            line: error.location().map_or(1, |place| place.line()),
            what: error.without_snippet().to_string(),
        })?;
        let fail = |plan: &str, what: String| PlansError::Plan { path: path.to_owned(), plan: plan.to_owned(), what };
        if file.plans.is_empty() {
            return Err(fail("-", "there has to be one at least".into()));
        }
        let plans = file.plans.into_iter().map(|(name, written)| {
            written.check(&name).map_err(|what| fail(&name, what))?;
            Ok((name.clone(), written.plan(name)))
        });
        plans.collect::<Result<_, _>>().map(Self)
    }

    /// The plan of this name.
    pub fn get(&self, name: &str) -> Option<&Plan> {
        self.0.get(name)
    }

    /// All of them, by name.
    pub fn iter(&self) -> impl Iterator<Item = &Plan> {
        self.0.values()
    }
}

impl Written {
    fn check(&self, name: &str) -> Result<(), String> {
        let fail = |what: &str| Err(what.to_owned());
        let short = (1..=32).contains(&name.len());
        if !short || !name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-') {
            return fail("its name has 1 to 32 of a-z, 0-9 and -");
        }
        if let Some(unknown) = self.may_lack.iter().find(|field| !LIMITS.contains(&field.as_str())) {
            return Err(format!("may_lack names {unknown}, which is no limit; there are {}", LIMITS.join(", ")));
        }
        if self.memory.is_some_and(|size| size.0 < 64 << 20) {
            return fail("memory is at least 64MiB");
        }
        if self.cpu_weight.is_some_and(|weight| !(1..=10_000).contains(&weight)) {
            return fail("cpu_weight is 1 to 10000");
        }
        if self.cpu_millis.is_some_and(|millis| millis < 10) {
            return fail("cpu_millis is at least 10");
        }
        if self.pids.is_some_and(|pids| pids < 16) {
            return fail("pids is at least 16");
        }
        if self.pool > MAX_POOL {
            return Err(format!("pool is at most {MAX_POOL}"));
        }
        Ok(())
    }

    fn plan(self, name: String) -> Plan {
        let bytes = |size: Option<Size>| size.map(|size| size.0);
        Plan {
            name,
            home: bytes(self.home),
            limits: Limits {
                memory: bytes(self.memory),
                cpu_weight: self.cpu_weight,
                cpu_millis: self.cpu_millis,
                pids: self.pids,
                descriptors: self.descriptors,
                disk: bytes(self.disk),
                read_rate: bytes(self.read_rate),
                write_rate: bytes(self.write_rate),
                may_lack: self.may_lack,
            },
            egress: match self.egress {
                Reach::None => Egress::None,
                Reach::Allow => Egress::Allow,
                Reach::Deny(networks) => Egress::Deny(networks.into_iter().map(|prefix| prefix.0).collect()),
            },
            without_egress: self.without_egress,
            gpu: self.gpu,
            pool: self.pool,
            freeze_after: self.freeze_after,
            hibernate_after: self.hibernate_after,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Plans, PlansError> {
        Plans::parse(text, Path::new("plans.yaml"))
    }

    #[test]
    fn the_default_is_a_plan_for_everybody() {
        let plans = parse(DEFAULT).unwrap();
        let standard = plans.get(&crate::config::Config::default().identity.plan).unwrap();
        assert_eq!(standard.limits.memory, Some(4 << 30));
        assert_eq!(standard.egress, Egress::Allow);
    }

    #[test]
    fn networks_are_read_as_people_write_them() {
        let plans = parse("plans:\n  a:\n    egress:\n      deny: [10.0.0.0/8, \"fd00::/8\"]\n").unwrap();
        let network = |address: &str, prefix| Network { address: address.parse().unwrap(), prefix };
        assert_eq!(plans.get("a").unwrap().egress, Egress::Deny(vec![network("10.0.0.0", 8), network("fd00::", 8)]));
    }

    #[test]
    fn a_mistake_is_told_with_its_line() {
        for (line, text) in [
            (4, "plans:\n  a:\n    pids: 100\n    memory: 4 gigs\n"),
            (3, "plans:\n  a:\n    memry: 4GiB\n"),
            (4, "plans:\n  a:\n    egress:\n      deny: [10.0.0.0/33]\n"),
            (2, "plans:\n  a: [\n"),
        ] {
            match parse(text) {
                Err(PlansError::Line { line: found, what, .. }) => {
                    assert!(found.abs_diff(line) <= 1, "{found} {what} {text}")
                }
                other => panic!("{other:?}: {text}"),
            }
        }
    }

    #[test]
    fn a_plan_that_cannot_be_is_refused() {
        for text in [
            "plans: {}",
            "plans: {A: {}}",
            "plans: {a: {pool: 1000}}",
            "plans: {a: {may_lack: [everything]}}",
            "plans: {a: {memory: 1MiB}}",
            "plans: {a: {cpu_weight: 0}}",
        ] {
            assert!(matches!(parse(text), Err(PlansError::Plan { .. })), "{text}");
        }
    }
}
