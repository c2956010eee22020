//! `org.kde.StatusNotifierWatcher`: where items and trays find each other. Bars that run inside are trays too.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::mpsc::Sender;
use zbus::message::Header;
use zbus::names::BusName;
use zbus::object_server::SignalEmitter;
use zbus::{Connection, fdo, interface};

use super::MOST_ITEMS;

/// Where an item has its object, unless it says so.
const USUAL_PATH: &str = "/StatusNotifierItem";
/// So many items of one connection at most.
const MOST_OF_ONE: usize = 8;
/// No path and no name of a bus is longer.
const MOST_NAME: usize = 255;

/// Who an item is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Address {
    /// Its connection.
    pub owner: String,
    /// Its object.
    pub path: String,
}

impl Address {
    /// As trays are told of it.
    pub fn full(&self) -> String {
        format!("{}{}", self.owner, self.path)
    }
}

/// The items there are, for whoever asks.
pub(super) type Listed = Arc<Mutex<Vec<Address>>>;

/// The object on the bus.
pub(super) struct Watcher {
    pub listed: Listed,
    pub registered: Sender<Address>,
}

impl Watcher {
    pub const PATH: &'static str = "/StatusNotifierWatcher";
    pub const NAME: &'static str = "org.kde.StatusNotifierWatcher";

    fn list(&self) -> std::sync::MutexGuard<'_, Vec<Address>> {
        self.listed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[interface(name = "org.kde.StatusNotifierWatcher")]
impl Watcher {
    /// `service` is the path of an item of the caller, or a name that its process has.
    async fn register_status_notifier_item(
        &self,
        #[zbus(header)] header: Header<'_>,
        #[zbus(connection)] connection: &Connection,
        #[zbus(signal_emitter)] emitter: SignalEmitter<'_>,
        service: &str,
    ) -> fdo::Result<()> {
        let sender = header.sender().ok_or_else(|| fdo::Error::AccessDenied("who are you?".into()))?.to_string();
        if service.is_empty() || service.len() > MOST_NAME {
            return Err(fdo::Error::InvalidArgs("that is neither a path nor a name".into()));
        }
        let path = if service.starts_with('/') { service } else { USUAL_PATH };
        let owner = if service.starts_with('/') { sender } else { owner_of(connection, service, sender).await? };
        let address = Address { owner, path: path.to_owned() };
        if zbus::wire::ObjectPath::try_from(address.path.as_str()).is_err() {
            return Err(fdo::Error::InvalidArgs("that is no path of an object".into()));
        }
        {
            let mut listed = self.list();
            if listed.contains(&address) {
                return Ok(());
            }
            if listed.iter().filter(|other| other.owner == address.owner).count() >= MOST_OF_ONE {
                return Err(fdo::Error::LimitsExceeded(format!("a program has no more than {MOST_OF_ONE} items")));
            }
            if listed.len() >= MOST_ITEMS || self.registered.try_send(address.clone()).is_err() {
                return Err(fdo::Error::LimitsExceeded(format!("the tray holds {MOST_ITEMS} items")));
            }
            listed.push(address.clone());
        }
        Self::status_notifier_item_registered(&emitter, &address.full()).await?;
        Ok(())
    }

    /// Another tray looks on; it reads the list and hears the signals as any.
    async fn register_status_notifier_host(
        &self,
        #[zbus(signal_emitter)] emitter: SignalEmitter<'_>,
        _service: &str,
    ) -> fdo::Result<()> {
        Ok(Self::status_notifier_host_registered(&emitter).await?)
    }

    #[zbus(property)]
    fn registered_status_notifier_items(&self) -> Vec<String> {
        self.list().iter().map(Address::full).collect()
    }

    /// We are one ourselves.
    #[zbus(property)]
    fn is_status_notifier_host_registered(&self) -> bool {
        true
    }

    #[zbus(property)]
    fn protocol_version(&self) -> i32 {
        0
    }

    #[zbus(signal)]
    pub async fn status_notifier_item_registered(emitter: &SignalEmitter<'_>, service: &str) -> zbus::Result<()>;

    #[zbus(signal)]
    pub async fn status_notifier_item_unregistered(emitter: &SignalEmitter<'_>, service: &str) -> zbus::Result<()>;

    #[zbus(signal)]
    pub async fn status_notifier_host_registered(emitter: &SignalEmitter<'_>) -> zbus::Result<()>;
}

/// The connection that has a name, which is one of `sender`'s process: KDE's library has another for each item.
async fn owner_of(connection: &Connection, service: &str, sender: String) -> fdo::Result<String> {
    if service == sender {
        return Ok(sender);
    }
    let name =
        |name: &str| BusName::try_from(name.to_owned()).map_err(|error| fdo::Error::InvalidArgs(error.to_string()));
    let bus = fdo::DBusProxy::new(connection).await?;
    let owner = bus.get_name_owner(name(service)?).await?;
    if owner.as_str() != sender {
        let process = bus.get_connection_unix_process_id(name(owner.as_str())?).await?;
        if process != bus.get_connection_unix_process_id(name(&sender)?).await? {
            return Err(fdo::Error::AccessDenied("that name is somebody else's".into()));
        }
    }
    Ok(owner.to_string())
}
