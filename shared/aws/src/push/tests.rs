use super::*;
use aws_smithy_http_client::test_util::infallible_client_fn;
use aws_smithy_types::body::SdkBody;

/// A gateway that knows the connection `live=`, and answers `status` to calls for any other.
fn played(status: u16) -> GatewayPush {
    let http = infallible_client_fn(move |request: http::Request<SdkBody>| {
        let live = request.uri().path() == "/prod/@connections/live%3D";
        let delivers = request.method() != "POST" || request.body().bytes() == Some(b"frame");
        let status = if live && delivers { 200 } else { status };
        let body = if status == 200 { "" } else { "{\"message\": \"no\"}" };
        let kind = if status == 410 { "GoneException" } else { "LimitExceededException" };
        let response = http::Response::builder().status(status).header("x-amzn-errortype", kind);
        response.body(SdkBody::from(body)).unwrap()
    });
    GatewayPush::new(crate::sdk::Sdk::played(http).sockets("https://gateway.example/prod"))
}

#[tokio::test]
async fn a_frame_reaches_a_live_connection() {
    let push = played(410);
    assert_eq!(push.post("live=", Bytes::from_static(b"frame")).await, Ok(PushOutcome::Delivered));
    assert_eq!(push.close("live=").await, Ok(()));
}

#[tokio::test]
async fn a_gone_connection_is_a_fact() {
    let push = played(410);
    assert_eq!(push.post("old=", Bytes::from_static(b"frame")).await, Ok(PushOutcome::Gone));
    assert_eq!(push.close("old=").await, Ok(()));
}

#[tokio::test]
async fn any_other_failure_is_an_error() {
    let push = played(403);
    assert!(push.post("x=", Bytes::from_static(b"frame")).await.is_err());
    assert!(push.close("x=").await.is_err());
}

#[tokio::test]
async fn a_frame_has_a_limit() {
    let push = played(410);
    let post = async |bytes: usize| push.post("old=", vec![0; bytes].into()).await;
    assert_eq!(post(PUSH_BYTES_MAX).await, Ok(PushOutcome::Gone));
    assert!(post(PUSH_BYTES_MAX + 1).await.is_err());
}
