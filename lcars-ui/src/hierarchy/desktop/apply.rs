//! What people and their tools can ask for: every operation, checked before anything changes.

use std::time::Duration;

use super::super::id::{NodeId, SectorId, ViewportId, WindowId};
use super::super::tree::App;
use super::{Desktop, Path};
use crate::operation::{Effect, Effects, Operation, Refused};

impl Desktop {
    /// Does what is asked, in the focused viewport. A refusal changes nothing.
    pub fn apply(&mut self, operation: &Operation, now: Duration) -> Result<Effects, Refused> {
        let mut effects = Effects::new();
        let mut leaving = None;
        match operation {
            Operation::ZoomIn { into } => self.zoom_in(*into, now)?,
            Operation::ZoomOut => self.zoom_out(now)?,
            Operation::Jump { to } => self.jump(*to, now)?,
            Operation::Select { node } => self.select(*node)?,
            Operation::FocusNext => self.step(1)?,
            Operation::FocusPrev => self.step(-1)?,
            Operation::Move { direction } => self.move_selection(*direction)?,
            Operation::Mode { mode } => {
                let here = self.focused_viewport().id;
                self.viewports.get_mut(&here).into_iter().for_each(|viewport| viewport.mode = *mode);
            }
            Operation::Split { axis } => self.split(*axis)?,
            Operation::CloseViewport => self.close_viewport()?,
            Operation::Swap { with } => self.swap(*with)?,
            Operation::Resize { share } => self.resize_pane(*share)?,
            Operation::FocusViewport { viewport } => self.focus_viewport(*viewport)?,
            Operation::FocusPane { direction } => self.focus_pane(*direction)?,
            Operation::NewSector { name, colour } => {
                let name = name.clone().unwrap_or_else(|| self.tree.free_name());
                self.tree.add_sector(&name, *colour)?;
            }
            Operation::Rename { sector, name } => self.tree.rename(*sector, name)?,
            Operation::Recolour { sector, colour } => self.tree.recolour(*sector, *colour)?,
            Operation::Reorder { node, to } => self.tree.reorder(*node, *to)?,
            Operation::RemoveSector { sector } => {
                let heir = self.tree.remove_sector(*sector)?;
                self.expect_elsewhere(*sector, heir);
            }
            Operation::SendToSector { node, sector, follow } => leaving = self.send(*node, *sector, *follow, now)?,
            Operation::Close { node } => effects = self.close(*node, now)?,
            Operation::NewTerminal { sector } => self.new_terminal(*sector, now)?,
            Operation::CloseTerminal { terminal } => effects = self.close_terminal(*terminal)?,
            Operation::RestartTerminal { terminal } => self.restart_terminal(*terminal)?,
            Operation::ShowTerminal { terminal } => self.show_terminal(*terminal, now)?,
            Operation::NextTerminal => self.step_terminal(1, now)?,
            Operation::PreviousTerminal => self.step_terminal(-1, now)?,
            Operation::OpenPanel { name } => self.open_panel(name, now)?,
            Operation::ClosePanel { name } => effects = self.close_panel(name.as_deref(), now)?,
            Operation::RestartPanel { name } => effects = self.restart_panel(name.as_deref())?,
            Operation::Activate { window } => self.activate(*window)?,
            Operation::Fullscreen { window, on } => effects = self.toggle_fullscreen(*window, *on)?,
        }
        effects.extend(self.settle(leaving, now));
        Ok(effects)
    }

    /// What is meant where nothing was named: the window in focus, else the selected tile.
    pub(super) fn meant(&self) -> Option<NodeId> {
        self.focused_window().map(NodeId::Window).or(self.focused_viewport().selected)
    }

