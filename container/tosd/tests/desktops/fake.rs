//! A runtime in memory. Its containers have real gates: sockets that answer as `tos-init` and a desktop would. They outlive
//! whoever manages them, as real ones do.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::Arc,
    time::Duration,
};

use async_trait::async_trait;
use futures::{StreamExt as _, stream::BoxStream};
use parking_lot::Mutex;
use runtime::{Error, Event, Facts, Known, Name, Runtime, Spec, State, Stats};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::{UnixListener, UnixStream},
    sync::{Notify, broadcast},
};

/// What a call does, for a test that wants it otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It is done.
    Done,
    /// Whoever called is dead before it is done.
    DeadBefore,
    /// Whoever called is dead before it hears that it was done.
    DeadAfter,
}

pub struct Container {
    pub spec: Spec,
    pub state: State,
    pub begun: Option<BTreeMap<String, String>>,
    /// What the desktop holds: a snapshot is this.
    pub content: String,
    /// Its share of the processor, once it was given another one.
    pub weight: Option<u32>,
    process: Option<Child>,
    tasks: Vec<tokio::task::AbortHandle>,
}

impl Drop for Container {
    fn drop(&mut self) {
        self.tasks.iter().for_each(tokio::task::AbortHandle::abort);
        if let Some(mut process) = self.process.take() {
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}

#[derive(Default)]
pub struct World {
    pub containers: BTreeMap<Name, Container>,
    pub created: usize,
    pub calls: usize,
    /// The call with this number, counted from 1, meets this fate.
    pub fate: Option<(usize, Fate)>,
    /// The engine does not answer.
    pub away: bool,
    /// What desktops cannot come up from.
    pub poison: Option<String>,
    /// How many went on from a checkpoint.
    pub restored: usize,
}

pub struct Fake {
    pub world: Mutex<World>,
    pub dead: Notify,
    states: PathBuf,
    events: broadcast::Sender<Event>,
    me: std::sync::Weak<Self>,
}

impl Fake {
    pub fn new(states: PathBuf) -> Arc<Self> {
        Arc::new_cyclic(|me| Self {
            world: Mutex::default(),
            dead: Notify::new(),
            states,
            events: broadcast::channel(256).0,
            me: me.clone(),
        })
    }

    /// A container's processes end.
    pub fn crash(&self, name: &Name) {
        let mut world = self.world.lock();
        let container = world.containers.get_mut(name).expect("it is there");
        container.state = State::Exited { status: 137 };
        container.tasks.drain(..).for_each(|task| task.abort());
        for socket in ["control.sock", "ports.sock"] {
            let _ = std::fs::remove_file(container.spec.gate.join(socket));
        }
        drop(world);
        let _ = self.events.send(Event { name: name.clone(), state: Some(State::Exited { status: 137 }) });
    }

    /// Names of containers that are somebody's.
    pub fn begun(&self) -> Vec<(Name, String)> {
        let world = self.world.lock();
        let user = |it: &Container| it.begun.as_ref().map(|begun| begun.get("USER").cloned().unwrap_or_default());
        world.containers.iter().filter_map(|(name, it)| Some((name.clone(), user(it)?))).collect()
    }

    async fn call<T>(&self, work: impl FnOnce(&mut World) -> Result<T, Error>) -> Result<T, Error> {
        let (fate, result) = {
            let mut world = self.world.lock();
            if world.away {
                return Err(Error::Unreachable("connection refused".into()));
            }
            world.calls += 1;
            let fate = world.fate.filter(|(number, _)| *number == world.calls).map_or(Fate::Done, |(_, fate)| fate);
            (fate, if fate == Fate::DeadBefore { None } else { Some(work(&mut world)) })
        };
        match (fate, result) {
            (Fate::Done, Some(result)) => result,
            _ => {
                self.dead.notify_one();
                std::future::pending().await
            }
        }
    }

    fn serve(&self, name: &Name, gate: &Path) -> Vec<tokio::task::AbortHandle> {
        let mut tasks = Vec::new();
        for socket in ["control.sock", "ports.sock"] {
            let path = gate.join(socket);
            let _ = std::fs::remove_file(&path);
            let listener = UnixListener::bind(&path).expect("a gate");
            let (me, name) = (self.me.clone(), name.clone());
            let control = socket == "control.sock";
            tasks.push(
                tokio::spawn(async move {
                    while let Ok((stream, _)) = listener.accept().await {
                        let Some(me) = me.upgrade() else { return };
                        let name = name.clone();
                        tokio::spawn(async move {
                            // A frozen one accepts (the kernel does) and says nothing.
                            let frozen =
                                me.world.lock().containers.get(&name).is_none_or(|it| it.state == State::Frozen);
                            if frozen {
                                tokio::time::sleep(Duration::from_secs(3600)).await;
                            }
                            let _ =
                                if control { me.control(&name, stream).await } else { me.port(&name, stream).await };
                        });
                    }
                })
                .abort_handle(),
            );
        }
        tasks
    }

    async fn control(&self, name: &Name, stream: UnixStream) -> std::io::Result<()> {
        let mut stream = BufReader::new(stream);
        let mut line = String::new();
        stream.read_line(&mut line).await?;
        let request: serde_json::Value = serde_json::from_str(&line)?;
        let answer = {
            let mut world = self.world.lock();
            let Some(container) = world.containers.get_mut(name) else { return Ok(()) };
            match request["do"].as_str() {
                Some("status") if container.begun.is_some() => r#"{"ok":true,"phase":"running","pid":7}"#,
                Some("status") => r#"{"ok":true,"phase":"waiting"}"#,
                Some("begin") if container.begun.is_some() => r#"{"ok":false,"reason":"begun"}"#,
                Some("begin") => {
                    let said: BTreeMap<String, String> = serde_json::from_value(request["environment"].clone())?;
                    let file = self.states.join(&said["USER"]).join("desktop.json");
                    container.content = std::fs::read_to_string(file).unwrap_or_else(|_| "{}".into());
                    container.begun = Some(said);
                    r#"{"ok":true}"#
                }
                _ => r#"{"ok":false,"reason":"unknown"}"#,
            }
        };
        stream.write_all(answer.as_bytes()).await?;
        stream.write_all(b"\n").await?;
        let doomed = {
            let world = self.world.lock();
            let poisoned = |it: &Container| it.begun.is_some() && Some(&it.content) == world.poison.as_ref();
            world.containers.get(name).is_some_and(|it| it.state == State::Running && poisoned(it))
        };
        if doomed {
            self.crash(name);
        }
        Ok(())
    }

    async fn port(&self, name: &Name, mut stream: UnixStream) -> std::io::Result<()> {
        let mut head = Vec::new();
        while stream.read_u8().await? != b'\n' {}
        stream.write_all(b"ok\n").await?;
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await?);
        }
        let head = String::from_utf8_lossy(&head).into_owned();
        let (status, body) = {
            let world = self.world.lock();
            let Some(container) = world.containers.get(name) else { return Ok(()) };
            match (head.split(' ').nth(1), head.to_lowercase().contains("authorization: bearer ")) {
                (Some("/healthz"), _) if container.begun.is_some() => (200, "ok\n".to_owned()),
                (Some("/healthz"), _) => (200, "waiting\n".to_owned()),
                (Some("/api/v1/snapshot"), true) => (200, container.content.clone()),
                (_, false) => (401, String::new()),
                _ => (404, String::new()),
            }
        };
        let answer =
            format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len());
        stream.write_all(answer.as_bytes()).await
    }
}

