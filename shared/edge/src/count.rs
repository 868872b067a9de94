//! What the center counts (`patchbay_center::metric`), read from its events.

use patchbay_center::metric::TARGET;
use tracing::field::{Field, Visit};
use tracing::{Event, Metadata};

/// So many more of a metric; `channel` and `reason` are empty where they do not apply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Count {
    pub metric: String,
    pub channel: String,
    pub reason: String,
    pub value: u64,
}

impl Count {
    /// Whether events of this kind are counts.
    pub fn is_counted(metadata: &Metadata<'_>) -> bool {
        metadata.target() == TARGET
    }

    /// `None`: the event is an ordinary one.
    pub fn of(event: &Event<'_>) -> Option<Count> {
        if !Count::is_counted(event.metadata()) {
            return None;
        }
        let (metric, channel, reason) = (String::new(), String::new(), String::new());
        let mut count = Count { metric, channel, reason, value: 1 };
        event.record(&mut count);
        Some(count)
    }
}

impl Visit for Count {
    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "metric" => self.metric = value.to_owned(),
            "channel" => self.channel = value.to_owned(),
            "reason" => self.reason = value.to_owned(),
            _ => {}
        }
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        if field.name() == "value" {
            self.value = value;
        }
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.record_u64(field, u64::try_from(value).unwrap_or(0));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        self.record_str(field, &format!("{value:?}"));
    }
}
