//! Words: quotes, escapes, variables, substitutions, patterns.

use super::{
    ANY, CLOSE, COMMA, Dialect, End, MOST_WORDS, ONE, OPEN, Reader, SPLIT, Script, UNKNOWN, Unread, VALUE, Word, expand,
};

impl Reader<'_> {
    /// The words that come of what stands here up to the next space or sign; one, unless braces or values make several.
    pub(super) fn word(&mut self) -> Result<Vec<Word>, Unread> {
        let start = self.at;
        let mut word = Word::default();
        let (mut braces, mut brackets) = (0usize, 0usize);
        if self.peek() == Some('~') {
            self.tilde(&mut word);
        }
        if self.dialect == Dialect::Posix && matches!(self.peek(), Some('<' | '>')) && self.peek_second() == Some('(') {
            self.at += 1;
            self.substitution(&mut word, false)?;
        }
        while let Some(c) = self.peek() {
            if !(self.fish() && braces + brackets > 0) && self.ends_word(c, start) {
                break;
            }
            self.at += c.len_utf8();
            match c {
                '\\' => {
                    word.quoted = true;
                    word.text.extend(self.escape());
                }
                '\'' => self.single_quoted(&mut word)?,
                '"' => self.double_quoted(&mut word)?,
                '$' => {
                    if braces > 0 {
                        word.text.push(VALUE);
                    }
                    self.dollar(&mut word, false)?;
                }
                '`' if !self.fish() => self.backticks(&mut word, false)?,
                '(' if self.fish() => {
                    self.at -= 1;
                    self.substitution(&mut word, false)?;
                }
                '*' => word.text.push(ANY),
                '?' => word.text.push(ONE),
                '[' if self.fish() && self.at > start + 1 => {
                    brackets += 1;
                    word.text.push(c);
                }
                ']' if brackets > 0 => {
                    brackets -= 1;
                    word.text.push(c);
                }
                '[' if !self.fish() && self.rest().find(']').is_some_and(|end| end > 0 && end < 64) => {
                    // A set of characters, unless it is the test `[`, which has no `]` in the same word.
                    let end = self.rest().find(']').unwrap_or_default();
                    let set = self.rest().get(..end).unwrap_or_default();
                    if set.contains([' ', '\t', '\n', '\'', '"', '$', '`', '\\', '(']) {
                        word.text.push(c);
                    } else {
                        self.at += end + 1;
                        word.text.push(ONE);
                    }
                }
                '{' => {
                    braces += 1;
                    word.text.push(OPEN);
                }
                ',' if braces > 0 => word.text.push(COMMA),
                '}' if braces > 0 => {
                    braces -= 1;
                    word.text.push(CLOSE);
                }
                '.' if braces > 0 && self.peek() == Some('.') => {
                    // `{a..z}`: a range, in some shells.
                    self.at += 1;
                    word.text.push(UNKNOWN);
                }
                other => word.text.push(other),
            }
        }
        if brackets > 0 || (braces > 0 && self.fish()) {
            return Err(Unread::Unbalanced);
        }
        word.at = start..self.at;
        // Nothing may be found where a word has to be, or the reader would stand still.
        if self.at == start {
            return Err(Unread::Misplaced);
        }
        self.several(word)
    }

    /// The words that come of a word with marks.
    fn several(&mut self, word: Word) -> Result<Vec<Word>, Unread> {
        let mut words = Vec::new();
        for text in expand(&word.text) {
            if !text.contains(SPLIT) {
                words.push(Word { text, scripts: Vec::new(), ..word.clone() });
                continue;
            }
            let parts = text.split(SPLIT).filter(|part| !part.is_empty());
            words.extend(parts.map(|part| Word { text: part.to_owned(), scripts: Vec::new(), ..word.clone() }));
        }
        self.words += words.len().max(1);
        if self.words > MOST_WORDS {
            return Err(Unread::TooMuch);
        }
        // What runs to make them runs once.
        match words.first_mut() {
            Some(first) => first.scripts = word.scripts,
            None if word.scripts.is_empty() => {}
            None => words.push(Word { text: UNKNOWN.to_string(), ..word }),
        }
        Ok(words)
    }

    /// Whether a character outside of quotes ends the word that began at `start`.
    fn ends_word(&self, c: char, start: usize) -> bool {
        match c {
            ' ' | '\t' | '\n' | '\r' | ';' | '|' | '<' | '>' | ')' => true,
            '(' => !self.fish(),
            // Fish takes `a&b` for one word.
            '&' if self.fish() && self.at > start => {
                matches!(self.peek_second(), None | Some(' ' | '\t' | '\n' | '\r' | ';' | '|' | '<' | '>' | '&'))
            }
            '&' => true,
            _ => false,
        }
    }

    fn tilde(&mut self, word: &mut Word) {
        let user: String =
            self.rest().chars().skip(1).take_while(|c| c.is_alphanumeric() || "_-.".contains(*c)).collect();
        self.at += 1 + user.len();
        match user.as_str() {
            "" if self.names.home.is_empty() => word.text.push('~'),
            "" => word.text.push_str(&self.names.home),
            "root" => word.text.push_str("/root"),
            user => {
                word.text.push_str("/home/");
                word.text.push_str(user);
            }
        }
    }

    fn single_quoted(&mut self, word: &mut Word) -> Result<(), Unread> {
        word.quoted = true;
        loop {
            match self.next().ok_or(Unread::Unbalanced)? {
                '\'' => return Ok(()),
                '\\' if self.fish() && matches!(self.peek(), Some('\'' | '\\')) => word.text.extend(self.next()),
                other => word.text.push(other),
            }
        }
    }

    fn double_quoted(&mut self, word: &mut Word) -> Result<(), Unread> {
        word.quoted = true;
        loop {
            match self.next().ok_or(Unread::Unbalanced)? {
                '"' => return Ok(()),
                '\\' => match self.peek() {
                    Some('\n') => self.at += 1,
                    Some(c @ ('"' | '\\' | '$')) => {
                        self.at += 1;
                        word.text.push(c);
                    }
                    Some('`') if !self.fish() => {
                        self.at += 1;
                        word.text.push('`');
                    }
                    _ => word.text.push('\\'),
                },
                '$' => self.dollar(word, true)?,
                '`' if !self.fish() => self.backticks(word, true)?,
                other => word.text.push(other),
            }
        }
    }

    /// What follows a dollar sign.
    fn dollar(&mut self, word: &mut Word, quoted: bool) -> Result<(), Unread> {
        let fresh = word.text.is_empty();
        match self.peek() {
            Some('(') if !self.fish() && self.peek_second() == Some('(') => self.arithmetic(word)?,
            Some('(') => self.substitution(word, quoted)?,
            Some('\'') if !self.fish() && !quoted => {
                self.at += 1;
                word.quoted = true;
                loop {
                    match self.next().ok_or(Unread::Unbalanced)? {
                        '\'' => return Ok(()),
                        '\\' => {
                            let c = self.next().ok_or(Unread::Unbalanced)?;
                            let c = self.escape_by_letter(c);
                            word.text.push(c);
                        }
                        other => word.text.push(other),
                    }
                }
            }
            Some('"') if !self.fish() && !quoted => {}
            Some('{') if !self.fish() => self.braced_variable(word, quoted)?,
            Some('$') if self.fish() => {
                while self.take("$") {}
                self.name();
                word.text.push(UNKNOWN);
            }
            Some(c) if c.is_ascii_alphanumeric() || c == '_' || c == UNKNOWN => {
                let name = self.name();
                self.variable(word, &name, quoted);
                if fresh && self.peek().is_none_or(|next| self.ends_word(next, 0)) {
                    word.variable = Some(name);
                }
            }
            Some('@' | '*' | '#' | '?' | '$' | '!' | '-') if !self.fish() => {
                let sign = self.next();
                word.text.push(UNKNOWN);
                if fresh && matches!(sign, Some('@' | '*')) {
                    word.variable = Some("argv".into());
                }
            }
            _ => word.text.push('$'),
        }
        if self.fish() && self.peek() == Some('[') {
            self.index(word)?;
        }
        Ok(())
    }

    fn name(&mut self) -> String {
        let name: String = self.rest().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        self.at += name.len();
        if self.peek() == Some(UNKNOWN) && name.is_empty() {
            self.at += UNKNOWN.len_utf8();
        }
        name
    }

    fn variable(&self, word: &mut Word, name: &str, quoted: bool) {
        let indexed = self.fish() && self.peek() == Some('[');
        if let Some(value) = self.names.variables.get(name).filter(|_| !indexed) {
            let shown = |c: char| match c {
                SPLIT if quoted => ' ',
                c if c.is_whitespace() && !quoted && !self.fish() => SPLIT,
                c => c,
            };
            return word.text.extend(value.chars().map(shown));
        }
        match name {
            "HOME" if !self.names.home.is_empty() && !indexed => word.text.push_str(&self.names.home),
            "PWD" if !self.names.directory.is_empty() && !indexed => word.text.push_str(&self.names.directory),
            "IFS" if !self.fish() && !quoted => word.text.push(SPLIT),
            _ => word.text.push(UNKNOWN),
        }
    }

    /// `[…]` behind a variable or a substitution of Fish, also within quotes. What is chosen is unknown.
    fn index(&mut self, word: &mut Word) -> Result<(), Unread> {
        self.at += 1;
        let mut inner = Word::default();
        loop {
            match self.next().ok_or(Unread::Unbalanced)? {
                ']' => break,
                '$' => {
                    self.depth += 1;
                    if self.depth > super::DEEPEST {
                        return Err(Unread::TooDeep);
                    }
                    self.dollar(&mut inner, true)?;
                    self.depth -= 1;
                }
                '(' => {
                    self.at -= 1;
                    self.substitution(&mut inner, true)?;
                }
                '\'' => self.single_quoted(&mut inner)?,
                '\\' => drop(self.escape()),
                _ => {}
            }
        }
        word.scripts.append(&mut inner.scripts);
        if !word.text.ends_with(UNKNOWN) {
            word.text.push(UNKNOWN);
        }
        Ok(())
    }

    /// `${…}`: the name, and whatever is to be done to its value.
    fn braced_variable(&mut self, word: &mut Word, quoted: bool) -> Result<(), Unread> {
        self.at += 1;
        let name = self.name();
        if self.peek() == Some('}') && !name.is_empty() {
            self.at += 1;
            self.variable(word, &name, quoted);
            return Ok(());
        }
        self.depth += 1;
        if self.depth > super::DEEPEST {
            return Err(Unread::TooDeep);
        }
        let mut inner = Word::default();
        loop {
            match self.next().ok_or(Unread::Unbalanced)? {
                '}' => break,
                '$' => self.dollar(&mut inner, true)?,
                '`' => self.backticks(&mut inner, true)?,
                '\'' if !quoted => self.single_quoted(&mut inner)?,
                '"' => self.double_quoted(&mut inner)?,
                '\\' => drop(self.next()),
                _ => {}
            }
        }
        self.depth -= 1;
        word.scripts.append(&mut inner.scripts);
        word.text.push(UNKNOWN);
        Ok(())
    }

    /// `$((…))`: a number. Commands within it are not read.
    fn arithmetic(&mut self, word: &mut Word) -> Result<(), Unread> {
        let mut depth = 0usize;
        while let Some(c) = self.next() {
            match c {
                '(' => depth += 1,
                ')' => depth -= 1,
                '$' if self.peek() == Some('(') => return Err(Unread::Misplaced),
                '`' => return Err(Unread::Misplaced),
                _ => {}
            }
            if depth == 0 {
                word.text.push(UNKNOWN);
                return Ok(());
            }
        }
        Err(Unread::Unbalanced)
    }

    /// `(…)`, the parenthesis not yet taken.
    fn substitution(&mut self, word: &mut Word, quoted: bool) -> Result<(), Unread> {
        self.at += 1;
        let script = self.script(End::Paren)?;
        if !self.take(")") {
            return Err(Unread::Unbalanced);
        }
        self.made_by(word, script, quoted);
        if self.fish() && self.peek() == Some('[') {
            self.index(word)?;
        }
        Ok(())
    }

    /// `` `…` ``, the first of them taken.
    fn backticks(&mut self, word: &mut Word, quoted: bool) -> Result<(), Unread> {
        let mut inner = String::new();
        loop {
            match self.next().ok_or(Unread::Unbalanced)? {
                '`' => break,
                '\\' if matches!(self.peek(), Some('`' | '\\' | '$')) => inner.extend(self.next()),
                other => inner.push(other),
            }
        }
        if self.depth >= super::DEEPEST {
            return Err(Unread::TooDeep);
        }
        let mut reader = Reader { text: &inner, at: 0, depth: self.depth + 1, words: self.words, ..*self };
        let script = reader.script(End::Text)?;
        self.words = reader.words;
        self.made_by(word, script, quoted);
        Ok(())
    }

    /// Puts what a script prints into a word, where that can be told.
    fn made_by(&self, word: &mut Word, script: Script, quoted: bool) {
        match script.output() {
            Some(output) if quoted || self.fish() => word.text.push_str(&output),
            Some(output) => output.chars().for_each(|c| word.text.push(if c.is_whitespace() { SPLIT } else { c })),
            None => word.text.push(UNKNOWN),
        }
        word.scripts.push(script);
    }
}

