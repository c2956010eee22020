//! Plans are carried out on an XKB state, as a client would see them.

use smithay::input::keyboard::xkb;

use super::extra::Extra;
use super::{Plan, Reach, SHIFT, Step};
use crate::input::layout::Layout;

fn keymap(layout: &str) -> xkb::Keymap {
    Layout::new(layout, "").ok().and_then(|layout| layout.keymap()).expect("an installed layout")
}

/// How to type a text where no other characters than the layout's are in force.
fn plan(text: &str, base: &xkb::Keymap, layout: xkb::LayoutIndex) -> Plan {
    super::plan(text, base, layout, &Extra::default(), &Reach::default())
}

/// What a client gets that follows the keymaps and modifiers it is told of.
fn typed(plan: &Plan, base: &xkb::Keymap, layout: xkb::LayoutIndex) -> String {
    let context = xkb::Context::new(xkb::CONTEXT_NO_FLAGS);
    let mut now = base.clone();
    let mut text = String::new();
    for step in &plan.steps {
        match step {
            Step::Key { code, mods } => {
                let mut state = xkb::State::new(&now);
                state.update_mask(*mods, 0, 0, 0, 0, layout);
                text += &state.key_get_utf8(*code);
            }
            Step::Keymap(keymap) => {
                let format = xkb::KEYMAP_FORMAT_TEXT_V1;
                let flags = xkb::KEYMAP_COMPILE_NO_FLAGS;
                now = xkb::Keymap::new_from_string(&context, keymap.clone(), format, flags).expect("it compiles");
            }
        }
    }
    // The key of a new line types a carriage return.
    text.replace('\r', "\n")
}

fn keymaps(plan: &Plan) -> usize {
    plan.steps.iter().filter(|step| matches!(step, Step::Keymap(_))).count()
}

const SAMPLES: [&str; 8] = [
    "Hello, World! 0123456789 ~`@#$%^&*()_+-={}[]|\\:;\"'<>?,./",
    "Grüße, ß, é à ñ ç, „Anführung“ – € £ ¥ µ",
    "Привет, мир",
    "日本語 한국어 ελληνικά עברית العربية",
    "emoji 😀 👩‍👩‍👧 🇩🇪 👍🏽, twice 😀😀",
    "lines\nand\ttabs\u{8}",
    "e\u{301} combining, \u{a0} no-break, \u{200b} zero width",
    "",
];

#[test]
fn every_layout_types_every_text() {
    for layout in ["us", "de", "ru", "fr"] {
        let keymap = keymap(layout);
        for sample in SAMPLES {
            assert_eq!(typed(&plan(sample, &keymap, 0), &keymap, 0), sample, "{layout}");
        }
    }
}

#[test]
fn the_layout_that_is_in_force_counts_not_the_first() {
    let keymap = keymap("us,ru");
    let text = "Привет, hello 😀";
    for layout in [0, 1] {
        assert_eq!(typed(&plan(text, &keymap, layout), &keymap, layout), text);
    }
    assert_eq!(keymaps(&plan("Привет", &keymap, 1)), 0);
    assert_eq!(keymaps(&plan("Привет", &keymap, 0)), 1);
}

#[test]
fn what_the_layout_has_needs_no_other_keymap() {
    for (layout, text) in
        [("us", SAMPLES[0]), ("de", "Grüße ÄÖÜ € @ {[]} ~"), ("ru", "Привет, мир!"), ("fr", "çà é è €")]
    {
        let plan = plan(text, &keymap(layout), 0);
        assert_eq!(keymaps(&plan), 0, "{layout}");
        assert_eq!(plan.steps.len(), text.chars().count());
    }
}

#[test]
fn another_keymap_is_put_in_force_once_for_all_that_is_lacking() {
    let keymap = keymap("us");
    let plan = plan("a é b ß c é", &keymap, 0);
    assert_eq!(keymaps(&plan), 1);
    assert!(!matches!(plan.steps.last(), Some(Step::Keymap(_))));
}

