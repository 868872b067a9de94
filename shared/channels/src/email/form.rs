//! Forms: `multipart/form-data` (RFC 7578), which is a mail's body by another name, and the urlencoded kind.

use super::mime::{self, Part};
use crate::webhook::WebhookRequest;

/// Fields of an urlencoded form; those behind are not read.
const FIELDS_MAX: usize = 500;

/// One request's form.
pub(super) struct Form {
    fields: Vec<FormField>,
}

struct FormField {
    name: String,
    file_name: Option<String>,
    content_type: Option<String>,
    bytes: Vec<u8>,
}

impl Form {
    /// Reads what the body looks like, whatever is stated of it. `None`: it is JSON.
    pub(super) fn read(request: &WebhookRequest) -> Option<Form> {
        let body = request.body.as_slice();
        if body.trim_ascii_start().starts_with(b"{") || body.trim_ascii_start().starts_with(b"[") {
            return None;
        }
        if !body.starts_with(b"--") {
            let fields = form_urlencoded::parse(body).take(FIELDS_MAX).map(|(name, value)| FormField {
                name: name.into_owned(),
                file_name: None,
                content_type: None,
                bytes: value.into_owned().into_bytes(),
            });
            return Some(Form { fields: fields.collect() });
        }
        Some(Form { fields: mime::parts_of_form(body).iter().filter_map(field).collect() })
    }

    fn get(&self, name: &str) -> Option<&FormField> {
        self.fields.iter().find(|field| field.name == name)
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    pub(super) fn bytes(&self, name: &str) -> Option<&[u8]> {
        self.get(name).map(|field| field.bytes.as_slice())
    }

    pub(super) fn text(&self, name: &str) -> Option<String> {
        self.bytes(name).map(|bytes| String::from_utf8_lossy(bytes).into_owned())
    }

    pub(super) fn file_name(&self, name: &str) -> Option<String> {
        self.get(name)?.file_name.clone()
    }

    pub(super) fn content_type(&self, name: &str) -> Option<String> {
        self.get(name)?.content_type.clone()
    }
}

fn field(part: &Part<'_>) -> Option<FormField> {
    let disposition = part.disposition.as_ref()?;
    Some(FormField {
        name: disposition.get("name")?.to_owned(),
        file_name: part.file_name().map(str::to_owned),
        content_type: part.fields.get("content-type").map(str::to_owned),
        bytes: part.bytes_as_they_are().to_vec(),
    })
}
