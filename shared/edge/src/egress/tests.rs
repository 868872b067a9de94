use super::*;
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// A server on this machine that gives each connection the next of `answers`: raw bytes, or nothing and a closed
/// connection for an empty one.
async fn server(answers: Vec<String>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        for answer in answers {
            let (mut socket, _) = listener.accept().await.unwrap();
            let mut request = [0; 4096];
            let read = socket.read(&mut request).await.unwrap();
            let request = String::from_utf8_lossy(&request[..read]).into_owned();
            let answer = answer.replace("{request}", request.lines().next().unwrap_or_default());
            socket.write_all(answer.as_bytes()).await.unwrap();
        }
    });
    address
}

fn answer(status: &str, body: &str) -> String {
    let bytes = body.len().max("GET /second HTTP/1.1".len() * usize::from(body == "{request}"));
    format!("HTTP/1.1 {status}\r\nContent-Length: {bytes}\r\nConnection: close\r\n\r\n{body}")
}

fn request(url: String) -> HttpRequest {
    HttpRequest {
        method: "GET".to_owned(),
        url,
        headers: vec![],
        body: vec![],
        timeout_ms: 5_000,
        response_bytes_max: 64,
        redirects_max: 1,
        trusted: true,
    }
}

async fn call(request: HttpRequest) -> Result<HttpResponse, HttpError> {
    EgressHttp::new().unwrap().call(request).await
}

#[tokio::test]
async fn an_answer_comes_back_whole_up_to_the_limit() {
    for (bytes, expect) in [(0, 0), (63, 63), (64, 64), (65, 64), (10_000, 64)] {
        let at = server(vec![answer("201 Created\r\nX-Mixed: Case", &"x".repeat(bytes))]).await;
        let response = call(request(format!("http://{at}/"))).await.unwrap();
        assert_eq!((response.status, response.body.len()), (201, expect), "{bytes}");
        assert_eq!(response.header("x-mixed"), Some("Case"));
    }
}

#[tokio::test]
async fn a_redirect_is_followed_within_its_origin() {
    let at = server(vec![answer("302 Found\r\nLocation: /second", ""), answer("200 OK", "{request}")]).await;
    let response = call(request(format!("http://{at}/first"))).await.unwrap();
    assert_eq!(response.body, b"GET /second HTTP/1.1");
}

#[tokio::test]
async fn a_redirect_to_another_origin_is_not_trusted() {
    let at = server(vec![answer("302 Found\r\nLocation: https://127.0.0.1/", "")]).await;
    let error = call(request(format!("http://{at}/"))).await.unwrap_err();
    assert_eq!(error, forbidden(&Refusal::Address([127, 0, 0, 1].into())));
}

#[tokio::test]
async fn an_untrusted_request_stays_off_this_machine() {
    for url in ["https://127.0.0.1/", "https://localhost/", "http://example.com/"] {
        let error = call(HttpRequest { trusted: false, ..request(url.to_owned()) }).await.unwrap_err();
        assert!(matches!(error, HttpError::Forbidden(_)), "{url}: {error}");
    }
}

#[tokio::test]
async fn a_name_that_resolves_to_this_machine_is_refused() {
    let error = EgressHttp::new().unwrap().guarded.get("https://localhost/").send().await.unwrap_err();
    assert!(matches!(failure(error), HttpError::Forbidden(_)));
}

#[tokio::test]
async fn nobody_listening_is_safe_to_try_again() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    drop(listener);
    let error = call(request(format!("http://{at}/"))).await.unwrap_err();
    assert!(matches!(error, HttpError::NotSent(_)), "{error}");
}

#[tokio::test]
async fn a_request_without_a_whole_answer_may_have_been_carried_out() {
    let cut = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nx".to_owned();
    for reply in [String::new(), cut] {
        let at = server(vec![reply]).await;
        let error = call(request(format!("http://{at}/"))).await.unwrap_err();
        assert!(matches!(error, HttpError::NoAnswer(_)), "{error}");
    }
}

#[tokio::test]
async fn silence_ends_with_the_time_limit() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    let error = call(HttpRequest { timeout_ms: 20, ..request(format!("http://{at}/")) }).await.unwrap_err();
    assert!(matches!(error, HttpError::NoAnswer(_)), "{error}");
}

#[tokio::test]
async fn malformed_headers_and_methods_are_refused() {
    let evil = vec![("x".to_owned(), "a\r\nHost: b".to_owned())];
    let name = vec![("a b".to_owned(), "c".to_owned())];
    let base = request("http://127.0.0.1:9/".to_owned());
    for request in [
        HttpRequest { headers: evil, ..base.clone() },
        HttpRequest { headers: name, ..base.clone() },
        HttpRequest { method: "G ET".to_owned(), ..base },
    ] {
        assert!(matches!(call(request).await, Err(HttpError::Forbidden(_))));
    }
}
