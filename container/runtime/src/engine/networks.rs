//! Networks at the engine, and their rules, kept in step.
//!
//! What may leave a network stands in the network's own label, so that a session manager that was killed finds it again
//! and puts the rules back before it does anything else. Rules are there before a container starts, and go after its
//! network went.

use std::collections::{BTreeMap, BTreeSet};

use hyper::Method;
use tokio::sync::Mutex;

use super::{
    Engine, LONG, SOON,
    words::{self, EGRESS, INSTANCE, ListedNetwork},
};
use crate::{
    Error, Name, Spec,
    net::{
        bridge::{self, Bridge},
        walls::{self, Walls},
    },
    spec::Egress,
};

const DOING: &str = "making a network";
/// How many times another range of addresses is tried when the engine says that one is taken.
const TRIES: u32 = 16;

/// What is known of the networks of this instance.
#[derive(Default)]
pub(super) struct Networks(Mutex<Known>);

#[derive(Default)]
struct Known {
    /// By the engine's names.
    ours: BTreeMap<String, Bridge>,
    /// Interfaces of the engine's other networks.
    foreign: BTreeSet<String>,
}

impl Engine {
    /// Finds the networks of this instance, and writes their rules.
    pub(super) async fn adopt_networks(&self) -> Result<(), Error> {
        let mut known = self.networks.0.lock().await;
        let all = self.all_networks().await?;
        known.foreign = words::foreign(&all, &self.settings.instance);
        known.ours = all.iter().filter_map(|network| self.read_bridge(network)).map(|b| (b.name.clone(), b)).collect();
        if known.ours.is_empty() && self.found.ability.network.is_err() {
            return Ok(());
        }
        self.write_rules(&known).await
    }

    /// Writes all rules again if this container has a network. Somebody may have cleared the kernel's tables.
    pub(super) async fn assert_rules(&self, name: &Name) -> Result<(), Error> {
        let known = self.networks.0.lock().await;
        if known.ours.contains_key(&self.id(name)) { self.write_rules(&known).await } else { Ok(()) }
    }

    /// The network of a container that is about to be made; none if it may reach nothing.
    pub(super) async fn make_network(&self, spec: &Spec) -> Result<Option<Bridge>, Error> {
        if spec.egress == Egress::None {
            return Ok(None);
        }
        if let Err(why) = &self.found.ability.network {
            return Err(Error::Unsupported { what: "a network for a container", why: why.clone() });
        }
        let id = self.id(&spec.name);
        let mut known = self.networks.0.lock().await;
        let all = self.all_networks().await?;
        known.foreign = words::foreign(&all, &self.settings.instance);
        let there = all.iter().find(|network| network.name == id).and_then(|network| self.read_bridge(network));
        let bridge = match there {
            Some(bridge) if bridge.egress == spec.egress => bridge,
            found => {
                if found.is_some() || all.iter().any(|network| network.name == id) {
                    self.delete_network(&id).await?;
                }
                self.new_network(&id, &spec.egress, &all).await?
            }
        };
        known.ours.insert(id.clone(), bridge.clone());
        if let Err(error) = self.write_rules(&known).await {
            known.ours.remove(&id);
            let _ = self.delete_network(&id).await;
            return Err(error);
        }
        Ok(Some(bridge))
    }

    /// Takes a container's network away, and its rules.
    pub(super) async fn drop_network(&self, name: &Name) -> Result<(), Error> {
        let id = self.id(name);
        let mut known = self.networks.0.lock().await;
        self.delete_network(&id).await?;
        if known.ours.remove(&id).is_some() { self.write_rules(&known).await } else { Ok(()) }
    }

    async fn new_network(&self, id: &str, egress: &Egress, all: &[ListedNetwork]) -> Result<Bridge, Error> {
        let full = || Error::Unsupported { what: "a network for a container", why: "all addresses are taken".into() };
        let taken: BTreeSet<_> = all.iter().flat_map(|network| &network.subnets).map(|subnet| subnet.address).collect();
        let egress_text = serde_json::to_string(egress)
            .map_err(|error| Error::System { doing: DOING, source: std::io::Error::other(error) })?;
        let labels = [(INSTANCE, self.settings.instance.clone()), (EGRESS, egress_text)];
        let labels = labels.map(|(key, value)| (key.to_owned(), value)).into();
        let (mut from, mut said) = (0, String::new());
        for _ in 0..TRIES {
            let (index, subnet) = bridge::free(self.settings.addresses, &taken, from).ok_or_else(full)?;
            let subnet6 = match self.settings.addresses6 {
                Some(pool) => Some(bridge::cut(pool, index).ok_or_else(full)?),
                None => None,
            };
            let bridge = Bridge {
                name: id.to_owned(),
                interface: bridge::interface(id),
                subnet,
                subnet6,
                resolvers: self.settings.resolvers.clone(),
                egress: egress.clone(),
            };
            let (path, body) = self.words.network(&bridge, &labels);
            let answer = self.client.ask(Method::POST, &path, Some(&body), SOON).await?;
            if (200..300).contains(&answer.status) {
                return self.called_as_asked(bridge).await;
            }
            // Somebody else's network or route may lie there.
            said = answer.said();
            from = index + 1;
        }
        Err(Error::Refused { doing: DOING, said })
    }

    /// Rules hold for an interface by its name. An engine that calls it otherwise would leave the container without any.
    async fn called_as_asked(&self, bridge: Bridge) -> Result<Bridge, Error> {
        let made = self.all_networks().await?.into_iter().find(|network| network.name == bridge.name);
        if made.and_then(|network| network.interface).as_deref() == Some(bridge.interface.as_str()) {
            return Ok(bridge);
        }
        self.delete_network(&bridge.name).await?;
        let why = "the engine does not call the network's interface as it is told, so no rules would hold".into();
        Err(Error::Unsupported { what: "a network for a container", why })
    }

    async fn delete_network(&self, id: &str) -> Result<(), Error> {
        let path = self.words.path(&format!("networks/{id}"));
        let answer = self.client.ask(Method::DELETE, &path, None, LONG).await?;
        if answer.status == 404 { Ok(()) } else { answer.good("taking a network away").map(|_| ()) }
    }

    async fn all_networks(&self) -> Result<Vec<ListedNetwork>, Error> {
        const DOING: &str = "listing networks";
        let answer =
            self.client.ask(Method::GET, &self.words.networks(), None, SOON).await?.good(DOING)?.json(DOING)?;
        Ok(answer.as_array().into_iter().flatten().filter_map(|network| self.words.read_network(network)).collect())
    }

    async fn write_rules(&self, known: &Known) -> Result<(), Error> {
        let bridges: Vec<Bridge> = known.ours.values().cloned().collect();
        let walls = Walls {
            instance: &self.settings.instance,
            bridges: &bridges,
            foreign: &known.foreign,
            // The engine translates addresses itself.
            translates: false,
        };
        walls::load(&walls.script(), false).await
    }

    /// A network that we made once. A label that cannot be read lets nothing out.
    fn read_bridge(&self, network: &ListedNetwork) -> Option<Bridge> {
        self.name(&network.name)?;
        if network.labels.get(INSTANCE) != Some(&self.settings.instance) {
            return None;
        }
        let egress = network.labels.get(EGRESS).and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
        Some(Bridge {
            name: network.name.clone(),
            interface: bridge::interface(&network.name),
            subnet: network.subnets.iter().copied().find(|subnet| subnet.address.is_ipv4())?,
            subnet6: network.subnets.iter().copied().find(|subnet| subnet.address.is_ipv6()),
            resolvers: self.settings.resolvers.clone(),
            egress,
        })
    }
}
