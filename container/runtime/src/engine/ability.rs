//! What limits hold on this machine with this engine. Made of the probes once, asked for every container.

/// For each: that it holds, or why not.
#[derive(Debug, Clone)]
pub(super) struct Ability {
    /// Ids of the host for each container.
    pub(super) ids: Result<(), String>,
    /// Memory.
    pub(super) memory: Result<(), String>,
    /// Processor, share and ceiling.
    pub(super) cpu: Result<(), String>,
    /// Processes.
    pub(super) pids: Result<(), String>,
    /// Bytes a second of block devices.
    pub(super) block: Result<(), String>,
    /// And of those, what is written.
    pub(super) writing: Result<(), String>,
    /// A network with rules about it.
    pub(super) network: Result<(), String>,
    /// Processes written to a file.
    pub(super) checkpoint: Result<(), String>,
    /// The storage driver can limit a container's layer.
    pub(super) layer: bool,
    /// Cgroups are the second version.
    pub(super) unified: bool,
    /// Most descriptors that one process can have.
    pub(super) descriptors: u64,
}
