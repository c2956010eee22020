use super::*;

fn metrics(width: u32, height: u32, stroke: u32) -> Metrics {
    let (font, baseline) = (height as f32 * 0.8, height as i32 * 3 / 4);
    Metrics { font, width, height, baseline, stroke, underline: height - stroke, strike: height / 2 }
}

/// Usual sizes, odd ones and very small ones.
fn sizes() -> impl Iterator<Item = Metrics> {
    let sides = [(10, 20), (19, 40), (7, 13), (12, 25), (5, 9), (8, 16), (31, 60)];
    sides.into_iter().map(|(w, h)| metrics(w, h, (h / 20).max(1)))
}

fn drawn(character: char, metrics: &Metrics) -> Mask {
    mask(character, metrics).expect("a character that is drawn")
}

/// As text: a row of pixels is a line; # is covered, + is in part.
fn picture(mask: &Mask) -> String {
    let rows = mask.pixels.chunks(mask.width as usize);
    let pixel = |cover: &u8| match cover {
        0 => '.',
        255 => '#',
        _ => '+',
    };
    rows.map(|row| row.iter().map(pixel).chain(['\n']).collect::<String>()).collect()
}

fn column(mask: &Mask, x: u32) -> Vec<u8> {
    (0..mask.height).map(|y| mask.pixels[(y * mask.width + x) as usize]).collect()
}

fn row(mask: &Mask, y: u32) -> Vec<u8> {
    (0..mask.width).map(|x| mask.pixels[(y * mask.width + x) as usize]).collect()
}

#[test]
fn lines_meet_at_every_edge_of_every_cell() {
    // Whatever leaves a cell enters the next one on the same pixels: edges are those of the straight lines.
    let across = ['─', '━', '═'];
    let along = ['│', '┃', '║'];
    for metrics in sizes() {
        let flat = across.map(|line| column(&drawn(line, &metrics), 0));
        let steep = along.map(|line| row(&drawn(line, &metrics), 0));
        let no_column = vec![0; metrics.height as usize];
        let no_row = vec![0; metrics.width as usize];
        let dashes = |code: u32| matches!(code, 0x2504..=0x250B | 0x254C..=0x254F);
        for code in (0x2500..=0x257F).filter(|code| !dashes(*code) && !matches!(code, 0x2571..=0x2573)) {
            let character = char::from_u32(code).expect("a character");
            let mask = drawn(character, &metrics);
            for edge in [column(&mask, 0), column(&mask, metrics.width - 1)] {
                assert!(edge == no_column || flat.contains(&edge), "{character} at {metrics:?}\n{}", picture(&mask));
            }
            for edge in [row(&mask, 0), row(&mask, metrics.height - 1)] {
                assert!(edge == no_row || steep.contains(&edge), "{character} at {metrics:?}\n{}", picture(&mask));
            }
        }
    }
}

#[test]
fn every_character_of_the_block_shows_something() {
    let ranges = [0x2500..=0x259F, 0x2801..=0x28FF, 0xE0B0..=0xE0B3, 0x1FB00..=0x1FB3B];
    for metrics in sizes() {
        for code in ranges.clone().into_iter().flatten() {
            let mask = drawn(char::from_u32(code).expect("a character"), &metrics);
            assert_eq!(mask.pixels.len(), (metrics.width * metrics.height) as usize);
            assert!(mask.pixels.iter().any(|pixel| *pixel > 0), "U+{code:X} at {metrics:?}");
        }
    }
    assert_eq!(mask('a', &metrics(10, 20, 1)), None);
}

