//! XML as a tree, within bounds: what elements are read from and written to.

use super::{DEPTH_MAX, TWIML_BYTES_MAX, TwimlError};
use quick_xml::events::{BytesEnd, BytesStart, BytesText, Event};
use quick_xml::{Reader, Writer, XmlVersion};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Element {
    pub name: String,
    /// In their order.
    pub attributes: Vec<(String, String)>,
    pub children: Vec<Node>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Node {
    Element(Element),
    /// With every run of white space as one space.
    Text(String),
}

impl Node {
    /// The element, if it is one of this name.
    pub(super) fn element(&self, name: &str) -> Option<&Element> {
        match self {
            Node::Element(element) if element.name == name => Some(element),
            _ => None,
        }
    }
}

/// The text in an element, and in those in it.
pub(super) fn text(element: &Element) -> String {
    let part = |node: &Node| match node {
        Node::Element(inner) => text(inner),
        Node::Text(text) => text.clone(),
    };
    element.children.iter().map(part).collect()
}

/// Reads a document's one element.
pub(super) fn read(xml: &str) -> Result<Element, TwimlError> {
    if xml.len() > TWIML_BYTES_MAX {
        return Err(TwimlError::TooLarge { bytes: xml.len() });
    }
    let mut reader = Reader::from_str(xml);
    let mut open: Vec<Element> = Vec::new();
    let mut root = None;
    loop {
        let closed = match reader.read_event().map_err(malformed)? {
            Event::Start(start) => {
                if open.len() == DEPTH_MAX {
                    return Err(TwimlError::TooDeep);
                }
                open.push(element(&start)?);
                continue;
            }
            Event::Empty(start) => element(&start)?,
            Event::End(_) => match open.pop() {
                Some(element) => element,
                None => return Err(TwimlError::Malformed("an element ends that has not begun".to_owned())),
            },
            Event::Text(text) => {
                add_text(&mut open, &text.xml10_content())?;
                continue;
            }
            Event::CData(text) => {
                add_text(&mut open, &text.xml10_content())?;
                continue;
            }
            Event::GeneralRef(reference) => {
                let text = referred(&reference)?;
                add_text(&mut open, &text)?;
                continue;
            }
            Event::DocType(_) => {
                return Err(TwimlError::Malformed("a document type is not allowed".to_owned()));
            }
            Event::Eof => break,
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) => continue,
        };
        match open.last_mut() {
            Some(parent) => parent.children.push(Node::Element(closed)),
            None if root.is_none() => root = Some(closed),
            None => return Err(TwimlError::Malformed("there is more than one root element".to_owned())),
        }
    }
    if !open.is_empty() {
        return Err(TwimlError::Malformed("an element is not closed".to_owned()));
    }
    let mut root = root.ok_or_else(|| TwimlError::Malformed("there is no root element".to_owned()))?;
    tidy(&mut root);
    Ok(root)
}

fn malformed(error: impl std::fmt::Display) -> TwimlError {
    TwimlError::Malformed(error.to_string())
}

fn element(start: &BytesStart<'_>) -> Result<Element, TwimlError> {
    let mut attributes = Vec::new();
    for attribute in start.attributes() {
        let attribute = attribute.map_err(malformed)?;
        let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(malformed)?;
        attributes.push((attribute.key.as_ref().to_owned(), value.into_owned()));
    }
    Ok(Element { name: start.name().as_ref().to_owned(), attributes, children: Vec::new() })
}

/// What `&name;` or `&#1;` stands for.
fn referred(reference: &quick_xml::events::BytesRef<'_>) -> Result<String, TwimlError> {
    if let Some(character) = reference.resolve_char_ref().map_err(malformed)? {
        return Ok(character.to_string());
    }
    let name = reference.xml10_content();
    quick_xml::escape::resolve_predefined_entity(&name)
        .map(str::to_owned)
        .ok_or_else(|| TwimlError::Malformed(format!("&{name}; is not known")))
}

fn add_text(open: &mut [Element], text: &str) -> Result<(), TwimlError> {
    match open.last_mut().map(|element| &mut element.children) {
        Some(children) => match children.last_mut() {
            Some(Node::Text(before)) => before.push_str(text),
            _ => children.push(Node::Text(text.to_owned())),
        },
        None if text.trim().is_empty() || text == "\u{feff}" => {}
        None => return Err(TwimlError::Malformed("there is text outside of the root element".to_owned())),
    }
    Ok(())
}

/// Makes one space of every run of white space; none at the ends of an element, and none between elements.
fn tidy(element: &mut Element) {
    let last = element.children.len().saturating_sub(1);
    for (at, child) in element.children.iter_mut().enumerate() {
        match child {
            Node::Element(element) => tidy(element),
            Node::Text(text) => {
                let (begins, ends) = (text.starts_with(is_space), text.ends_with(is_space));
                let words: Vec<&str> = text.split(is_space).filter(|word| !word.is_empty()).collect();
                let mut whole = words.join(" ");
                if !whole.is_empty() {
                    if begins && at > 0 {
                        whole.insert(0, ' ');
                    }
                    if ends && at < last {
                        whole.push(' ');
                    }
                }
                *text = whole;
            }
        }
    }
    element.children.retain(|child| !matches!(child, Node::Text(text) if text.is_empty()));
}

/// White space as XML has it.
fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r')
}

/// Writes a document; refuses one that is too large.
pub(super) fn write(root: &Element) -> Result<String, TwimlError> {
    let mut writer = Writer::new(Vec::new());
    let failed = |error: std::io::Error| malformed(error);
    writer
        .write_event(Event::Decl(quick_xml::events::BytesDecl::new("1.0", Some("UTF-8"), None)))
        .map_err(failed)?;
    write_element(&mut writer, root).map_err(failed)?;
    let xml = String::from_utf8(writer.into_inner()).map_err(malformed)?;
    if xml.len() > TWIML_BYTES_MAX {
        return Err(TwimlError::TooLarge { bytes: xml.len() });
    }
    Ok(xml)
}

fn write_element(writer: &mut Writer<Vec<u8>>, element: &Element) -> std::io::Result<()> {
    let mut start = BytesStart::new(element.name.as_str());
    for (name, value) in &element.attributes {
        start.push_attribute((name.as_str(), legal(value).as_str()));
    }
    if element.children.is_empty() {
        return writer.write_event(Event::Empty(start));
    }
    writer.write_event(Event::Start(start))?;
    for child in &element.children {
        match child {
            Node::Element(element) => write_element(writer, element)?,
            Node::Text(text) => writer.write_event(Event::Text(BytesText::new(&legal(text))))?,
        }
    }
    writer.write_event(Event::End(BytesEnd::new(element.name.as_str())))
}

/// A text without the characters that XML 1.0 cannot hold (section 2.2), and with a space for each control character
/// that it would change on its way.
fn legal(text: &str) -> String {
    let legal = text.chars().filter(
        |c| matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..),
    );
    legal.map(|c| if is_space(c) { ' ' } else { c }).collect()
}
