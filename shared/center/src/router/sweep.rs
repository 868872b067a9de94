//! Belt and braces: once a minute the head of every waiting list is looked at.

use super::context::context;
use super::{OpError, recheck};
use crate::center::Center;
use crate::keys;
use crate::metric;
use patchbay_model::TaskSid;

/// Looks for a worker for the first task of every list. It should never find one: whatever it repairs is a
/// fault of the protocol, and the metric `RepairedBySweep` an alarm.
pub(super) async fn sweep(center: &Center) -> Result<(), OpError> {
    let context = context(center).await?;
    for demand in context.directory.demands.keys() {
        for channel in &context.config.task_channels {
            let list = keys::demand_list(demand, &channel.unique_name);
            let (page, _) = center.table.query(&keys::waiting_list(&list).limit(1)).await?;
            for item in &page.items {
                let sid = item.key.sort.split_once('#').and_then(|(_, sid)| TaskSid::parse(sid).ok());
                if let Some(sid) = sid
                    && recheck::task(center, &sid).await?
                {
                    metric::count_one(metric::REPAIRED_BY_SWEEP);
                    tracing::error!(task = %sid, "a task had to be repaired by the sweep");
                }
            }
        }
    }
    Ok(())
}
