//! The command line.

use std::net::{IpAddr, SocketAddr};
use std::ops::RangeInclusive;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// TOS: a Wayland desktop in the browser.
#[derive(Debug, Parser)]
#[command(name = "tos-comp", version, about)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Start a session and print its URL.
    Run(Box<Run>),
    /// Talk to a running session.
    Msg(Msg),
    /// Save what a running session shows as a PNG.
    Screenshot {
        /// Where to write it.
        file: PathBuf,
        #[command(flatten)]
        #[expect(missing_docs, reason = "a doc comment here would become help text")]
        to: Target,
    },
    /// Run a program that may look at the screen, type for you and read the clipboard: `tos-comp trust -- grim out.png`.
    Trust {
        #[command(flatten)]
        #[expect(missing_docs, reason = "a doc comment here would become help text")]
        to: Target,
        /// The program and its arguments.
        #[arg(last = true, required = true)]
        program: Vec<String>,
    },
    /// Check what this machine has: adapter, encoders, fonts, ports.
    Doctor {
        /// Print JSON.
        #[arg(long)]
        json: bool,
        /// The address that a session would use.
        #[arg(long, default_value = DEFAULT_LISTEN)]
        listen: SocketAddr,
    },
    /// Try one encoder, in a process that may die of it.
    #[command(hide = true)]
    ProbeEncoder {
        /// Which.
        name: String,
    },
}

const DEFAULT_LISTEN: &str = "127.0.0.1:9080";

/// A STUN or TURN server from the command line.
#[derive(Debug, Clone)]
pub struct IceServer(pub streamer::IceServer);

/// How a session is set up.
#[derive(Debug, Args)]
pub struct Run {
    /// Size of the picture before a page asks for another, physical pixels.
    #[arg(long, default_value = "1280x720", value_parser = parse_size)]
    pub size: (i32, i32),
    /// Physical pixels per logical pixel, 0.5 to 4.
    #[arg(long, default_value_t = 1.0, value_parser = parse_scale)]
    pub scale: f64,
    /// Pictures a second at most.
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..=240))]
    pub fps: u32,
    /// Address of the page; port 0 takes a free one. Off loopback only TLS is spoken.
    #[arg(long, default_value = DEFAULT_LISTEN)]
    pub listen: SocketAddr,
    /// File with one `role token` a line, made if it is missing. Without it, tokens last as long as the
    /// session; with --grant-key there are none.
    #[arg(long)]
    pub token_file: Option<PathBuf>,
    /// Public key (PEM) of a server in front that signs a grant for each request it passes on. May be repeated; read again
    /// when it changes.
    #[arg(long = "grant-key", value_name = "FILE", requires = "grant_audience")]
    pub grant_keys: Vec<PathBuf>,
    /// For whom grants are: the name by which the server in front knows this desktop.
    #[arg(long, value_name = "NAME", requires = "grant_keys")]
    pub grant_audience: Option<String>,
    /// Where the server in front has its own pages, as pages of this host reach it: / or https://host/.
    #[arg(long, value_name = "URL", value_parser = parse_portal)]
    pub portal: Option<String>,
    /// A dangerous command also takes a proof, from the portal, of who confirms it.
    #[arg(long, requires_all = ["portal", "grant_keys"])]
    pub step_up: bool,
    /// Make everything ready that needs no user; then one line of JSON on the standard input begins the session:
    /// {"environment":{"HOME":"/home/ada","USER":"ada"}}.
    #[arg(long)]
    pub begin_on_stdin: bool,
    /// Keyboard layout, as XKB names it: us, de, "us,ru".
    #[arg(long, default_value = "us")]
    pub xkb_layout: String,
    /// Variant of the layout.
    #[arg(long, default_value = "")]
    pub xkb_variant: String,
    /// Certificate chain (PEM) for use off loopback; self-signed without it.
    #[arg(long, requires = "tls_key")]
    pub tls_cert: Option<PathBuf>,
    /// Key of the certificate (PEM).
    #[arg(long, requires = "tls_cert")]
    pub tls_key: Option<PathBuf>,
    /// A STUN or TURN server: stun:host:port, or turn:user:password@host:port. May be repeated.
    #[arg(long = "ice-server", value_name = "URL", value_parser = parse_ice_server)]
    pub ice_servers: Vec<IceServer>,
    /// Address for media; 0.0.0.0 for every interface. Without it, that of --listen. Firefox sends no media to loopback:
    /// for one on this machine, say 0.0.0.0.
    #[arg(long)]
    pub media_address: Option<IpAddr>,
    /// Address of a relay that hands datagrams on to the same ports here: what pages are told. May be repeated.
    #[arg(long, value_name = "ADDRESS")]
    pub media_public: Vec<IpAddr>,
    /// UDP ports for media, FIRST-LAST; one a viewer.
    #[arg(long, value_parser = parse_ports)]
    pub udp_ports: Option<RangeInclusive<u16>>,
    /// Show each new window as soon as it appears, as a kiosk wants it. Without it, a new window moves no camera.
    #[arg(long)]
    pub follow: bool,
    /// File that the desktop is remembered in; without it $TOS_STATE, else $XDG_STATE_HOME/tos/desktop.json.
    #[arg(long)]
    pub state: Option<PathBuf>,
    /// Neither recall the desktop nor remember it.
    #[arg(long, conflicts_with = "state")]
    pub forget: bool,
    /// Also offers a display for browsers without WebRTC or video: vnc needs wayvnc and noVNC.
    #[arg(long)]
    pub fallback: Option<Display>,
    /// Another origin whose pages may connect. May be repeated.
    #[arg(long = "allow-origin", value_name = "ORIGIN")]
    pub allow_origins: Vec<String>,
    /// Started inside the session.
    #[arg(last = true)]
    pub command: Vec<String>,
}

