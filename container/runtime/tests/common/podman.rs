//! Podman's service on a socket of its own, with storage of its own, that can be killed and started again.

use std::{
    fs,
    os::unix::net::UnixStream,
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use runtime::{
    engine::{Dialect, Engine, Settings},
    spec::{IdRange, Image, Network},
};
use tempfile::TempDir;

use super::{Bench, directory, image, unmount_below, until};

/// Tests of one program run at once; each has its own addresses and ids.
static NEXT: AtomicU32 = AtomicU32::new(0);

pub struct Podman {
    directory: TempDir,
    service: Option<Child>,
    /// Tells it from the others of this program.
    pub number: u32,
}

/// Why there is no podman to test with. Said loudly by whoever asks.
pub fn why_not() -> Option<String> {
    if !nix::unistd::geteuid().is_root() {
        return Some("only root has containers with ids of their own".into());
    }
    let version = Command::new("podman").arg("--version").stdout(Stdio::null()).status();
    version.err().map(|error| format!("podman cannot be run: {error}"))
}

impl Podman {
    /// Starts it, with the image `localhost/tiny`.
    pub async fn start() -> Self {
        let directory = directory();
        let at = directory.path();
        for name in ["networks", "image", "ours"] {
            fs::create_dir(at.join(name)).unwrap();
        }
        // Crun does not run beside both versions of cgroups.
        let oci = if Command::new("runc").arg("--version").output().is_ok() { "runc" } else { "crun" };
        let settings = format!(
            "[network]\nnetwork_backend = \"netavark\"\nnetwork_config_dir = \"{}\"\n\
             [engine]\nruntime = \"{oci}\"\ncgroup_manager = \"cgroupfs\"\nevents_logger = \"file\"\n",
            at.join("networks").display()
        );
        fs::write(at.join("containers.conf"), settings).unwrap();
        let mut podman = Self { directory, service: None, number: NEXT.fetch_add(1, Ordering::Relaxed) };
        image::root(&podman.at("image"));
        let tar = podman.at("image.tar");
        let packed = Command::new("tar").arg("-C").arg(podman.at("image")).arg("-cf").arg(&tar).arg(".").status();
        assert!(packed.unwrap().success());
        let imported = podman.command().args(["import", "-q"]).arg(&tar).arg("localhost/tiny").output().unwrap();
        assert!(imported.status.success(), "{}", String::from_utf8_lossy(&imported.stderr));
        podman.serve().await;
        podman
    }

    fn at(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    pub fn command(&self) -> Command {
        let mut command = Command::new("podman");
        command
            .env("CONTAINERS_CONF", self.at("containers.conf"))
            .args(["--storage-driver", "overlay"])
            .arg("--root")
            .arg(self.at("root"))
            .arg("--runroot")
            .arg(self.at("runroot"))
            .arg("--tmpdir")
            .arg(self.at("tmp"))
            .stdin(Stdio::null())
            // conmon says in a file where it stands that there was no memory.
            .current_dir(self.at(""));
        command
    }

    pub async fn serve(&mut self) {
        let socket = self.at("podman.sock");
        let address = format!("unix://{}", socket.display());
        let mut command = self.command();
        command.args(["system", "service", "--time=0", &address]).stdout(Stdio::null()).stderr(Stdio::null());
        self.service = Some(command.spawn().unwrap());
        until("podman serves", || UnixStream::connect(&socket).ok()).await;
    }

    /// Kills the service as the kernel would.
    pub fn kill(&mut self) {
        if let Some(mut service) = self.service.take() {
            service.kill().unwrap();
            service.wait().unwrap();
        }
        let _ = fs::remove_file(self.at("podman.sock"));
    }

    pub fn settings(&self, dialect: Dialect) -> Settings {
        let instance = format!("t{}-{}", std::process::id(), self.number);
        let mut settings = Settings::podman(&instance, self.at("ours"));
        settings.dialect = dialect;
        settings.socket = self.at("podman.sock");
        let third = u8::try_from(self.number % 16 * 16).unwrap();
        settings.addresses = Network { address: [10, 214, third, 0].into(), prefix: 20 };
        settings
    }

    pub async fn engine(&self) -> Engine {
        Engine::connect(self.settings(Dialect::Podman)).await.unwrap()
    }

    pub fn bench(&self) -> Bench {
        Bench {
            image: Image::Named("localhost/tiny".into()),
            directory: self.at("bench"),
            ids: IdRange { first: 1_000_000 + self.number * 100_000, count: 65_536 },
            may_lack: vec![],
            own_ids: true,
        }
    }
}

impl Drop for Podman {
    fn drop(&mut self) {
        let _ = self.command().args(["rm", "--all", "--force", "--time=0"]).output();
        let _ = self.command().args(["network", "prune", "--force"]).output();
        self.kill();
        unmount_below(self.directory.path());
        // What podman leaves to clean up after a container may still be at it.
        for _ in 0..100 {
            match fs::remove_dir_all(self.directory.path()) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    std::thread::sleep(Duration::from_millis(20));
                }
                _ => break,
            }
        }
        // Rules of a test that failed.
        let table = format!("tos-{}", self.settings(Dialect::Podman).instance);
        let _ = Command::new("nft").args(["delete", "table", "inet", &table]).stderr(Stdio::null()).status();
    }
}
