//! Which files a command writes to, besides where its output goes.

use super::Arg;

/// The files that a command of that name writes to.
pub(super) fn writes(name: &str, args: &[Arg]) -> Vec<Arg> {
    match name {
        "tee" | "sponge" | "truncate" | "shred" | "mkswap" | "touch" => operands(args),
        "cp" | "mv" | "install" | "ln" | "rsync" | "scp" | "gcp" | "gmv" | "pax" => {
            let named = values(args, &["-t"], &["--target-directory"]);
            if !named.is_empty() {
                return named;
            }
            let operands = operands(args);
            // With one of them the target is the working directory; a link of that name is made there.
            if operands.len() > 1 { operands.into_iter().next_back().into_iter().collect() } else { Vec::new() }
        }
        "dd" | "dcfldd" | "pv" => assigned(args, "of="),
        "sed" | "perl" | "ruby" | "gsed" => {
            let in_place = args.iter().any(|arg| {
                let short = arg.text.strip_prefix('-').filter(|letters| !letters.starts_with('-'));
                arg.text.starts_with("--in-place") || short.is_some_and(|letters| letters.contains('i'))
            });
            if in_place { operands(args) } else { Vec::new() }
        }
        "find" | "gfind" | "bfs" => values(args, &["-fprint", "-fprint0", "-fprintf", "-fls"], &[]),
        "sort" => values(args, &["-o"], &["--output"]),
        "curl" => values(args, &["-o"], &["--output", "--output-dir"]),
        "wget" => values(args, &["-O", "-P", "-o", "-a"], &["--output-document", "--directory-prefix"]),
        "tar" | "unzip" | "bsdtar" | "7z" => values(args, &["-C", "-d"], &["--directory"]),
        "gpg" | "openssl" | "gcc" | "cc" => values(args, &["-o", "-out"], &["--output", "--out"]),
        _ => Vec::new(),
    }
}

fn assigned(args: &[Arg], prefix: &str) -> Vec<Arg> {
    let value = |arg: &Arg| Some(Arg { text: arg.text.strip_prefix(prefix)?.to_owned(), at: arg.at.clone() });
    args.iter().filter_map(value).collect()
}

/// What is no option.
pub(in super::super) fn operands(args: &[Arg]) -> Vec<Arg> {
    let mut options = true;
    let mut operands = Vec::new();
    for arg in args {
        if options && arg.text == "--" {
            options = false;
        } else if !options || !arg.text.starts_with('-') || arg.text == "-" {
            operands.push(arg.clone());
        }
    }
    operands
}

/// What options are given, in the same word or the next.
fn values(args: &[Arg], short: &[&str], long: &[&str]) -> Vec<Arg> {
    let mut found = Vec::new();
    for (place, arg) in args.iter().enumerate() {
        let text = arg.text.as_str();
        if short.contains(&text) || long.contains(&text) {
            found.extend(args.get(place + 1).cloned());
            continue;
        }
        let glued = short.iter().find_map(|option| text.strip_prefix(option));
        let assigned = long.iter().find_map(|option| text.strip_prefix(option)?.strip_prefix('='));
        if let Some(value) = glued.or(assigned) {
            found.push(Arg { text: value.to_owned(), at: arg.at.clone() });
        } else if text.starts_with('-') && !text.starts_with("--") {
            // The last of several letters: `-fsSLo file`.
            let last = text.chars().next_back();
            if short.iter().any(|option| option.len() == 2 && option.chars().next_back() == last) {
                found.extend(args.get(place + 1).cloned());
            }
        }
    }
    found
}

/// Arguments that delete, overwrite or force, whoever they are for.
pub(super) fn look_destructive(args: &[Arg]) -> bool {
    args.iter().any(|arg| {
        let text = arg.text.as_str();
        let long = ["--recursive", "--force", "--no-preserve-root", "--delete", "--purge", "--hard"];
        let letters =
            text.strip_prefix('-').filter(|letters| letters.len() <= 4 && letters.chars().all(char::is_alphabetic));
        letters.is_some_and(|letters| letters.contains(['r', 'R', 'f']))
            || long.contains(&text)
            || text == "-delete"
            || text.starts_with("of=/dev/")
    })
}
