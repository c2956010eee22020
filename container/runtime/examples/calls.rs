//! Tries system calls that a container must not make, and prints `NAME ERRNO` for each; 0 is success.
//!
//! Every one has arguments that the kernel itself would refuse for another reason, so nothing happens where they are let
//! through.

use nix::libc;

fn main() {
    let bad = -1_i64;
    let calls = [
        ("kexec_load", libc::SYS_kexec_load, [0, 99, 0, 0xffff, 0]),
        ("bpf", libc::SYS_bpf, [bad, 0, 0, 0, 0]),
        ("init_module", libc::SYS_init_module, [0, 0, 0, 0, 0]),
        ("finit_module", libc::SYS_finit_module, [bad, 0, 0, 0, 0]),
        ("keyctl", libc::SYS_keyctl, [bad, 0, 0, 0, 0]),
        ("add_key", libc::SYS_add_key, [0, 0, 0, 0, 0]),
        ("perf_event_open", libc::SYS_perf_event_open, [0, 0, 0, 0, 0]),
        ("io_uring_setup", libc::SYS_io_uring_setup, [0, 0, 0, 0, 0]),
        ("userfaultfd", libc::SYS_userfaultfd, [bad, 0, 0, 0, 0]),
        ("open_by_handle_at", libc::SYS_open_by_handle_at, [bad, 0, 0, 0, 0]),
        ("quotactl", libc::SYS_quotactl, [bad, 0, 0, 0, 0]),
        ("fsopen", libc::SYS_fsopen, [0, 0, 0, 0, 0]),
        ("socket-alg", libc::SYS_socket, [38, 5, 0, 0, 0]),
        ("socket-packet", libc::SYS_socket, [17, 3, 0, 0, 0]),
        ("socket-netfilter", libc::SYS_socket, [16, 3, 12, 0, 0]),
        ("socket-unix", libc::SYS_socket, [1, 1, 0, 0, 0]),
        ("socket-route", libc::SYS_socket, [16, 3, 0, 0, 0]),
    ];
    for (name, number, [a, b, c, d, e]) in calls {
        // SAFETY: no pointer among the arguments is one that the kernel could follow, and new descriptors stay open.
        let result = unsafe { libc::syscall(number, a, b, c, d, e) };
        let errno = if result == -1 { std::io::Error::last_os_error().raw_os_error().unwrap_or(-1) } else { 0 };
        println!("{name} {errno}");
    }
}
