//! Going from place to place, and the focus ring on the tiles of a place.

use std::time::Duration;

use super::super::id::NodeId;
use super::super::tiles::tiles;
use super::{Desktop, Path};
use crate::camera::Pose;
use crate::geometry::Size;
use crate::operation::{Direction, Refused};
use crate::viewport::nearest;

impl Desktop {
    pub(super) fn zoom_in(&mut self, into: Option<NodeId>, now: Duration) -> Result<(), Refused> {
        let here = self.focused_viewport();
        let (id, children) = (here.id, self.tree.children(&here.path));
        let node = match into {
            Some(node) if children.contains(&node) => node,
            Some(node) if self.tree.contains(node) => return Err(Refused::NotHere { node }),
            Some(node) => return Err(Refused::NoSuchNode { node }),
            None => here.selected.or_else(|| children.first().copied()).ok_or(Refused::NothingInside)?,
        };
        let to = self.tree.entrance(node).ok_or(Refused::NoSuchNode { node })?;
        self.go(id, &to, now);
        Ok(())
    }

    pub(super) fn zoom_out(&mut self, now: Duration) -> Result<(), Refused> {
        let here = self.focused_viewport();
        let id = here.id;
        // On its way in, it goes back the way it came: not to a picker that it never passed.
        let way_back = match here.camera.pose(now) {
            Pose::Zoom { outer, inner, .. } if inner == here.path && self.tree.is_valid(&outer) => Some(outer),
            _ => None,
        };
        let to = way_back.or_else(|| self.tree.exit(&here.path)).ok_or(Refused::AtTheTop)?;
        self.go(id, &to, now);
        Ok(())
    }

    pub(super) fn jump(&mut self, to: Option<NodeId>, now: Duration) -> Result<(), Refused> {
        let path = match to {
            None => Path::root(),
            Some(node) => self.tree.path_to(node).ok_or(Refused::NoSuchNode { node })?,
        };
        // An app with one window has no picker worth stopping at.
        let path = if let Some(NodeId::App(_)) = to { self.windows_of(&path) } else { path };
        // Whoever asks for a dialog wants it to have the keyboard.
        let dialog = match to {
            Some(NodeId::Window(window)) if path.window() != Some(window) => Some(window),
            _ => None,
        };
        let here = self.focused_viewport();
        let has_keyboard = dialog.is_none_or(|dialog| self.focused_window() == Some(dialog));
        if here.path == path && !here.is_held() && has_keyboard {
            return Err(Refused::AlreadyThere);
        }
        let id = here.id;
        if let (Some(place), Some(_)) = (path.window(), dialog) {
            self.tree.choose_keyboard(place, dialog);
        }
        self.go(id, &path, now);
        Ok(())
    }

    pub(super) fn select(&mut self, node: NodeId) -> Result<(), Refused> {
        if !self.tree.contains(node) {
            return Err(Refused::NoSuchNode { node });
        }
        let here = self.focused_viewport();
        let (id, path) = (here.id, &here.path);
        if !self.tree.children(path).contains(&node) {
            return Err(Refused::NotHere { node });
        }
        if let Some(viewport) = self.viewports.get_mut(&id) {
            (viewport.selected, viewport.awaited) = (Some(node), None);
        }
        Ok(())
    }

    /// Selects the next tile in the order, or the one before; around the ends.
    pub(super) fn step(&mut self, by: isize) -> Result<(), Refused> {
        let here = self.focused_viewport();
        let children = self.tree.children(&here.path);
        let place = children.iter().position(|node| Some(*node) == here.selected).unwrap_or(0);
        let next = (place + children.len()).checked_add_signed(by).and_then(|next| next.checked_rem(children.len()));
        let node = next.and_then(|next| children.get(next).copied()).ok_or(Refused::NothingInside)?;
        self.select(node)
    }

    pub(super) fn move_selection(&mut self, direction: Direction) -> Result<(), Refused> {
        let here = self.focused_viewport();
        let children = self.tree.children(&here.path);
        let place = children.iter().position(|node| Some(*node) == here.selected).ok_or(Refused::NothingInside)?;
        let rect = self.focused_output().rect_of(here.id).unwrap_or_default();
        let pane = Size { w: rect.w, h: rect.h };
        let rects = tiles(pane, here.path.level(), here.mode, children.len());
        let node = nearest(&rects, place, direction).and_then(|next| children.get(next).copied());
        self.select(node.ok_or(Refused::NothingThere)?)
    }
}
