//! The page is embedded with `include_dir`, which cargo does not watch by itself.

fn main() {
    println!("cargo::rerun-if-changed=page");
    // The tokens of the default theme are a link to where the interface has them.
    println!("cargo::rerun-if-changed=../lcars-ui/themes/default.css");
}
