//! Logs for people on standard error; counts for `/metrics`.

use crate::serve::Metrics;
use patchbay_edge::Count;
use std::io::IsTerminal;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, fmt};

/// What is logged unless `PATCHBAY_LOG` says otherwise.
const DEFAULT: &str = "info,fjall=warn,lsm_tree=warn";
/// Counts are not lines.
const NOT_LINES: &str = "metric=off";

/// Starts logging; the counters count from here on.
pub fn start() -> Metrics {
    let metrics = Metrics::default();
    let wanted = std::env::var("PATCHBAY_LOG").unwrap_or_else(|_| DEFAULT.into());
    let filter = EnvFilter::builder().parse_lossy(format!("{wanted},{NOT_LINES}"));
    let lines = fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_target(false)
        .with_filter(filter);
    let counts = metrics.clone().with_filter(tracing_subscriber::filter::filter_fn(Count::is_counted));
    // A second start in one process (tests) keeps the first's subscriber.
    let _ = tracing_subscriber::registry().with(lines).with(counts).try_init();
    metrics
}
