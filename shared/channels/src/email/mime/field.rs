//! The fields before a body (RFC 5322, 2.2).

use super::charset;
use super::word;

/// Fields of one part; those behind are not read.
const FIELDS_MAX: usize = 500;
/// Bytes of one field's value; the rest of it is not read.
const VALUE_BYTES_MAX: usize = 65_536;

/// Fields in their order, unfolded, encoded words still as they stand. Names are in lower case.
#[derive(Debug, Default)]
pub(crate) struct Fields(Vec<(String, String)>);

impl Fields {
    /// The fields, and the body behind the first empty line. A line that is no field belongs to the one before it.
    pub(crate) fn read(bytes: &[u8]) -> (Fields, &[u8]) {
        let mut raw: Vec<(String, Vec<u8>)> = Vec::new();
        let mut rest = bytes;
        while !rest.is_empty() {
            let end = rest.iter().position(|byte| *byte == b'\n').map_or(rest.len(), |at| at + 1);
            let (line, after) = rest.split_at(end);
            rest = after;
            let text = line.trim_ascii_end();
            if text.is_empty() {
                break;
            }
            match name_of(text) {
                Some((name, value)) if raw.len() < FIELDS_MAX => raw.push((name, value.to_vec())),
                Some(_) => {}
                None => {
                    if let Some((_, value)) =
                        raw.last_mut().filter(|(_, value)| value.len() < VALUE_BYTES_MAX)
                    {
                        value.push(b' ');
                        value.extend_from_slice(text.trim_ascii_start());
                    }
                }
            }
        }
        let fields = raw.into_iter().map(|(name, mut value)| {
            value.truncate(VALUE_BYTES_MAX);
            (name, charset::decode(None, value.trim_ascii()))
        });
        (Fields(fields.collect()), rest)
    }

    /// The first value of a name, as it stands.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    pub(crate) fn all<'f>(&'f self, name: &str) -> impl Iterator<Item = &'f str> {
        self.0.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The first value of a name, with its encoded words decoded.
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        self.get(name).map(word::decode)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_str())
    }
}

/// A line's field name and the value behind it: printable ASCII without spaces before a colon.
fn name_of(line: &[u8]) -> Option<(String, &[u8])> {
    let at = line.iter().position(|byte| *byte == b':')?;
    let (name, value) = line.split_at(at);
    let name = name.trim_ascii_end();
    let printable = !name.is_empty() && name.iter().all(u8::is_ascii_graphic);
    let name = std::str::from_utf8(name).ok().filter(|_| printable)?;
    Some((name.to_ascii_lowercase(), &value[1..]))
}
