//! The calls of a [`Runtime`], as what an engine is asked for.

use std::{
    fs,
    path::Path,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use async_trait::async_trait;
use futures::{StreamExt as _, stream::BoxStream};
use hyper::Method;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::{
    Engine, LONG, SOON, disks, plan,
    plan::Plan,
    probe, signals,
    words::{self, INSTANCE},
};
use crate::{Error, Event, Facts, Known, Name, Runtime, Spec, State, Stats, spec::Image};

/// The engine may still be busy with the end of a container's processes when it is told to take it away.
const REMOVALS: u32 = 20;
const BETWEEN_REMOVALS: Duration = Duration::from_millis(100);
/// A checkpoint has gigabytes; this is the longest wait for the next piece of one.
const SILENCE: Duration = Duration::from_secs(300);

impl Engine {
    /// Everything decided, before anything is made.
    fn planned(&self, spec: &Spec) -> Result<Plan, Error> {
        let Image::Named(image) = &spec.image else {
            return Err(Error::Unsupported { what: "a directory as root", why: "an engine takes images".into() });
        };
        let disks = disks::below(&spec.mounts);
        let names = (self.id(&spec.name), image.clone(), self.settings.init.as_path());
        plan::plan(spec, names, &self.found.ability, &disks, None)
    }

    async fn nobody_has(&self, name: &Name) -> Result<(), Error> {
        match self.inspect(name).await {
            Ok(_) => Err(Error::Exists(name.clone())),
            Err(Error::Missing(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// The gate belongs to whom the first process is outside.
    fn make_gate(&self, plan: &Plan) -> Result<(), Error> {
        let owner = if plan.own_ids { plan.spec.ids.first } else { self.about.remapped.unwrap_or(0) };
        let gate = &plan.spec.gate;
        let made = fs::create_dir_all(gate)
            .and_then(|()| fs::set_permissions(gate, std::os::unix::fs::PermissionsExt::from_mode(0o700)))
            .and_then(|()| std::os::unix::fs::chown(gate, Some(owner), Some(owner)));
        made.map_err(|source| Error::System { doing: "making a gate", source })
    }

    async fn make(&self, plan: &Plan) -> Result<(), Error> {
        const DOING: &str = "making a container";
        let name = &plan.spec.name;
        let (path, body) = self.words.create(plan, &self.seccomp);
        for last in [false, true] {
            let answer = self.client.ask(Method::POST, &path, Some(&body), LONG).await?;
            let taken = answer.status == 409 || answer.said().contains("already in use");
            if !taken {
                return answer.good(DOING).map(|_| ());
            }
            self.nobody_has(name).await?;
            if last {
                return answer.good(DOING).map(|_| ());
            }
            // An engine that was killed while it made one keeps the name without the container.
            self.delete(name).await?;
        }
        Ok(())
    }

    async fn delete(&self, name: &Name) -> Result<(), Error> {
        let path = self.words.path(&format!("containers/{}?force=true&v=true", self.id(name)));
        let answer = self.client.ask(Method::DELETE, &path, None, LONG).await?;
        if answer.status == 404 { Ok(()) } else { answer.good("taking a container away").map(|_| ()) }
    }

    /// Tells a container something, and is content if it is as it was to become, whatever the engine says.
    async fn tell(&self, name: &Name, what: &str, doing: &'static str, so: fn(State) -> bool) -> Result<(), Error> {
        let path = self.words.path(&format!("containers/{}/{what}", self.id(name)));
        let answer = self.client.ask(Method::POST, &path, None, LONG).await?;
        if answer.status < 400 {
            return Ok(());
        }
        let (state, _) = self.inspect(name).await?;
        if so(state) { Ok(()) } else { answer.good(doing).map(|_| ()) }
    }

    async fn end(&self, name: &Name, grace: Duration) -> Result<(), Error> {
        match self.inspect(name).await {
            Ok((State::Frozen, _)) => self.thaw(name).await?,
            Ok((State::Running, _)) => {}
            Ok(_) | Err(Error::Missing(_)) => return Ok(()),
            Err(error) => return Err(error),
        }
        let (grace_key, seconds) = (self.words.grace(), grace.as_secs().max(1));
        let path = self.words.path(&format!("containers/{}/stop?{grace_key}={seconds}", self.id(name)));
        // One that does not end is killed when it is taken away.
        self.client.ask(Method::POST, &path, None, grace + LONG).await.map(|_| ())
    }
}

#[async_trait]
impl Runtime for Engine {
    async fn facts(&self) -> Facts {
        probe::everything(&self.about, self.words.checkpoints(), &self.settings.directory).await.facts
    }

    async fn create(&self, spec: &Spec) -> Result<(), Error> {
        let mut plan = self.planned(spec)?;
        self.nobody_has(&spec.name).await?;
        self.make_gate(&plan)?;
        plan.bridge = self.make_network(spec).await?;
        let made = self.make(&plan).await;
        if let Err(error) = &made
            && !matches!(error, Error::Exists(_) | Error::Unreachable(_))
            && plan.bridge.is_some()
        {
            self.drop_network(&spec.name).await?;
        }
        made
    }

    async fn start(&self, name: &Name) -> Result<(), Error> {
        self.assert_rules(name).await?;
        self.tell(name, "start", "starting a container", |state| matches!(state, State::Running | State::Frozen)).await
    }

    async fn freeze(&self, name: &Name) -> Result<(), Error> {
        let frozen = self.tell(name, "pause", "freezing a container", |state| state == State::Frozen).await;
        let Err(Error::Refused { said, .. }) = &frozen else { return frozen };
        let (State::Running, Some(first)) = self.inspect(name).await? else { return frozen };
        tracing::debug!(%name, said, "no freezer; its processes are stopped");
        let stopped = tokio::task::spawn_blocking(move || signals::stop(first)).await;
        stopped
            .unwrap_or_else(|error| Err(std::io::Error::other(error)))
            .map_err(|source| Error::System { doing: "stopping a container's processes", source })
    }

    async fn thaw(&self, name: &Name) -> Result<(), Error> {
        let (state, pid) = self.inspect(name).await?;
        if state == State::Running {
            return Ok(());
        }
        if let Some(first) = pid.filter(|first| signals::is_stopped(*first)) {
            let going = tokio::task::spawn_blocking(move || signals::go_on(first)).await;
            return going
                .unwrap_or_else(|error| Err(std::io::Error::other(error)))
                .map_err(|source| Error::System { doing: "letting a container's processes go on", source });
        }
        self.tell(name, "unpause", "thawing a container", |state| state == State::Running).await
    }

    async fn weigh(&self, name: &Name, weight: u32) -> Result<(), Error> {
        let unsupported = |why| Error::Unsupported { what: "a share of the processor", why };
        self.found.ability.cpu.clone().map_err(unsupported)?;
        let path = self.words.path(&format!("containers/{}/update", self.id(name)));
        let body = self.words.weight(weight.clamp(1, 10_000), self.found.ability.unified);
        let answer = self.client.ask(Method::POST, &path, Some(&body), SOON).await?;
        if answer.status == 404 {
            self.inspect(name).await?;
            // It is the call that the engine does not know: podman 4 has it in its own language only.
            return Err(unsupported("the engine does not change limits of a container that is there".to_owned()));
        }
        answer.good("weighing a container").map(|_| ())
    }

    async fn checkpoint(&self, name: &Name, archive: &Path) -> Result<(), Error> {
        const DOING: &str = "writing a checkpoint";
        if let Err(why) = &self.found.ability.checkpoint {
            return Err(Error::Unsupported { what: "checkpoint", why: why.clone() });
        }
        self.inspect(name).await?;
        let system = |source| Error::System { doing: DOING, source };
        let unfinished = archive.with_extension("unfinished");
        let file = fs::File::create(&unfinished).map_err(system)?;
        let query = "export=true&keep=false&leaveRunning=false&ignoreRootFS=true&fileLocks=true&tcpEstablished=true";
        let path = self.words.path(&format!("containers/{}/checkpoint?{query}", self.id(name)));
        let written = self.client.download(Method::POST, &path, file, SILENCE, DOING).await;
        match written {
            Ok(()) => fs::rename(&unfinished, archive).map_err(system),
            Err(error) => {
                let _ = fs::remove_file(&unfinished);
                Err(error)
            }
        }
    }

    async fn restore(&self, spec: &Spec, archive: &Path) -> Result<(), Error> {
        const DOING: &str = "restoring a checkpoint";
        if let Err(why) = &self.found.ability.checkpoint {
            return Err(Error::Unsupported { what: "checkpoint", why: why.clone() });
        }
        let plan = self.planned(spec)?;
        self.nobody_has(&spec.name).await?;
        let file = fs::File::open(archive).map_err(|source| Error::System { doing: DOING, source })?;
        self.make_gate(&plan)?;
        let bridge = self.make_network(spec).await?;
        let id = self.id(&spec.name);
        let query = format!("import=true&name={id}&fileLocks=true&tcpEstablished=true&ignoreStaticIP=true");
        let path = self.words.path(&format!("containers/{id}/restore?{query}"));
        let made = match self.client.upload(&path, file, LONG).await {
            Ok(answer) => answer.good(DOING).map(|_| ()),
            Err(error) => Err(error),
        };
        if made.is_err() && bridge.is_some() {
            self.drop_network(&spec.name).await?;
        }
        made
    }

    async fn remove(&self, name: &Name, grace: Duration) -> Result<(), Error> {
        if !grace.is_zero() {
            self.end(name, grace).await?;
        }
        let mut tries = 0;
        loop {
            let deleted = self.delete(name).await;
            match (deleted, self.inspect(name).await) {
                (Err(error @ Error::Unreachable(_)), _) | (_, Err(error @ Error::Unreachable(_))) => return Err(error),
                (_, Err(Error::Missing(_))) => break,
                (Err(error), _) if tries == REMOVALS => return Err(error),
                (Ok(()), Err(error)) if tries == REMOVALS => return Err(error),
                (Ok(()), Ok(_)) if tries == REMOVALS => {
                    let said = "it is still there".into();
                    return Err(Error::Refused { doing: "taking a container away", said });
                }
                _ => tokio::time::sleep(BETWEEN_REMOVALS).await,
            }
            tries += 1;
        }
        self.drop_network(name).await
    }

    async fn stats(&self, name: &Name) -> Result<Stats, Error> {
        const DOING: &str = "asking what a container uses";
        let answer = self.client.ask(Method::GET, &self.words.stats(&self.id(name)), None, SOON).await?;
        if answer.status == 404 {
            return Err(Error::Missing(name.clone()));
        }
        let told = answer.good(DOING)?.json(DOING)?;
        match self.words.read_stats(&told) {
            Some(stats) => Ok(stats),
            None => {
                self.inspect(name).await?;
                Err(Error::Refused { doing: DOING, said: "the engine's answer tells nothing".into() })
            }
        }
    }

    async fn list(&self) -> Result<Vec<Known>, Error> {
        let filters = json!({"label": [format!("{INSTANCE}={}", self.settings.instance)]});
        let rest = format!("containers/json?all=true&filters={}", escaped(&filters));
        let answer = self.get(&rest, "listing containers").await?;
        let mut known = Vec::new();
        for listed in answer.as_array().into_iter().flatten().filter_map(words::read_listed) {
            let Some(name) = self.name(&listed.id) else { continue };
            let stopped = listed.pid.is_some_and(signals::is_stopped);
            let state = match listed.state {
                Some(State::Running) if stopped => State::Frozen,
                Some(state) => state,
                None => match self.inspect(&name).await {
                    Ok((state, _)) => state,
                    // It went meanwhile.
                    Err(Error::Missing(_)) => continue,
                    Err(error) => return Err(error),
                },
            };
            known.push(Known { name, state, labels: words::labels_of_spec(&listed.labels) });
        }
        Ok(known)
    }

    async fn pid(&self, name: &Name) -> Result<Option<u32>, Error> {
        let (state, pid) = self.inspect(name).await?;
        Ok(pid.filter(|_| matches!(state, State::Running | State::Frozen)))
    }

    async fn events(&self) -> Result<BoxStream<'static, Event>, Error> {
        let filters = json!({
            "type": ["container"],
            "label": [format!("{INSTANCE}={}", self.settings.instance)],
        });
        // From this second on: what happens while the engine gets ready to tell is not lost. Twice is no harm.
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let path = self.words.path(&format!("events?stream=true&since={now}&filters={}", escaped(&filters)));
        let lines = self.client.lines(&path, SOON, "listening to events").await?;
        let prefix = format!("tos-{}-", self.settings.instance);
        let events = lines.filter_map(move |line| {
            let read = words::read_event(&line);
            let named = read.and_then(|(id, state)| Some((id.strip_prefix(&prefix)?.parse().ok()?, state)));
            std::future::ready(named.map(|(name, state)| Event { name, state }))
        });
        Ok(events.boxed())
    }
}

fn escaped(filters: &Value) -> String {
    utf8_percent_encode(&filters.to_string(), NON_ALPHANUMERIC).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_are_one_part_of_a_query() {
        let text = escaped(&json!({"label": ["a=b&c"]}));
        assert!(text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'%'), "{text}");
    }
}
