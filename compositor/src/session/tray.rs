//! The tray: what programs leave behind on the bus is shown by the interface, and what the user does with it is told to
//! them.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use bus::{TrayAsk, TrayEntry, TrayIcon, TrayId, TrayItem, TrayStatus, TrayWord};
use calloop::channel::{Event, sync_channel};
use lcars_ui::hierarchy::OutputId;
use lcars_ui::tray::{self as ui, TrayAct};

use crate::state::State;

/// So many words may wait for the main thread; past it they are lost, which is written down.
const WAITING: usize = 256;
/// What the names of icons begin with that are more than a name.
const ICON: &str = "tray:";

/// The signs of programs, and whose menu is seen.
#[derive(Debug, Default)]
pub(crate) struct Tray {
    bus: Option<bus::Tray>,
    items: Vec<TrayItem>,
    menu: Option<(TrayId, Vec<TrayEntry>)>,
    /// What the interface was told.
    shown: Arc<ui::Tray>,
    /// What icons are made of that the interface knows by a name of ours.
    icons: HashMap<String, TrayIcon>,
    /// Whose menu is open.
    open: Option<TrayId>,
    /// Where a sign was pressed last.
    pressed_on: Option<OutputId>,
}

impl Tray {
    /// What an icon is made of, if its name is one of the tray's.
    pub(crate) fn icon(&self, name: &str) -> Option<TrayIcon> {
        self.icons.get(name).cloned()
    }

    /// For a screen that is new.
    pub(crate) fn shown(&self) -> Arc<ui::Tray> {
        self.shown.clone()
    }

    /// The name by which the interface knows an icon.
    fn name_of(&mut self, icon: &TrayIcon) -> String {
        let plain = icon.folder.is_none() && icon.pixels.is_none() && icon.png.is_none();
        if plain && !icon.name.starts_with(['/', '.']) {
            return icon.name.clone();
        }
        if icon.is_empty() {
            return String::new();
        }
        let mut hasher = DefaultHasher::new();
        icon.hash(&mut hasher);
        let name = format!("{ICON}{:016x}", hasher.finish());
        self.icons.insert(name.clone(), icon.clone());
        name
    }

    /// What the interface is to show.
    fn made(&mut self) -> ui::Tray {
        let old = std::mem::take(&mut self.icons);
        let (items, menu) = (std::mem::take(&mut self.items), self.menu.take());
        let shown = ui::Tray {
            items: items.iter().map(|item| self.item(item)).collect(),
            menu: menu.as_ref().map(|(id, entries)| self.menu_of(*id, entries)),
        };
        (self.items, self.menu) = (items, menu);
        drop(old);
        shown
    }

    fn item(&mut self, item: &TrayItem) -> ui::TrayItem {
        ui::TrayItem {
            id: item.id.0,
            name: item.title.clone(),
            says: item.tooltip.clone(),
            shown: item.status != TrayStatus::Passive,
            urgent: item.status == TrayStatus::NeedsAttention,
            icon: self.name_of(&item.icon),
            overlay: self.name_of(&item.overlay),
            has_menu: item.has_menu,
            only_menu: item.only_menu,
        }
    }

    fn menu_of(&mut self, item: TrayId, entries: &[TrayEntry]) -> ui::TrayMenu {
        ui::TrayMenu { item: item.0, entries: entries.iter().map(|entry| self.entry(entry)).collect() }
    }

    fn entry(&mut self, entry: &TrayEntry) -> ui::TrayEntry {
        ui::TrayEntry {
            id: entry.id,
            label: entry.label.clone(),
            separator: entry.separator,
            disabled: entry.disabled,
            on: entry.toggle.map(|toggle| toggle.on),
            icon: self.name_of(&entry.icon),
            leads_on: entry.leads_on,
            children: entry.children.iter().map(|child| self.entry(child)).collect(),
        }
    }

    fn ask(&self, ask: TrayAsk) {
        if let Some(bus) = &self.bus {
            bus.ask(ask);
        }
    }
}

