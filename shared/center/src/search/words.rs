//! The words of a contact in the index, and the words of a question. Pure.

use super::fold::{fold, is_unspaced};
use patchbay_model::limits::INDEXED_MAX;
use patchbay_model::{Address, ChannelKind, Contact};
use std::collections::BTreeSet;
use std::fmt;

/// Words of a name that are indexed, and of all the rest: so that neither takes the other's room, and whoever learns a
/// name only adds to the index.
const NAME_WORDS_MAX: usize = 12;
const OTHER_WORDS_MAX: usize = INDEXED_MAX - NAME_WORDS_MAX;
/// Characters of a word that are indexed, and asked for.
const WORD_CHARS_MAX: usize = 32;
/// Words of a question that are looked at.
const TERMS_MAX: usize = 8;
/// Digits of a question that may be the end of a number; fewer fit too many.
const ENDING_DIGITS_MIN: usize = 3;
/// Digits from which on leading zeros are those that a country dials before its own numbers.
const NATIONAL_DIGITS_MIN: usize = 7;
/// The attribute that says where somebody works.
const COMPANY: &str = "company";

/// Words and the ends of numbers do not mix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum WordOf {
    Text,
    /// A phone number, its last digit first: its end is found as a beginning.
    Number,
}

impl WordOf {
    pub(crate) fn letter(self) -> char {
        match self {
            WordOf::Text => 'w',
            WordOf::Number => 'n',
        }
    }
}

/// A folded word, or a part of one in scripts without blanks; never empty. The text form is `<w or n><word>`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Word {
    of: WordOf,
    text: String,
}

impl Word {
    fn new(of: WordOf, text: &str) -> Word {
        Word { of, text: text.chars().take(WORD_CHARS_MAX).collect() }
    }

    /// Reads the text form; `None` for anything else.
    pub(crate) fn parse(text: &str) -> Option<Word> {
        let of = match text.chars().next()? {
            'w' => WordOf::Text,
            'n' => WordOf::Number,
            _ => return None,
        };
        let text = text.get(1..).filter(|text| !text.is_empty())?;
        Some(Word { of, text: text.to_owned() })
    }

    pub(crate) fn of(&self) -> WordOf {
        self.of
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// What words must share to lie together: enough that no place is crowded, as little as may be asked for.
    pub(crate) fn lead(&self) -> &str {
        let letters = if self.text.starts_with(is_unspaced) { 1 } else { 2 };
        let end = self.text.char_indices().nth(letters).map_or(self.text.len(), |(at, _)| at);
        &self.text[..end]
    }

    /// Whether it is long enough that words which begin with it lie together.
    fn can_be_looked_up(&self) -> bool {
        self.text.starts_with(is_unspaced) || self.text.chars().nth(1).is_some()
    }

    fn begins(&self, word: &Word) -> bool {
        self.of == word.of && word.text.starts_with(&self.text)
    }
}

impl fmt::Display for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.of.letter(), self.text)
    }
}

impl fmt::Debug for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}[redacted]", self.of.letter())
    }
}

/// What of a contact is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    Name,
    Phone,
    Email,
    Company,
    Tag,
}

/// The words of a text, in their order: runs of letters and digits; of scripts without blanks each two neighbours.
fn words(text: &str) -> Vec<Word> {
    let folded: Vec<char> = fold(text).chars().collect();
    let kind = |letter: &char| match letter {
        letter if is_unspaced(*letter) => 2,
        letter if letter.is_alphanumeric() => 1,
        _ => 0,
    };
    let mut found = Vec::new();
    for run in folded.chunk_by(|a, b| kind(a) == kind(b)) {
        let word = |letters: &[char]| Word::new(WordOf::Text, &letters.iter().collect::<String>());
        match run.first().map_or(0, kind) {
            0 => {}
            2 if run.len() > 1 => found.extend(run.windows(2).map(word)),
            _ => found.push(word(run)),
        }
    }
    found
}

fn backwards(digits: &str) -> Word {
    Word::new(WordOf::Number, &digits.chars().rev().collect::<String>())
}

/// The words of an address that people know each other by; of an id of a provider's there are none.
fn words_of_address(address: &Address) -> Option<(Field, Vec<Word>)> {
    if address.channel == ChannelKind::Email {
        let local = address.id.rsplit_once('@').map_or(address.id.as_str(), |(local, _)| local);
        return Some((Field::Email, words(local)));
    }
    let digits = address.id.strip_prefix('+')?;
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| (Field::Phone, vec![backwards(digits)]))
}

