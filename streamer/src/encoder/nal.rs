//! Just enough of H.264's byte stream (ITU-T H.264, annex B) to check what an encoder made.

/// What an access unit contains.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Contents {
    /// A sequence parameter set.
    pub sps: bool,
    /// A picture parameter set.
    pub pps: bool,
    /// A slice of a picture that a decoder can start at.
    pub idr: bool,
    /// A slice of any other picture.
    pub delta: bool,
    /// `profile_idc` of the sequence parameter set; 66 is baseline.
    pub profile: Option<u8>,
}

impl Contents {
    /// Looks at every NAL unit of an access unit in byte-stream format.
    pub fn of(unit: &[u8]) -> Self {
        let mut contents = Self::default();
        for nal in nals(unit) {
            match nal.first().map(|head| head & 0x1f) {
                Some(1) => contents.delta = true,
                Some(5) => contents.idr = true,
                Some(7) => {
                    contents.sps = true;
                    contents.profile = nal.get(1).copied();
                }
                Some(8) => contents.pps = true,
                _ => {}
            }
        }
        contents
    }

    /// A decoder that has seen nothing yet can show this.
    pub fn starts(self) -> bool {
        self.sps && self.pps && self.idr
    }
}

/// The bytes after each start code, the type byte first.
fn nals(unit: &[u8]) -> impl Iterator<Item = &[u8]> {
    let starts = unit.windows(3).enumerate().filter(|(_, bytes)| *bytes == [0, 0, 1]).map(|(at, _)| at + 3);
    starts.map(|at| &unit[at..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_is_there() {
        let unit = [0, 0, 0, 1, 0x67, 66, 0xc0, 31, 0, 0, 1, 0x68, 9, 0, 0, 1, 0x65, 1, 2, 3];
        let contents = Contents::of(&unit);
        assert!(contents.starts());
        assert_eq!(contents.profile, Some(66));
        assert!(!contents.delta);
    }

    #[test]
    fn a_key_picture_without_its_headers_is_no_start() {
        assert!(!Contents::of(&[0, 0, 1, 0x65, 1, 2]).starts());
        assert!(Contents::of(&[0, 0, 1, 0x41, 1, 2]).delta);
    }

    #[test]
    fn cut_off_bytes_do_no_harm() {
        for unit in [&[][..], &[0, 0], &[0, 0, 1], &[0, 0, 1, 0x67]] {
            assert!(!Contents::of(unit).starts());
        }
    }
}
