//! What only this machine may reach: signing in without a password, and the simulator.

use axum::extract::{ConnectInfo, Request};
use axum::middleware::Next;
use axum::response::Response;
use patchbay_api::{ApiError, ErrorCode};
use std::net::{IpAddr, SocketAddr};

/// Refuses whoever is not on this machine, and pages of other sites: a browser on this machine may have been
/// led here by anybody, but states the page's origin and the name it thinks it speaks to (DNS rebinding).
pub(crate) async fn local_only(request: Request, next: Next) -> Result<Response, ApiError> {
    check(&request)?;
    Ok(next.run(request).await)
}

fn check(request: &Request) -> Result<(), ApiError> {
    let refused = |why: &str| Err(ApiError::new(ErrorCode::Forbidden, why));
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip().to_canonical());
    if !peer.is_some_and(|ip| ip.is_loopback()) {
        return refused("this is for this machine only");
    }
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    let host_is_local = header("host").is_none_or(is_local_name);
    let origin_is_local = header("origin")
        .is_none_or(|origin| origin.split_once("://").is_some_and(|(_, host)| is_local_name(host)));
    if !host_is_local || !origin_is_local {
        return refused("this is for pages of this machine only");
    }
    Ok(())
}

/// `localhost` or a loopback address, with or without a port.
fn is_local_name(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    let ip = name.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    name.eq_ignore_ascii_case("localhost") || ip.is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_this_machine_are_local() {
        for host in ["localhost", "localhost:8080", "127.0.0.1:1", "[::1]:8080", "[::1]"] {
            assert!(is_local_name(host), "{host}");
        }
        for host in
            ["evil.example", "localhost.evil.example", "10.0.0.1:8080", "127.0.0.1.evil.example:80", ""]
        {
            assert!(!is_local_name(host), "{host}");
        }
    }
}