#[test]
fn each_level_has_a_name_for_those_who_ask_an_x_server() {
    let plan = plan("é", &keymap("us"), 0);
    let text = plan.steps.iter().find_map(|step| match step {
        Step::Keymap(text) => Some(text.clone()),
        Step::Key { .. } => None,
    });
    let (context, format) = (xkb::Context::new(xkb::CONTEXT_NO_FLAGS), xkb::KEYMAP_FORMAT_TEXT_V1);
    let flags = xkb::KEYMAP_COMPILE_NO_FLAGS;
    let extended = xkb::Keymap::new_from_string(&context, text.expect("another keymap"), format, flags).unwrap();
    let text = extended.get_as_string(format);
    let kind = text.split("type \"TOS_EXTRA\"").nth(1).and_then(|rest| rest.split("};").next()).unwrap();
    assert_eq!(kind.matches("level_name").count(), 8, "{kind}");
}

#[test]
fn what_was_typed_before_keeps_its_key() {
    let keymap = keymap("us");
    let first = plan("é", &keymap, 0);
    let typed = |plan: &Plan| plan.steps.iter().rfind(|step| matches!(step, Step::Key { .. })).cloned();
    let again = super::plan("é", &keymap, 0, &first.extra, &Reach::default());
    assert_eq!((keymaps(&again), typed(&again)), (0, typed(&first)), "it is in force already");
    let second = super::plan("ßé", &keymap, 0, &again.extra, &Reach::default());
    assert_eq!((keymaps(&second), typed(&second)), (1, typed(&first)));
    // More than there is room for: the oldest go, and what is in the text stays.
    let many: String = ('\u{4e00}'..'\u{5000}').collect();
    let many = super::plan(&many, &keymap, 0, &second.extra, &Reach::default());
    let last = super::plan("\u{4fff}éß", &keymap, 0, &many.extra, &Reach::default());
    assert_eq!(keymaps(&last), 1);
    let extra = super::plan("\u{4fff}éß", &keymap, 0, &last.extra, &Reach::default());
    assert_eq!(keymaps(&extra), 0);
}

#[test]
fn what_cannot_be_reached_is_not_used() {
    let keymap = keymap("us");
    let text: String = "aA".chars().chain('\u{4e00}'..'\u{4e80}').collect();
    // The keypad of some keyboards has a key for this, with a high code.
    let text = text + "€";
    let reach = Reach { modifiers: vec![0, SHIFT], highest: 255 };
    let plan = super::plan(&text, &keymap, 0, &Extra::default(), &reach);
    let reached = |step: &Step| matches!(step, Step::Key { code, mods } if code.raw() > 255 || mods & !SHIFT != 0);
    assert!(!plan.steps.iter().any(reached));
    assert_eq!(typed(&plan, &keymap, 0), text);
}

#[test]
fn a_few_extra_characters_take_no_modifiers() {
    let keymap = keymap("us");
    let keys = |step: &Step| matches!(step, Step::Key { mods, .. } if *mods != 0);
    assert!(!plan("éàñßпривет😀", &keymap, 0).steps.iter().any(keys));
}

#[test]
fn more_characters_than_free_keys_take_several_keymaps() {
    let keymap = keymap("us");
    let text: String = ('\u{4e00}'..'\u{5000}').collect();
    let plan = plan(&text, &keymap, 0);
    assert!((2..10).contains(&keymaps(&plan)), "{} keymaps for 512 characters", keymaps(&plan));
    assert_eq!(typed(&plan, &keymap, 0), text);
}

#[test]
fn control_characters_and_what_is_no_character_are_left_out() {
    let keymap = keymap("us");
    let text = "a\0b\u{1b}[31mc\r\nd\u{7f}e\u{85}f\u{fffe}g";
    assert_eq!(typed(&plan(text, &keymap, 0), &keymap, 0), "ab[31mc\ndefg");
}

#[test]
fn the_keypad_and_the_lock_keys_are_not_used() {
    let keymap = keymap("us");
    let state = xkb::State::new(&keymap);
    for step in plan("*+-/0123456789.=", &keymap, 0).steps {
        let Step::Key { code, .. } = step else { panic!("{step:?}") };
        let name = xkb::keysym_get_name(state.key_get_one_sym(code));
        assert!(!name.starts_with("KP_") && !name.ends_with("_Lock"), "{name}");
    }
}
