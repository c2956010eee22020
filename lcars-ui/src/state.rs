//! What programs outside may know of the desktop, as plain JSON, and the schemas of what they may read and say.

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::Serialize;
use serde_json::{Value, json};

use crate::geometry::Rect;
use crate::hierarchy::{
    Activity, App, AppId, Desktop, HubMode, Level, NodeId, OutputId, Panel, Path, Sector, SectorColour, SectorId,
    Shown, Terminal, TerminalId, ViewportId, Window, WindowId,
};
use crate::operation::Operation;
use crate::semantics::UiAction;
use crate::snapshot::Snapshot;
use crate::viewport::Output;

/// The whole desktop as it is once every camera has come to rest. Two are equal if nothing that matters differs.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct StateView {
    /// In their order on the overview.
    pub sectors: Vec<SectorView>,
    /// Panels that are in no sector.
    pub panels: Vec<AppView>,
    /// Every picture that is shown or streamed.
    pub outputs: Vec<OutputView>,
    /// The output that operations concern.
    pub focused_output: OutputId,
    /// The viewport that operations concern.
    pub focused_viewport: ViewportId,
    /// The window that has the keyboard; nothing while the interface has it.
    pub focused_window: Option<WindowId>,
}

/// One sector.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct SectorView {
    /// Names it.
    pub id: SectorId,
    /// What it is called.
    pub name: String,
    /// A number of the theme.
    pub colour: SectorColour,
    /// How many windows in it nobody has seen yet or ask for attention.
    pub notifications: usize,
    /// In their order.
    pub apps: Vec<AppView>,
    /// Its shells, in their order.
    pub terminals: Vec<TerminalView>,
    /// The one that its hub shows.
    pub terminal: Option<TerminalId>,
}

/// One terminal.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct TerminalView {
    /// Names it.
    pub id: TerminalId,
    /// As its programs say; may be empty.
    pub title: String,
    /// Where its shell is.
    pub directory: Option<String>,
    /// What its shell is at.
    pub activity: ActivityView,
    /// The command that runs.
    pub command: Option<String>,
    /// With what the shell ended, if it did and it was no signal.
    pub ended_with: Option<i32>,
    /// The last command that ended.
    pub last: Option<OutcomeView>,
}

/// What a shell is at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum ActivityView {
    Starting,
    AtPrompt,
    Running,
    Ended,
}

/// How a command ended.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct OutcomeView {
    /// As it was typed.
    pub command: String,
    /// With what it ended, where that is known.
    pub status: Option<i32>,
    /// How long it took.
    pub took_ms: u64,
}

impl From<&Terminal> for TerminalView {
    fn from(terminal: &Terminal) -> Self {
        let (activity, command, ended_with) = match &terminal.activity {
            Activity::Starting => (ActivityView::Starting, None, None),
            Activity::AtPrompt => (ActivityView::AtPrompt, None, None),
            Activity::Running { command, .. } => (ActivityView::Running, Some(command.clone()), None),
            Activity::Ended { status } => (ActivityView::Ended, None, *status),
        };
        let last = terminal.last.as_ref().map(|last| OutcomeView {
            command: last.command.clone(),
            status: last.status,
            took_ms: u64::try_from(last.took.as_millis()).unwrap_or(u64::MAX),
        });
        let (title, directory) = (terminal.title.clone(), terminal.directory.clone());
        Self { id: terminal.id, title, directory, activity, command, ended_with, last }
    }
}

/// One app.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct AppView {
    /// Names it.
    pub id: AppId,
    /// What it is called.
    pub title: String,
    /// By which its windows are grouped; may be empty.
    pub app_id: String,
    /// How many windows it has, if it has several.
    pub badge: Option<usize>,
    /// How many of them nobody has seen yet or ask for attention.
    pub notifications: usize,
    /// With their dialogs.
    pub windows: Vec<WindowView>,
    /// What it is if it is a panel.
    pub panel: Option<Panel>,
}

/// One window.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct WindowView {
    /// Names it.
    pub id: WindowId,
    /// As its program says.
    pub title: String,
    /// The window that it stays above.
    pub parent: Option<WindowId>,
    /// Whether it has the keyboard.
    pub focused: bool,
    /// How it is seen, on all outputs together.
    pub shown: Shown,
    /// Whether its program asked for attention since somebody looked.
    pub urgent: bool,
    /// Whether it fills its pane without a frame.
    pub fullscreen: bool,
    /// Whether its program draws its frame itself.
    pub own_frame: bool,
    /// How large it is seen, in hundredths, where it needs more room than there is.
    pub reduced: Option<u8>,
}

/// One picture.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct OutputView {
    /// Names it.
    pub id: OutputId,
    /// What its panes share, in logical pixels.
    pub area: RectView,
    /// Left and upper ones first.
    pub panes: Vec<PaneView>,
    /// The one with the focus.
    pub focused: ViewportId,
}

