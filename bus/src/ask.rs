//! What programs ask the user through `xdg-desktop-portal`, and what comes of it, as plain values. All of it is bounded;
//! texts and names are hostile all the same.

/// Names a question; never given out twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AskId(pub u64);

/// A question to the user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// Its name.
    pub id: AskId,
    /// The name of the program that asks, as a desktop entry has it; empty where nobody knows.
    pub program: String,
    /// The window that it belongs to.
    pub parent: Parent,
    /// What it says it is about.
    pub title: String,
    /// What the program wants to be written on the button that ends it well.
    pub accept: Option<String>,
    /// What is asked.
    pub question: Question,
}

/// A window, as a program names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Parent {
    /// None, or one that cannot be understood.
    Nobody,
    /// What `xdg-foreign` gave it as a handle.
    Wayland(String),
    /// Its number at the X server.
    X11(u32),
}

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Question {
    /// Which file is to be opened.
    Open {
        /// Also several.
        multiple: bool,
        /// A directory instead of a file.
        directory: bool,
        /// The rest.
        terms: Terms,
    },
    /// Where something is to be saved, and what it is called there.
    Save {
        /// What the program would call it.
        name: String,
        /// The rest.
        terms: Terms,
    },
    /// Into which directory files of these names are to be saved.
    SaveAll {
        /// As the disk is to have them.
        names: Vec<Vec<u8>>,
        /// The rest.
        terms: Terms,
    },
    /// With which program something is to be opened.
    Program {
        /// Desktop entries.
        choices: Vec<String>,
        /// The one that was chosen the last time.
        last: Option<String>,
        /// The file's name or the address.
        what: String,
    },
    /// Whether the program may do something.
    Permit {
        /// In few words.
        subtitle: String,
        /// In more.
        body: String,
        /// What is written on the button that denies it.
        deny: Option<String>,
        /// What else there is to choose.
        choices: Vec<Choice>,
    },
    /// Whether it may have a picture of the screen, and to give it that. Asked nothing where somebody asked already.
    Screenshot {
        /// Whether the user is to be asked.
        ask: bool,
    },
    /// A colour that the user points at.
    Colour,
    /// Whether it may know who the user is.
    Account {
        /// What for, in the program's own words; may be empty.
        reason: String,
    },
}

/// What goes for all questions about files.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Terms {
    /// Where to begin; absolute, without NUL.
    pub folder: Option<Vec<u8>>,
    /// Which files are to be seen, one of these at a time.
    pub filters: Vec<Filter>,
    /// Which of them at first.
    pub filter: usize,
    /// What else there is to choose.
    pub choices: Vec<Choice>,
}

/// Which files are to be seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    /// For people.
    pub name: String,
    /// One of these is enough.
    pub rules: Vec<Rule>,
}

/// Whether a file is to be seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rule {
    /// By its name, with `*`, `?` and `[…]`.
    Glob(String),
    /// By its MIME type; `image/*` is every picture.
    Media(String),
}

/// Something else to choose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// As the program knows it.
    pub id: String,
    /// For people.
    pub label: String,
    /// What it may be, each for the program and for people; none where it is on or off.
    pub options: Vec<(String, String)>,
    /// What it is: one of the options, or `true` or `false`.
    pub chosen: String,
}

/// What came of a question.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// These files, by absolute paths; with the filter and the other choices as they were left.
    Files {
        /// In the order of the names where names were given.
        paths: Vec<Vec<u8>>,
        /// By its place in the list.
        filter: Option<usize>,
        /// For the program: which, and what.
        choices: Vec<(String, String)>,
    },
    /// This desktop entry.
    Program(String),
    /// It may.
    Granted(Vec<(String, String)>),
    /// A picture, by its path.
    Picture(Vec<u8>),
    /// Red, green and blue, 0 to 1.
    Colour([f64; 3]),
    /// Who the user is: as the machine calls them, and as people do.
    Account {
        /// The name of the account.
        user: String,
        /// The person's own, or the account's again.
        name: String,
    },
    /// The user does not want to.
    Cancelled,
    /// It cannot be answered.
    Failed,
}
