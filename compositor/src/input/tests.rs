//! The decoder's events go to a seat that counts: what is pressed twice, released unpressed or left pressed fails.

use std::collections::HashSet;

use proptest::prelude::*;
use smithay::backend::input::{
    AbsolutePositionEvent, Axis, AxisSource, ButtonState, Event, GestureBeginEvent, GestureEndEvent, InputEvent,
    KeyState, KeyboardKeyEvent, PointerAxisEvent, PointerButtonEvent, ProximityState, TabletToolEvent,
    TabletToolProximityEvent, TabletToolTipEvent, TabletToolTipState, TouchEvent, TouchSlot,
};
use streamer::protocol::{FromPage, PenPhase, Phase, TouchPoint, WheelSource};

use super::backend::RemoteInput;
use super::decode::{Decoder, marker};

type Events = Vec<InputEvent<RemoteInput>>;

/// What is down, as a Wayland client believes it.
#[derive(Debug, Default)]
struct CheckedSeat {
    keys: HashSet<u32>,
    buttons: HashSet<u32>,
    fingers: HashSet<TouchSlot>,
    unframed: bool,
    scrolling: HashSet<Axis>,
    gesture: Option<&'static str>,
    pen_near: bool,
    pen_touches: bool,
}

impl CheckedSeat {
    fn take(&mut self, events: Events) {
        for event in events {
            self.event(event);
        }
        assert!(!self.unframed, "fingers without a frame at the end of a message");
    }

    fn event(&mut self, event: InputEvent<RemoteInput>) {
        match event {
            InputEvent::Keyboard { event } => {
                let code = event.key_code().raw();
                match event.state() {
                    KeyState::Pressed => assert!(self.keys.insert(code), "key {code} pressed twice"),
                    KeyState::Released => assert!(self.keys.remove(&code), "key {code} released unpressed"),
                }
                assert_eq!(event.count() as usize, self.keys.len());
            }
            InputEvent::PointerButton { event } => match event.state() {
                ButtonState::Pressed => assert!(self.buttons.insert(event.button_code())),
                ButtonState::Released => assert!(self.buttons.remove(&event.button_code())),
            },
            InputEvent::PointerAxis { event } => self.axis(&event),
            InputEvent::TouchDown { event } => {
                assert!(self.fingers.insert(event.slot()), "{:?} landed twice", event.slot());
                self.unframed = true;
            }
            InputEvent::TouchMotion { event } => {
                assert!(self.fingers.contains(&event.slot()));
                self.unframed = true;
            }
            InputEvent::TouchUp { event } => {
                assert!(self.fingers.remove(&event.slot()), "{:?} lifted but not down", event.slot());
                self.unframed = true;
            }
            InputEvent::TouchCancel { .. } => {
                assert!(!self.fingers.is_empty(), "nothing to cancel");
                self.fingers.clear();
                self.unframed = false;
            }
            InputEvent::TouchFrame { .. } => {
                assert!(self.unframed, "a frame of nothing");
                self.unframed = false;
            }
            InputEvent::GesturePinchBegin { .. } => assert_eq!(self.gesture.replace("pinch"), None),
            InputEvent::GestureSwipeBegin { .. } => assert_eq!(self.gesture.replace("swipe"), None),
            InputEvent::GesturePinchUpdate { .. } => assert_eq!(self.gesture, Some("pinch")),
            InputEvent::GestureSwipeUpdate { .. } => assert_eq!(self.gesture, Some("swipe")),
            InputEvent::GesturePinchEnd { .. } => assert_eq!(self.gesture.take(), Some("pinch")),
            InputEvent::GestureSwipeEnd { .. } => assert_eq!(self.gesture.take(), Some("swipe")),
            InputEvent::TabletToolProximity { event } => {
                assert!(!self.pen_touches, "a pen leaves and comes lifted");
                let near = event.state() == ProximityState::In;
                assert_ne!(std::mem::replace(&mut self.pen_near, near), near);
            }
            InputEvent::TabletToolTip { event } => {
                assert!(self.pen_near, "a pen that is not near cannot touch");
                let touches = event.tip_state() == TabletToolTipState::Down;
                assert_ne!(std::mem::replace(&mut self.pen_touches, touches), touches);
            }
            InputEvent::TabletToolAxis { .. } => assert!(self.pen_near),
            InputEvent::PointerMotion { .. } | InputEvent::PointerMotionAbsolute { .. } => {}
            other => panic!("no message makes {other:?}"),
        }
    }