impl Script {
    /// What it prints, if it does nothing but print what stands in it.
    pub(in super::super) fn output(&self) -> Option<String> {
        let [pipeline] = self.pipelines.as_slice() else { return None };
        pipeline.output()
    }
}

impl super::Pipeline {
    /// What its only command prints, if that stands in it.
    pub(in super::super) fn output(&self) -> Option<String> {
        let [stage] = self.stages.as_slice() else { return None };
        stage.output()
    }
}

impl super::Stage {
    /// What it prints, if that stands in it.
    pub(in super::super) fn output(&self) -> Option<String> {
        let super::Command::Simple { assigns, words } = &self.command else { return None };
        if !assigns.is_empty() || !self.redirects.is_empty() || !words.iter().all(Word::known) {
            return None;
        }
        let (name, words) = words.split_first()?;
        let words: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
        match (name.text.rsplit('/').next().unwrap_or_default(), words.as_slice()) {
            ("echo", words) => {
                let is_option = |word: &str| {
                    word.strip_prefix('-')
                        .is_some_and(|word| !word.is_empty() && word.chars().all(|c| "nesE".contains(c)))
                };
                let words: Vec<&str> = words.iter().copied().skip_while(|word| is_option(word)).collect();
                // With -e, and in some shells always, escapes count.
                (!words.iter().any(|word| word.contains('\\'))).then(|| words.join(" "))
            }
            ("printf", [format]) if !format.contains(['%', '\\']) => Some((*format).to_owned()),
            ("printf", ["%s" | "%s\\n", text]) => Some((*text).to_owned()),
            ("command", ["-v" | "-s" | "--search", name]) | ("which" | "type", [name]) => Some((*name).to_owned()),
            _ => None,
        }
    }
}