/// A display for browsers that cannot show video.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Display {
    /// wayvnc, and noVNC in the page.
    Vnc,
}

/// Which session is meant.
#[derive(Debug, Args)]
pub struct Target {
    /// Its control socket; without it $TOS_SOCKET, else the only session of this user.
    #[arg(long)]
    pub socket: Option<PathBuf>,
}

/// A message to a running session.
#[derive(Debug, Args)]
pub struct Msg {
    #[command(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would become help text")]
    pub to: Target,
    /// Print the answer as JSON.
    #[arg(long, global = true)]
    pub json: bool,
    #[command(subcommand)]
    #[expect(missing_docs, reason = "a doc comment here would become help text")]
    pub what: Message,
}

/// What to say.
#[derive(Debug, Subcommand)]
pub enum Message {
    /// Tell size, scale, windows and viewers.
    State,
    /// Give the picture another size.
    Resize {
        /// Physical pixels, such as 1920x1080.
        #[arg(value_parser = parse_size)]
        size: (i32, i32),
        /// Physical pixels per logical pixel; unchanged without it.
        #[arg(value_parser = parse_scale)]
        scale: Option<f64>,
    },
    /// Show a window.
    Focus {
        /// As `state` tells.
        window: u64,
    },
    /// Ask a window's program to close it.
    Close {
        /// As `state` tells.
        window: u64,
    },
    /// Do something with the desktop: the name of an operation such as zoom_out, or one as JSON.
    Do {
        /// Such as zoom_out or '{"op":"jump","to":{"sector":3}}'.
        command: String,
    },
    /// Put a command into the prompt; prints its id, the hash of its text, and what is to be said about it.
    Stage {
        /// One line.
        text: String,
        /// In the terminal of another sector than the one in focus.
        #[arg(long)]
        sector: Option<u64>,
    },
    /// Let a staged command run.
    Commit {
        /// As `stage` printed it.
        id: String,
        /// As `stage` printed it.
        hash: String,
        /// Also where it is dangerous.
        #[arg(long)]
        confirm: bool,
        /// What the portal gave whoever confirmed it, where that is asked for.
        #[arg(long)]
        proof: Option<String>,
    },
    /// Take a staged command away.
    Discard {
        /// As `stage` printed it.
        id: String,
    },
    /// Open a file with the program for what it is, in the sector of the terminal this is said in.
    Open {
        /// A path, or an address such as https://example.org.
        what: String,
    },
    /// Print sectors, apps, windows and viewports as JSON.
    Desktop,
    /// List the terminals of all sectors: where they are and what runs in them.
    Terminals,
    /// Print a URL for this role: view, control or admin.
    Url {
        /// What whoever has the URL may do.
        #[arg(default_value = "control")]
        role: String,
    },
    /// End the session.
    Quit,
}