    fn axis(&mut self, event: &impl PointerAxisEvent<RemoteInput>) {
        for axis in [Axis::Horizontal, Axis::Vertical] {
            let (pixels, v120) = (event.amount(axis), event.amount_v120(axis));
            match event.source() {
                AxisSource::Wheel => assert_eq!(pixels, None),
                _ => assert_eq!(v120, None),
            }
            if pixels == Some(0.0) {
                assert!(self.scrolling.remove(&axis), "{axis:?} stopped but was not scrolled");
            } else if pixels.is_some() && event.source() == AxisSource::Finger {
                self.scrolling.insert(axis);
            }
        }
    }

    fn is_at_rest(&self) -> bool {
        self.keys.is_empty()
            && self.buttons.is_empty()
            && self.fingers.is_empty()
            && self.scrolling.is_empty()
            && self.gesture.is_none()
            && !self.pen_near
            && !self.pen_touches
    }
}

const VIEWERS: u8 = 3;

#[derive(Debug, Clone)]
enum Op {
    Message(u8, FromPage),
    ReleaseAll(u8),
}

fn phase() -> impl Strategy<Value = Phase> {
    prop_oneof![Just(Phase::Begin), Just(Phase::Update), Just(Phase::End), Just(Phase::Cancel)]
}

fn message() -> impl Strategy<Value = FromPage> {
    let code = prop::sample::select(vec!["KeyA", "KeyB", "ShiftLeft", "MetaLeft", "OSLeft", "Nonsense"]);
    let point = (0..4_u8, phase(), 0.0..1.0, 0.0..1.0).prop_map(|(id, phase, x, y)| TouchPoint { id, phase, x, y });
    let pen_phase =
        prop::sample::select(vec![PenPhase::Hover, PenPhase::Down, PenPhase::Move, PenPhase::Up, PenPhase::Leave]);
    prop_oneof![
        (code, any::<bool>()).prop_map(|(code, pressed)| FromPage::Key { code: code.to_owned(), pressed, id: 1 }),
        (0..7_u8, any::<bool>(), prop::option::of(0.0..1.0)).prop_map(|(button, pressed, x)| FromPage::Button {
            button,
            pressed,
            x,
            y: x,
            id: 1,
        }),
        prop::collection::vec(point, 0..5).prop_map(|points| FromPage::Touch { points, id: 1 }),
        (phase(), any::<u8>()).prop_map(|(phase, fingers)| FromPage::Pinch {
            phase,
            fingers,
            dx: 1.0,
            dy: 0.0,
            scale: 1.0,
            rotation: 0.0,
        }),
        (phase(), any::<u8>()).prop_map(|(phase, fingers)| FromPage::Swipe { phase, fingers, dx: 1.0, dy: 0.0 }),
        (pen_phase, 0.0..1.0, 0.0..1.0).prop_map(|(phase, x, pressure)| FromPage::Pen {
            phase,
            x,
            y: x,
            pressure,
            tilt_x: 0.0,
            tilt_y: 0.0,
            eraser: false,
        }),
        (-1..=1_i8, -1..=1_i8, any::<bool>(), any::<bool>(), 0..3_i32).prop_map(|(dx, dy, finger, stop, v120)| {
            let source = if finger { WheelSource::Finger } else { WheelSource::Wheel };
            FromPage::Wheel { dx: dx.into(), dy: dy.into(), v120_x: 0, v120_y: 60 * v120, source, stop }
        }),
        Just(FromPage::Motion { x: 0.5, y: 0.5, seq: 1 }),
        Just(FromPage::Relative { dx: 1.0, dy: 1.0, seq: 1 }),
    ]
}

