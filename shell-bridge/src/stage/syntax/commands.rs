//! Statements, pipelines, blocks and redirections.

use super::{Command, DEEPEST, End, Pipeline, Reader, Redirect, RedirectKind, Script, Stage, Unread, Word};

/// Words before a command that leave it what it is.
const FISH_PREFIXES: [&str; 5] = ["and", "or", "not", "!", "else"];
/// Words of POSIX shells that say where within a block the next command stands.
const POSIX_PREFIXES: [&str; 5] = ["!", "then", "else", "elif", "do"];

impl Reader<'_> {
    /// Statements up to the end that is meant.
    pub(super) fn script(&mut self, end: End) -> Result<Script, Unread> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(Unread::TooDeep);
        }
        let parens = usize::from(end == End::Paren);
        self.parens += parens;
        let mut script = Script::default();
        loop {
            self.skip_blanks();
            match self.peek() {
                None if end == End::Text => break,
                None => return Err(Unread::Unbalanced),
                Some(')') if end == End::Paren => break,
                Some(';') if end == End::Case && self.rest().starts_with(";;") => break,
                Some(')') => return Err(Unread::Unbalanced),
                Some(';' | '\n' | '\r') => self.at += 1,
                Some('#') => self.comment()?,
                Some(_) => match self.statement(end)? {
                    Some(pipeline) => script.pipelines.push(pipeline),
                    None => break,
                },
            }
        }
        self.depth -= 1;
        self.parens -= parens;
        Ok(script)
    }

    /// To the end of the line. Where a parenthesis is open shells disagree whether it can be closed in a comment.
    fn comment(&mut self) -> Result<(), Unread> {
        match self.rest().find('\n') {
            Some(end)
                if self.parens > 0 && self.rest().get(..end).is_none_or(|comment| comment.contains(['(', ')'])) =>
            {
                return Err(Unread::Unbalanced);
            }
            Some(end) => self.at += end,
            None if self.depth > 1 => return Err(Unread::Unbalanced),
            None => self.at = self.text.len(),
        }
        Ok(())
    }

    /// One pipeline; `None` at the word that ends the block.
    fn statement(&mut self, end: End) -> Result<Option<Pipeline>, Unread> {
        let mut pipeline = Pipeline::default();
        loop {
            let Some(stage) = self.stage(end)? else {
                return if pipeline.stages.is_empty() { Ok(None) } else { Err(Unread::Misplaced) };
            };
            pipeline.stages.push(stage);
            self.skip_blanks();
            if self.take("&&") || self.take("||") {
                self.skip_blanks_and_lines();
                return Ok(Some(pipeline));
            }
            if self.take("|&") || self.take("&|") || self.take("|") {
                self.skip_blanks_and_lines();
                continue;
            }
            if self.fd_pipe() {
                self.skip_blanks_and_lines();
                continue;
            }
            if self.take("&") {
                pipeline.background = true;
            }
            return Ok(Some(pipeline));
        }
    }

    /// `2>|` of Fish, and its `>|`.
    fn fd_pipe(&mut self) -> bool {
        if !self.fish() {
            return false;
        }
        let digits = self.rest().bytes().take_while(u8::is_ascii_digit).count();
        let is_pipe = self.rest().get(digits..).is_some_and(|rest| rest.starts_with(">|"));
        if is_pipe {
            self.at += digits + 2;
        }
        is_pipe
    }

    /// One command with all that belongs to it; `None` at the word that ends the block.
    fn stage(&mut self, end: End) -> Result<Option<Stage>, Unread> {
        let start = self.at;
        let mut assigns = Vec::new();
        let mut redirects = Vec::new();
        let mut after_else = false;
        loop {
            self.skip_blanks();
            if let Some(redirect) = self.redirect()? {
                redirects.push(redirect);
                continue;
            }
            match self.peek() {
                Some('(') if !self.fish() => {
                    self.at += 1;
                    let body = self.script(End::Paren)?;
                    if !self.take(")") {
                        return Err(Unread::Unbalanced);
                    }
                    return self.block(start, None, Vec::new(), body, redirects).map(Some);
                }
                Some('{') if self.rest().chars().nth(1).is_some_and(char::is_whitespace) => {
                    self.at += 1;
                    let body = self.script(End::Keyword(&["}"]))?;
                    return self.block(start, None, Vec::new(), body, redirects).map(Some);
                }
                None | Some(';' | '|' | '&' | ')' | '\n' | '\r' | '#') => {
                    // Nothing but assignments and redirections, or a prefix with nothing behind it.
                    if assigns.is_empty() && redirects.is_empty() && self.at == start {
                        return Err(Unread::Misplaced);
                    }
                    return Ok(Some(self.simple(start, assigns, Vec::new(), redirects)));
                }
                Some(_) => {}
            }
            let words = self.word()?;
            let Some(first) = words.first() else { continue };
            if let End::Keyword(ends) = end
                && words.len() == 1
                && ends.iter().any(|end| self.is_keyword(first, end))
            {
                return if assigns.is_empty() { Ok(None) } else { Err(Unread::Misplaced) };
            }
            if end == End::Case && words.len() == 1 && self.is_keyword(first, "esac") {
                self.at = first.at.start;
                return Ok(None);
            }
            if is_assignment(first) && words.len() == 1 {
                assigns.extend(words);
                continue;
            }
            // `else if` goes on with the block that `if` began.
            if words.len() == 1 && (self.is_prefix(first) || (after_else && self.is_keyword(first, "if"))) {
                after_else = self.fish() && first.text == "else";
                continue;
            }
            if words.len() == 1
                && let Some(stage) = self.keyword(start, &first.clone(), &mut redirects)?
            {
                return Ok(Some(stage));
            }
            return self.arguments(start, assigns, words, redirects).map(Some);
        }
    }

    /// Whether a word is that keyword. Fish takes quoted ones for it too.
    fn is_keyword(&self, word: &Word, keyword: &str) -> bool {
        word.text == keyword && (self.fish() || !word.quoted)
    }

    /// Whether the command comes only behind this word.
    fn is_prefix(&self, word: &Word) -> bool {
        // With options it is a program that has a command among its arguments.
        let time = self.is_keyword(word, "time") && !self.rest().trim_start_matches(' ').starts_with('-');
        let prefixes: &[&str] = if self.fish() { &FISH_PREFIXES } else { &POSIX_PREFIXES };
        time || prefixes.iter().any(|prefix| self.is_keyword(word, prefix))
    }

    /// A block that begins with this word; `None` if it begins none.
    fn keyword(&mut self, start: usize, word: &Word, redirects: &mut Vec<Redirect>) -> Result<Option<Stage>, Unread> {
        if word.quoted && !self.fish() {
            return Ok(None);
        }
        let redirects = std::mem::take(redirects);
        let fish = self.fish();
        let stage = match word.text.as_str() {
            "begin" | "if" | "while" if fish => {
                let body = self.script(End::Keyword(&["end"]))?;
                self.block(start, None, loop_head(word), body, redirects)?
            }
            "for" | "switch" | "function" if fish => {
                let head = self.words_to_separator()?;
                let function = (word.text == "function").then(|| head.first().map(|word| word.text.clone())).flatten();
                let body = self.script(End::Keyword(&["end"]))?;
                self.block(start, function, head, body, redirects)?
            }
            "case" if fish => {
                let head = self.words_to_separator()?;
                self.block(start, None, head, Script::default(), redirects)?
            }
            "if" => {
                let body = self.script(End::Keyword(&["fi"]))?;
                self.block(start, None, Vec::new(), body, redirects)?
            }
            "while" | "until" => {
                let body = self.script(End::Keyword(&["done"]))?;
                self.block(start, None, loop_head(word), body, redirects)?
            }
            "for" | "select" if !fish => {
                let head = self.words_to_separator()?;
                let body = self.script(End::Keyword(&["done"]))?;
                self.block(start, None, head, body, redirects)?
            }
            "case" => self.posix_case(start, redirects)?,
            "function" if !fish => {
                self.skip_blanks();
                let name = self.word()?;
                self.posix_function(start, &name)?
            }
            _ => return Ok(None),
        };
        Ok(Some(stage))
    }

    /// The words up to the end of the head of a block.
    fn words_to_separator(&mut self) -> Result<Vec<Word>, Unread> {
        let mut head = Vec::new();
        loop {
            self.skip_blanks();
            match self.peek() {
                None => return Err(Unread::Unbalanced),
                Some(';' | '\n' | '\r') => return Ok(head),
                Some('#') => self.comment()?,
                Some(_) => head.extend(self.word()?),
            }
        }
    }

    /// `case WORD in PATTERN) … ;; esac`.
    fn posix_case(&mut self, start: usize, redirects: Vec<Redirect>) -> Result<Stage, Unread> {
        self.skip_blanks();
        let mut head = self.word()?;
        self.skip_blanks_and_lines();
        if self.word()?.first().is_none_or(|word| word.text != "in") {
            return Err(Unread::Misplaced);
        }
        let mut body = Script::default();
        loop {
            self.skip_blanks_and_lines();
            if self.take("esac") {
                return self.block(start, None, head, body, redirects);
            }
            self.take("(");
            loop {
                self.skip_blanks();
                if self.take(")") {
                    break;
                }
                if !self.take("|") {
                    head.extend(self.word()?);
                }
            }
            let mut script = self.script(End::Case)?;
            body.pipelines.append(&mut script.pipelines);
            self.take(";;&");
            self.take(";;");
        }
    }

    /// What follows the name of a function in a POSIX shell: `() { … }`.
    fn posix_function(&mut self, start: usize, name: &[Word]) -> Result<Stage, Unread> {
        self.skip_blanks();
        if self.take("(") {
            self.skip_blanks();
            if !self.take(")") {
                return Err(Unread::Misplaced);
            }
        }
        self.skip_blanks_and_lines();
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(Unread::TooDeep);
        }
        let stage = match self.peek() {
            // `:(){:|:&};:` is one of Zsh: no space behind the brace.
            Some('{') if !self.rest().chars().nth(1).is_some_and(char::is_whitespace) => {
                self.at += 1;
                let body = self.script(End::Keyword(&["}"]))?;
                Some(self.block(start, None, Vec::new(), body, Vec::new())?)
            }
            _ => self.stage(End::Text)?,
        };
        self.depth -= 1;
        let stage = stage.ok_or(Unread::Misplaced)?;
        let function = name.first().map(|word| word.text.clone());
        let at = stage.at.clone();
        let redirects = stage.redirects.clone();
        let body = Script { pipelines: vec![Pipeline { stages: vec![stage], background: false }] };
        Ok(Stage { command: Command::Block { function, head: Vec::new(), body }, redirects, at })
    }

    /// A block that was read, with what stands behind it.
    fn block(
        &mut self,
        start: usize,
        function: Option<String>,
        head: Vec<Word>,
        body: Script,
        mut redirects: Vec<Redirect>,
    ) -> Result<Stage, Unread> {
        loop {
            self.skip_blanks();
            match self.redirect()? {
                Some(redirect) => redirects.push(redirect),
                None => break,
            }
        }
        Ok(Stage { command: Command::Block { function, head, body }, redirects, at: start..self.at })
    }

    /// The rest of a command whose first words are known.
    fn arguments(
        &mut self,
        start: usize,
        assigns: Vec<Word>,
        mut words: Vec<Word>,
        mut redirects: Vec<Redirect>,
    ) -> Result<Stage, Unread> {
        if !self.fish() && words.len() == 1 {
            let before = self.at;
            self.skip_blanks();
            if self.peek() == Some('(') {
                return self.posix_function(start, &words);
            }
            self.at = before;
        }
        loop {
            let end = self.at;
            self.skip_blanks();
            if let Some(redirect) = self.redirect()? {
                redirects.push(redirect);
                continue;
            }
            match self.peek() {
                None | Some(';' | '|' | '&' | ')' | '\n' | '\r') => break,
                Some('#') => {
                    self.comment()?;
                    break;
                }
                Some('>') if self.fish() => break,
                Some('0'..='9') if self.fish() && self.is_fd_pipe() => break,
                // Two words with nothing between them: `a(b` of a POSIX shell.
                Some(_) if self.at == end && end > start && self.peek() == Some('(') => return Err(Unread::Misplaced),
                Some(_) => words.extend(self.word()?),
            }
        }
        Ok(self.simple(start, assigns, words, redirects))
    }

    fn is_fd_pipe(&self) -> bool {
        let rest = self.rest().trim_start_matches(|c: char| c.is_ascii_digit());
        rest.starts_with(">|")
    }

    fn simple(&self, start: usize, assigns: Vec<Word>, words: Vec<Word>, redirects: Vec<Redirect>) -> Stage {
        let start = words.first().or(assigns.first()).map_or(start, |word| word.at.start);
        Stage { command: Command::Simple { assigns, words }, redirects, at: start..self.at }
    }

    /// A redirection, if one stands here.
    fn redirect(&mut self) -> Result<Option<Redirect>, Unread> {
        loop {
            match self.one_redirect()? {
                // Goes where another output goes: nothing to know.
                Some(redirect) if redirect.kind == RedirectKind::Duplicate => self.skip_blanks(),
                other => return Ok(other),
            }
        }
    }

    fn one_redirect(&mut self) -> Result<Option<Redirect>, Unread> {
        let rest = self.rest();
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let both = rest.starts_with("&>");
        let operator = rest.get(if both { 1 } else { digits }..).unwrap_or_default();
        if !operator.starts_with(['<', '>']) {
            return Ok(None);
        }
        if self.fish() && operator.starts_with(">|") {
            return Ok(None);
        }
        // The output of a command as a file, which is a word.
        if !self.fish() && digits == 0 && (operator.starts_with("<(") || operator.starts_with(">(")) {
            return Ok(None);
        }
        self.at += if both { 1 } else { digits };
        let kind = if self.take("<<<") {
            RedirectKind::HereString
        } else if self.take("<<-") || self.take("<<") {
            return self.here_document().map(Some);
        } else if self.take(">>") {
            RedirectKind::Append
        } else if self.take("<>") || self.take(">|") || self.take(">?") || self.take(">") {
            RedirectKind::Write
        } else {
            let _ = self.take("<?") || self.take("<");
            RedirectKind::Read
        };
        let duplicate = self.take("&");
        let target = self.target()?;
        let is_number = target.text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
        let kind = if duplicate && is_number { RedirectKind::Duplicate } else { kind };
        Ok(Some(Redirect { kind, target }))
    }

    /// The word behind the sign of a redirection.
    fn target(&mut self) -> Result<Word, Unread> {
        self.skip_blanks();
        let mut target = self.word()?;
        if target.len() > 1 {
            // Braces or values: which of them it is, nobody can tell.
            target.truncate(1);
            target.iter_mut().for_each(|word| word.text = super::UNKNOWN.to_string());
        }
        target.pop().ok_or(Unread::Misplaced)
    }

    /// `<<`: the lines down to one that is the word behind it. They are read as commands, so that more is seen than runs;
    /// a sign in them that could make less of what follows is not read.
    fn here_document(&mut self) -> Result<Redirect, Unread> {
        let target = self.target()?;
        let (_, lines) = self.rest().split_once('\n').unwrap_or_default();
        let mut before = self.rest().len() - lines.len();
        let end = lines.split('\n').find(|line| {
            before += line.len() + 1;
            line.trim_start_matches('\t') == target.text
        });
        let read = self.rest().get(..before.min(self.rest().len())).unwrap_or_default();
        if !lines.is_empty() && (end.is_none() || read.contains(['\'', '"', '`', '\\', '$', '(', ')', '{', '}', '#'])) {
            return Err(Unread::Misplaced);
        }
        Ok(Redirect { kind: RedirectKind::Read, target })
    }
}

/// Of a loop its word, so that it is told from other blocks; its condition is the first statement of its body.
fn loop_head(word: &Word) -> Vec<Word> {
    if matches!(word.text.as_str(), "while" | "until") { vec![word.clone()] } else { Vec::new() }
}

/// `NAME=value` before a command.
fn is_assignment(word: &Word) -> bool {
    let Some((name, _)) = word.text.split_once('=') else { return false };
    let name = name.strip_suffix('+').unwrap_or(name);
    let letters = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    letters && name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
}
