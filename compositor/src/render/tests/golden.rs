//! Compares pictures with those in `tests/golden`.
//!
//! `TOS_UPDATE=1` writes them anew; look at them before they are committed. A picture that differs is written beside its
//! golden one as `NAME.actual.png`.

use std::fs::File;
use std::path::PathBuf;

use crate::render::Picture;

/// How far a channel may be off: other versions of lavapipe round otherwise.
const MOST_OFF: u8 = 3;

/// And how many channels in a thousand may be off by more, at the edges of shapes and letters.
const MOST_WRONG_PER_MILLE: usize = 2;

pub fn check(name: &str, picture: &Picture) {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../tests/golden");
    let path = folder.join(format!("{name}.png"));
    let write = |path: &PathBuf| picture.write_png(File::create(path).expect("a writable folder")).expect("a PNG");
    if std::env::var_os("TOS_UPDATE").is_some() {
        return write(&path);
    }
    let actual = folder.join(format!("{name}.actual.png"));
    let complaint = match read(&path) {
        None => Some(String::from("there is no golden picture")),
        Some(golden) => differs(&golden, picture),
    };
    if let Some(complaint) = complaint {
        write(&actual);
        panic!("{name}: {complaint}; see {}", actual.display());
    }
}

fn differs(golden: &Picture, picture: &Picture) -> Option<String> {
    if (golden.width, golden.height) != (picture.width, picture.height) {
        return Some(format!("{}x{} instead of {}x{}", picture.width, picture.height, golden.width, golden.height));
    }
    let off = |(a, b): (&u8, &u8)| a.abs_diff(*b) > MOST_OFF;
    let wrong = golden.rgba.iter().zip(&picture.rgba).filter(|pair| off(*pair)).count();
    let most = golden.rgba.len() * MOST_WRONG_PER_MILLE / 1000;
    (wrong > most).then(|| format!("{wrong} channels differ, {most} may"))
}

fn read(path: &PathBuf) -> Option<Picture> {
    let mut reader = png::Decoder::new(std::io::BufReader::new(File::open(path).ok()?)).read_info().ok()?;
    let mut rgba = vec![0; reader.output_buffer_size()?];
    let info = reader.next_frame(&mut rgba).ok()?;
    Some(Picture { width: info.width, height: info.height, rgba })
}

#[test]
fn a_picture_that_differs_is_noticed() {
    let black = Picture { width: 10, height: 10, rgba: vec![0; 400] };
    let mut other = black.clone();
    assert_eq!(differs(&black, &other), None);
    other.rgba[100..110].fill(50);
    assert!(differs(&black, &other).is_some());
}
