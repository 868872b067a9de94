//! Addresses of people (RFC 5322, 3.4), as loosely as they are written.

use super::word;

/// Addresses of one field; those behind are not read.
const MAILBOXES_MAX: usize = 200;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mailbox {
    pub(crate) name: Option<String>,
    pub(crate) address: String,
}

/// The mailboxes of a field's value; groups are left open, comments are names where there is no other.
pub(crate) fn mailboxes(value: &str) -> Vec<Mailbox> {
    let mut found = Vec::new();
    let mut current = Draft::default();
    let mut chars = value.chars().peekable();
    while let Some(c) = chars.next() {
        if found.len() >= MAILBOXES_MAX {
            break;
        }
        match c {
            '"' => {
                while let Some(c) = chars.next() {
                    match c {
                        '"' => break,
                        '\\' => current.text.extend(chars.next()),
                        c => current.text.push(c),
                    }
                }
            }
            '(' => current.comment(&mut chars),
            '<' => current.address = Some(chars.by_ref().take_while(|c| *c != '>').collect()),
            // A group's name stands before its colon.
            ':' if current.address.is_none() && !current.text.contains('@') => current = Draft::default(),
            ',' | ';' => found.extend(std::mem::take(&mut current).mailbox()),
            c => current.text.push(c),
        }
    }
    found.extend(current.mailbox());
    found.truncate(MAILBOXES_MAX);
    found
}

#[derive(Default)]
struct Draft {
    text: String,
    comment: String,
    address: Option<String>,
}

impl Draft {
    fn comment(&mut self, chars: &mut impl Iterator<Item = char>) {
        let mut depth = 1;
        for c in chars {
            match c {
                '(' => depth += 1,
                ')' => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                break;
            }
            self.comment.push(c);
        }
    }

    fn mailbox(self) -> Option<Mailbox> {
        let (address, name) = match self.address {
            Some(address) => (address, self.text),
            None => (self.text, String::new()),
        };
        let address: String = address.chars().filter(|c| !c.is_whitespace() && !c.is_control()).collect();
        let name = [name, self.comment].iter().map(|name| decoded(name)).find(|name| !name.is_empty());
        is_address(&address).then_some(Mailbox { name, address })
    }
}

fn decoded(name: &str) -> String {
    word::decode(name.trim()).split_whitespace().collect::<Vec<_>>().join(" ").trim_matches('\'').to_owned()
}

/// Whether a text can be somebody's address: something on both sides of an `@`.
fn is_address(text: &str) -> bool {
    text.rsplit_once('@').is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty())
}
