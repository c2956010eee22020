//! What programs are told of windows that are not theirs.

use std::collections::HashMap;

use lcars_ui::hierarchy::WindowId;
use lcars_ui::operation::Operation;
use smithay::output::Output;
use smithay::wayland::foreign_toplevel_list::ForeignToplevelHandle;

use crate::handlers::wlr_foreign_toplevel::Managers;
use crate::screen::Screen;
use crate::state::State;

/// One window, as it was told.
#[derive(Debug, Clone, PartialEq)]
pub struct ListedWindow {
    pub(crate) id: WindowId,
    pub(crate) title: String,
    pub(crate) app_id: String,
    pub(crate) activated: bool,
    pub(crate) fullscreen: bool,
}

/// Everything that was told.
#[derive(Debug, Default)]
pub struct Listed {
    /// In the order they came.
    pub(crate) windows: Vec<ListedWindow>,
    pub(crate) managers: Managers,
    handles: HashMap<WindowId, ForeignToplevelHandle>,
}

impl State {
    fn windows_to_list(&self) -> Vec<ListedWindow> {
        let focused = self.shell.focused();
        let listed = |window: &super::Window| {
            let id = window.id?;
            let (title, app_id) = window.toplevel.title();
            let fullscreen = self.shell.is_fullscreen(window);
            Some(ListedWindow { id, title, app_id, activated: focused == Some(id), fullscreen })
        };
        self.shell.windows.iter().filter_map(listed).collect()
    }

    /// The output that a window is made for.
    pub(crate) fn output_of_window(&self, id: WindowId) -> Option<Output> {
        let home = self.shell.get(id)?.home;
        self.screens.get(home).map(|screen: &Screen| screen.output.clone())
    }

    /// Tells what has changed since the last time.
    pub(crate) fn list_windows(&mut self) {
        let windows = self.windows_to_list();
        if windows == self.listed.windows {
            return;
        }
        let display = self.display.clone();
        let before = std::mem::replace(&mut self.listed.windows, windows.clone());
        for gone in before.iter().filter(|gone| windows.iter().all(|window| window.id != gone.id)) {
            self.listed.managers.closed(gone.id);
            if let Some(handle) = self.listed.handles.remove(&gone.id) {
                self.globals.toplevel_list.remove_toplevel(&handle);
            }
        }
        for window in &windows {
            match before.iter().find(|before| before.id == window.id) {
                None => {
                    let output = self.output_of_window(window.id);
                    self.listed.managers.opened(&display, window, output.as_ref());
                    let list = &mut self.globals.toplevel_list;
                    let handle = list.new_toplevel::<Self>(window.title.as_str(), window.app_id.as_str());
                    let id = window.id;
                    handle.user_data().insert_if_missing_threadsafe(|| id);
                    self.listed.handles.insert(id, handle);
                }
                Some(before) if before != window => {
                    self.listed.managers.changed(before, window);
                    if let Some(handle) = self.listed.handles.get(&window.id)
                        && (before.title != window.title || before.app_id != window.app_id)
                    {
                        handle.send_title(&window.title);
                        handle.send_app_id(&window.app_id);
                        handle.send_done();
                    }
                }
                Some(_) => {}
            }
        }
    }

    /// Goes to a window as a person does who chooses it.
    pub(crate) fn go_to_window(&mut self, id: WindowId) {
        let jump = Operation::Jump { to: Some(id.into()) };
        if let Err(refused) = self.operate(&jump) {
            tracing::debug!(%refused, "a window was not shown");
        }
    }

    /// Lets a window cover its pane, or puts it back, as a person does who says so.
    pub(crate) fn cover_pane(&mut self, id: WindowId, on: bool) {
        let fullscreen = Operation::Fullscreen { window: Some(id), on: Some(on) };
        if let Err(refused) = self.operate(&fullscreen) {
            tracing::debug!(%refused, "a window stays as large as it is");
        }
    }
}
