//! `X-Twilio-Signature`: HMAC-SHA1 over the URL that Twilio called and the sorted parameters
//! (Twilio, "Webhooks Security"; where the page is silent, what Twilio's own validators accept).

use super::form;
use crate::signature::{Check, Hash, Verified, hmac};
use crate::webhook::{Rejection, RejectionReason, WebhookRequest};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use patchbay_model::id::hex;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use subtle::ConstantTimeEq;

const HEADER: &str = "x-twilio-signature";
const BODY_DIGEST: &str = "bodySHA256";

/// Checks a webhook that Twilio called at `public_url` plus the request's own path and query. The URL is never
/// rebuilt from `Host` or forwarding headers, which anybody can set.
pub(crate) fn verify<'a>(
    check: &Check<'_>,
    public_url: &str,
    request: &'a WebhookRequest,
) -> Result<Verified<'a>, Rejection> {
    check.size(request)?;
    let given = check.tag_header(request, HEADER, Hash::Sha1)?;
    let tail = signed_tail(check, request)?;
    let messages: Vec<Vec<u8>> = candidates(&called_url(public_url, request))
        .into_iter()
        .map(|url| [url.as_bytes(), tail.as_bytes()].concat())
        .collect();
    check.tag(request, Hash::Sha1, &messages, &given)
}

/// Signs a webhook as Twilio does, for the played provider.
pub(crate) fn sign(secret: &str, public_url: &str, request: &WebhookRequest) -> String {
    let message = called_url(public_url, request) + &tail(request);
    STANDARD.encode(hmac(Hash::Sha1, secret, message.as_bytes()))
}

fn called_url(public_url: &str, request: &WebhookRequest) -> String {
    let query = if request.raw_query.is_empty() { "" } else { "?" };
    format!("{public_url}{}{query}{}", request.path, request.raw_query)
}

/// What is signed after the URL. A body whose SHA-256 is in the URL must be that body.
fn signed_tail(check: &Check<'_>, request: &WebhookRequest) -> Result<String, Rejection> {
    let is_digest =
        |digest: String| bool::from(hex(&Sha256::digest(&request.body)).as_bytes().ct_eq(digest.as_bytes()));
    if request.query(BODY_DIGEST).is_some_and(|digest| !is_digest(digest)) {
        return Err(check.refuse(RejectionReason::BodyDigest));
    }
    Ok(tail(request))
}

/// The parameters of a POST, unless its body is in the URL already; nothing for a GET.
fn tail(request: &WebhookRequest) -> String {
    if request.method != "POST" || request.query(BODY_DIGEST).is_some() {
        return String::new();
    }
    sorted_params(request)
}

/// Names in byte order, each before every distinct value of its own, values in byte order too.
fn sorted_params(request: &WebhookRequest) -> String {
    let mut params: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (name, value) in form::pairs(request) {
        params.entry(name).or_default().insert(value);
    }
    params
        .iter()
        .flat_map(|(name, values)| values.iter().flat_map(move |value| [name.as_str(), value.as_str()]))
        .collect()
}

/// The URLs that Twilio may have signed: it is not consistent about the port, and older parts of it escape
/// more of the query.
fn candidates(url: &str) -> BTreeSet<String> {
    let mut urls = BTreeSet::from([url.to_owned()]);
    if let Some((scheme, rest)) = url.split_once("://") {
        let (authority, tail) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
        let (host, port) = split_port(authority);
        let default = if scheme == "https" { "443" } else { "80" };
        urls.insert(format!("{scheme}://{host}{tail}"));
        urls.insert(format!("{scheme}://{host}:{}{tail}", port.unwrap_or(default)));
    }
    let escaped: Vec<String> = urls.iter().filter_map(|url| with_escaped_query(url)).collect();
    urls.extend(escaped);
    urls
}

/// Splits `user:password@host:port` before the port; an IPv6 address has colons of its own, in brackets.
fn split_port(authority: &str) -> (&str, Option<&str>) {
    match authority.rsplit_once(':') {
        Some((host, port))
            if !port.is_empty()
                && port.bytes().all(|byte| byte.is_ascii_digit())
                && (!host.contains('[') || host.ends_with(']')) =>
        {
            (host, Some(port))
        }
        _ => (authority, None),
    }
}

