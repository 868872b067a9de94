//! Text into tokens, each with the byte it begins at.

use super::number::Number;
use super::parse::{ExpressionError, ExpressionFault};
use super::path::{Path, Segment};
use super::{Operator, PATH_INDEX_MAX};

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    Open,
    Close,
    OpenList,
    CloseList,
    Comma,
    And,
    Or,
    Not,
    True,
    False,
    Null,
    Operator(Operator),
    Number(Number),
    Text(String),
    /// A text in double quotes, which may stand for an attribute (`Operand::Quoted`).
    Quoted(String),
    Path(Path),
}

/// Longest first: `>-` is `HAS` even where a negative number follows (`level > -1` needs its space).
const SYMBOLS: [(&str, Token); 14] = [
    ("==", Token::Operator(Operator::Equal)),
    ("!=", Token::Operator(Operator::NotEqual)),
    ("<=", Token::Operator(Operator::LessOrEqual)),
    (">=", Token::Operator(Operator::GreaterOrEqual)),
    (">-", Token::Operator(Operator::Has)),
    ("<-", Token::Operator(Operator::In)),
    ("=", Token::Operator(Operator::Equal)),
    ("<", Token::Operator(Operator::Less)),
    (">", Token::Operator(Operator::Greater)),
    ("(", Token::Open),
    (")", Token::Close),
    ("[", Token::OpenList),
    ("]", Token::CloseList),
    (",", Token::Comma),
];

/// Matched whatever the case: public configurations write `has`, `in` and `contains`.
const WORDS: [(&str, Token); 9] = [
    ("AND", Token::And),
    ("OR", Token::Or),
    ("NOT", Token::Not),
    ("HAS", Token::Operator(Operator::Has)),
    ("IN", Token::Operator(Operator::In)),
    ("CONTAINS", Token::Operator(Operator::Contains)),
    ("true", Token::True),
    ("false", Token::False),
    ("null", Token::Null),
];

pub(super) fn tokens(text: &str) -> Result<Vec<(usize, Token)>, ExpressionError> {
    let mut scanner = Scanner { text, at: 0 };
    let mut found = Vec::new();
    loop {
        scanner.take_while(char::is_whitespace);
        let begin = scanner.at;
        match scanner.peek() {
            None => return Ok(found),
            Some(first) => found.push((begin, scanner.token(first)?)),
        }
    }
}

struct Scanner<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Scanner<'a> {
    fn token(&mut self, first: char) -> Result<Token, ExpressionError> {
        match first {
            '\'' | '"' => self.quoted(first),
            '+' | '-' | '0'..='9' => self.number(),
            'a'..='z' | 'A'..='Z' | '_' => self.word(),
            _ => match SYMBOLS.iter().find(|(symbol, _)| self.take(symbol)) {
                Some((_, token)) => Ok(token.clone()),
                None => fault(self.at, ExpressionFault::Character(first)),
            },
        }
    }

    /// A backslash makes the next character part of the text; `\n`, `\r` and `\t` are the controls.
    fn quoted(&mut self, quote: char) -> Result<Token, ExpressionError> {
        let begin = self.at;
        let mut text = String::new();
        let mut characters = self.rest().char_indices().skip(1);
        while let Some((offset, character)) = characters.next() {
            if character == quote {
                self.at = begin + offset + 1;
                return Ok(if quote == '"' { Token::Quoted(text) } else { Token::Text(text) });
            }
            match character {
                '\\' => match characters.next() {
                    Some((_, 'n')) => text.push('\n'),
                    Some((_, 'r')) => text.push('\r'),
                    Some((_, 't')) => text.push('\t'),
                    Some((_, escaped)) => text.push(escaped),
                    None => break,
                },
                other => text.push(other),
            }
        }
        fault(begin, ExpressionFault::OpenText)
    }

    fn number(&mut self) -> Result<Token, ExpressionError> {
        let begin = self.at;
        let text = self.take_while(|character| matches!(character, '+' | '-' | '.') || is_name(character));
        match Number::parse(text) {
            Some(number) => Ok(Token::Number(number)),
            None => fault(begin, ExpressionFault::Number),
        }
    }

    fn word(&mut self) -> Result<Token, ExpressionError> {
        let first = self.take_while(is_name);
        if let Some((_, token)) = WORDS.iter().find(|(word, _)| word.eq_ignore_ascii_case(first)) {
            return Ok(token.clone());
        }
        let begin = self.at;
        let mut segments = vec![Segment::Key(first.to_owned())];
        loop {
            let at = self.at;
            if self.take(".") {
                match self.take_while(is_name) {
                    key if key.starts_with(|character: char| !character.is_ascii_digit()) => {
                        segments.push(Segment::Key(key.to_owned()));
                    }
                    _ => return fault(at, ExpressionFault::Key),
                }
            } else if self.take("[") {
                let index = self.take_while(|character| character.is_ascii_digit()).parse();
                match index {
                    Ok(index) if index <= PATH_INDEX_MAX && self.take("]") => {
                        segments.push(Segment::Index(index));
                    }
                    _ => return fault(at, ExpressionFault::Index),
                }
            } else if self.rest().starts_with('-') {
                return fault(at, ExpressionFault::Hyphen);
            } else {
                return match Path::new(segments) {
                    Some(path) => Ok(Token::Path(path)),
                    None => fault(begin, ExpressionFault::Key),
                };
            }
        }
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn take(&mut self, symbol: &str) -> bool {
        let found = self.rest().starts_with(symbol);
        if found {
            self.at += symbol.len();
        }
        found
    }

    fn take_while(&mut self, accept: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let length = rest.find(|character| !accept(character)).unwrap_or(rest.len());
        self.at += length;
        &rest[..length]
    }
}

fn is_name(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '_'
}

fn fault<T>(position: usize, fault: ExpressionFault) -> Result<T, ExpressionError> {
    Err(ExpressionError { position, fault })
}
