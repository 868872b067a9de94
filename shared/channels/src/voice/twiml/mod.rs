//! TwiML for Programmable Voice as types: what cannot stand in a document cannot be written down
//! (<https://www.twilio.com/docs/voice/twiml>).
//!
//! An element is a struct with its attributes, all optional, and its `content`. [`Response::to_xml`] writes a
//! document; [`Response::of_xml`] reads anybody's, and says what the provider would leave out of it.

mod connect;
mod nouns;
mod read;
mod schema;
mod ssml;
mod tree;
mod verbs;

pub use connect::*;
pub use nouns::*;
pub use read::Warning;
pub use schema::{Method, Shape};
pub use ssml::*;
pub use verbs::*;

use read::Reading;
use schema::Typed;

/// Bytes of one document (Twilio error 11750).
pub const TWIML_BYTES_MAX: usize = 65_536;
/// Elements inside one another.
pub const DEPTH_MAX: usize = 16;

/// Why a document cannot be read or written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TwimlError {
    #[error("{bytes} bytes, at most {TWIML_BYTES_MAX}")]
    TooLarge { bytes: usize },
    #[error("elements are nested more than {DEPTH_MAX} deep")]
    TooDeep,
    #[error("not XML: {0}")]
    Malformed(String),
    #[error("the root element is {0:?}, not \"Response\"")]
    NotAResponse(String),
}

impl TwimlError {
    /// The code that the provider reports (Twilio, "Error and Warning Dictionary").
    pub fn code(&self) -> u32 {
        match self {
            TwimlError::TooLarge { .. } => 11750,
            TwimlError::TooDeep | TwimlError::Malformed(_) | TwimlError::NotAResponse(_) => 12100,
        }
    }
}

impl Response {
    /// The document as XML.
    pub fn to_xml(&self) -> Result<String, TwimlError> {
        tree::write(&self.to_element())
    }

    /// A document of anybody's, with what has no place in it.
    pub fn of_xml(xml: &str) -> Result<(Response, Vec<Warning>), TwimlError> {
        let root = tree::read(xml)?;
        if root.name != Response::NAME {
            return Err(TwimlError::NotAResponse(root.name));
        }
        let mut reading = Reading::default();
        let response = Response::of_element(&root, &mut reading);
        Ok((response, reading.warnings))
    }
}

impl Say {
    /// The words alone.
    pub fn spoken(&self) -> String {
        tree::text(&self.to_element())
    }
}

/// Every element that there is.
pub fn vocabulary() -> Vec<Shape> {
    [verbs::shapes(), nouns::shapes(), connect::shapes(), ssml::shapes()].concat()
}

#[cfg(test)]
mod tests;
