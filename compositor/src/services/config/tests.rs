use super::super::files::tests::Scratch;
use super::chord::tests::keysyms;
use super::*;

const KNOWN: Known<'_> = Known { keysyms, themes: &["default", "high-contrast", "red-alert"] };

fn read(text: &str) -> Config {
    Config::parse(text, Path::new("config.toml"), KNOWN).unwrap()
}

fn errors(text: &str) -> Vec<String> {
    let errors = Config::parse(text, Path::new("config.toml"), KNOWN).unwrap_err();
    errors.iter().map(ToString::to_string).collect()
}

#[test]
fn an_empty_file_is_the_standard() {
    assert_eq!(read(""), Config::standard(KNOWN));
    assert_eq!(read("\u{feff}# nothing\n[bindings]\n[interface]\n"), Config::standard(KNOWN));
}

#[test]
fn everything_can_be_set() {
    let config = read(
        r##"
        [interface]
        scale = 2
        theme = "red-alert"
        fonts = { label = "Antonio", mono = "Hack" }
        reduced_motion = true
        map = false
        hub = "directory"
        texture_memory_mb = 256
        [terminal]
        shell = "/bin/zsh"
        font_size = 12.5
        ligatures = true
        scrollback = 0
        long_command = 60
        colours = { cursor = "#FF9900", bright_white = "#fefefe" }
        [bindings]
        "Super+e" = { run = ["foot", "-e", "vim"] }
        "Super+j" = { op = "move", direction = "down" }
        "Super+x" = "none"
        F5 = "search"
        F9 = { sector_number = 1, when = "everywhere" }
        [[sectors]]
        name = "BUILD"
        colour = 3
        [[sectors]]
        name = " two  words "
        "##,
    );
    assert_eq!(config.interface.scale, 2.0);
    assert_eq!(config.interface.theme, "red-alert");
    assert_eq!(config.interface.mono_font.as_deref(), Some("Hack"));
    assert!(config.interface.reduced_motion && !config.interface.map);
    assert_eq!(config.interface.hub, lcars_ui::hierarchy::HubMode::Directory);
    assert_eq!(config.interface.texture_memory_mb, 256);
    assert_eq!(config.terminal.shell.as_deref(), Some("/bin/zsh"));
    assert_eq!((config.terminal.font_size, config.terminal.scrollback, config.terminal.long_command), (12.5, 0, 60.0));
    assert!(config.terminal.ligatures && !super::terminal::Terminal::default().ligatures, "not unless they are wanted");
    assert_eq!(config.terminal.colours.cursor, Some([0xff, 0x99, 0x00]));
    assert_eq!(config.terminal.colours.palette[15], Some([0xfe; 3]));
    assert_eq!(config.terminal.colours.palette[14], None);
    assert_eq!(config.sectors[0].colour, SectorColour::new(3));
    assert_eq!((config.sectors[1].name.as_str(), config.sectors[1].colour), ("two words", None));
    let bindings = config.bindings.all();
    let told: Vec<_> = bindings[..4].iter().map(|b| (b.keys.as_str(), b.label.as_str(), b.when)).collect();
    assert_eq!(
        told,
        [
            ("Super+e", "Start foot -e vim", When::Everywhere),
            ("Super+j", "Tile below", When::Everywhere),
            ("F5", "Search", When::Interface),
            ("F9", "Sector 1", When::Everywhere),
        ]
    );
    assert!(bindings.iter().all(|binding| binding.keys != "Super+x"));
}

#[test]
fn every_mistake_is_told_at_once_with_its_place() {
    let told = errors(
        r##"
[interface]
scale = 4
theem = "default"
theme = "blue"
fonts = { lable = "x", mono = 3 }
reduced_motion = "yes"
texture_memory_mb = 1.5
[bindings]
"Super+Upp" = "zoom_out"
"Super+q" = "zoom_ot"
"Ctrl+Shift+T" = "keys"
"shift+ctrl+t" = "menu"
"Super+k" = { op = "keys", when = "always" }
[[sectors]]
nmae = "BUILD"
colour = 7
[colours]
[terminal]
font_size = 100
scrolback = 7
colours = { red = "red", bright_rde = "#000000" }
"##,
    );
    let expected = [
        "config.toml:3:9: \"scale\" is a number from 0.75 to 3",
        "config.toml:4:1: [interface] has no setting \"theem\"; did you mean \"theme\"?",
        "config.toml:5:9: there is no theme \"blue\"; there are default, high-contrast, red-alert",
        "config.toml:6:11: fonts has no setting \"lable\"; did you mean \"label\"?",
        "config.toml:6:31: \"mono\" is a text in quotes, not a number",
        "config.toml:7:18: \"reduced_motion\" is true or false, not a text",
        "config.toml:8:21: \"texture_memory_mb\" is a whole number from 16 to 16384",
        "config.toml:10:1: there is no key called \"Upp\"; keys have their XKB names, such as Up, Return, slash or F1",
        "config.toml:11:13: there is no action \"zoom_ot\"; did you mean \"zoom_out\"?",
        "config.toml:13:1: \"shift+ctrl+t\" is bound twice: in line 12 and in line 13",
        "config.toml:14:13: \"when\" is \"everywhere\", \"interface\" or \"terminal\"",
        "config.toml:15:1: a sector needs a name",
        "config.toml:16:1: [[sectors]] has no setting \"nmae\"; did you mean \"name\"?",
        "config.toml:17:10: \"colour\" is a whole number from 1 to 6",
        "config.toml:18:2: the file has no setting \"colours\"",
        "config.toml:20:13: \"font_size\" is a number from 6 to 72",
        "config.toml:21:1: [terminal] has no setting \"scrolback\"; did you mean \"scrollback\"?",
        "config.toml:22:19: \"red\" is a colour such as \"#ff9900\"; \"red\" is none",
        "config.toml:22:26: colours has no setting \"bright_rde\"; did you mean \"bright_red\"?",
    ];
    assert_eq!(told, expected);
}

