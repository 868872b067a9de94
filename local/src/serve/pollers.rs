//! What happens without a request: the queues' consumers, and once a minute the sweeps.

use super::Wiring;
use crate::embedded::{Poller, PollerOptions, Record as Received};
use patchbay_center::command::{Record, RoutingBody, body};
use patchbay_center::ports::{Outgoing, Queue, QueueName};
use patchbay_center::{Center, inbound, router, sender};
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinHandle;

/// Seconds between two sweeps.
const SWEEP_EVERY_S: u64 = 60;

pub(super) struct Pollers {
    pollers: Vec<Poller>,
    timer: JoinHandle<()>,
}

macro_rules! poller {
    ($wiring:expr, $queue:expr, $handle:path) => {{
        let center: Arc<Center> = $wiring.center.clone();
        Poller::start($wiring.store.clone(), $queue, PollerOptions::default(), move |records| {
            let center = center.clone();
            async move { Ok($handle(&center, records.into_iter().map(record).collect()).await) }
        })
    }};
}

impl Pollers {
    pub(super) fn start(wiring: &Wiring) -> Pollers {
        let pollers = vec![
            poller!(wiring, QueueName::Inbound, inbound::handle),
            poller!(wiring, QueueName::Routing, router::handle),
            poller!(wiring, QueueName::Outbound, sender::handle),
        ];
        Pollers { pollers, timer: tokio::spawn(sweep_for_ever(wiring.clone())) }
    }

    /// Lets what is in flight finish.
    pub(super) async fn stop(self) {
        self.timer.abort();
        for poller in self.pollers {
            poller.stop().await;
        }
    }
}

fn record(received: Received) -> Record {
    Record {
        message_id: received.message_id,
        group: received.group.map(|group| group.as_ref().to_owned()),
        body: received.body.as_ref().to_owned(),
        receive_count: received.receive_count,
    }
}

async fn sweep_for_ever(wiring: Wiring) {
    let mut ticks = tokio::time::interval(Duration::from_secs(SWEEP_EVERY_S));
    loop {
        ticks.tick().await;
        let sweep = Outgoing::after_s(body(&RoutingBody::Sweep), 0);
        if let Err(error) = wiring.store.send(QueueName::Routing, vec![sweep]).await {
            tracing::error!(%error, "the sweep could not be asked for");
        }
        match wiring.store.sweep_expired().await {
            Ok(0) => {}
            Ok(items) => tracing::debug!(items, "items whose time was over are gone"),
            Err(error) => tracing::error!(%error, "expired items could not be swept"),
        }
    }
}