/// Every field of a contact with its words, in the order in which they count.
fn fields(contact: &Contact) -> Vec<(Field, Vec<Word>)> {
    let name = words(contact.name.as_deref().unwrap_or_default());
    let company = contact.attributes.get(COMPANY).and_then(|company| company.as_str()).unwrap_or_default();
    std::iter::once((Field::Name, name))
        .chain(contact.identities.iter().filter_map(words_of_address))
        .chain([(Field::Company, words(company))])
        .chain(contact.tags.iter().map(|tag| (Field::Tag, words(tag))))
        .collect()
}

/// What a contact is found by, at most `INDEXED_MAX` words; nothing of one who was found to be another.
pub(crate) fn words_of(contact: &Contact) -> Vec<Word> {
    if contact.merged_into.is_some() {
        return Vec::new();
    }
    let (name, others): (Vec<_>, Vec<_>) =
        fields(contact).into_iter().partition(|(field, _)| *field == Field::Name);
    let first = |fields: Vec<(Field, Vec<Word>)>, max: usize| {
        let mut words = once_each(fields.into_iter().flat_map(|(_, words)| words));
        words.truncate(max);
        words
    };
    once_each(first(name, NAME_WORDS_MAX).into_iter().chain(first(others, OTHER_WORDS_MAX)))
}

fn once_each(words: impl Iterator<Item = Word>) -> Vec<Word> {
    let mut seen = BTreeSet::new();
    words.filter(|word| seen.insert(word.clone())).collect()
}

/// What somebody looks for: every term has to begin a word of the contact.
#[derive(Clone, Debug)]
pub(super) struct Question {
    terms: Vec<Term>,
    /// An e-mail address, or the beginning of one with its `@`.
    email: Option<String>,
}

/// One of these begins a word.
pub(super) type Term = Vec<Word>;

impl Question {
    pub(super) fn read(text: &str) -> Question {
        let text = text.trim();
        if let Some(ending) = number(text) {
            return Question { terms: vec![vec![ending]], email: None };
        }
        let email = text.split_whitespace().find(|word| word.contains('@')).map(str::to_lowercase);
        let asked: Vec<Word> = text
            .split_whitespace()
            .flat_map(|part| words(part.split_once('@').map_or(part, |(local, _)| local)))
            .collect();
        let terms = asked.into_iter().take(TERMS_MAX).map(|word| {
            let digits = word.text.bytes().all(|byte| byte.is_ascii_digit());
            let ending = (digits && word.text.len() >= ENDING_DIGITS_MIN).then(|| ending(&word.text));
            std::iter::once(word).chain(ending).collect()
        });
        Question { terms: terms.collect(), email }
    }

    /// The terms by which the index can be asked.
    pub(super) fn lookups(&self) -> impl Iterator<Item = &Term> {
        self.terms.iter().filter(|term| term.iter().all(Word::can_be_looked_up))
    }

    /// The fields in which a contact has what is asked for; none when it lacks a term. And how many of its words are
    /// just what was asked for.
    pub(super) fn matches(&self, contact: &Contact) -> Option<(BTreeSet<Field>, usize)> {
        let fields = fields(contact);
        let (mut found, mut exact) = (BTreeSet::new(), 0);
        for term in &self.terms {
            let mut is_there = false;
            for (field, words) in &fields {
                if words.iter().any(|word| term.iter().any(|asked| asked.begins(word))) {
                    found.insert(*field);
                    is_there = true;
                }
            }
            if !is_there {
                return None;
            }
            exact +=
                usize::from(fields.iter().any(|(_, words)| words.iter().any(|word| term.contains(word))));
        }
        if let Some(email) = &self.email {
            let is_theirs = |own: &Address| {
                own.channel == ChannelKind::Email && own.id.to_lowercase().starts_with(email.as_str())
            };
            if !contact.identities.iter().any(is_theirs) {
                return None;
            }
            found = BTreeSet::from([Field::Email]);
        }
        Some((found, exact))
    }
}

/// A phone number or its end, written as people write it: with blanks, brackets, a plus.
fn number(text: &str) -> Option<Word> {
    let is_written = |letter: char| letter.is_ascii_digit() || "+ -()./\u{a0}".contains(letter);
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let is_number = digits.len() < text.len() && text.chars().all(is_written);
    (is_number && digits.len() >= ENDING_DIGITS_MIN).then(|| ending(&digits))
}

/// The end of a number; of a long one without the zeros that a country dials before its own.
fn ending(digits: &str) -> Word {
    let is_long = digits.len() >= NATIONAL_DIGITS_MIN;
    let bare = digits.trim_start_matches('0');
    backwards(if is_long && bare.len() >= ENDING_DIGITS_MIN { bare } else { digits })
}

#[cfg(test)]
mod tests;
