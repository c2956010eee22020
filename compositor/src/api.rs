//! The session as programs see it: its state as JSON, and operations by which they change it. The control socket, HTTP
//! and WebSocket all come through here.

use lcars_ui::hierarchy::SectorId;
use lcars_ui::interface::{Alert, AlertLevel};
use lcars_ui::operation::{Operation, Refused};
use lcars_ui::semantics::UiAction;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use streamer::{Answer, ApiRequest, Json, Refusal, Reply};

use crate::screen::Screen;
use crate::session::Asker;
use crate::state::State;

/// One entry of the log.
#[derive(Debug, Serialize)]
struct AlertView<'a> {
    id: u64,
    level: AlertLevel,
    text: &'a str,
    sector: Option<SectorId>,
    choices: &'a [String],
    count: u32,
    at_ms: u64,
    shown: bool,
}

impl State {
    /// Somebody asks over HTTP.
    pub(crate) fn api(&mut self, request: ApiRequest, reply: Reply) {
        let answer = match request {
            ApiRequest::State => Ok(self.desktop_state()),
            ApiRequest::Command(command) => {
                reply.send(self.command(command).map(|()| Answer::Done));
                return;
            }
            ApiRequest::Staging { by, request } => return self.staging_request(by, request, Asker::Http(reply)),
            ApiRequest::Clipboard(request) => return self.clipboard_request(request, reply),
            ApiRequest::Snapshot => self.snapshot(),
            ApiRequest::PutSnapshot(snapshot) => {
                reply.send(self.put_snapshot(snapshot).map(|()| Answer::Done));
                return;
            }
        };
        let answer = answer.and_then(|value| Answer::json(&value).map_err(|error| unwritable(&error)));
        reply.send(answer);
    }

    /// Sectors, apps, windows and viewports, as the schema says.
    pub fn desktop_state(&self) -> Value {
        let mut state = serde_json::to_value(self.shell.desktop.state()).unwrap_or_default();
        let outputs = state.get_mut("outputs").and_then(Value::as_array_mut).into_iter().flatten();
        for (output, known) in outputs.filter_map(Value::as_object_mut).zip(self.shell.desktop.outputs()) {
            let screen = self.screens.get(known.id);
            if let Some(key) = screen.and_then(Screen::key) {
                output.insert("picture".into(), key.number().into());
            }
        }
        if let Some(state) = state.as_object_mut() {
            let all = self.screens.first().interface.alerts.log().map(|alert| self.alert_view(alert));
            let all: Vec<AlertView<'_>> = all.collect();
            state.insert("alerts".into(), serde_json::to_value(all).unwrap_or_default());
        }
        state
    }

    fn alert_view<'a>(&self, alert: &'a Alert) -> AlertView<'a> {
        let Alert { id, level, text, sector, choices, count, at, shown } = alert;
        let at_ms = self.shell.world_time(*at);
        AlertView { id: *id, level: *level, text, sector: *sector, choices, count: *count, at_ms, shown: *shown }
    }

    /// Does one thing or several in their order, up to the first that is refused.
    ///
    /// # Errors
    /// Why that was refused; those before it were done.
    pub fn command(&mut self, command: Value) -> Result<(), Refusal> {
        let Value::Array(commands) = command else { return self.one_command(command) };
        let mut commands = commands.into_iter().enumerate();
        commands.try_for_each(|(place, command)| self.one_command(command).map_err(|refusal| refusal.at(place)))
    }

    fn one_command(&mut self, command: Value) -> Result<(), Refusal> {
        if command.get("ui").is_some() {
            let action = read::<UiAction>(command)?;
            // What needs a person at the picture cannot be said by a program.
            if matches!(action, UiAction::Commit { confirmed: true, .. } | UiAction::Hold) {
                let message = "only somebody who holds the button in the picture confirms a command";
                return Err(Refusal::conflict("needs_confirmation", message));
            }
            let answers = matches!(action, UiAction::Ask { .. } | UiAction::Accept);
            if answers && self.screens.iter().any(|screen| screen.interface.asking.is_some()) {
                let message = "only somebody at the picture answers what a program asks";
                return Err(Refusal::conflict("needs_confirmation", message));
            }
            return self.act_ui(action).map_err(|message| Refusal::conflict("not_possible", message));
        }
        let operation = read::<Operation>(command)?;
        if self.lock.is_locked() {
            return Err(Refusal::conflict("locked", "the session is locked"));
        }
        self.operate(&operation).map_err(|refused| refusal(&refused))
    }

    /// Tells programs that listen what the session has become.
    pub(crate) fn publish(&self) {
        let Some(streamer) = self.remote.as_ref().map(|remote| remote.streamer()) else { return };
        if !streamer.listened() {
            return;
        }
        match Json::new(&self.desktop_state()) {
            Ok(state) => streamer.publish(state),
            Err(error) => tracing::error!(%error, "the state was not told"),
        }
    }
}

