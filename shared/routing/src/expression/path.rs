//! Attribute paths: `worker.skills[0].level`.

use std::fmt;

use serde_json::Value;

use super::token::{Token, tokens};

/// A non-empty chain of keys and array indexes, the first of them a key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Path {
    text: String,
    segments: Vec<Segment>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Segment {
    Key(String),
    /// 0-based.
    Index(usize),
}

impl Path {
    /// Reads a text that is a path and nothing else, no space around it.
    #[must_use]
    pub fn parse(text: &str) -> Option<Path> {
        match tokens(text).ok()?.as_slice() {
            [(_, Token::Path(path))] if path.text == text => Some(path.clone()),
            _ => None,
        }
    }

    /// `None` when there is no segment, or the first one is an index.
    pub(super) fn new(segments: Vec<Segment>) -> Option<Path> {
        let text = text_of(&segments);
        matches!(segments.first(), Some(Segment::Key(_))).then_some(Path { text, segments })
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    #[must_use]
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// The first key.
    #[must_use]
    pub fn root(&self) -> &str {
        match self.segments.first() {
            Some(Segment::Key(key)) => key,
            _ => "",
        }
    }

    /// What follows the key `root`: `skills[0]` of `worker.skills[0]`. `None` when the path does not begin
    /// with it, or nothing that is a path follows.
    #[must_use]
    pub fn below(&self, root: &str) -> Option<Path> {
        if self.root() == root { Path::new(self.segments[1..].to_vec()) } else { None }
    }

    /// The value at this path, if there is one.
    #[must_use]
    pub fn value_in<'a>(&self, value: &'a Value) -> Option<&'a Value> {
        value_at(&self.segments, value)
    }
}

pub(super) fn value_at<'a>(segments: &[Segment], value: &'a Value) -> Option<&'a Value> {
    segments.iter().try_fold(value, |value, segment| match segment {
        Segment::Key(key) => value.as_object()?.get(key),
        Segment::Index(index) => value.as_array()?.get(*index),
    })
}

pub(super) fn text_of(segments: &[Segment]) -> String {
    let mut text = String::new();
    for (position, segment) in segments.iter().enumerate() {
        match segment {
            Segment::Key(key) if position == 0 => text.push_str(key),
            Segment::Key(key) => {
                text.push('.');
                text.push_str(key);
            }
            Segment::Index(index) => text.push_str(&format!("[{index}]")),
        }
    }
    text
}

impl fmt::Display for Path {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expression::PATH_INDEX_MAX;
    use serde_json::json;

    fn check(text: &str, expect: Option<&Value>) {
        let value = json!({"routing": {"skills": ["a", {"level": 3}]}, "x": null});
        let path = Path::parse(text).expect(text);
        assert_eq!(path.to_string(), text);
        assert_eq!(path.value_in(&value), expect, "{text}");
    }

    #[test]
    fn finds_keys_and_indexes() {
        check("routing.skills[0]", Some(&json!("a")));
        check("routing.skills[1].level", Some(&json!(3)));
        check("routing.skills[2]", None);
        check("routing.skills.level", None);
        check("routing[0]", None);
        check("x", Some(&Value::Null));
    }

    #[test]
    fn refuses_what_is_not_one_path() {
        for text in ["", "a b", "a.", "a..b", "[0]", "a[]", "a[-1]", "a-b", "AND", "a == 1", "'a'", "1"] {
            assert_eq!(Path::parse(text), None, "{text}");
        }
    }

    #[test]
    fn index_limit() {
        assert!(Path::parse(&format!("a[{PATH_INDEX_MAX}]")).is_some());
        assert!(Path::parse(&format!("a[{}]", PATH_INDEX_MAX + 1)).is_none());
        assert!(Path::parse(&format!("a[{}]", "9".repeat(40))).is_none());
    }
}
