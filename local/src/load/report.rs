//! What came of a load.

use super::ledger::Ledger;
use super::process::Usage;
use super::verify::Stored;
use anyhow::bail;
use hdrhistogram::Histogram;
use std::sync::Arc;

/// Decimal digits that percentiles keep.
const DIGITS: u8 = 3;
/// Microseconds of the longest latency that is told apart.
const LONGEST_US: u64 = 3_600_000_000;

pub(super) struct Report {
    pub rate: f64,
    pub messages: usize,
    pub agents: usize,
    pub ledger: Arc<Ledger>,
    pub stored: Stored,
    pub used: Option<Usage>,
}

impl Report {
    #[allow(clippy::print_stdout, reason = "the command's answer")]
    pub(super) fn print(&self) {
        let Report { rate, messages, agents, ledger, stored, used } = self;
        let accepted: Vec<u64> = ledger.latencies().filter_map(|latency| latency.accepted_us).collect();
        let delivered: Vec<u64> = ledger.latencies().filter_map(|latency| latency.delivered_us).collect();
        println!("messages            {messages} at {rate} per second, {agents} agents");
        println!("accepted            {} ({} refused)", ledger.accepted(), ledger.refused());
        println!("stored              {} ({} lost, {} doubled)", stored.found, stored.lost, stored.doubled);
        println!("delivered to agents {} ({} frames repeated)", ledger.delivered(), ledger.repeated());
        println!("accepted per second {:.0}", per_second(ledger, |latency| latency.0));
        println!("delivered per s     {:.0}", per_second(ledger, |latency| latency.1));
        println!("                         p50      p90      p99    p99.9      max  ms");
        println!("webhook → 2xx       {}", percentiles(&accepted));
        println!("webhook → agent     {}", percentiles(&delivered));
        if let Some(used) = used {
            let per_message = used.cpu_s * 1000.0 / (*messages).max(1) as f64;
            println!("processor           {:.2} s, {per_message:.3} ms per message", used.cpu_s);
            println!("memory              {:.0} MB ({:.0} MB at the most)", used.rss_mb, used.rss_max_mb);
        }
    }

    /// An error when something is missing or came twice.
    pub(super) fn verdict(&self) -> anyhow::Result<()> {
        let Report { messages, ledger, stored, .. } = self;
        let undelivered = ledger.accepted() - ledger.delivered().min(ledger.accepted());
        if stored.lost > 0 || stored.doubled > 0 || undelivered > 0 || ledger.accepted() < *messages {
            bail!(
                "{} not accepted, {} lost, {} doubled, {undelivered} not delivered",
                messages - ledger.accepted(),
                stored.lost,
                stored.doubled,
            );
        }
        Ok(())
    }
}

/// Messages per second until the last one.
fn per_second(ledger: &Ledger, which: impl Fn((Option<u64>, Option<u64>)) -> Option<u64>) -> f64 {
    let ends = ledger.ends().filter_map(which);
    let (count, last) = ends.fold((0_u32, 1_u64), |(count, last), end| (count + 1, last.max(end)));
    f64::from(count) / (last as f64 / 1e6)
}

fn percentiles(micros: &[u64]) -> String {
    let Ok(mut histogram) = Histogram::<u64>::new_with_max(LONGEST_US, DIGITS) else { return String::new() };
    for value in micros {
        histogram.saturating_record(*value);
    }
    let ms = |value: u64| format!("{:9.2}", value as f64 / 1000.0);
    let quantiles = [0.5, 0.9, 0.99, 0.999].map(|quantile| ms(histogram.value_at_quantile(quantile)));
    format!("{}{}", quantiles.concat(), ms(histogram.max()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_in_milliseconds() {
        let micros: Vec<u64> = (1..=1000).map(|ms| ms * 1000).collect();
        let columns: Vec<f64> =
            percentiles(&micros).split_whitespace().map(|column| column.parse().unwrap()).collect();
        for (column, expect) in columns.iter().zip([500.0, 900.0, 990.0, 999.0, 1000.0]) {
            assert!((column - expect).abs() < 1.0, "{columns:?}");
        }
    }
}
