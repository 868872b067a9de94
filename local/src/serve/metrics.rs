//! Counts for operators as Prometheus text (exposition format 0.0.4): what the center says with the target `metric`,
//! and what the process knows of itself.

use patchbay_edge::Count;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tracing::{Event, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;

/// Combinations of metric, channel and reason; what is more is counted without its reason.
pub const SERIES_MAX: usize = 1_000;

#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Series {
    metric: String,
    channel: String,
    reason: String,
}

/// The counters. Clones share them; as a layer of a subscriber they count.
#[derive(Clone, Default)]
pub struct Metrics(Arc<Mutex<BTreeMap<Series, u64>>>);

impl Metrics {
    fn counters(&self) -> MutexGuard<'_, BTreeMap<Series, u64>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, mut series: Series, value: u64) {
        let mut counters = self.counters();
        if counters.len() >= SERIES_MAX && !counters.contains_key(&series) {
            series.reason = String::new();
        }
        *counters.entry(series).or_default() += value;
    }

    /// The counters and these gauges as text.
    pub fn text(&self, gauges: &[(&str, String, i64)]) -> String {
        let mut text = String::new();
        // Writing to a String cannot fail.
        let mut named = String::new();
        for (series, value) in self.counters().iter() {
            let name = format!("patchbay_{}_total", snake_case(&series.metric));
            if name != named {
                let _ = writeln!(text, "# TYPE {name} counter");
                named.clone_from(&name);
            }
            let labels: Vec<String> = [("channel", &series.channel), ("reason", &series.reason)]
                .into_iter()
                .filter(|(_, value)| !value.is_empty())
                .map(|(label, value)| format!("{label}=\"{}\"", escaped(value)))
                .collect();
            let labels = if labels.is_empty() { String::new() } else { format!("{{{}}}", labels.join(",")) };
            let _ = writeln!(text, "{name}{labels} {value}");
        }
        for (name, labels, value) in gauges {
            let _ = writeln!(text, "{name}{labels} {value}");
        }
        text
    }
}

impl<S: Subscriber> Layer<S> for Metrics {
    fn on_event(&self, event: &Event<'_>, _context: Context<'_, S>) {
        if let Some(Count { metric, channel, reason, value }) = Count::of(event) {
            self.add(Series { metric, channel, reason }, value);
        }
    }
}

/// `WebhookEvent` is `webhook_event`.
fn snake_case(name: &str) -> String {
    let mut text = String::with_capacity(name.len() + 4);
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !text.is_empty() {
            text.push('_');
        }
        text.push(letter.to_ascii_lowercase());
    }
    text
}

fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use patchbay_center::metric::TARGET;
    use tracing_subscriber::layer::SubscriberExt;

    #[test]
    fn events_become_counters() {
        let metrics = Metrics::default();
        let subscriber = tracing_subscriber::registry().with(metrics.clone());
        tracing::subscriber::with_default(subscriber, || {
            for _ in 0..2 {
                tracing::info!(target: TARGET, metric = "WebhookEvent", value = 1, channel = %"sms", reason = "");
            }
            tracing::info!(target: TARGET, metric = "MessageFailed", value = 3, channel = %"line", reason = "a\"b");
            tracing::info!(metric = "Other", value = 1);
        });
        let expect = "# TYPE patchbay_message_failed_total counter\n\
                      patchbay_message_failed_total{channel=\"line\",reason=\"a\\\"b\"} 3\n\
                      # TYPE patchbay_webhook_event_total counter\n\
                      patchbay_webhook_event_total{channel=\"sms\"} 2\n\
                      patchbay_sockets 7\n";
        assert_eq!(metrics.text(&[("patchbay_sockets", String::new(), 7)]), expect);
    }

    #[test]
    fn series_are_bounded() {
        let metrics = Metrics::default();
        for reason in 0..=SERIES_MAX {
            let reason = reason.to_string();
            metrics.add(Series { metric: "M".into(), reason, ..Series::default() }, 1);
        }
        assert_eq!(metrics.counters().len(), SERIES_MAX + 1);
        let rest = Series { metric: "M".into(), ..Series::default() };
        assert_eq!(metrics.counters().get(&rest), Some(&1));
    }
}
