//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::config::DEFAULT_FILE;

/// TOS for several people: a container for each, and the way in.
#[derive(Debug, Parser)]
#[command(name = "tosd", version, about)]
pub struct Cli {
    /// The configuration.
    #[arg(long, env = "TOSD_CONFIG", default_value = DEFAULT_FILE, global = true)]
    pub config: PathBuf,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve.
    Run,
    /// Print the configuration with every default, as a valid file.
    Config,
    /// Check what this machine and this configuration have.
    Doctor {
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// The log of what people did.
    #[command(subcommand)]
    Audit(Audit),
    /// Write users, sessions, snapshots, audit and settings to a file. Homes are not in it.
    Backup {
        /// Where to.
        file: PathBuf,
    },
    /// Read such a file into an empty database, while no tosd runs.
    Restore {
        /// Where from.
        file: PathBuf,
    },
    /// Who may use this host.
    #[command(subcommand)]
    User(User),
    /// Everybody's desktops.
    #[command(subcommand)]
    Desktop(Desktop),
}

/// `tosd audit`
#[derive(Debug, Subcommand)]
pub enum Audit {
    /// Look whether anybody changed it.
    Verify,
    /// Print it, one JSON object a line.
    Export,
}

/// What somebody may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Role {
    /// Has a desktop.
    User,
    /// Sees which desktops there are and how they do.
    Operator,
    /// Everything.
    Admin,
}

/// `tosd user`
#[derive(Debug, Subcommand)]
pub enum User {
    /// Add somebody, and print a link that they set up their account with.
    Add {
        /// 1 to 32 of a-z, 0-9 and -, beginning with a letter.
        name: String,
        /// What people call them.
        #[arg(long)]
        display: Option<String>,
        /// What they may do.
        #[arg(long, value_enum, default_value = "user")]
        role: Role,
        /// What they may use.
        #[arg(long)]
        plan: Option<String>,
    },
    /// Print everybody.
    List {
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Change what somebody may do.
    Role {
        /// Who.
        name: String,
        /// What they may do from now on.
        #[arg(value_enum)]
        role: Role,
    },
    /// Keep somebody out, sign them out, put their desktop away.
    Disable(Who),
    /// Let somebody in again.
    Enable(Who),
    /// Print a link that somebody gets a new way to sign in with.
    Link(Who),
}

/// Somebody.
#[derive(Debug, Args)]
pub struct Who {
    /// Who.
    pub name: String,
}

/// `tosd desktop`
#[derive(Debug, Subcommand)]
pub enum Desktop {
    /// Print all of them.
    List {
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Take the processor from one.
    Freeze(Who),
    /// Give it back.
    Thaw(Who),
    /// Take a snapshot of one and put it away.
    Hibernate(Who),
    /// End one at once.
    Kill(Who),
}
