//! From a tree to typed elements, with a word about everything that no type has a place for.

use super::schema::{Shape, Value};
use super::tree::{Element, Node};

/// Warnings of one document that are kept.
const WARNINGS_MAX: usize = 100;

/// Something in a document that the provider would leave out (Twilio error 12200, "Schema validation warning").
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{at}: {what}")]
pub struct Warning {
    /// The elements that it is in: `Response/Dial`.
    pub at: String,
    pub what: String,
}

/// A reading in progress.
#[derive(Debug, Default)]
pub(super) struct Reading {
    path: Vec<&'static str>,
    pub(super) warnings: Vec<Warning>,
}

impl Reading {
    fn warn(&mut self, what: String) {
        if self.warnings.len() < WARNINGS_MAX {
            self.warnings.push(Warning { at: self.path.join("/"), what });
        }
    }

    /// Begins with an element.
    pub(super) fn enter(&mut self, shape: &Shape, element: &Element) {
        self.path.push(shape.name);
        for (name, _) in &element.attributes {
            if !shape.attributes.contains(&name.as_str()) {
                self.warn(format!("the attribute {name:?} is not known"));
            }
        }
    }

    pub(super) fn leave(&mut self) {
        self.path.pop();
    }

    /// An attribute's value; one that cannot be read is left out.
    pub(super) fn attribute<T: Value>(&mut self, element: &Element, name: &str) -> Option<T> {
        let (_, text) = element.attributes.iter().find(|(found, _)| found == name)?;
        let value = T::read(text);
        if value.is_none() {
            self.warn(format!("{text:?} is no value of {name:?}"));
        }
        value
    }

    /// Something that cannot stand here.
    pub(super) fn misplaced(&mut self, node: &Node) {
        self.warn(match node {
            Node::Element(element) => format!("the element {:?} cannot stand here", element.name),
            Node::Text(_) => "text cannot stand here".to_owned(),
        });
    }
}