/// A process in a user namespace of its own, whose ids a mount can be mapped with. `None` where that is not allowed.
fn process(first: u32) -> Option<Child> {
    use std::os::unix::process::CommandExt as _;
    let mut command = Command::new("cat");
    command.stdin(Stdio::piped()).stdout(Stdio::null());
    // SAFETY: one system call between fork and exec, which takes no lock and no memory.
    unsafe {
        command.pre_exec(|| nix::sched::unshare(nix::sched::CloneFlags::CLONE_NEWUSER).map_err(std::io::Error::from));
    }
    let child = command.spawn().ok()?;
    for map in ["uid_map", "gid_map"] {
        std::fs::write(format!("/proc/{}/{map}", child.id()), format!("0 {first} 65536")).ok()?;
    }
    Some(child)
}

#[async_trait]
impl Runtime for Fake {
    async fn facts(&self) -> Facts {
        Facts::default()
    }

    async fn create(&self, spec: &Spec) -> Result<(), Error> {
        self.call(|world| {
            if world.containers.contains_key(&spec.name) {
                return Err(Error::Exists(spec.name.clone()));
            }
            world.created += 1;
            std::fs::create_dir_all(&spec.gate).expect("a gate");
            let container = Container {
                spec: spec.clone(),
                state: State::Created,
                begun: None,
                content: String::new(),
                process: None,
                weight: None,
                tasks: Vec::new(),
            };
            world.containers.insert(spec.name.clone(), container);
            Ok(())
        })
        .await
    }

