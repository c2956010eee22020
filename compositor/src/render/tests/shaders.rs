//! Every shader in `shaders/` is valid, also those that no test draws with.

use naga::valid::{Capabilities, ValidationFlags, Validator};

#[test]
fn every_shader_is_valid() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../shaders");
    let mut checked = 0;
    for entry in std::fs::read_dir(folder).expect("the shaders' folder").flatten() {
        let source = std::fs::read_to_string(entry.path()).expect("text");
        let module = naga::front::wgsl::parse_str(&source).unwrap_or_else(|error| {
            panic!("{}", error.emit_to_string_with_path(&source, &entry.path().to_string_lossy()))
        });
        let validated = Validator::new(ValidationFlags::all(), Capabilities::empty()).validate(&module);
        assert!(validated.is_ok(), "{}: {:?}", entry.path().display(), validated.err());
        checked += 1;
    }
    assert!(checked > 0);
}
