//! Which requests may leave: the decisions of the egress guard (docs/SECURITY.md, "SSRF").
//!
//! A URL that an operator did not write (a flow's variable, a customer's media link, a server's redirect) must not
//! reach what only this machine or its network can see. Deciding on the text alone is not enough, for a name may
//! resolve to anything: whoever implements `ports::Http` checks the request before it resolves, each address
//! before it connects, and each redirect before it follows.

use crate::ports::{HttpRequest, HttpResponse};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use url::{Host, Url};

/// Bytes of a URL.
pub const URL_BYTES_MAX: usize = 4096;
/// Redirects that are followed at the most, whatever a request allows.
pub const REDIRECTS_MAX: u8 = 3;

/// Why a request may not leave.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("it is not an absolute http URL of at most {URL_BYTES_MAX} bytes")]
    Malformed,
    #[error("only https is allowed")]
    Scheme,
    #[error("only port 443 is allowed")]
    Port,
    #[error("a user name or a password in the URL is not allowed")]
    Credentials,
    #[error("its host is not a public name")]
    Name,
    #[error("{0} is not a public address")]
    Address(IpAddr),
    #[error("the method is not allowed")]
    Method,
    #[error("the header {0} belongs to the connection")]
    Header(String),
}

/// Whether `request` may leave, and its URL as the client must use it: parsed once, so that what was checked is
/// what is called. A trusted request may go anywhere over http or https.
pub fn check(request: &HttpRequest) -> Result<Url, Refusal> {
    if ["CONNECT", "TRACE"].iter().any(|method| request.method.eq_ignore_ascii_case(method)) {
        return Err(Refusal::Method);
    }
    let of_connection = |name: &str| CONNECTION_HEADERS.iter().any(|own| name.eq_ignore_ascii_case(own));
    if let Some((name, _)) = request.headers.iter().find(|(name, _)| of_connection(name)) {
        return Err(Refusal::Header(name.clone()));
    }
    let url = parse(&request.url)?;
    if !request.trusted {
        check_public(&url)?;
    }
    Ok(url)
}

/// Whether an untrusted request may go to `url`, as far as its text tells.
pub fn check_url(url: &str) -> Result<(), Refusal> {
    check_public(&parse(url)?)
}

/// The client writes these itself: another value would smuggle a second request or address another host.
const CONNECTION_HEADERS: [&str; 9] = [
    "connection",
    "content-length",
    "expect",
    "host",
    "keep-alive",
    "proxy-connection",
    "te",
    "transfer-encoding",
    "upgrade",
];

fn parse(url: &str) -> Result<Url, Refusal> {
    if url.len() > URL_BYTES_MAX {
        return Err(Refusal::Malformed);
    }
    let url = Url::parse(url).map_err(|_| Refusal::Malformed)?;
    if matches!(url.scheme(), "http" | "https") && url.has_host() { Ok(url) } else { Err(Refusal::Malformed) }
}

fn check_public(url: &Url) -> Result<(), Refusal> {
    if url.scheme() != "https" {
        return Err(Refusal::Scheme);
    }
    if url.port_or_known_default() != Some(443) {
        return Err(Refusal::Port);
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Refusal::Credentials);
    }
    match url.host() {
        Some(Host::Domain(name)) if is_public_name(name) => Ok(()),
        Some(Host::Domain(_)) | None => Err(Refusal::Name),
        Some(Host::Ipv4(address)) => check_address(address.into()),
        Some(Host::Ipv6(address)) => check_address(address.into()),
    }
}

/// Top names that are never public: RFC 6761 (localhost, test, invalid), RFC 6762 (local), RFC 8375 (home.arpa),
/// RFC 7686 (onion), ICANN's reservation of 2024 (internal).
const PRIVATE_NAMES: [&str; 8] =
    ["localhost", "localdomain", "test", "invalid", "local", "home.arpa", "onion", "internal"];

/// A name with a dot that no special-use suffix ends.
fn is_public_name(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    name.contains('.')
        && !PRIVATE_NAMES.iter().any(|suffix| {
            name.strip_suffix(suffix).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        })
}

