//! Outputs come, change their size and go; panes split, change places and close.

use std::time::Duration;

use super::super::id::{OutputId, ViewportId};
use super::super::limits::{MOST_OUTPUTS, MOST_VIEWPORTS};
use super::super::path::Level;
use super::super::tiles::HubMode;
use super::{Desktop, Path, checked, too_many};
use crate::geometry::Rect;
use crate::operation::{Axis, Direction, Effects, Kind, Refused};
use crate::viewport::{Output, Panels};

impl Desktop {
    /// Adds an output that shows the overview. The focus stays where it is.
    pub fn add_output(&mut self, area: Rect) -> Result<OutputId, Refused> {
        let area = checked(area)?;
        if self.outputs.len() >= MOST_OUTPUTS {
            return too_many(Kind::Outputs, MOST_OUTPUTS);
        }
        let id = OutputId::from_raw(self.tree.ids.next());
        let viewport = self.add_viewport(Path::root());
        self.viewports.entry(viewport).and_modify(|viewport| viewport.mode = self.hubs);
        self.outputs.push(Output::single(id, area, viewport));
        Ok(id)
    }

    /// What hubs show first, in panes that are at the overview and on outputs that open from now on. A pane that a split
    /// opens is there to choose an app.
    pub fn open_hubs_with(&mut self, mode: HubMode) {
        if std::mem::replace(&mut self.hubs, mode) != mode {
            let outside = self.viewports.values_mut().filter(|viewport| viewport.path.level() == Level::Overview);
            outside.for_each(|viewport| viewport.mode = mode);
        }
    }

    /// Takes an output away with its viewports; windows are not touched.
    pub fn remove_output(&mut self, id: OutputId, now: Duration) -> Result<Effects, Refused> {
        let place = self.outputs.iter().position(|output| output.id == id);
        let place = place.ok_or(Refused::NoSuchOutput { output: id })?;
        if self.outputs.len() == 1 {
            return Err(Refused::LastOutput);
        }
        let gone = self.outputs.remove(place);
        self.viewports.retain(|id, _| !gone.panes.viewports().contains(id));
        if self.focused == id {
            self.focused = self.outputs.first().map_or(self.focused, |output| output.id);
        }
        Ok(self.settle(None, now))
    }

    /// Gives an output another size. Panes that would be too small wait out of sight until there is room again.
    pub fn resize_output(&mut self, id: OutputId, area: Rect) -> Result<(), Refused> {
        let area = checked(area)?;
        let mut outputs = self.outputs.iter_mut();
        let output = outputs.find(|output| output.id == id).ok_or(Refused::NoSuchOutput { output: id })?;
        output.area = area;
        self.notice();
        Ok(())
    }

    /// Tells what panels there are on an output. Where its panes are follows with its next size.
    pub fn set_panels(&mut self, id: OutputId, panels: Panels) {
        if let Some(output) = self.outputs.iter_mut().find(|output| output.id == id) {
            output.panels = panels;
        }
    }

    pub(super) fn split(&mut self, axis: Axis) -> Result<(), Refused> {
        let here = self.focused_viewport();
        let (id, path) = (here.id, here.path.up_to(1));
        let mut output = self.focused_output().clone();
        if output.panes.viewports().len() >= MOST_VIEWPORTS {
            return too_many(Kind::Viewports, MOST_VIEWPORTS);
        }
        // Tried with a name that nothing has; a real one is given out only if there is room.
        output.split(id, ViewportId::from_raw(0), axis)?;
        let new = self.add_viewport(path);
        if let Some(output) = self.focused_output_mut() {
            output.split(id, new, axis)?;
        }
        Ok(())
    }

    pub(super) fn close_viewport(&mut self) -> Result<(), Refused> {
        let Some(output) = self.focused_output_mut() else { return Err(Refused::LastViewport) };
        let gone = output.focused;
        output.focused = output.panes.remove(gone).ok_or(Refused::LastViewport)?;
        self.viewports.remove(&gone);
        Ok(())
    }

    pub(super) fn swap(&mut self, with: Option<ViewportId>) -> Result<(), Refused> {
        let output = self.focused_output();
        let (here, home) = (output.focused, output.id);
        let panes = output.panes.viewports();
        let place = panes.iter().position(|id| *id == here).unwrap_or(0);
        let other = match with {
            Some(id) if !self.viewports.contains_key(&id) => return Err(Refused::NoSuchViewport { viewport: id }),
            Some(id) => Some(id),
            None => panes.get((place + 1) % panes.len()).copied(),
        };
        let other = other.filter(|id| *id != here).ok_or(Refused::NothingThere)?;
        let away = self.output_of(other).map_or(home, |output| output.id);
        self.outputs.iter_mut().for_each(|output| output.panes.swap(here, other));
        if away != home {
            // The focus goes with its viewport to the other output.
            for output in &mut self.outputs {
                match output.id {
                    id if id == home => output.focused = other,
                    id if id == away => output.focused = here,
                    _ => {}
                }
            }
            self.focused = away;
        }
        Ok(())
    }

    pub(super) fn resize_pane(&mut self, share: f64) -> Result<(), Refused> {
        let here = self.focused_viewport().id;
        self.focused_output_mut().map_or(Err(Refused::NotSplit), |output| output.resize(here, share))
    }

    pub(super) fn focus_viewport(&mut self, viewport: ViewportId) -> Result<(), Refused> {
        let output = self.outputs.iter_mut().find(|output| output.panes.viewports().contains(&viewport));
        let output = output.ok_or(Refused::NoSuchViewport { viewport })?;
        output.focused = viewport;
        self.focused = output.id;
        Ok(())
    }

    pub(super) fn focus_pane(&mut self, direction: Direction) -> Result<(), Refused> {
        let viewport = self.focused_output().pane_towards(direction).ok_or(Refused::NothingThere)?;
        self.focus_viewport(viewport)
    }

    fn focused_output_mut(&mut self) -> Option<&mut Output> {
        let id = self.focused_output().id;
        self.outputs.iter_mut().find(|output| output.id == id)
    }
}
