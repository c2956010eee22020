//! The page is embedded with `include_dir`, which cargo does not watch by itself.

fn main() {
    println!("cargo::rerun-if-changed=page");
}