/// Whether an untrusted request may connect to `address`: only to those that the IANA special-purpose address
/// registries (RFC 6890 and its successors) leave to the public internet. Transition forms that carry an IPv4
/// address inside (mapped, NAT64, 6to4, Teredo) are refused whole.
pub fn check_address(address: IpAddr) -> Result<(), Refusal> {
    let public = match address {
        IpAddr::V4(address) => {
            !SPECIAL_V4.iter().any(|(net, bits)| prefix_v4(address, *bits) == prefix_v4(*net, *bits))
        }
        IpAddr::V6(address) => {
            in_v6(address, &GLOBAL_UNICAST_V6) && !SPECIAL_V6.iter().any(|net| in_v6(address, net))
        }
    };
    if public { Ok(()) } else { Err(Refusal::Address(address)) }
}

const SPECIAL_V4: [(Ipv4Addr, u32); 16] = [
    (Ipv4Addr::new(0, 0, 0, 0), 8),        // this network
    (Ipv4Addr::new(10, 0, 0, 0), 8),       // private
    (Ipv4Addr::new(100, 64, 0, 0), 10),    // carrier-grade NAT
    (Ipv4Addr::new(127, 0, 0, 0), 8),      // loopback
    (Ipv4Addr::new(168, 63, 129, 16), 32), // a cloud's platform address, public in form only
    (Ipv4Addr::new(169, 254, 0, 0), 16),   // link-local: metadata services, Lambda's own endpoints
    (Ipv4Addr::new(172, 16, 0, 0), 12),    // private
    (Ipv4Addr::new(192, 0, 0, 0), 24),     // protocol assignments
    (Ipv4Addr::new(192, 0, 2, 0), 24),     // documentation
    (Ipv4Addr::new(192, 88, 99, 0), 24),   // 6to4 relays, deprecated
    (Ipv4Addr::new(192, 168, 0, 0), 16),   // private
    (Ipv4Addr::new(198, 18, 0, 0), 15),    // benchmarks
    (Ipv4Addr::new(198, 51, 100, 0), 24),  // documentation
    (Ipv4Addr::new(203, 0, 113, 0), 24),   // documentation
    (Ipv4Addr::new(224, 0, 0, 0), 4),      // multicast
    (Ipv4Addr::new(240, 0, 0, 0), 4),      // reserved, broadcast
];

const GLOBAL_UNICAST_V6: (Ipv6Addr, u32) = (Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);

const SPECIAL_V6: [(Ipv6Addr, u32); 4] = [
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23), // protocol assignments: Teredo, ORCHID, benchmarks
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32), // documentation
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16), // 6to4
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20), // documentation
];

fn prefix_v4(address: Ipv4Addr, bits: u32) -> u32 {
    address.to_bits() >> (u32::BITS - bits)
}

fn in_v6(address: Ipv6Addr, (net, bits): &(Ipv6Addr, u32)) -> bool {
    let prefix = |address: Ipv6Addr| address.to_bits() >> (u128::BITS - bits);
    prefix(address) == prefix(*net)
}

/// Headers that may follow a redirect to another origin: any other may carry a secret that was meant for the first.
const HEADERS_FOR_ANYBODY: [&str; 5] =
    ["accept", "accept-language", "content-language", "content-type", "user-agent"];

/// The request that follows `response`, or `None` when the response is the answer: not a redirect (RFC 9110,
/// "Redirection 3xx"), one without `Location`, or one more than the request allows.
///
/// Another origin gets no secrets and no trust.
pub fn redirect(
    request: &HttpRequest,
    url: &Url,
    response: &HttpResponse,
) -> Result<Option<HttpRequest>, Refusal> {
    let (true, Some(location)) = (request.redirects_max > 0, response.header("location")) else {
        return Ok(None);
    };
    let as_get = match (response.status, request.method.as_str()) {
        (301 | 302, method) => method == "POST",
        (303, method) => method != "HEAD",
        (307 | 308, _) => false,
        _ => return Ok(None),
    };
    let target = url.join(location).map_err(|_| Refusal::Malformed)?;
    let same_origin = target.origin() == url.origin();
    let mut next = HttpRequest {
        url: target.into(),
        redirects_max: request.redirects_max.min(REDIRECTS_MAX) - 1,
        trusted: request.trusted && same_origin,
        ..request.clone()
    };
    if as_get {
        next.method = "GET".to_owned();
        next.body.clear();
        next.headers.retain(|(name, _)| !name.to_ascii_lowercase().starts_with("content-"));
    }
    if !same_origin {
        next.headers
            .retain(|(name, _)| HEADERS_FOR_ANYBODY.iter().any(|free| name.eq_ignore_ascii_case(free)));
    }
    check(&next).map(|_| Some(next))
}

#[cfg(test)]
mod tests;
