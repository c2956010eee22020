use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use super::super::files::tests::Scratch;
use super::*;

/// Programs that write into a directory of the test's own what they find.
struct Bench {
    scratch: Scratch,
    launcher: Launcher,
}

impl Bench {
    fn new() -> Self {
        let scratch = Scratch::new();
        let environment = vec![("WAYLAND_DISPLAY".into(), "wayland-9".into())];
        let launcher = Launcher::new(environment, Output::Null, scratch.0.clone());
        Self { scratch, launcher }
    }

    fn shell(&mut self, script: &str) -> LaunchId {
        let command = ["sh", "-c", script].map(str::to_owned).into();
        self.launcher.start(&Program { command, directory: Some(self.scratch.0.clone()) }, &[]).unwrap()
    }

    /// What a program has written, once it has.
    fn written(&self, name: &str) -> String {
        let path = self.scratch.0.join(name);
        wait_for(|| fs::read_to_string(&path).ok().filter(|text| text.ends_with('\n'))).trim().to_owned()
    }

    fn reaped(&mut self) -> Ended {
        let launcher = &mut self.launcher;
        wait_for(|| launcher.reap().first().copied())
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        self.launcher.kill_all();
    }
}

fn wait_for<T>(mut what: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        match what() {
            Some(it) => return it,
            None if Instant::now() > deadline => panic!("it never came"),
            None => std::thread::sleep(Duration::from_millis(5)),
        }
    }
}

#[test]
fn a_program_gets_its_directory_and_environment_and_no_input() {
    let mut bench = Bench::new();
    let script = "echo $WAYLAND_DISPLAY $EXTRA ${DISPLAY-none} $(pwd) $(cat | wc -c) > out";
    let launch = Program {
        command: ["sh", "-c", script].map(str::to_owned).into(),
        directory: Some(PathBuf::from("/no longer there")),
    };
    bench.launcher.start(&launch, &[("EXTRA".into(), "more".into())]).unwrap();
    let home = fs::canonicalize(&bench.scratch.0).unwrap();
    assert_eq!(bench.written("out"), format!("wayland-9 more none {} 0", home.display()));
}

#[test]
fn the_end_of_a_program_is_told_once_and_how() {
    let mut bench = Bench::new();
    let id = bench.shell("exit 3");
    let ended = bench.reaped();
    assert_eq!((ended.id, ended.well(), ended.reason().as_deref()), (id, false, Some("with 3")));
    assert!(bench.launcher.reap().is_empty());
    bench.shell("kill -9 $$");
    assert_eq!(bench.reaped().reason().as_deref(), Some("by signal 9"));
    bench.shell("true");
    let ended = bench.reaped();
    assert!(ended.well() && ended.reason().is_none());
    assert_eq!(bench.launcher.launches().running(), 0);
    assert_eq!(bench.launcher.launches().get(id).unwrap().command[2], "exit 3", "still known for its windows");
}

#[test]
fn what_cannot_be_started_is_refused_with_a_reason() {
    let mut bench = Bench::new();
    let mut error = |command: Vec<String>| {
        bench.launcher.start(&Program { command, directory: None }, &[]).unwrap_err().to_string()
    };
    assert_eq!(error(vec![]), "no program was named");
    assert_eq!(error(vec![String::new()]), "no program was named");
    assert_eq!(error(vec!["no such program".into()]), "there is no program called \"no such program\"");
    assert_eq!(error(vec!["/etc/passwd".into()]), "\"/etc/passwd\" may not be run");
    assert!(error(vec!["a\0b".into()]).contains("could not be started"));
    assert!(error(vec!["x".into(); 300]).contains("more than"));
    assert!(error(vec!["x".repeat(70_000)]).contains("more than"));
    assert_eq!(bench.launcher.launches().running(), 0);
}

#[test]
fn a_process_is_traced_to_its_launch_through_those_between() {
    let mut bench = Bench::new();
    let other = bench.shell("sleep 60");
    let id = bench.shell("sh -c 'sh -c \"echo \\$\\$ > pid; sleep 60\"; true'; true");
    let pid: u32 = bench.written("pid").parse().unwrap();
    let launches = bench.launcher.launches();
    assert_ne!(launches.pid(id), Some(pid));
    assert_eq!(launches.of_pid(pid), Some(id));
    assert_eq!(launches.of_pid(launches.pid(other).unwrap()), Some(other));
    assert_eq!(launches.of_pid(std::process::id()), None);
    assert_eq!(launches.of_pid(1), None);
    assert_eq!(launches.of_pid(u32::MAX), None);
}

#[test]
fn a_process_that_outlived_its_starter_is_still_recognised() {
    let mut bench = Bench::new();
    let id = bench.shell("sh -c 'echo $$ > pid; sleep 60' &");
    let pid: u32 = bench.written("pid").parse().unwrap();
    assert_eq!(bench.reaped().id, id);
    assert_eq!(bench.launcher.launches().of_pid(pid), Some(id), "by its process group");
    let group = Pid::from_raw(process::standing_of(pid).unwrap().group as i32).unwrap();
    kill_process_group(group, Signal::KILL).unwrap();
}

#[test]
fn a_process_that_detached_itself_is_recognised_by_its_environment() {
    let mut bench = Bench::new();
    let id = bench.shell("setsid sh -c 'echo $$ > pid; sleep 60' &");
    let pid: u32 = bench.written("pid").parse().unwrap();
    assert_eq!(bench.reaped().id, id);
    assert_eq!(bench.launcher.launches().of_pid(pid), Some(id));
    kill_process_group(Pid::from_raw(pid as i32).unwrap(), Signal::KILL).unwrap();
}

#[test]
fn how_a_program_was_started_can_be_read_from_it() {
    let mut bench = Bench::new();
    let id = bench.shell("exec sleep 61");
    let pid = bench.launcher.launches().pid(id).unwrap();
    let launch = wait_for(|| command_of(pid).filter(|launch| launch.command[0] == "sleep"));
    assert_eq!(launch.command, ["sleep", "61"]);
    assert_eq!(launch.directory, fs::canonicalize(&bench.scratch.0).ok());
    assert_eq!(command_of(u32::MAX), None);
}

#[test]
fn programs_end_with_all_that_they_started() {
    let mut bench = Bench::new();
    bench.shell("sh -c 'echo $$ > pid; sleep 60'; true");
    let pid = bench.written("pid");
    bench.launcher.ask_all_to_end();
    bench.reaped();
    wait_for(|| (!Path::new(&format!("/proc/{pid}/cwd")).exists()).then_some(()));

    bench.shell("trap '' TERM HUP; echo ready > ready; sleep 60 & wait; sleep 60");
    bench.written("ready");
    bench.launcher.ask_all_to_end();
    bench.launcher.kill_all();
    assert_eq!(bench.launcher.launches().running(), 0);
}

#[test]
fn programs_give_way_to_the_desktop() {
    let mut bench = Bench::new();
    bench.shell("nice > niceness");
    assert_eq!(bench.written("niceness").trim(), priority::NICENESS.to_string());
}