impl State {
    /// Becomes the tray of the session bus. Where that fails programs have none, which is written down.
    pub(crate) fn become_tray(&mut self, address: String) {
        let (sender, words) = sync_channel(WAITING);
        let inserted = self.handle.insert_source(words, |event, (), state| {
            if let Event::Msg(word) = event {
                state.tray_says(word);
            }
        });
        if let Err(error) = inserted {
            return tracing::warn!(%error, "programs have no tray");
        }
        let started = bus::start_tray(address, move |word| {
            if sender.try_send(word).is_err() {
                tracing::warn!("a word of the tray was lost: the main thread is not keeping up");
            }
        });
        match started {
            Ok(bus) => self.tray.bus = Some(bus),
            Err(error) => tracing::warn!(%error, "programs have no tray"),
        }
    }

    fn tray_says(&mut self, word: TrayWord) {
        match word {
            TrayWord::Items(items) => self.tray.items = items,
            TrayWord::Menu(id, entries) => self.tray.menu = Some((id, entries)),
            TrayWord::Silent(id) if self.tray.open == Some(id) => self.tray.menu = Some((id, Vec::new())),
            TrayWord::Silent(_) => return,
            TrayWord::ShowMenu(id) => {
                let on = self.tray.pressed_on.unwrap_or(self.screen().id);
                return self.tell(on, |interface, sight, _| interface.show_tray_menu(id.0, sight));
            }
        }
        self.show_tray();
    }

    fn show_tray(&mut self) {
        let shown = self.tray.made();
        if *self.tray.shown == shown {
            return;
        }
        self.tray.shown = Arc::new(shown);
        for screen in self.screens.iter_mut() {
            screen.interface.tray = self.tray.shown.clone();
        }
        self.shell.outdated = true;
        self.screens.damage();
    }

    /// Does what programs have to do when somebody presses their signs or chooses in their menus.
    pub(crate) fn act_on_tray(&mut self, act: TrayAct) {
        self.tray.pressed_on = Some(self.screen().id);
        match act {
            TrayAct::Press { item } => self.tray.ask(TrayAsk::Activate(TrayId(item))),
            TrayAct::Other { item } => self.tray.ask(TrayAsk::Secondary(TrayId(item))),
            TrayAct::OwnMenu { item } => self.tray.ask(TrayAsk::ContextMenu(TrayId(item))),
            TrayAct::Scroll { item, amount } => {
                self.tray.ask(TrayAsk::Scroll { item: TrayId(item), steps: amount, sideways: false });
            }
            TrayAct::Choose { item, entry } => self.tray.ask(TrayAsk::Click { item: TrayId(item), entry }),
            TrayAct::Ask { item, entry } => {
                let item = TrayId(item);
                if self.tray.open != Some(item) {
                    self.tray.menu = None;
                    self.show_tray();
                }
                self.tray.open = Some(item);
                self.tray.ask(TrayAsk::OpenMenu { item, entry });
            }
            TrayAct::All | TrayAct::Menu { .. } | TrayAct::Into { .. } | TrayAct::Back => {}
        }
    }

    /// Tells a program that nobody sees its menu any more.
    pub(crate) fn follow_tray(&mut self) {
        let Some(open) = self.tray.open else { return };
        let is_seen = |id: TrayId| {
            let mut menus = self.screens.iter().filter_map(|screen| screen.interface.tray_menu());
            menus.any(|(item, _)| item == id.0)
        };
        if !is_seen(open) {
            self.tray.ask(TrayAsk::CloseMenu(open));
            (self.tray.open, self.tray.menu) = (None, None);
            self.show_tray();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_icon_has_another_name_when_it_looks_different_and_is_forgotten_with_its_item() {
        let mut tray = Tray::default();
        let icon = |png: &[u8]| TrayIcon { png: Some(Arc::from(png)), ..TrayIcon::default() };
        let item = |icon| TrayItem {
            id: TrayId(1),
            title: "Post".into(),
            tooltip: String::new(),
            status: TrayStatus::Active,
            icon,
            overlay: TrayIcon::default(),
            has_menu: false,
            only_menu: false,
        };
        tray.items = vec![item(icon(&[1]))];
        let first = tray.made().items[0].icon.clone();
        assert!(tray.icon(&first).is_some() && first.starts_with(ICON));
        tray.items = vec![item(icon(&[2]))];
        let second = tray.made().items[0].icon.clone();
        assert!(second != first && tray.icon(&first).is_none() && tray.icons.len() == 1);
        tray.items = vec![item(TrayIcon { name: "mail-unread".into(), ..TrayIcon::default() })];
        assert_eq!((tray.made().items[0].icon.as_str(), tray.icons.len()), ("mail-unread", 0));
    }
}