/// One pane and its viewport.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct PaneView {
    /// Names its viewport.
    pub viewport: ViewportId,
    /// Where it is; nothing while the output is too small for it.
    pub rect: Option<RectView>,
    /// Where the viewport is, from the root's child to what has the focus; empty at the overview.
    pub path: Path,
    /// How deep that is.
    pub level: Level,
    /// The same as the level indicator writes it: 1, 2, 3A or 3.
    pub label: &'static str,
    /// What its hubs show.
    pub mode: HubMode,
    /// The tile with the focus ring.
    pub selected: Option<NodeId>,
}

/// A rectangle in logical pixels from the output's top left corner.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema)]
#[expect(missing_docs, reason = "the names say it")]
pub struct RectView {
    pub x: f64,
    pub y: f64,
    pub w: f64,
    pub h: f64,
}

impl From<Rect> for RectView {
    fn from(Rect { x, y, w, h }: Rect) -> Self {
        Self { x, y, w, h }
    }
}

impl Desktop {
    /// Everything that programs outside may know.
    pub fn state(&self) -> StateView {
        let (shown, focused) = (self.in_sight_at_rest(), self.focused_window());
        let window = |window: &Window| WindowView {
            id: window.id,
            title: window.title.clone(),
            parent: window.parent,
            focused: focused == Some(window.id),
            shown: shown.get(&window.id).copied().unwrap_or_default(),
            urgent: window.urgent,
            fullscreen: window.fullscreen,
            own_frame: window.own_frame,
            reduced: window.reduced,
        };
        let app = |app: &App| AppView {
            id: app.id,
            title: app.title.clone(),
            app_id: app.app_id.clone(),
            badge: app.badge(),
            notifications: app.notifications(),
            windows: app.windows.iter().map(window).collect(),
            panel: app.panel.clone(),
        };
        let sector = |sector: &Sector| SectorView {
            id: sector.id,
            name: sector.name.clone(),
            colour: sector.colour,
            notifications: sector.notifications(),
            apps: sector.apps.iter().map(app).collect(),
            terminals: sector.terminals.iter().map(TerminalView::from).collect(),
            terminal: sector.terminal,
        };
        StateView {
            sectors: self.tree().sectors.iter().map(sector).collect(),
            panels: self.tree().panels.iter().map(app).collect(),
            outputs: self.outputs().iter().map(|output| self.output_view(output)).collect(),
            focused_output: self.focused_output().id,
            focused_viewport: self.focused_viewport().id,
            focused_window: focused,
        }
    }

    fn output_view(&self, output: &Output) -> OutputView {
        let layout = output.layout();
        let pane = |id: ViewportId| {
            let viewport = self.viewport(id)?;
            let rect = layout.iter().find_map(|(other, rect)| (*other == id).then_some((*rect).into()));
            let level = viewport.path.level();
            let (path, label, selected) = (viewport.path.clone(), level.label(), viewport.selected);
            Some(PaneView { viewport: id, rect, path, level, label, mode: viewport.mode, selected })
        };
        let panes = output.panes.viewports().into_iter().filter_map(pane).collect();
        OutputView { id: output.id, area: output.area.into(), panes, focused: output.focused }
    }
}

/// What a program may ask for.
#[derive(JsonSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "it is read one by one; this is its form")]
enum Command {
    /// One thing.
    One(Asked),
    /// Several in their order, up to the first that is refused.
    Several(Vec<Asked>),
}

#[derive(JsonSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "it is read one by one; this is its form")]
enum Asked {
    Operation(Operation),
    Ui(UiAction),
}

/// The JSON Schema of what programs may ask for: an [`Operation`], a [`UiAction`], or several of them.
pub fn command_schema() -> Value {
    let mut schema = read_schema::<Command>();
    if let Some(operation) = schema.pointer_mut("/$defs/Operation") {
        name_aliases(operation);
    }
    schema
}

/// The JSON Schema of an [`Operation`], other names that it is known by among them.
pub fn operation_schema() -> Value {
    let mut schema = read_schema::<Operation>();
    name_aliases(&mut schema);
    schema
}

fn name_aliases(operation: &mut Value) {
    let variants = operation.get_mut("oneOf").and_then(Value::as_array_mut).into_iter().flatten();
    for name in variants.filter_map(|variant| variant.pointer_mut("/properties/op")) {
        if name["const"] == "send_to_sector" {
            *name = json!({ "type": "string", "enum": ["send_to_sector", "move_window"] });
        }
    }
}

/// The JSON Schema of a [`StateView`].
pub fn state_schema() -> Value {
    SchemaSettings::default().for_serialize().into_generator().into_root_schema_for::<StateView>().to_value()
}

/// The JSON Schema of a [`Snapshot`]. It tells the form; [`Snapshot::check`] tells the rest.
pub fn snapshot_schema() -> Value {
    read_schema::<Snapshot>()
}

fn read_schema<T: JsonSchema>() -> Value {
    SchemaSettings::default().for_deserialize().into_generator().into_root_schema_for::<T>().to_value()
}
