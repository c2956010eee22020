//! `tosd config`: the file that says every default, with what differs put in and marked.

use toml::{Table, Value};

use super::Config;

/// The documented file.
const DOCUMENTED: &str = include_str!("default.toml");

/// A valid `tosd.toml` that means `config`: every setting with its comment, and the default beside what differs.
///
/// # Errors
/// If a value has no form in TOML, which none has.
pub fn shown(config: &Config) -> Result<String, toml::ser::Error> {
    let now = Table::try_from(config)?;
    let usual = Table::try_from(Config::default())?;
    let mut section = String::new();
    let mut out = String::new();
    for line in DOCUMENTED.lines() {
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            name.clone_into(&mut section);
        }
        out.push_str(&setting(line, &section, &now, &usual).unwrap_or_else(|| line.to_owned()));
        out.push('\n');
    }
    for provider in &config.identity.providers {
        out.push_str("\n[[identity.providers]]\n");
        out.push_str(&toml::to_string(provider)?);
    }
    Ok(out)
}

/// The line for a setting that is not as usual. `None`: the line stays as it is.
fn setting(line: &str, section: &str, now: &Table, usual: &Table) -> Option<String> {
    let (key, _) = line.strip_prefix("# ").unwrap_or(line).split_once(" =")?;
    if !key.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_') {
        return None;
    }
    let (now, usual) = (place(now, section)?, place(usual, section)?);
    let (now, usual) = (now.get(key), usual.get(key));
    if now == usual {
        return None;
    }
    if section == "identity" && key == "providers" {
        // They follow at the end as tables of their own; a key and a table of one name would contradict each other.
        return Some("# providers: see the end".into());
    }
    let before = usual.map_or_else(|| "not set".to_owned(), Value::to_string);
    Some(match now {
        Some(now) => format!("{key} = {now}  # default: {before}"),
        // Every `None` of a section whose default is a value is written as such by serde: it cannot be said in TOML.
        None => format!("# {key} is off  # default: {before}"),
    })
}

fn place<'a>(table: &'a Table, section: &str) -> Option<&'a Table> {
    if section.is_empty() { Some(table) } else { table.get(section)?.as_table() }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::config::Provider;

    fn read(text: &str) -> Config {
        Config::parse(text, Path::new("shown")).unwrap_or_else(|error| panic!("{error}\n{text}"))
    }

    #[test]
    fn the_documented_file_says_every_default() {
        assert_eq!(read(DOCUMENTED), Config::default());
        // And every setting: what serde knows is in the file, as a value or behind `# `.
        let all = Table::try_from(Config::default()).unwrap();
        let mut section = String::new();
        let mut said = std::collections::BTreeSet::new();
        for line in DOCUMENTED.lines() {
            if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
                section = format!("{name}.");
            }
            if let Some((key, _)) = line.strip_prefix("# ").unwrap_or(line).split_once(" =") {
                said.insert(format!("{section}{key}"));
            }
        }
        for (key, value) in &all {
            match value {
                Value::Table(inner) => inner.keys().for_each(|key_inside| {
                    assert!(said.contains(&format!("{key}.{key_inside}")), "{key}.{key_inside}")
                }),
                _ => assert!(said.contains(key), "{key}"),
            }
        }
        assert_eq!(shown(&Config::default()).unwrap(), DOCUMENTED);
    }

    #[test]
    fn what_differs_is_put_in_and_marked() {
        let mut config = Config { database: Some("postgres://db/tos".into()), ..Config::default() };
        config.lifecycle.give_up = 9;
        config.gateway.names = vec!["tos.example.org".into(), "other".into()];
        config.desktop.environment.insert("LANG".into(), "de".into());
        config.identity.providers.push(Provider {
            name: "corp".into(),
            title: "CORP \"A\"".into(),
            issuer: "https://id.example.org".into(),
            client_id: "tos".into(),
            client_secret: None,
            scopes: Vec::new(),
            name_claim: "sub".into(),
            create: true,
            domains: Vec::new(),
            groups: vec!["a".into()],
            roots: None,
        });
        let text = shown(&config).unwrap();
        assert_eq!(read(&text), config, "{text}");
        assert!(text.contains("give_up = 9  # default: 5"), "{text}");
        assert!(text.contains("database = \"postgres://db/tos\"  # default: not set"), "{text}");
    }
}
