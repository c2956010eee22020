//! Serves a moving picture without a compositor: for work on the page, and to see the network side alone.
//!
//! `cargo run -p streamer --example serve [ADDRESS]` prints a URL; what the page sends is printed as it comes.

use std::{
    collections::BTreeSet,
    sync::{Arc, mpsc},
    time::{Duration, Instant},
};

use streamer::{
    Bitrates, Config, Event, MOST_OUTPUTS, OutputKey,
    auth::Tokens,
    encoder::Ladder,
    protocol::{FromPage, Role, SemanticNode, ToPage},
    tls::Tls,
    video::{I420, Timing},
};

const SIZE: (u32, u32) = (1280, 720);
const PERIOD: Duration = Duration::from_micros(16_667);

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let listen = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:0".to_owned()).parse()?;
    let (tell, events) = mpsc::channel();
    let config = Config {
        listen,
        tokens: Tokens::generate()?,
        grants: None,
        tls: Tls::Automatic,
        ice_servers: Vec::new(),
        media_address: None,
        media_public: Vec::new(),
        udp_ports: None,
        allowed_origins: Vec::new(),
        portal: None,
        step_up: false,
        waiting: false,
        fps: 60,
        bitrates: Bitrates::default(),
        ladder: Ladder::unprobed(),
        layout: "us".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        fallback: None,
    };
    let streamer = streamer::start(
        config,
        Arc::new(move |event| {
            // Nobody listens any more only while the program ends.
            let _ = tell.send(event);
        }),
    )?;
    for role in [Role::View, Role::Control] {
        println!("{}", streamer.url(role).unwrap_or_default());
    }
    streamer.allow_outputs(MOST_OUTPUTS);
    let mut outputs = BTreeSet::from([OutputKey::FIRST]);
    let show = |output, focused: &str| {
        streamer.broadcast_to(output, ToPage::Size { width: SIZE.0, height: SIZE.1, scale: 1.0 });
        streamer.set_semantics_on(output, meaning(focused));
    };
    show(OutputKey::FIRST, "");

    let mut picture = I420::black(SIZE.0, SIZE.1);
    let mut next = Instant::now();
    for number in 0.. {
        next += PERIOD;
        while let Ok(event) = events.recv_timeout(next.saturating_duration_since(Instant::now())) {
            if !matches!(event, Event::Idle | Event::PictureWanted) {
                println!("{event:?}");
            }
            match event {
                Event::Joined { output, .. } if outputs.insert(output) => show(output, ""),
                Event::OutputClosed { output } => {
                    outputs.remove(&output);
                }
                Event::Input { message: FromPage::FocusNode { id }, .. } => show(OutputKey::FIRST, &id),
                _ => {}
            }
        }
        let damaged = Instant::now();
        draw(&mut picture, number);
        for output in outputs.iter().filter(|output| streamer.ready_on(**output)) {
            streamer.metrics().drawn.increment();
            streamer.submit_to(*output, &picture, Timing { damaged, drawn: Instant::now() }, &[]);
        }
    }
    Ok(())
}

/// A grey ramp that moves to the left, and a bar that is easy to see by eye.
fn draw(picture: &mut I420, number: u32) {
    let width = picture.width as usize;
    let bar = (number as usize * 8) % width;
    let (luma, _, _) = picture.planes_mut();
    for row in luma.chunks_exact_mut(width) {
        for (x, pixel) in row.iter_mut().enumerate() {
            *pixel = 32 + ((x + number as usize) % 192) as u8;
        }
        row[bar..(bar + 32).min(width)].fill(235);
    }
}

/// As if there were something to press.
fn meaning(focused: &str) -> Vec<SemanticNode> {
    let node = |id: &str, role: &str, x: f32, y: f32| SemanticNode {
        id: id.to_owned(),
        role: role.to_owned(),
        name: id.replace('-', " ").to_uppercase(),
        x,
        y,
        w: 160.0,
        h: 48.0,
        actionable: role == "button",
        focused: id == focused,
        ..SemanticNode::default()
    };
    let rail = SemanticNode { h: 400.0, ..node("rail", "group", 40.0, 40.0) };
    let inside = |node| SemanticNode { parent: Some("rail".to_owned()), ..node };
    let meter = SemanticNode { value: Some("34 %".to_owned()), ..node("cpu", "meter", 600.0, 40.0) };
    let buttons = [("zoom-out", 40.0), ("split", 100.0)].map(|(id, y)| inside(node(id, "button", 40.0, y)));
    [vec![rail], buttons.to_vec(), vec![meter, node("search", "searchbox", 600.0, 100.0)]].concat()
}
