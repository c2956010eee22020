//! What programs outside see, and the schemas of what they may say.

use std::collections::BTreeSet;

use lcars_ui::hierarchy::{Level, Shown};
use lcars_ui::operation::{Axis, Operation};
use lcars_ui::state::{operation_schema, snapshot_schema, state_schema};
use serde_json::{Value, json};

use crate::World;

#[test]
fn the_state_tells_who_is_where_and_what_is_seen() {
    let mut world = World::new();
    let window = world.open("foot", 0);
    let (dialog, _) = world.open_dialog(window);
    world.open("foot", 0);
    world.start(Operation::Jump { to: Some(window.into()) });
    // While the camera is still on its way.
    let state = world.desktop.state();
    let app = &state.sectors[0].apps[0];
    assert_eq!((app.title.as_str(), app.badge, app.notifications), ("foot", Some(2), 1));
    let seen = app.windows.iter().map(|window| (window.id, window.focused, window.shown, window.parent));
    let behind = app.windows[2].id;
    assert_eq!(
        seen.collect::<Vec<_>>(),
        [
            (window, false, Shown::Live, None),
            (dialog, true, Shown::Live, Some(window)),
            (behind, false, Shown::Hidden, None),
        ]
    );
    assert_eq!(state.focused_window, Some(dialog));
    let pane = &state.outputs[0].panes[0];
    assert_eq!((pane.level, pane.label, pane.viewport), (Level::Focus, "3", state.focused_viewport));
    world.rest();
    assert_eq!(world.desktop.state(), state);
}

#[test]
fn the_form_of_the_state_stays_as_it_is_written_down() {
    let world = World::new();
    let state = serde_json::to_value(world.desktop.state()).unwrap();
    let (output, viewport) = (world.desktop.focused_output().id, world.desktop.focused_viewport().id);
    let area = json!({ "x": 0.0, "y": 0.0, "w": 1280.0, "h": 680.0 });
    let pane = json!({
        "viewport": viewport, "rect": area, "path": [], "level": "overview", "label": "1", "mode": "apps",
        "selected": { "sector": world.sector(0) },
    });
    let sectors: Vec<Value> = ["One", "Two", "Three"]
        .into_iter()
        .enumerate()
        .map(|(place, name)| {
            json!({
                "id": world.sector(place), "name": name, "colour": place + 1, "notifications": 0, "apps": [],
                "terminals": [], "terminal": null,
            })
        })
        .collect();
    let expected = json!({
        "panels": [],
        "sectors": sectors,
        "outputs": [{ "id": output, "area": area, "panes": [pane], "focused": viewport }],
        "focused_output": output, "focused_viewport": viewport, "focused_window": null,
    });
    assert_eq!(state, expected);
}

/// Whether a value is what a schema allows, as far as these schemas go.
fn allows(root: &Value, schema: &Value, value: &Value) -> bool {
    if let Some(name) = schema["$ref"].as_str() {
        return allows(root, root.pointer(name.trim_start_matches('#')).unwrap(), value);
    }
    let any = |list: &Value| list.as_array().unwrap().iter().any(|schema| allows(root, schema, value));
    if (!schema["oneOf"].is_null() && !any(&schema["oneOf"])) || (!schema["anyOf"].is_null() && !any(&schema["anyOf"]))
    {
        return false;
    }
    let is = |kind: &Value| match kind.as_str() {
        Some("object") => value.is_object(),
        Some("array") => value.is_array(),
        Some("string") => value.is_string(),
        Some("integer") => value.is_u64() || value.is_i64(),
        Some("number") => value.is_number(),
        Some("boolean") => value.is_boolean(),
        Some("null") => value.is_null(),
        other => panic!("{other:?}"),
    };
    let kinds = match &schema["type"] {
        Value::Null => true,
        Value::Array(kinds) => kinds.iter().any(is),
        kind => is(kind),
    };
    let named = schema["const"].is_null() || schema["const"] == *value;
    let listed = schema["enum"].as_array().is_none_or(|list| list.contains(value));
    let number = value.as_f64().unwrap_or(0.0);
    let bounds = schema["minimum"].as_f64().is_none_or(|least| !value.is_number() || number >= least)
        && schema["maximum"].as_f64().is_none_or(|most| !value.is_number() || number <= most);
    let items = schema["items"].is_null()
        || value.as_array().is_none_or(|items| items.iter().all(|item| allows(root, &schema["items"], item)));
    let fields = value.as_object().is_none_or(|fields| {
        let required = schema["required"].as_array().into_iter().flatten();
        let closed = schema["additionalProperties"] == json!(false);
        required.filter_map(Value::as_str).all(|name| fields.contains_key(name))
            && fields.iter().all(|(name, value)| match &schema["properties"][name] {
                Value::Null => !closed,
                schema => allows(root, schema, value),
            })
    });
    kinds && named && listed && bounds && items && fields
}

