use super::*;

struct World {
    folder: tempfile::TempDir,
    uploads: Uploads,
    now: Instant,
}

impl World {
    fn new(most: u64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let uploads = Uploads::default();
        uploads.set_rules(Some(FileRules { folder: folder.path().join("Downloads"), most }));
        Self { folder, uploads, now: Instant::now() }
    }

    fn begin(&self, name: &str, size: u64) -> Result<Arc<Upload>, UploadError> {
        self.uploads.begin(&Begin { name: name.into(), size, modified: 7 }, self.now)
    }

    fn files(&self) -> Vec<String> {
        let all = fs::read_dir(self.folder.path().join("Downloads")).unwrap();
        let mut all: Vec<_> = all.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        all.sort();
        all
    }

    fn whole(&self, name: &str, bytes: &[u8]) -> String {
        let upload = self.begin(name, bytes.len() as u64).unwrap();
        upload.write(0, bytes, self.now).unwrap();
        upload.finish().unwrap();
        upload.standing().name.unwrap()
    }
}

#[test]
fn a_file_is_seen_once_it_is_whole_and_never_replaces_another() {
    let world = World::new(100);
    let upload = world.begin("../a.txt", 6).unwrap();
    upload.write(0, b"eng", world.now).unwrap();
    upload.finish().unwrap();
    assert!(world.files().iter().all(|name| name.starts_with('.')), "{:?}", world.files());
    upload.write(3, b"age", world.now).unwrap();
    upload.finish().unwrap();
    upload.finish().unwrap();
    assert_eq!(world.files(), ["a.txt"]);
    assert_eq!(upload.path(), Some(world.folder.path().join("Downloads/a.txt")));
    // Twice the same, and another of that name.
    assert_eq!(world.whole("a.txt", b"engage"), "a (2).txt");
    assert_eq!(world.whole("a.txt", b"other"), "a (3).txt");
    assert_eq!(fs::read(world.folder.path().join("Downloads/a.txt")).unwrap(), b"engage");
    assert_eq!(world.whole("empty", b""), "empty");
}

#[test]
fn a_piece_belongs_where_the_file_ends() {
    let world = World::new(100);
    let upload = world.begin("a", 10).unwrap();
    upload.write(0, b"01234", world.now).unwrap();
    for (at, piece) in [(0, &b"x"[..]), (4, b"x"), (6, b"x")] {
        assert!(matches!(upload.write(at, piece, world.now), Err(UploadError::WrongPlace { at: 5 })), "{at}");
    }
    assert!(matches!(upload.write(5, b"567890", world.now), Err(UploadError::TooLong)));
    assert!(matches!(upload.write(u64::MAX, b"ab", world.now), Err(UploadError::TooLong)));
    assert_eq!(upload.standing().offset, 5);
}

#[test]
fn the_same_file_goes_on_where_it_was_also_after_a_restart() {
    let mut world = World::new(100);
    world.begin("a", 10).unwrap().write(0, b"01234", world.now).unwrap();
    assert_eq!(world.begin("a", 10).unwrap().standing().offset, 5);
    assert_eq!(world.begin("b", 10).unwrap().standing().offset, 0, "another");
    let rules = world.uploads.rules.lock().clone();
    world.uploads = Uploads::default();
    world.uploads.set_rules(rules);
    let upload = world.begin("a", 10).unwrap();
    assert_eq!(upload.standing().offset, 5);
    upload.write(5, b"56789", world.now).unwrap();
    upload.finish().unwrap();
    assert_eq!(fs::read(upload.path().unwrap()).unwrap(), b"0123456789");
}

#[test]
fn what_is_over_a_limit_is_refused_and_leaves_nothing() {
    let world = World::new(u64::MAX);
    assert!(matches!(world.begin("a", u64::MAX), Err(UploadError::NoSpace { .. })));
    assert_eq!(world.files(), [] as [&str; 0]);
    assert!(matches!(world.begin(&"x".repeat(5000), 1), Err(UploadError::Name)));
    world.uploads.set_rules(Some(FileRules { folder: world.folder.path().into(), most: 10 }));
    let error = world.begin("a", 11).unwrap_err();
    assert!(matches!(error, UploadError::TooLarge { most: 10 }));
    assert_eq!(error.to_string(), "the file is too large: 10 bytes is the most");
    world.uploads.set_rules(None);
    assert!(matches!(world.begin("a", 1), Err(UploadError::Off)));
}

#[test]
fn files_on_their_way_are_bounded_and_old_ones_make_room() {
    let mut world = World::new(100);
    for n in 0..MOST {
        world.begin(&n.to_string(), 1).unwrap();
    }
    assert!(matches!(world.begin("more", 1), Err(UploadError::Busy)));
    world.now += FORGOTTEN * 2;
    assert!(world.begin("more", 1).is_ok());
    let other = world.begin("0", 1).map(|upload| upload.standing().id).unwrap();
    assert!(world.uploads.cancel(&other) && !world.uploads.cancel(&other));
}

#[test]
fn what_is_left_over_is_swept_now_and_then_and_what_is_under_way_stays() {
    let mut world = World::new(100);
    let upload = world.begin("a", 3).unwrap();
    let left_over = upload.folder.join(sweep::part_name(&"0".repeat(32)));
    let later = SystemTime::now() + 2 * sweep::ABANDONED;
    fs::write(&left_over, "x").unwrap();
    assert_eq!(world.uploads.sweep(world.now, later), 1);
    assert!(upload.part.exists() && !left_over.exists());
    fs::write(&left_over, "x").unwrap();
    assert_eq!(world.uploads.sweep(world.now, later), 0, "it was swept just now");
    world.now += SWEPT;
    assert_eq!(world.uploads.sweep(world.now, later), 1);
    world.uploads.set_rules(None);
    assert_eq!(world.uploads.sweep(world.now + SWEPT, later), 0);
}

#[test]
fn a_link_in_the_place_of_a_part_is_not_followed() {
    let world = World::new(100);
    let victim = world.folder.path().join("victim");
    fs::write(&victim, "precious").unwrap();
    let upload = world.begin("a", 3).unwrap();
    let part = upload.part.clone();
    assert!(world.uploads.cancel(&upload.standing().id));
    std::os::unix::fs::symlink(&victim, &part).unwrap();
    assert!(matches!(world.begin("a", 3), Err(UploadError::Disk(_))));
    assert_eq!(fs::read_to_string(victim).unwrap(), "precious");
}
