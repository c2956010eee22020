//! What an item says of itself. Every property is asked for by itself, so that one that is missing, of another kind or too
//! large takes no other along.

use std::path::PathBuf;
use std::sync::Arc;

use serde::de::DeserializeOwned;
use tokio::sync::Semaphore;
use zbus::Connection;
use zbus::as_variant::Deserialize;
use zbus::fdo::Error as Unknown;
use zbus::wire::{OwnedObjectPath, Type};

use super::pixels::{Pixels, Raw, best};
use super::watcher::Address;
use super::{TrayIcon, TrayId, TrayItem, TrayStatus};
use crate::text::{cut, plain};

pub(super) const ITEM: &str = "org.kde.StatusNotifierItem";

/// Characters of a title, a tooltip, a name of an icon; more is cut.
const MOST_TITLE: usize = 48;
const MOST_TOOLTIP: usize = 200;
pub(super) const MOST_ICON: usize = 128;
/// Bytes of an answer that is a text, and of one that is pictures; what is longer is not read.
const MOST_TEXT: usize = 64 << 10;
const MOST_PIXELS: usize = 4 << 20;

/// Pictures that are under way at the same time, of all items together.
pub(super) const MOST_PICTURES: usize = 8;

/// A property of the kind that the specification names.
struct Ask<'a> {
    connection: &'a Connection,
    address: &'a Address,
    pictures: &'a Semaphore,
}

impl Ask<'_> {
    async fn get<T: Type + DeserializeOwned>(&self, name: &str, most: usize) -> zbus::Result<Option<T>> {
        let Address { owner, path } = self.address;
        let interface = Some("org.freedesktop.DBus.Properties");
        let body = (ITEM, name);
        let answer = self.connection.call_method(Some(owner.as_str()), path.as_str(), interface, "Get", &body).await?;
        let body = answer.body();
        if body.len() > most {
            tracing::debug!(property = name, bytes = body.len(), "an item of the tray says too much");
            return Ok(None);
        }
        Ok(body.deserialize::<Deserialize<'_, T>>().ok().map(|value| value.0))
    }

    async fn text(&self, name: &str) -> String {
        self.get::<String>(name, MOST_TEXT).await.ok().flatten().unwrap_or_default()
    }

    async fn pixels(&self, name: &str) -> Option<Arc<Pixels>> {
        let _permit = self.pictures.acquire().await.ok()?;
        best(self.get::<Vec<Raw>>(name, MOST_PIXELS).await.ok()??)
    }

    async fn icon(&self, kind: &str, folder: &Option<PathBuf>) -> TrayIcon {
        let name = cut(&self.text(&format!("{kind}Name")).await, MOST_ICON);
        let pixels = self.pixels(&format!("{kind}Pixmap")).await;
        TrayIcon { name, folder: folder.clone(), pixels, png: None }
    }
}

/// An item as it is now, and where its menu is. Nothing if it does not even say which status it has.
pub(super) async fn item(
    connection: &Connection,
    address: &Address,
    pictures: &Semaphore,
    id: TrayId,
) -> Option<(TrayItem, Option<String>)> {
    let ask = Ask { connection, address, pictures };
    // Whoever does not answer this is asked nothing more.
    let status = match ask.get::<String>("Status", MOST_TEXT).await {
        Ok(status) => status.unwrap_or_default(),
        // There is an object, and it does not know the property.
        Err(zbus::Error::MethodError(..)) => String::new(),
        Err(zbus::Error::FDO(error)) if matches!(*error, Unknown::UnknownProperty(_) | Unknown::InvalidArgs(_)) => {
            String::new()
        }
        Err(_) => return None,
    };
    let status = match status.as_str() {
        "Passive" => TrayStatus::Passive,
        "NeedsAttention" => TrayStatus::NeedsAttention,
        _ => TrayStatus::Active,
    };
    let folder = Some(PathBuf::from(ask.text("IconThemePath").await)).filter(|folder| folder.is_absolute());
    let mut icon = ask.icon("Icon", &folder).await;
    if status == TrayStatus::NeedsAttention {
        let attention = ask.icon("AttentionIcon", &folder).await;
        icon = if attention.is_empty() { icon } else { attention };
    }
    let overlay = ask.icon("OverlayIcon", &folder).await;
    let tooltip = ask.get::<(String, Vec<Raw>, String, String)>("ToolTip", MOST_PIXELS).await.ok().flatten();
    let (headline, text) = tooltip.map_or_else(Default::default, |(_, _, headline, text)| (headline, text));
    let (named, program) = (ask.text("Title").await, ask.text("Id").await);
    let menu = ask.get::<OwnedObjectPath>("Menu", MOST_TEXT).await.ok().flatten().map(|path| path.to_string());
    // Some programs say by this path that there is none.
    let menu = menu.filter(|path| path != "/" && !path.ends_with("NO_DBUSMENU"));
    let only_menu = ask.get::<bool>("ItemIsMenu", MOST_TEXT).await.ok().flatten().unwrap_or_default();
    let title = [named, headline.clone(), program].into_iter().find(|text| !text.trim().is_empty());
    let title = cut(title.unwrap_or_default().trim(), MOST_TITLE);
    let tooltip = [headline, text].map(|text| plain(&text, MOST_TOOLTIP));
    let tooltip = tooltip.map(|text| text.trim().to_owned());
    let tooltip = tooltip.into_iter().filter(|text| !text.is_empty() && *text != title).collect::<Vec<_>>().join(": ");
    let (has_menu, only_menu) = (menu.is_some(), only_menu && menu.is_some());
    Some((TrayItem { id, title, tooltip, status, icon, overlay, has_menu, only_menu }, menu))
}