#[test]
fn junctions_look_as_they_should() {
    let metrics = metrics(9, 9, 1);
    let cases = [
        (
            '┌',
            [
                ".........",
                ".........",
                ".........",
                ".........",
                "....#####",
                "....#....",
                "....#....",
                "....#....",
                "....#....",
            ],
        ),
        (
            '╬',
            [
                "...#.#...",
                "...#.#...",
                "...#.#...",
                "####.####",
                ".........",
                "####.####",
                "...#.#...",
                "...#.#...",
                "...#.#...",
            ],
        ),
        (
            '╔',
            [
                ".........",
                ".........",
                ".........",
                "...######",
                "...#.....",
                "...#.####",
                "...#.#...",
                "...#.#...",
                "...#.#...",
            ],
        ),
        (
            '╠',
            [
                "...#.#...",
                "...#.#...",
                "...#.#...",
                "...#.####",
                "...#.....",
                "...#.####",
                "...#.#...",
                "...#.#...",
                "...#.#...",
            ],
        ),
        (
            '╟',
            [
                "...#.#...",
                "...#.#...",
                "...#.#...",
                "...#.#...",
                "...#.####",
                "...#.#...",
                "...#.#...",
                "...#.#...",
                "...#.#...",
            ],
        ),
        (
            '╞',
            [
                "....#....",
                "....#....",
                "....#....",
                "....#####",
                "....#....",
                "....#####",
                "....#....",
                "....#....",
                "....#....",
            ],
        ),
        (
            '╥',
            [
                ".........",
                ".........",
                ".........",
                ".........",
                "#########",
                "...#.#...",
                "...#.#...",
                "...#.#...",
                "...#.#...",
            ],
        ),
        (
            '╓',
            [
                ".........",
                ".........",
                ".........",
                ".........",
                "...######",
                "...#.#...",
                "...#.#...",
                "...#.#...",
                "...#.#...",
            ],
        ),
        (
            '╒',
            [
                ".........",
                ".........",
                ".........",
                "....#####",
                "....#....",
                "....#####",
                "....#....",
                "....#....",
                "....#....",
            ],
        ),
        (
            '╪',
            [
                "....#....",
                "....#....",
                "....#....",
                "#########",
                "....#....",
                "#########",
                "....#....",
                "....#....",
                "....#....",
            ],
        ),
        (
            '╫',
            [
                "...#.#...",
                "...#.#...",
                "...#.#...",
                "...#.#...",
                "#########",
                "...#.#...",
                "...#.#...",
                "...#.#...",
                "...#.#...",
            ],
        ),
        (
            '╧',
            [
                "....#....",
                "....#....",
                "....#....",
                "#########",
                ".........",
                "#########",
                ".........",
                ".........",
                ".........",
            ],
        ),
        (
            '┥',
            [
                "....#....",
                "....#....",
                "....#....",
                "....#....",
                "#####....",
                "#####....",
                "....#....",
                "....#....",
                "....#....",
            ],
        ),
    ];
    for (character, expected) in cases {
        let expected: String = expected.iter().flat_map(|row| [row, "\n"]).collect();
        let shown = picture(&drawn(character, &metrics));
        assert_eq!(shown, expected, "{character}\n{shown}");
    }
}

#[test]
fn halves_and_quarters_fill_a_cell_without_gap_or_overlap() {
    let sets: [&[char]; 8] = [
        &['▀', '▄'],
        &['▌', '▐'],
        &['▘', '▝', '▖', '▗'],
        &['▚', '▞'],
        &['▙', '▝'],
        &['▛', '▗'],
        &['▜', '▖'],
        &['▟', '▘'],
    ];
    for metrics in sizes() {
        for set in sets {
            let mut sum = vec![0u32; (metrics.width * metrics.height) as usize];
            for character in set {
                let mask = drawn(*character, &metrics);
                sum.iter_mut().zip(&mask.pixels).for_each(|(sum, pixel)| *sum += u32::from(*pixel));
            }
            assert!(sum.iter().all(|sum| *sum == 255), "{set:?} at {metrics:?}");
        }
        assert!(drawn('█', &metrics).pixels.iter().all(|pixel| *pixel == 255));
    }
}

#[test]
fn eighths_grow_by_no_more_than_a_pixel_off_an_eighth() {
    for metrics in sizes() {
        for (eighth, character) in ('▁'..='█').enumerate() {
            let covered = drawn(character, &metrics).pixels.iter().filter(|pixel| **pixel == 255).count();
            let rows = covered as f32 / metrics.width as f32;
            let exact = metrics.height as f32 * (eighth + 1) as f32 / 8.0;
            assert!((rows - exact).abs() <= 0.5, "{character} has {rows} rows of {metrics:?}");
        }
    }
}

#[test]
fn sextants_are_told_apart_and_go_with_halves() {
    let metrics = metrics(10, 20, 1);
    let all: std::collections::HashSet<Vec<u8>> =
        ('\u{1FB00}'..='\u{1FB3B}').chain(['▌', '▐', '█']).map(|c| drawn(c, &metrics).pixels).collect();
    assert_eq!(all.len(), 63);
    // Upper and middle left, with the rest of the left half.
    let (upper, lower) = (drawn('\u{1FB04}', &metrics), drawn('\u{1FB0F}', &metrics));
    let sum: Vec<u8> = upper.pixels.iter().zip(&lower.pixels).map(|(a, b)| a | b).collect();
    assert_eq!(sum, drawn('▌', &metrics).pixels);
}

#[test]
fn braille_dots_are_even_over_cells() {
    let metrics = metrics(10, 20, 1);
    let full = picture(&drawn('⣿', &metrics));
    let row = ".##...##..\n";
    let empty = "..........\n";
    let block = [empty, row, row, empty, empty].concat();
    assert_eq!(full, block.repeat(4), "\n{full}");
    // Dot 8 is the lower right one.
    assert_eq!(drawn('⢀', &metrics).pixels.iter().filter(|pixel| **pixel > 0).count(), 4);
}

#[test]
fn arrows_fill_their_side_and_mirror_each_other() {
    for metrics in sizes() {
        let (right, left) = (drawn('\u{E0B0}', &metrics), drawn('\u{E0B2}', &metrics));
        let mirrored: Vec<u8> =
            right.pixels.chunks(metrics.width as usize).flat_map(|row| row.iter().rev().copied()).collect();
        assert_eq!(mirrored, left.pixels);
        let middle = row(&right, metrics.height / 2);
        assert_eq!(middle[0], 255, "{}", picture(&right));
    }
}