#[test]
fn every_slip_of_the_syntax_is_told_at_once() {
    let told = errors("[interface\nscale = 1\n[bindings]\nSuper+Up = \"zoom_out\"\n\"F5\" = \n");
    let lines: Vec<&str> = told.iter().filter_map(|error| error.split(':').nth(1)).collect();
    assert_eq!(lines, ["1", "4", "5"], "{told:?}");
    assert_eq!(errors("scale = 1\nscale = 2\n").len(), 1, "the same key twice");
}

#[test]
fn values_of_the_wrong_kind_are_mistakes_and_nothing_worse() {
    for text in [
        "bindings = 3",
        "interface = []",
        "terminal = 3",
        "[terminal]\nshell = \"a\\nb\"",
        "[terminal]\nscrollback = -1",
        "[files]\nfolder = \"Downloads\"",
        "[files]\nfolder = \"~root/x\"",
        "[files]\nupload_limit_mb = -1",
        "[files]\nmost = 1",
        "[terminal]\ncolours = { red = 3 }",
        "sectors = {}",
        "sectors = []",
        "sectors = [1]",
        "[interface]\nscale = inf",
        "[interface]\nscale = nan",
        "[interface]\ntexture_memory_mb = 99999999999999999999999",
        "[interface]\ntheme = \"\"",
        "[interface]\nfonts = { label = \"a\\nb\" }",
        "[bindings]\n\"Super+q\" = 1979-05-27",
        "[bindings]\n\"Super+q\" = { op = \"resize\", share = nan }",
        "[[sectors]]\nname = \"\\u200b\"",
    ] {
        assert_eq!(errors(text).len(), 1, "{text}: {:?}", errors(text));
    }
}

#[test]
fn a_file_without_measure_is_refused() {
    let bindings: String = (0..MANY).map(|n| format!("\"Super+U{:04X}\" = \"keys\"\n", 0x4e00 + n)).collect();
    assert!(errors(&format!("[bindings]\n{bindings}"))[0].contains("more than"));
    assert!(errors(&"[[sectors]]\nname = \"x\"\n".repeat(10_000))[0].contains("more than 256 sectors"));
    assert!(errors(&"#".repeat(300 << 10))[0].contains("larger than"));
    let nested = format!("[bindings]\n\"Super+q\" = {}{}", "[".repeat(50_000), "]".repeat(50_000));
    assert!(!errors(&nested).is_empty());
}

const MANY: usize = limits::MOST_BINDINGS + 10;

#[test]
fn a_file_that_is_not_there_is_the_standard_and_one_that_is_no_text_is_told_of() {
    let scratch = Scratch::new();
    let file = scratch.0.join("config.toml");
    assert_eq!(Config::load(&file, KNOWN), Ok(Config::standard(KNOWN)));
    std::fs::write(&file, b"[interface]\nscale = \xff\n").unwrap();
    let error = Config::load(&file, KNOWN).unwrap_err().remove(0);
    assert_eq!((error.line, error.column, error.message.as_str()), (2, 9, "this is not UTF-8 text"));
    std::fs::write(&file, "#".repeat(300 << 10)).unwrap();
    assert!(Config::load(&file, KNOWN).unwrap_err()[0].message.contains("larger than"));
    assert!(Config::load(&scratch.0, KNOWN).unwrap_err()[0].message.contains("cannot be read"));
}

#[test]
fn files_go_where_the_user_says() {
    let standard = read("").files;
    assert_eq!(
        (standard.folder(Path::new("/home/ada")), standard.upload_limit_mb),
        ("/home/ada/Downloads".into(), 4096)
    );
    let files = read("[files]\nfolder = \"/srv/in\"\nupload_limit_mb = 0").files;
    assert_eq!((files.folder(Path::new("/home/ada")), files.upload_limit_mb), ("/srv/in".into(), 0));
    assert_eq!(read("[files]\nfolder = \"~\"").files.folder(Path::new("/home/ada")), Path::new("/home/ada/"));
}