    async fn start(&self, name: &Name) -> Result<(), Error> {
        self.call(|world| {
            let container = world.containers.get_mut(name).ok_or_else(|| Error::Missing(name.clone()))?;
            if container.state == State::Created {
                container.tasks = self.serve(name, &container.spec.gate);
                container.process = process(container.spec.ids.first);
                container.state = State::Running;
            }
            Ok(())
        })
        .await
    }

    async fn freeze(&self, name: &Name) -> Result<(), Error> {
        self.change(name, State::Running, State::Frozen).await
    }

    async fn thaw(&self, name: &Name) -> Result<(), Error> {
        self.change(name, State::Frozen, State::Running).await
    }

    async fn weigh(&self, name: &Name, weight: u32) -> Result<(), Error> {
        self.call(|world| {
            let container = world.containers.get_mut(name).ok_or_else(|| Error::Missing(name.clone()))?;
            if container.state != State::Running {
                return Err(Error::Refused { doing: "weighing a container", said: "it does not run".into() });
            }
            container.weight = Some(weight);
            Ok(())
        })
        .await
    }

    async fn checkpoint(&self, name: &Name, archive: &Path) -> Result<(), Error> {
        let written = self
            .call(|world| {
                let container = world.containers.get_mut(name).ok_or_else(|| Error::Missing(name.clone()))?;
                if container.state != State::Running {
                    return Err(Error::Refused { doing: "writing a checkpoint", said: "it does not run".into() });
                }
                std::fs::write(archive, serde_json::to_vec(&(&container.content, &container.begun)).unwrap()).unwrap();
                Ok(())
            })
            .await;
        if written.is_ok() {
            self.crash(name);
        }
        written
    }

    async fn restore(&self, spec: &Spec, archive: &Path) -> Result<(), Error> {
        self.call(|world| {
            if world.containers.contains_key(&spec.name) {
                return Err(Error::Exists(spec.name.clone()));
            }
            let said = "criu failed: see the log".to_owned();
            let refused = || Error::Refused { doing: "restoring a checkpoint", said };
            let bytes = std::fs::read(archive).expect("the archive is there");
            let (content, begun) = serde_json::from_slice(&bytes).map_err(|_| refused())?;
            std::fs::create_dir_all(&spec.gate).expect("a gate");
            world.restored += 1;
            let container = Container {
                spec: spec.clone(),
                state: State::Running,
                begun,
                content,
                process: process(spec.ids.first),
                weight: None,
                tasks: self.serve(&spec.name, &spec.gate),
            };
            world.containers.insert(spec.name.clone(), container);
            Ok(())
        })
        .await
    }

    async fn remove(&self, name: &Name, _: Duration) -> Result<(), Error> {
        self.call(|world| {
            world.containers.remove(name);
            Ok(())
        })
        .await
    }

    async fn stats(&self, _: &Name) -> Result<Stats, Error> {
        Ok(Stats::default())
    }

    async fn list(&self) -> Result<Vec<Known>, Error> {
        self.call(|world| {
            let known = |(name, it): (&Name, &Container)| Known {
                name: name.clone(),
                state: it.state,
                labels: it.spec.labels.clone(),
            };
            Ok(world.containers.iter().map(known).collect())
        })
        .await
    }

    async fn pid(&self, name: &Name) -> Result<Option<u32>, Error> {
        self.call(|world| {
            let container = world.containers.get(name).ok_or_else(|| Error::Missing(name.clone()))?;
            let runs = matches!(container.state, State::Running | State::Frozen);
            Ok(runs.then(|| container.process.as_ref().map_or(std::process::id(), Child::id)))
        })
        .await
    }

    async fn events(&self) -> Result<BoxStream<'static, Event>, Error> {
        let heard = self.events.subscribe();
        Ok(futures::stream::unfold(heard, |mut heard| async { heard.recv().await.ok().map(|event| (event, heard)) })
            .boxed())
    }
}

impl Fake {
    async fn change(&self, name: &Name, from: State, to: State) -> Result<(), Error> {
        self.call(|world| {
            let container = world.containers.get_mut(name).ok_or_else(|| Error::Missing(name.clone()))?;
            if container.state != from && container.state != to {
                return Err(Error::Refused { doing: "freezing", said: "it does not run".into() });
            }
            container.state = to;
            Ok(())
        })
        .await
    }
}
