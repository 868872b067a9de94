//! The parameters of a Twilio webhook.

use crate::text::cut;
use crate::webhook::{Problem, WebhookRequest};
use std::collections::BTreeMap;

/// Parameters of one webhook (a message with ten media has about fifty).
pub(crate) const PARAMS_MAX: usize = 256;

/// The parameters in the order they came: of the body for a POST, of the query for anything else. The body of
/// a GET is not signed and so is never read.
pub(crate) fn pairs(request: &WebhookRequest) -> Vec<(String, String)> {
    let bytes = if request.method == "POST" { request.body.as_slice() } else { request.raw_query.as_bytes() };
    form_urlencoded::parse(bytes).map(|(name, value)| (name.into_owned(), value.into_owned())).collect()
}

/// The parameters by name. Of a repeated name the first counts; what is beyond `PARAMS_MAX` is left out.
pub(crate) fn params(request: &WebhookRequest, problems: &mut Vec<Problem>) -> BTreeMap<String, String> {
    let mut params = BTreeMap::new();
    for (name, value) in pairs(request) {
        if params.len() == PARAMS_MAX && !params.contains_key(&name) {
            problems
                .push(Problem::new("", format!("more than {PARAMS_MAX} parameters; the rest is left out")));
            break;
        }
        let value = cut(value, &name, problems);
        params.entry(name).or_insert(value);
    }
    params
}

/// A form body, as Twilio and its API write it.
pub(crate) fn encode<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Vec<u8> {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish().into_bytes()
}
