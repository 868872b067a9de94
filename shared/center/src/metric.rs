//! Counts for operators: `tracing` events with the target `metric`, which the edges turn into CloudWatch's
//! embedded metric format or `/metrics` (docs/OPERATIONS.md).
//!
//! Each has `metric` (the name), `value` (1), `channel` and `reason`; what does not apply is empty. Nothing of a
//! customer is in them.

use patchbay_model::ChannelKind;

/// A webhook that was not believed; `reason` says why.
pub(crate) const WEBHOOK_REJECTED: &str = "WebhookRejected";
/// An event of a provider that was queued.
pub(crate) const WEBHOOK_EVENT: &str = "WebhookEvent";
/// Something in a webhook that could not be taken as it was.
pub(crate) const WEBHOOK_PROBLEM: &str = "WebhookProblem";
/// A message that a provider, or a socket, has taken.
pub(crate) const MESSAGE_SENT: &str = "MessageSent";
/// A message that will not be sent; `reason` is the code.
pub(crate) const MESSAGE_FAILED: &str = "MessageFailed";
/// A message of which nobody can say whether it was sent.
pub(crate) const MESSAGE_UNKNOWN: &str = "MessageUnknown";

/// An attachment that was copied into our own store.
pub(crate) const MEDIA_FETCHED: &str = "MediaFetched";
/// An attachment of which there is no copy; `reason` is the code.
pub(crate) const MEDIA_FAILED: &str = "MediaFailed";

/// A task for which the sweep, and nothing before it, found a worker: a fault of the assignment.
pub(crate) const REPAIRED_BY_SWEEP: &str = "RepairedBySweep";

/// The target of these events.
pub const TARGET: &str = "metric";

/// One more of `metric` on a channel.
pub(crate) fn count(metric: &'static str, channel: ChannelKind, reason: &str) {
    tracing::info!(target: TARGET, metric, value = 1, channel = channel.as_str(), reason);
}

/// One more of `metric`, which belongs to no channel.
pub(crate) fn count_one(metric: &'static str) {
    tracing::info!(target: TARGET, metric, value = 1, channel = "", reason = "");
}