fn ops() -> impl Strategy<Value = Vec<Op>> {
    let op = prop_oneof![
        9 => (0..VIEWERS, message()).prop_map(|(viewer, message)| Op::Message(viewer, message)),
        1 => (0..VIEWERS).prop_map(Op::ReleaseAll),
    ];
    prop::collection::vec(op, 0..60)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1024, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_pages_send_each_press_has_one_release(ops in ops()) {
        let mut decoder = Decoder::<u8>::default();
        let mut seat = CheckedSeat::default();
        for op in ops {
            seat.take(match op {
                Op::Message(viewer, message) => decoder.decode(viewer, &message, 0),
                Op::ReleaseAll(viewer) => decoder.release_all(viewer, 0),
            });
        }
        for viewer in 0..VIEWERS {
            seat.take(decoder.release_all(viewer, 0));
        }
        prop_assert!(seat.is_at_rest(), "{seat:?}");
    }
}

/// The names of the events, which tell most of the story.
fn names(events: &Events) -> Vec<String> {
    let name = |event| format!("{event:?}").split([' ', '(']).next().unwrap_or_default().to_owned();
    events.iter().map(name).collect()
}

fn key(code: &str, pressed: bool) -> FromPage {
    FromPage::Key { code: code.to_owned(), pressed, id: 7 }
}

fn touch(points: &[(u8, Phase)]) -> FromPage {
    let point = |&(id, phase)| TouchPoint { id, phase, x: 0.5, y: 0.5 };
    FromPage::Touch { points: points.iter().map(point).collect(), id: 7 }
}

fn pen(phase: PenPhase, pressure: f64) -> FromPage {
    FromPage::Pen { phase, x: 0.25, y: 0.75, pressure, tilt_x: 10.0, tilt_y: -20.0, eraser: false }
}

#[test]
fn positions_take_the_size_of_the_output_they_are_asked_for() {
    let mut decoder = Decoder::<u8>::default();
    let events = decoder.decode(0, &FromPage::Motion { x: 0.25, y: 1.0, seq: 1 }, 1_500_000);
    let [InputEvent::PointerMotionAbsolute { event }] = events.as_slice() else { panic!("{events:?}") };
    assert_eq!(event.position_transformed((1280, 720).into()), (320.0, 720.0).into());
    assert_eq!(event.time_msec(), 1500);
}

#[test]
fn a_click_brings_the_pointer_first() {
    let mut decoder = Decoder::<u8>::default();
    let press = FromPage::Button { button: 2, pressed: true, x: Some(0.1), y: Some(0.2), id: 7 };
    let events = decoder.decode(0, &press, 0);
    assert_eq!(names(&events), ["PointerMotionAbsolute", "PointerButton"]);
    let Some(InputEvent::PointerButton { event }) = events.last() else { panic!("{events:?}") };
    assert_eq!(event.button_code(), 0x111, "BTN_RIGHT");
    let release = FromPage::Button { button: 2, pressed: false, x: None, y: None, id: 7 };
    assert_eq!(names(&decoder.decode(0, &release, 0)), ["PointerButton"], "the locked pointer has no place");
}

