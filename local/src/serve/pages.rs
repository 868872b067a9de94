//! What an operator looks at: `/health`, `/metrics`, and the lines that a start prints.

use super::{Metrics, Wiring};
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Json, Response};
use axum::routing::get;
use patchbay_center::ports::QueueName;
use serde_json::{Map, Value, json};
use std::fmt::Write;
use std::time::Duration;

/// The content type of Prometheus' text format.
const METRICS_TYPE: &str = "text/plain; version=0.0.4";

pub(super) fn router(wiring: &Wiring, metrics: Metrics) -> Router {
    Router::new()
        .route("/health", get(health))
        .route("/metrics", get(metrics_text))
        .with_state((wiring.clone(), metrics))
}

/// 200 when a write becomes durable; with the depth of every queue.
async fn health(State((wiring, _)): State<(Wiring, Metrics)>) -> Response {
    let durable = wiring.store.flush().await.is_ok();
    let queues: Map<String, Value> = QueueName::ALL
        .into_iter()
        .map(|queue| {
            let depth = wiring.store.depth(queue);
            let state = json!({
                "messages": depth.messages, "in_flight": depth.in_flight, "dead": depth.dead,
                "oldest_age_ms": depth.oldest_age_ms,
            });
            (queue.as_str().to_owned(), state)
        })
        .collect();
    let status = if durable { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let word = if durable { "ok" } else { "the store does not write" };
    (status, Json(json!({ "status": word, "queues": queues, "sockets": wiring.sockets.count() })))
        .into_response()
}

async fn metrics_text(State((wiring, metrics)): State<(Wiring, Metrics)>) -> Response {
    let mut gauges = vec![("patchbay_sockets", String::new(), count(wiring.sockets.count()))];
    for queue in QueueName::ALL {
        let depth = wiring.store.depth(queue);
        let labels = format!("{{queue=\"{}\"}}", queue.as_str());
        gauges.push(("patchbay_queue_messages", labels.clone(), count(depth.messages)));
        gauges.push(("patchbay_queue_in_flight", labels.clone(), count(depth.in_flight)));
        gauges.push(("patchbay_queue_dead", labels.clone(), count(depth.dead)));
        gauges.push(("patchbay_queue_oldest_age_ms", labels, depth.oldest_age_ms));
    }
    ([(CONTENT_TYPE, METRICS_TYPE)], metrics.text(&gauges)).into_response()
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// Prints where everything is. The first line is for programs that wait until the server is ready.
#[allow(clippy::print_stdout, reason = "the command's answer")]
pub(super) fn announce(wiring: &Wiring, took: Duration) {
    let Wiring { own_url, public_url, accounts, .. } = wiring;
    let mut text = format!("ready {own_url}\n\n  started in {} ms\n", took.as_millis());
    // Writing to a String cannot fail.
    let _ = writeln!(text, "  desktop    {own_url}/desktop/");
    let _ = writeln!(text, "  health     {own_url}/health");
    let _ = writeln!(text, "  API        {own_url}/api/openapi.json");
    let _ = writeln!(
        text,
        "  agents     {}/agent?token=…  (tokens: POST {own_url}/api/dev/sign-in)",
        socket_url(own_url)
    );
    let _ = writeln!(text, "  simulator  {own_url}/simulator/");
    for account in accounts.iter() {
        let name = format!("{}/{}", account.kind, account.name);
        let _ = writeln!(text, "  webhook    {public_url}/webhooks/{name}  → flow {:?}", account.flow);
    }
    print!("{text}");
    use std::io::Write as _;
    // Whoever started us may have closed the pipe: that is no reason to stop.
    let _ = std::io::stdout().flush();
}

fn socket_url(url: &str) -> String {
    url.replacen("http", "ws", 1)
}
