//! Lists in pages: `{"<key>": […], "meta": {…}}`. SDKs follow `meta.next_page_url` as it stands.

use super::{Call, Form, TwilioError};
use serde_json::{Value, json};

/// Entries of a page (Twilio, "REST API: paging").
const PAGE_SIZE: usize = 50;
pub(crate) const PAGE_SIZE_MAX: usize = 1_000;
/// Characters of a page's token.
const TOKEN_CHARS_MAX: usize = 128;

/// Which page is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Paging {
    pub size: usize,
    /// Entries behind the one with this key; none: from the first on.
    pub after: Option<String>,
    number: u64,
}

/// The parameters of a list besides its own filters.
pub(crate) const PARAMETERS: [&str; 3] = ["PageSize", "Page", "PageToken"];

impl Paging {
    pub fn read(query: &Form) -> Result<Paging, TwilioError> {
        let size = query.read("PageSize")?.unwrap_or(PAGE_SIZE);
        if !(1..=PAGE_SIZE_MAX).contains(&size) {
            return Err(TwilioError::bad_request(format!("PageSize is not in 1..={PAGE_SIZE_MAX}")));
        }
        let after = query.text("PageToken", TOKEN_CHARS_MAX)?.filter(|token| !token.is_empty());
        let number = query.read("Page")?.unwrap_or(0);
        if number > 0 && after.is_none() {
            return Err(TwilioError::bad_request("pages go by PageToken: follow next_page_url"));
        }
        Ok(Paging { size, after: after.map(str::to_owned), number })
    }

    /// The document of a page; `next` is the key behind which the next one begins.
    pub fn document(&self, call: &Call, key: &str, entries: Vec<Value>, next: Option<String>) -> Value {
        let url = |number: u64, token: Option<&str>| {
            let mut query = form_urlencoded::Serializer::new(String::new());
            for (name, value) in call.query.pairs().filter(|(name, _)| !PARAMETERS.contains(name)) {
                query.append_pair(name, value);
            }
            query.append_pair("PageSize", &self.size.to_string()).append_pair("Page", &number.to_string());
            if let Some(token) = token {
                query.append_pair("PageToken", token);
            }
            format!("{}?{}", call.url(), query.finish())
        };
        let next = next.map(|token| url(self.number + 1, Some(&token)));
        let mut document = json!({
            "meta": {
                "key": key,
                "page": self.number,
                "page_size": self.size,
                "first_page_url": url(0, None),
                "previous_page_url": null,
                "next_page_url": next,
                "url": url(self.number, self.after.as_deref()),
            },
        });
        document[key] = entries.into();
        document
    }
}

/// A page of a list that is at hand as a whole: its entries with their keys, in any order.
pub(crate) fn page_of(call: &Call, key: &str, mut all: Vec<(String, Value)>) -> Result<Value, TwilioError> {
    let paging = Paging::read(&call.query)?;
    all.sort_by(|a, b| a.0.cmp(&b.0));
    let from = paging.after.as_ref().map_or(0, |after| all.partition_point(|(key, _)| key <= after));
    let mut rest = all.into_iter().skip(from).peekable();
    let mut entries: Vec<(String, Value)> = Vec::new();
    while entries.len() < paging.size
        && let Some(entry) = rest.next()
    {
        entries.push(entry);
    }
    let next = entries.last().map(|(key, _)| key.clone()).filter(|_| rest.peek().is_some());
    let entries = entries.into_iter().map(|(_, entry)| entry).collect();
    Ok(paging.document(call, key, entries, next))
}