fn parse_size(text: &str) -> Result<(i32, i32), String> {
    let (width, height) = text.split_once('x').ok_or("it has the form WIDTHxHEIGHT, such as 1280x720")?;
    let side = |side: &str, most: i32| match side.parse::<i32>() {
        Ok(n) if (64..=most).contains(&n) => Ok(n),
        _ => Err(format!("{side:?} is not a number from 64 to {most}")),
    };
    Ok((side(width, 7680)?, side(height, 4320)?))
}

fn parse_scale(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(scale) if (0.5..=4.0).contains(&scale) => Ok(scale),
        _ => Err("it is a number from 0.5 to 4".into()),
    }
}

/// It becomes a link of the page, and an address that it asks.
fn parse_portal(text: &str) -> Result<String, String> {
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let absolute = host.is_some_and(|host| !host.is_empty() && !host.starts_with('/'));
    let local = text.starts_with('/') && !text.starts_with("//");
    let plain = text.bytes().all(|b| b.is_ascii_graphic() && !b"\\\"'<>?#".contains(&b));
    if !plain || text.len() > 256 || !(absolute || local) {
        return Err("it is a path such as / or a URL such as https://host/".into());
    }
    Ok(if text.ends_with('/') { text.to_owned() } else { format!("{text}/") })
}

fn parse_ports(text: &str) -> Result<RangeInclusive<u16>, String> {
    let (first, last) = text.split_once('-').ok_or("it has the form FIRST-LAST, such as 50000-50100")?;
    match (first.parse::<u16>(), last.parse::<u16>()) {
        (Ok(first), Ok(last)) if first > 0 && first <= last => Ok(first..=last),
        _ => Err("both are ports, the first one not above the last".into()),
    }
}

fn parse_ice_server(text: &str) -> Result<IceServer, String> {
    let form = "it has the form stun:HOST:PORT or turn:USER:PASSWORD@HOST:PORT";
    let (scheme, rest) = text.split_once(':').ok_or(form)?;
    let (account, host) = rest.rsplit_once('@').map_or((None, rest), |(account, host)| (Some(account), host));
    let (username, credential) = account.and_then(|account| account.split_once(':')).unwrap_or_default();
    let complete = match scheme {
        "stun" | "stuns" => account.is_none(),
        "turn" | "turns" => !username.is_empty() && !credential.is_empty(),
        _ => false,
    };
    if !complete || host.is_empty() {
        return Err(form.into());
    }
    Ok(IceServer(streamer::IceServer {
        urls: vec![format!("{scheme}:{host}")],
        username: username.into(),
        credential: credential.into(),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn ice_servers_carry_their_account_apart() {
        let turn = parse_ice_server("turn:me:se:cret@turn.example:3478?transport=udp").map(|server| server.0);
        let turn = turn.expect("a whole one");
        assert_eq!(turn.urls, ["turn:turn.example:3478?transport=udp"]);
        assert_eq!((turn.username.as_str(), turn.credential.as_str()), ("me", "se:cret"));
        assert!(parse_ice_server("stun:stun.example:3478").is_ok());
        for bad in ["stun", "http://x", "turn:host:3478", "turn:user@host", "stun:"] {
            assert!(parse_ice_server(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_portal_is_a_path_of_this_host_or_a_whole_url() {
        assert_eq!(parse_portal("/"), Ok("/".into()));
        assert_eq!(parse_portal("/desks"), Ok("/desks/".into()));
        assert_eq!(parse_portal("https://desk.example"), Ok("https://desk.example/".into()));
        for bad in
            ["", "//evil.example/", "javascript:alert(1)", "https://", "https:///x", "/a b", "/?x", "/#x", "/\\x"]
        {
            assert!(parse_portal(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn sizes_scales_and_ports_are_bounded() {
        assert_eq!(parse_size("1280x720"), Ok((1280, 720)));
        for bad in ["1280", "0x0", "1280x-1", "99999x99999", "x", "1280x720x3"] {
            assert!(parse_size(bad).is_err(), "{bad}");
        }
        for bad in ["NaN", "inf", "0", "-1", "5"] {
            assert!(parse_scale(bad).is_err(), "{bad}");
        }
        assert_eq!(parse_ports("50000-50010"), Ok(50_000..=50_010));
        for bad in ["1-0", "0-5", "70000-70001", "5"] {
            assert!(parse_ports(bad).is_err(), "{bad}");
        }
    }
}