/// The schema of what is understood and told.
pub fn schema() -> Value {
    let mut state = lcars_ui::state::state_schema();
    if let Some(output) = state.pointer_mut("/$defs/OutputView/properties").and_then(Value::as_object_mut) {
        let told = "The number by which pages ask for it: `?output=1`.";
        output.insert("picture".into(), json!({ "type": "integer", "minimum": 0, "description": told }));
    }
    if let Some(properties) = state.get_mut("properties").and_then(Value::as_object_mut) {
        properties.insert("alerts".into(), alerts_schema());
    }
    json!({
        "command": lcars_ui::state::command_schema(),
        "answer": answer_schema(),
        "state": state,
        "snapshot": crate::session::memory_schema(),
    })
}

/// Of what a command is answered with.
fn answer_schema() -> Value {
    let error = json!({
        "type": "object",
        "required": ["reason", "message"],
        "properties": {
            "reason": { "type": "string", "pattern": "^[a-z_]+$", "description": "For programs." },
            "message": { "type": "string", "description": "For people." },
            "at": { "type": "integer", "minimum": 0, "description": "Which of several; those before it were done." },
        },
    });
    json!({
        "type": "object",
        "required": ["ok"],
        "properties": { "ok": { "type": "boolean" }, "error": error },
        "if": { "properties": { "ok": { "const": false } } },
        "then": { "required": ["error"] },
    })
}

/// Of the log, which the first screen's is told of.
fn alerts_schema() -> Value {
    let number = |told: &str| json!({ "type": "integer", "minimum": 0, "description": told });
    let entry = json!({
        "id": number("Names it."),
        "level": { "enum": ["info", "caution", "danger"] },
        "text": { "type": "string" },
        "sector": { "type": ["integer", "null"], "description": "Where it happened." },
        "count": number("How often it was said."),
        "at_ms": number("When it was last said, in milliseconds since 1970."),
        "shown": { "type": "boolean", "description": "Whether it is on the screen, and not only in the log." },
    });
    json!({
        "type": "array",
        "description": "Everything that was said, newest first.",
        "items": { "type": "object", "properties": entry },
    })
}

/// Reads an operation or an action. Those without fields would take any: each has to be one of theirs.
fn read<T: DeserializeOwned + Serialize>(command: Value) -> Result<T, Refusal> {
    let given: Vec<String> = command.as_object().into_iter().flat_map(Map::keys).cloned().collect();
    let read: T = serde_json::from_value(command).map_err(|error| not_understood(&error))?;
    let known = serde_json::to_value(&read).map_err(|error| unwritable(&error))?;
    match given.iter().find(|field| known.get(field.as_str()).is_none()) {
        Some(field) => Err(Refusal::invalid("not_understood", format!("unknown field `{field}`"))),
        None => Ok(read),
    }
}

fn not_understood(error: &serde_json::Error) -> Refusal {
    Refusal::invalid("not_understood", error.to_string())
}

fn unwritable(error: &serde_json::Error) -> Refusal {
    Refusal::conflict("unwritable", error.to_string())
}

/// A refusal of the hierarchy, for programs and for people.
pub(crate) fn refusal(refused: &Refused) -> Refusal {
    let value = serde_json::to_value(refused).unwrap_or_default();
    let reason = value.get("reason").and_then(Value::as_str).unwrap_or("refused");
    Refusal::conflict(reason, refused.to_string())
}
