//! How an agent's client shows its token: browsers cannot set headers of a WebSocket handshake.

use patchbay_channels::WebhookRequest;

/// How the sub-protocol begins that carries a token.
const TOKEN_PROTOCOL: &str = "patchbay.";

/// What a handshake offers. Never printed: both carry the token.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Offer {
    /// Of the query (`?token=`), else of the sub-protocol.
    pub token: Option<String>,
    /// The sub-protocol that carries a token: the answer must name it (RFC 6455, 4.2.2).
    pub protocol: Option<String>,
}

impl Offer {
    pub fn of(handshake: &WebhookRequest) -> Offer {
        let offered = handshake.headers.get_all("sec-websocket-protocol").flat_map(|list| list.split(','));
        let protocol = offered.map(str::trim).find(|name| name.starts_with(TOKEN_PROTOCOL));
        let of_protocol = || Some(protocol?.strip_prefix(TOKEN_PROTOCOL)?.to_owned());
        Offer { token: handshake.query("token").or_else(of_protocol), protocol: protocol.map(str::to_owned) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use patchbay_channels::Headers;

    #[test]
    fn a_token_is_a_parameter_or_a_sub_protocol() {
        let check = |query: &str, offered: &[&str], token: Option<&str>, protocol: Option<&str>| {
            let headers = offered.iter().map(|value| ("Sec-WebSocket-Protocol", *value)).collect::<Headers>();
            let request = WebhookRequest { raw_query: query.into(), headers, ..WebhookRequest::default() };
            let offer = Offer::of(&request);
            assert_eq!((offer.token.as_deref(), offer.protocol.as_deref()), (token, protocol), "{offered:?}");
        };
        check("", &[], None, None);
        check("", &["json"], None, None);
        check("", &["json, patchbay.a.b.c"], Some("a.b.c"), Some("patchbay.a.b.c"));
        check("", &["json", "patchbay.a"], Some("a"), Some("patchbay.a"));
        check("token=q", &[], Some("q"), None);
        check("x=1&token=q%2B", &["patchbay.a"], Some("q+"), Some("patchbay.a"));
    }
}
