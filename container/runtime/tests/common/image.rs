//! A small system of programs of this machine: busybox, the first process, and what else a test asks for.

use std::{
    fs,
    os::unix::fs::{PermissionsExt as _, symlink},
    path::{Path, PathBuf},
    process::Command,
};

/// A program that Cargo built beside this test.
pub fn built(name: &str) -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let path = test.ancestors().nth(2).unwrap().join(name);
    assert!(
        path.exists(),
        "{} is not built; `cargo build -p tos-init` and `cargo build -p runtime --examples` do, as `make test`",
        path.display()
    );
    path
}

/// Makes a root directory.
pub fn root(at: &Path) {
    for directory in [
        "bin",
        "dev",
        "etc",
        "home",
        "media",
        "mnt",
        "opt",
        "proc",
        "run",
        "srv",
        "sys",
        "tmp",
        "usr/bin",
        "var/lib/state",
        "var/tmp",
    ] {
        fs::create_dir_all(at.join(directory)).unwrap();
    }
    for everybodys in ["tmp", "var/tmp"] {
        fs::set_permissions(at.join(everybodys), fs::Permissions::from_mode(0o1777)).unwrap();
    }
    fs::write(at.join("etc/passwd"), "root:x:0:0::/:/bin/sh\nuser:x:1000:1000::/home:/bin/sh\n").unwrap();
    fs::write(at.join("etc/resolv.conf"), "").unwrap();
    let busybox = Path::new("/bin/busybox");
    let list = Command::new(busybox).arg("--list").output().expect("busybox-static is missing; `make deps`");
    fs::copy(busybox, at.join("bin/busybox")).unwrap();
    for program in String::from_utf8(list.stdout).unwrap().lines().filter(|name| *name != "busybox") {
        symlink("busybox", at.join("bin").join(program)).unwrap();
    }
    program(at, &built("tos-init"), "usr/bin/tos-init");
    program(at, &built("examples/calls"), "usr/bin/calls");
    program(at, Path::new("/usr/bin/bwrap"), "usr/bin/bwrap");
}

/// Copies a program with the libraries that it needs.
fn program(root: &Path, from: &Path, to: &str) {
    fs::copy(from, root.join(to)).unwrap_or_else(|error| panic!("{}: {error}; `make deps`", from.display()));
    let needs = Command::new("ldd").arg(from).output().unwrap();
    let text = String::from_utf8(needs.stdout).unwrap();
    for library in text.split_whitespace().filter(|word| word.starts_with('/')) {
        let target = root.join(library.trim_start_matches('/'));
        fs::create_dir_all(target.parent().unwrap()).unwrap();
        if !target.exists() {
            fs::copy(library, target).unwrap();
        }
    }
}