/// The query with the characters escaped that Node's older `url.parse` escapes, if it has any of them.
fn with_escaped_query(url: &str) -> Option<String> {
    let (before, query) = url.split_once('?')?;
    let needs = |c: char| matches!(c, '\'' | '"' | '<' | '>' | '`' | '{' | '}' | '|' | '\\' | '^' | ' ');
    if !query.contains(needs) {
        return None;
    }
    let escaped: String = query
        .chars()
        .map(|c| if needs(c) { format!("%{:02X}", u32::from(c)) } else { c.to_string() })
        .collect();
    Some(format!("{before}?{escaped}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signature::Secrets;

    const URL: &str = "https://center.example";

    fn request(method: &str, query: &str, body: &str) -> WebhookRequest {
        WebhookRequest {
            method: method.into(),
            path: "/webhooks/sms".into(),
            raw_query: query.into(),
            body: body.into(),
            ..Default::default()
        }
    }

    /// Whether what is signed for one URL and request is believed at another.
    fn check(signed: (&str, &WebhookRequest), seen: (&str, &WebhookRequest), expect: bool) {
        let secrets = Secrets::parse("token").unwrap();
        let mut seen_request = seen.1.clone();
        seen_request.headers.push(HEADER, sign("token", signed.0, signed.1));
        let check = Check { refusal_status: 403, secrets: &secrets };
        let verdict = verify(&check, seen.0, &seen_request).map(|_| ()).map_err(|rejection| rejection.reason);
        assert_eq!(verdict.is_ok(), expect, "{} {:?}", seen.0, verdict);
    }

    #[test]
    fn ports_may_be_there_or_not() {
        let post = request("POST", "", "Body=x");
        let with = |url: &str, seen: &str, expect| check((url, &post), (seen, &post), expect);
        with("https://center.example:443", URL, true);
        with(URL, "https://center.example:443", true);
        with(URL, "https://center.example:8443", true);
        with("https://center.example:8443", URL, false);
        with("http://center.example:80", "http://center.example", true);
        with("https://user:pass@center.example:443", "https://user:pass@center.example", true);
        with("https://user:443@center.example", "https://user@center.example", false);
        with("https://[2001:db8::1]:443", "https://[2001:db8::1]", true);
        with("http://center.example", URL, false);
    }

    #[test]
    fn form_values_are_what_they_decode_to() {
        let is = |signed: &str, seen: &str, expect| {
            check((URL, &request("POST", "", signed)), (URL, &request("POST", "", seen)), expect);
        };
        is("a=1&b=2", "b=2&a=1", true);
        is("a=%2B1", "a=%2b1", true);
        is("a=2&a=1&a=1", "a=1&a=2", true);
        is("a=1&b=", "a=1", false);
        is("a=1", "a= 1", false);
        is("a=1&A=2", "A=1&a=2", false);
    }

    #[test]
    fn an_older_escaping_of_the_query_is_believed() {
        let (old, new) = (request("GET", "q=it%27s+a%7Cb", ""), request("GET", "q=it's+a|b", ""));
        check((URL, &old), (URL, &new), true);
        check((URL, &new), (URL, &old), false);
    }

    #[test]
    fn the_body_of_a_get_is_neither_signed_nor_read() {
        let (bare, full) = (request("GET", "Body=x", ""), request("GET", "Body=x", "Body=forged"));
        check((URL, &bare), (URL, &full), true);
        assert_eq!(form::pairs(&full), [("Body".to_owned(), "x".to_owned())]);
    }

    #[test]
    fn a_json_body_is_signed_by_its_digest() {
        let digest = |body: &str| format!("bodySHA256={}", hex(&Sha256::digest(body.as_bytes())));
        let post = request("POST", &digest("{}"), "{}");
        check((URL, &post), (URL, &post), true);
        check((URL, &post), (URL, &request("POST", &digest("{}"), "{ }")), false);
        check((URL, &post), (URL, &request("POST", &digest("{ }"), "{ }")), false);
    }
}