    /// Sends something to a sector. The viewport that loses its window by that, and where it is instead.
    fn send(
        &mut self,
        node: Option<NodeId>,
        sector: SectorId,
        follow: bool,
        now: Duration,
    ) -> Result<Option<(ViewportId, Path)>, Refused> {
        let node = node.or_else(|| self.meant()).ok_or(Refused::NothingMeant)?;
        let (here, before) = (self.focused_viewport().id, self.focused_viewport().path.clone());
        // A window to find it by afterwards: an app may be taken in by its like.
        let (shown_here, window) = match node {
            NodeId::Sector(id) if self.tree.sector(id).is_none() => return Err(Refused::NoSuchNode { node }),
            NodeId::Sector(_) => return Err(Refused::WholeSector),
            NodeId::Log => return Err(Refused::LogStays),
            NodeId::App(id) => {
                let (_, app) = self.tree.app(id).ok_or(Refused::NoSuchNode { node })?;
                let window = app.front().map(|window| window.id);
                self.tree.send_app(id, sector)?;
                (before.app() == Some(id), window)
            }
            NodeId::Window(id) => {
                let place = self.tree.path_to(node).and_then(|path| path.window());
                self.tree.send_window(id, sector)?;
                (place.is_some() && before.window() == place, place)
            }
        };
        if shown_here && !follow {
            let rest = self.tree.renew(&before.up_to(1));
            let left = before.up_to(2);
            let to = if self.tree.is_valid(&left) { self.windows_of(&left) } else { rest };
            return Ok(Some((here, to)));
        }
        // What this viewport shows takes it along in any case; what it does not show, it goes to see.
        if follow
            && !shown_here
            && let Some(window) = window
        {
            self.go_and_select(here, sector, window, now);
        }
        Ok(None)
    }

    fn go_and_select(&mut self, viewport: ViewportId, sector: SectorId, window: WindowId, now: Duration) {
        let Some(hub) = self.tree.path_to(sector.into()) else { return };
        let app = self.tree.path_to(window.into()).and_then(|path| path.app());
        self.go(viewport, &hub, now);
        if let (Some(viewport), Some(app)) = (self.viewports.get_mut(&viewport), app) {
            viewport.selected = Some(app.into());
        }
    }

    fn close(&mut self, node: Option<NodeId>, now: Duration) -> Result<Effects, Refused> {
        let node = node.or_else(|| self.meant()).ok_or(Refused::NothingMeant)?;
        if !self.tree.contains(node) {
            return Err(Refused::NoSuchNode { node });
        }
        if let Some(panel) = self.panel_at(node) {
            return Ok(self.end_panel(panel, now));
        }
        let windows: Vec<WindowId> = match node {
            NodeId::Sector(_) => return Err(Refused::WholeSector),
            NodeId::Log => return Err(Refused::LogStays),
            NodeId::App(id) => {
                let app = self.tree.app(id).map(|(_, app)| app);
                app.into_iter().flat_map(App::places).map(|window| window.id).collect()
            }
            NodeId::Window(id) => vec![id],
        };
        Ok(windows.into_iter().map(|window| Effect::AskToClose { window }).collect())
    }

    fn activate(&mut self, window: WindowId) -> Result<(), Refused> {
        let node = NodeId::Window(window);
        let place = self.tree.path_to(node).ok_or(Refused::NoSuchNode { node })?.window();
        let here = self.focused_viewport().path.window();
        let place = place.filter(|_| place == here).ok_or(Refused::NotHere { node })?;
        self.tree.choose_keyboard(place, Some(window));
        Ok(())
    }

    fn toggle_fullscreen(&mut self, window: Option<WindowId>, on: Option<bool>) -> Result<Effects, Refused> {
        let id = window.or(self.focused_viewport().path.window()).ok_or(Refused::NothingMeant)?;
        let (_, _, window) = self.tree.window(id).ok_or(Refused::NoSuchNode { node: id.into() })?;
        let on = on.unwrap_or(!window.fullscreen);
        Ok(self.put_fullscreen(id, on))
    }

    /// Whatever it was before: a program that is told the same again loses nothing.
    pub(super) fn put_fullscreen(&mut self, window: WindowId, on: bool) -> Effects {
        self.tree.edit_window(window, |window| window.fullscreen = on);
        vec![Effect::SetFullscreen { window, on }]
    }
}