#[test]
fn the_schema_of_operations_allows_what_is_read_and_nothing_else() {
    let schema = operation_schema();
    for (allowed, text) in [
        (true, r#"{"op":"zoom_out"}"#),
        (true, r#"{"op":"zoom_in"}"#),
        (true, r#"{"op":"zoom_in","into":{"app":3}}"#),
        (true, r#"{"op":"jump","to":null}"#),
        (true, r#"{"op":"split","axis":"vertical"}"#),
        (true, r#"{"op":"move_window","sector":2}"#),
        (true, r#"{"op":"send_to_sector","sector":2,"follow":true}"#),
        (true, r#"{"op":"new_sector","name":"Mine","colour":6}"#),
        (false, r#"{"op":"new_sector","name":"Mine","colour":7}"#),
        (false, r#"{"op":"split"}"#),
        (false, r#"{"op":"split","axis":"diagonal"}"#),
        (false, r#"{"op":"explode"}"#),
        (false, r#"{"op":"jump","where":1}"#),
        (false, r#"{"op":"select","node":{"pane":1}}"#),
        (false, r#"{}"#),
    ] {
        let value: Value = serde_json::from_str(text).unwrap();
        assert_eq!(allows(&schema, &schema, &value), allowed, "the schema on {text}");
        assert_eq!(serde_json::from_value::<Operation>(value).is_ok(), allowed, "the reader on {text}");
    }
}

#[test]
fn every_operation_and_every_field_of_it_is_explained() {
    let schema = operation_schema();
    let mut names = BTreeSet::new();
    for variant in schema["oneOf"].as_array().unwrap() {
        assert!(variant["description"].is_string(), "{variant}");
        let op = &variant["properties"]["op"];
        names.extend(op["const"].as_str().or_else(|| op["enum"][0].as_str()));
        for (field, explained) in variant["properties"].as_object().unwrap().iter().filter(|(field, _)| *field != "op")
        {
            assert!(explained["description"].is_string(), "{field} of {op}");
        }
    }
    let asked_for = [
        "zoom_in",
        "zoom_out",
        "jump",
        "select",
        "focus_next",
        "split",
        "close_viewport",
        "swap",
        "new_sector",
        "rename",
        "reorder",
        "remove_sector",
        "close",
    ];
    assert!(asked_for.iter().all(|name| names.contains(name)), "{names:?}");
}

#[test]
fn a_state_and_a_snapshot_are_what_their_schemas_say() {
    let mut world = World::new();
    let window = world.open("foot", 0);
    world.open_dialog(window);
    world.jump(window);
    world.apply(Operation::Split { axis: Axis::Horizontal });
    let (schema, state) = (state_schema(), serde_json::to_value(world.desktop.state()).unwrap());
    assert!(allows(&schema, &schema, &state));
    let mut wrong = state;
    wrong["sectors"][0]["apps"][0]["windows"][0]["shown"] = json!("upside_down");
    assert!(!allows(&schema, &schema, &wrong));
    let (schema, snapshot) = (snapshot_schema(), serde_json::to_value(world.desktop.snapshot()).unwrap());
    assert!(allows(&schema, &schema, &snapshot));
    assert!(!allows(&schema, &schema, &json!({ "version": 1 })));
}
