//! Lines for CloudWatch: logs as JSON, counts in the embedded metric format ("Specification: Embedded metric format").

use patchbay_edge::Count;
use serde_json::{Map, Value, json};
use std::io::Write;
use std::time::SystemTime;
use tracing::level_filters::LevelFilter;
use tracing::{Event, Subscriber};
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::{Context, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, fmt};

/// CloudWatch's name for all of our metrics.
const NAMESPACE: &str = "Patchbay";

/// Starts logging to standard output. `AWS_LAMBDA_LOG_LEVEL` is the function's setting, told by Lambda.
pub(super) fn start(variable: impl Fn(&str) -> Option<String>) {
    let level = level(&variable("AWS_LAMBDA_LOG_LEVEL").unwrap_or_default());
    // A second start in one process keeps the first's subscriber.
    let _ = tracing_subscriber::registry()
        .with(
            lines(std::io::stdout).with_filter(filter_fn(|data| !Count::is_counted(data))).with_filter(level),
        )
        .with(MetricLines(std::io::stdout))
        .try_init();
}

fn lines<S, W>(writer: W) -> impl Layer<S>
where
    S: Subscriber + for<'a> tracing_subscriber::registry::LookupSpan<'a>,
    W: for<'w> MakeWriter<'w> + 'static,
{
    fmt::layer().json().flatten_event(true).with_target(false).with_writer(writer)
}

/// Lambda's levels are ours, except that it has one more.
fn level(name: &str) -> LevelFilter {
    match name.to_ascii_uppercase().as_str() {
        "FATAL" => LevelFilter::ERROR,
        "" => LevelFilter::INFO,
        name => name.parse().unwrap_or(LevelFilter::INFO),
    }
}

/// A layer that writes each count as a line that CloudWatch reads a metric from.
struct MetricLines<W>(W);

impl<S: Subscriber, W: for<'w> MakeWriter<'w> + 'static> Layer<S> for MetricLines<W> {
    fn on_event(&self, event: &Event<'_>, _context: Context<'_, S>) {
        if let Some(count) = Count::of(event) {
            let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
            let line = metric_line(&count, now.as_millis());
            // Nobody is left to be told that standard output is gone.
            let _ = writeln!(self.0.make_writer(), "{line}");
        }
    }
}

/// The channel is a dimension; the reason, which may be any code of a provider, only a field to search for: each
/// further dimension's value is one more metric to be paid for.
fn metric_line(count: &Count, now_ms: u128) -> Value {
    let dimensions: Vec<&str> = if count.channel.is_empty() { vec![] } else { vec!["channel"] };
    let directive = json!({
        "Namespace": NAMESPACE,
        "Dimensions": [dimensions],
        "Metrics": [{ "Name": count.metric, "Unit": "Count" }],
    });
    let mut line = Map::new();
    let now_ms = u64::try_from(now_ms).unwrap_or(u64::MAX);
    line.insert("_aws".into(), json!({ "Timestamp": now_ms, "CloudWatchMetrics": [directive] }));
    for (name, text) in [("channel", &count.channel), ("reason", &count.reason)] {
        if !text.is_empty() {
            line.insert(name.into(), json!(text));
        }
    }
    line.insert(count.metric.clone(), json!(count.value));
    Value::Object(line)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io;
    use std::sync::{Arc, Mutex};

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl MakeWriter<'_> for Lines {
        type Writer = Lines;

        fn make_writer(&self) -> Lines {
            self.clone()
        }
    }

    fn check_metric(channel: &str, reason: &str, expect: Value) {
        let count = Count {
            metric: "MessageFailed".into(),
            channel: channel.into(),
            reason: reason.into(),
            value: 2,
        };
        assert_eq!(metric_line(&count, 7), expect);
    }

    #[test]
    fn a_count_is_a_metric_of_its_channel() {
        let aws = |dimensions: Value| {
            json!({ "Timestamp": 7, "CloudWatchMetrics": [{
            "Namespace": "Patchbay", "Dimensions": dimensions,
            "Metrics": [{ "Name": "MessageFailed", "Unit": "Count" }],
        }] })
        };
        let of_channel = json!([["channel"]]);
        check_metric(
            "sms",
            "21610",
            json!({ "_aws": aws(of_channel), "channel": "sms", "reason": "21610", "MessageFailed": 2 }),
        );
        check_metric("", "", json!({ "_aws": aws(json!([[]])), "MessageFailed": 2 }));
    }

    #[test]
    fn events_are_lines_of_json_and_counts_lines_of_their_own() {
        let (logs, metrics) = (Lines::default(), Lines::default());
        let subscriber = tracing_subscriber::registry()
            .with(lines(logs.clone()).with_filter(filter_fn(|data| !Count::is_counted(data))))
            .with(MetricLines(metrics.clone()));
        tracing::subscriber::with_default(subscriber, || {
            tracing::info!(task = "WT1", "told");
            tracing::info!(target: patchbay_center::metric::TARGET, metric = "WebhookEvent", value = 1, channel = "line", reason = "");
        });
        let read = |lines: &Lines| -> Vec<Value> {
            let bytes = lines.0.lock().unwrap().clone();
            let text = String::from_utf8(bytes).unwrap();
            text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
        };
        let (logs, metrics) = (read(&logs), read(&metrics));
        assert_eq!((logs.len(), metrics.len()), (1, 1));
        assert_eq!(
            (&logs[0]["message"], &logs[0]["task"], &logs[0]["level"]),
            (&json!("told"), &json!("WT1"), &json!("INFO"))
        );
        assert!(logs[0]["timestamp"].is_string());
        assert_eq!((&metrics[0]["WebhookEvent"], &metrics[0]["channel"]), (&json!(1), &json!("line")));
    }

    #[test]
    fn the_level_is_lambdas() {
        let check = |name: &str, expect: LevelFilter| assert_eq!(level(name), expect, "{name}");
        check("FATAL", LevelFilter::ERROR);
        check("WARN", LevelFilter::WARN);
        check("debug", LevelFilter::DEBUG);
        check("", LevelFilter::INFO);
        check("loud", LevelFilter::INFO);
    }
}