#[test]
fn a_viewer_that_leaves_releases_letters_before_modifiers() {
    let mut decoder = Decoder::<u8>::default();
    for code in ["ControlLeft", "KeyC"] {
        decoder.decode(0, &key(code, true), 0);
    }
    let released: Vec<_> = decoder
        .release_all(0, 0)
        .iter()
        .map(|event| match event {
            InputEvent::Keyboard { event } => (event.key_code().raw(), event.count()),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(released, [(46 + 8, 1), (29 + 8, 0)]);
}

#[test]
fn a_wheel_gives_notches_and_a_touch_pad_gives_pixels_and_an_end() {
    let mut decoder = Decoder::<u8>::default();
    let wheel = |dy, v120_y, source, stop| FromPage::Wheel { dx: 0.0, dy, v120_x: 0, v120_y, source, stop };
    let told = |events: Events| match events.as_slice() {
        [InputEvent::PointerAxis { event }] => {
            let (h, v) = (Axis::Horizontal, Axis::Vertical);
            (event.source(), event.amount(h), event.amount(v), event.amount_v120(v))
        }
        other => panic!("{other:?}"),
    };
    let notch = decoder.decode(0, &wheel(100.0, 120, WheelSource::Wheel, false), 0);
    assert_eq!(told(notch), (AxisSource::Wheel, None, None, Some(120.0)));
    let pixels = decoder.decode(0, &wheel(7.5, 0, WheelSource::Wheel, false), 0);
    assert_eq!(told(pixels), (AxisSource::Continuous, None, Some(7.5), None));
    let finger = decoder.decode(0, &wheel(7.5, 0, WheelSource::Finger, false), 0);
    assert_eq!(told(finger), (AxisSource::Finger, None, Some(7.5), None));
    let end = decoder.decode(0, &wheel(0.0, 0, WheelSource::Finger, true), 0);
    assert_eq!(told(end), (AxisSource::Finger, None, Some(0.0), None), "only the axis that was scrolled ends");
    let again = decoder.decode(0, &wheel(0.0, 0, WheelSource::Finger, true), 0);
    assert!(again.is_empty(), "it has ended already: {again:?}");
}

#[test]
fn fingers_of_one_message_are_one_frame() {
    let mut decoder = Decoder::<u8>::default();
    let events = decoder.decode(0, &touch(&[(0, Phase::Begin), (1, Phase::Begin)]), 0);
    assert_eq!(names(&events), ["TouchDown", "TouchDown", "TouchFrame"]);
    let events = decoder.decode(0, &touch(&[(0, Phase::Update), (1, Phase::End), (5, Phase::Update)]), 0);
    assert_eq!(names(&events), ["TouchMotion", "TouchUp", "TouchFrame"]);
    assert!(decoder.decode(0, &touch(&[(5, Phase::End)]), 0).is_empty());
}

#[test]
fn cancelled_fingers_do_not_take_those_of_others_with_them() {
    let mut decoder = Decoder::<u8>::default();
    decoder.decode(0, &touch(&[(0, Phase::Begin), (1, Phase::Begin)]), 0);
    let alone = decoder.decode(0, &touch(&[(0, Phase::Cancel), (1, Phase::Cancel)]), 0);
    assert_eq!(names(&alone), ["TouchCancel"]);
    decoder.decode(0, &touch(&[(0, Phase::Begin)]), 0);
    decoder.decode(1, &touch(&[(0, Phase::Begin)]), 0);
    let shared = decoder.decode(0, &touch(&[(0, Phase::Cancel)]), 0);
    assert_eq!(names(&shared), ["TouchUp", "TouchFrame"]);
    assert_eq!(names(&decoder.release_all(1, 0)), ["TouchCancel"]);
}

#[test]
fn one_gesture_at_a_time_and_a_lost_one_is_cancelled() {
    let mut decoder = Decoder::<u8>::default();
    let swipe = |phase| FromPage::Swipe { phase, fingers: 0, dx: 3.0, dy: 4.0 };
    let events = decoder.decode(0, &swipe(Phase::Begin), 0);
    let [InputEvent::GestureSwipeBegin { event }] = events.as_slice() else { panic!("{events:?}") };
    assert_eq!(event.fingers(), 2, "no gesture has fewer");
    assert!(decoder.decode(1, &swipe(Phase::Begin), 0).is_empty());
    assert!(decoder.decode(1, &swipe(Phase::End), 0).is_empty());
    assert_eq!(names(&decoder.decode(0, &swipe(Phase::Update), 0)), ["GestureSwipeUpdate"]);
    let events = decoder.release_all(0, 0);
    let [InputEvent::GestureSwipeEnd { event }] = events.as_slice() else { panic!("{events:?}") };
    assert!(event.cancelled());
}

#[test]
fn a_pen_comes_near_before_it_touches_and_is_lifted_before_it_leaves() {
    let mut decoder = Decoder::<u8>::default();
    let down = decoder.decode(0, &pen(PenPhase::Down, 0.5), 0);
    assert_eq!(names(&down), ["TabletToolProximity", "TabletToolAxis", "TabletToolTip"]);
    let Some(InputEvent::TabletToolAxis { event }) = down.get(1) else { panic!("{down:?}") };
    assert_eq!((event.pressure(), event.tilt()), (0.5, (10.0, -20.0)));
    assert!(event.pressure_has_changed() && event.tilt_has_changed());
    let moved = decoder.decode(0, &pen(PenPhase::Move, 0.6), 0);
    let [InputEvent::TabletToolAxis { event }] = moved.as_slice() else { panic!("{moved:?}") };
    assert!(event.pressure_has_changed() && !event.tilt_has_changed());
    assert!(decoder.decode(0, &pen(PenPhase::Move, 0.6), 0).is_empty(), "nothing has changed");
    assert_eq!(names(&decoder.decode(0, &pen(PenPhase::Leave, 0.0), 0)), ["TabletToolTip", "TabletToolProximity"]);
}

#[test]
fn a_pen_that_hovers_gives_way_to_one_that_touches() {
    let mut decoder = Decoder::<u8>::default();
    decoder.decode(0, &pen(PenPhase::Hover, 0.0), 0);
    assert!(decoder.decode(1, &pen(PenPhase::Hover, 0.0), 0).is_empty());
    let taken = decoder.decode(1, &pen(PenPhase::Down, 0.5), 0);
    let expected = ["TabletToolProximity", "TabletToolProximity", "TabletToolAxis", "TabletToolTip"];
    assert_eq!(names(&taken), expected);
    let devices = [&taken[0], &taken[1]].map(|event| match event {
        InputEvent::TabletToolProximity { event } => (event.state(), event.device().viewer),
        other => panic!("{other:?}"),
    });
    assert_eq!(devices, [(ProximityState::Out, 0), (ProximityState::In, 1)]);
    assert!(decoder.decode(0, &pen(PenPhase::Down, 0.5), 0).is_empty(), "a stroke is not interrupted");
}

#[test]
fn what_is_no_input_makes_no_event() {
    let mut decoder = Decoder::<u8>::default();
    for message in [
        FromPage::Text { text: "x".to_owned() },
        FromPage::Resize { width: 640, height: 480, scale: 1.0 },
        FromPage::Blur,
        FromPage::Clipboard { text: "x".to_owned(), offer: 0, more: Vec::new() },
        FromPage::Layout { layout: "de".to_owned(), variant: String::new() },
        FromPage::Ping { id: 7 },
        key("Nonsense", true),
        FromPage::Button { button: 9, pressed: true, x: Some(0.5), y: Some(0.5), id: 7 },
        FromPage::Wheel { dx: 0.0, dy: 0.0, v120_x: 0, v120_y: 0, source: WheelSource::Wheel, stop: false },
    ] {
        assert!(decoder.decode(0, &message, 0).is_empty(), "{message:?}");
    }
}

#[test]
fn presses_that_name_themselves_are_marked() {
    assert_eq!(marker(&key("KeyA", true)), Some(7));
    assert_eq!(marker(&touch(&[])), Some(7));
    assert_eq!(marker(&FromPage::Button { button: 0, pressed: true, x: None, y: None, id: 3 }), Some(3));
    assert_eq!(marker(&FromPage::Button { button: 0, pressed: true, x: None, y: None, id: 0 }), None, "0 is no name");
    assert_eq!(marker(&FromPage::Ping { id: 7 }), None);
}
