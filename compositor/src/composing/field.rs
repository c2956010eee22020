//! What a text field says of itself. Every change waits for its commit, and is checked: a program may say anything.

use smithay::reexports::wayland_protocols::wp::text_input::zv3::server::zwp_text_input_v3::{
    ChangeCause, ContentHint, ContentPurpose,
};
use smithay::utils::{Logical, Rectangle};

/// Longest text around the cursor that is passed on, bytes: what fits into a Wayland message.
const MAX_SURROUNDING: usize = 4000;

/// The text around the cursor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Surrounding {
    /// With the cursor and the selection in it.
    pub text: String,
    /// Of the cursor, bytes.
    pub cursor: u32,
    /// Of the selection's other end, bytes.
    pub anchor: u32,
}

impl Surrounding {
    /// Nothing, if the text is too long or the places are not between two of its characters.
    pub fn new(text: String, cursor: i32, anchor: i32) -> Option<Self> {
        let (cursor, anchor) = (u32::try_from(cursor).ok()?, u32::try_from(anchor).ok()?);
        let between = |at: u32| text.is_char_boundary(at as usize);
        (text.len() <= MAX_SURROUNDING && between(cursor) && between(anchor)).then_some(Self { text, cursor, anchor })
    }
}

/// A field that takes text.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// If the program tells it.
    pub surrounding: Option<Surrounding>,
    /// Of the last change.
    pub cause: ChangeCause,
    /// What kind of text.
    pub hint: ContentHint,
    /// What kind of text.
    pub purpose: ContentPurpose,
    /// Of the cursor, in the surface.
    pub rect: Option<Rectangle<i32, Logical>>,
}

impl Default for Field {
    fn default() -> Self {
        Self {
            surrounding: None,
            cause: ChangeCause::InputMethod,
            hint: ContentHint::None,
            purpose: ContentPurpose::Normal,
            rect: None,
        }
    }
}

/// What was said since the last commit.
#[derive(Debug, Default)]
pub struct Pending {
    /// The field is there, or not.
    pub enable: Option<bool>,
    /// The text around the cursor.
    pub surrounding: Option<Surrounding>,
    /// Why that changed.
    pub cause: Option<ChangeCause>,
    /// What kind of text.
    pub content: Option<(ContentHint, ContentPurpose)>,
    /// Of the cursor.
    pub rect: Option<Rectangle<i32, Logical>>,
}

/// What a commit means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// There is a field that was not there, or another one in its place.
    Enabled,
    /// There is none any more.
    Disabled,
    /// It says something else of itself.
    Updated,
    /// Nothing.
    Nothing,
}

impl Pending {
    /// Applies what was said.
    pub fn apply(self, field: &mut Option<Field>) -> Change {
        let change = match (self.enable, field.is_some()) {
            (Some(true), _) => Change::Enabled,
            (Some(false), true) => Change::Disabled,
            (None, true) => Change::Updated,
            (Some(false) | None, false) => Change::Nothing,
        };
        match change {
            Change::Enabled => *field = Some(Field::default()),
            Change::Disabled => *field = None,
            Change::Updated | Change::Nothing => {}
        }
        let Some(field) = field else { return change };
        if let Some(surrounding) = self.surrounding {
            field.surrounding = Some(surrounding);
            field.cause = self.cause.unwrap_or(ChangeCause::InputMethod);
        }
        if let Some((hint, purpose)) = self.content {
            (field.hint, field.purpose) = (hint, purpose);
        }
        field.rect = self.rect.or(field.rect);
        change
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_there_from_enable_to_disable_and_new_with_each_enable() {
        let mut field = None;
        let rect = Some(Rectangle::from_size((1, 18).into()));
        assert_eq!(Pending { rect, ..Pending::default() }.apply(&mut field), Change::Nothing);
        assert_eq!(field, None);
        let enable = |rect| Pending { enable: Some(true), rect, ..Pending::default() };
        assert_eq!(enable(rect).apply(&mut field), Change::Enabled);
        assert_eq!(Pending::default().apply(&mut field), Change::Updated);
        assert_eq!(field.as_ref().and_then(|field| field.rect), rect, "what is not said stays");
        assert_eq!(enable(None).apply(&mut field), Change::Enabled);
        assert_eq!(field, Some(Field::default()));
        let disable = || Pending { enable: Some(false), ..Pending::default() };
        assert_eq!(disable().apply(&mut field), Change::Disabled);
        assert_eq!(disable().apply(&mut field), Change::Nothing);
    }

    #[test]
    fn places_that_are_none_are_not_passed_on() {
        let text = || "aé".to_owned();
        assert!(Surrounding::new(text(), 1, 3).is_some());
        for (cursor, anchor) in [(2, 0), (0, 2), (4, 0), (-1, 0), (0, i32::MIN), (i32::MAX, 0)] {
            assert_eq!(Surrounding::new(text(), cursor, anchor), None, "{cursor} {anchor}");
        }
        assert_eq!(Surrounding::new("a".repeat(MAX_SURROUNDING + 1), 0, 0), None);
    }
}
