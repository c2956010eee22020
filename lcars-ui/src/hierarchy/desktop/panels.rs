//! Panels: which there are, how they do, and what is asked of them.

use std::time::Duration;

use super::super::id::{NodeId, WindowId};
use super::super::panels::{NewPanel, PanelHealth};
use super::super::tree::App;
use super::Desktop;
use crate::operation::{Effect, Effects, Refused};

impl Desktop {
    /// Makes the panels these and no others. Who looked at one that is gone goes one level out.
    ///
    /// # Errors
    /// If there are too many of them, or one has no name. Nothing has changed then.
    pub fn put_panels(&mut self, panels: &[NewPanel], now: Duration) -> Result<Effects, Refused> {
        self.tree.put_panels(panels)?;
        Ok(self.settle(None, now))
    }

    /// Notes how what shows a panel does. Whether that is another way than before.
    pub fn set_panel_health(&mut self, panel: WindowId, health: PanelHealth) -> bool {
        self.tree.set_panel_health(panel, health)
    }

    /// The window of a panel by its name, or of the one here.
    fn panel_named(&self, name: Option<&str>) -> Result<WindowId, Refused> {
        let window = |app: &App| app.windows.first().map(|window| window.id);
        match name {
            Some(name) => self.tree.panel(name).and_then(window).ok_or(Refused::NoSuchPanel),
            None => self.meant().and_then(|node| self.panel_at(node)).ok_or(Refused::NoPanel),
        }
    }

    /// The window of the panel that a node is.
    pub(super) fn panel_at(&self, node: NodeId) -> Option<WindowId> {
        let app = match node {
            NodeId::Sector(_) | NodeId::Log => None,
            NodeId::App(id) => self.tree.app(id).map(|(_, app)| app),
            NodeId::Window(id) => self.tree.window(id).map(|(_, app, _)| app),
        };
        app.filter(|app| app.is_panel())?.windows.first().map(|window| window.id)
    }

    pub(super) fn open_panel(&mut self, name: &str, now: Duration) -> Result<(), Refused> {
        let window = self.panel_named(Some(name))?;
        self.jump(Some(window.into()), now)
    }

    pub(super) fn close_panel(&mut self, name: Option<&str>, now: Duration) -> Result<Effects, Refused> {
        let window = self.panel_named(name)?;
        Ok(self.end_panel(window, now))
    }

    pub(super) fn restart_panel(&self, name: Option<&str>) -> Result<Effects, Refused> {
        Ok(vec![Effect::RestartPanel { window: self.panel_named(name)? }])
    }

    /// Puts a panel away: whoever is in it goes out.
    pub(super) fn end_panel(&mut self, window: WindowId, now: Duration) -> Effects {
        let inside = self.viewports.values().filter(|viewport| viewport.path.window() == Some(window));
        let leaving: Vec<_> = inside.filter_map(|v| Some((v.id, self.tree.exit(&v.path)?))).collect();
        leaving.into_iter().for_each(|(viewport, to)| self.go(viewport, &to, now));
        vec![Effect::EndPanel { window }]
    }
}
