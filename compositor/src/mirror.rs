//! What the picture means, told to pages: they lay real elements over the video for screen readers and tests.

use lcars_ui::scene::Key;
use lcars_ui::semantics::{Node, Role};
use serde::Serialize;
use streamer::protocol::SemanticNode;

/// The nodes of a view as pages take them.
pub(crate) fn nodes(nodes: &[Node]) -> Vec<SemanticNode> {
    let name = |key: Key| key.to_string();
    let told = nodes.iter().map(|node| SemanticNode {
        id: name(node.key),
        role: role(node.role),
        name: node.name.clone(),
        value: node.value.clone(),
        x: node.hit.x as f32,
        y: node.hit.y as f32,
        w: node.hit.w as f32,
        h: node.hit.h as f32,
        parent: node.parent.and_then(|parent| nodes.get(parent)).map(|parent| name(parent.key)),
        disabled: node.states.disabled,
        selected: node.states.selected,
        focused: node.states.focused,
        expanded: node.states.expanded,
        modal: node.states.modal,
        actionable: node.action.is_some(),
        menu: node.menu.is_some(),
    });
    told.collect()
}

/// The name of a role in WAI-ARIA.
fn role(role: Role) -> String {
    let name = role.serialize(serde_json::value::Serializer).ok();
    name.and_then(|name| name.as_str().map(str::to_owned)).unwrap_or_else(|| String::from("group"))
}

#[cfg(test)]
mod tests {
    use lcars_ui::geometry::Rect;

    use super::*;

    #[test]
    fn a_part_is_told_by_its_role_and_its_parents_name() {
        let rect = Rect::new(1.0, 2.0, 30.0, 40.0);
        let frame = Node::new(Key::part("frame").in_pane(3), Role::Region, "PANE", rect);
        let button = Node { parent: Some(0), ..Node::new(Key::of("out", 7).in_pane(3), Role::SearchBox, "FIND", rect) };
        let told = nodes(&[frame, button]);
        assert_eq!((told[1].role.as_str(), told[1].parent.as_deref()), ("searchbox", Some("frame:0:3")));
        assert_eq!((told[1].id.as_str(), told[1].w, told[1].actionable), ("out:7:3", 30.0, false));
    }
}
