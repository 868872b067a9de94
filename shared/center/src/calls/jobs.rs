//! What is done to calls at the provider waits on `outbound`, in order for each customer's call.

use crate::center::Center;
use crate::command::{CallControl, ControlCall, OutboundJob, body};
use crate::ports::{Outgoing, QueueError, QueueName};
use crate::store::{CUSTOMER, Leg, Party};
use patchbay_model::id::{digest16, hex};

/// Has something done to a customer's call, behind what was asked for before. `dedup` names it: the queue takes it once.
pub(crate) async fn queue(
    center: &Center,
    call_sid: &str,
    job: &OutboundJob,
    dedup: &[&str],
) -> Result<(), QueueError> {
    let group = hex(&digest16(&["call", call_sid]));
    let message = Outgoing::fifo(body(job), group, hex(&digest16(dedup)));
    center.queue.send(QueueName::Outbound, vec![message]).await
}

/// Has something done to a customer's call that goes on.
pub(crate) async fn control(
    center: &Center,
    call_sid: &str,
    what: CallControl,
    dedup: &[&str],
) -> Result<(), QueueError> {
    let job = OutboundJob::ControlCall(Box::new(ControlCall { call_sid: call_sid.to_owned(), what }));
    let dedup: Vec<&str> = ["control", call_sid].into_iter().chain(dedup.iter().copied()).collect();
    queue(center, call_sid, &job, &dedup).await
}

/// Has the customer heard again, or put on hold.
pub(crate) async fn hold_customer(
    center: &Center,
    call_sid: &str,
    on: bool,
    why: &[&str],
) -> Result<(), QueueError> {
    let what = CallControl::Hold { participant: CUSTOMER.to_owned(), on };
    let dedup: Vec<&str> =
        [if on { "hold" } else { "unhold" }].into_iter().chain(why.iter().copied()).collect();
    control(center, call_sid, what, &dedup).await
}

/// Ends the calls of everybody whom nobody needs any more.
pub(crate) async fn end_parties(center: &Center, leg: &Leg, parties: &[Party]) -> Result<(), QueueError> {
    for call_sid in parties.iter().filter_map(|party| party.call_sid.as_deref()) {
        end_call(center, &leg.account, call_sid).await?;
    }
    Ok(())
}

/// Has the customer's call ask for what it is to hear now. `why` tells one moving from another.
pub(crate) async fn move_caller(center: &Center, call_sid: &str, why: &[&str]) -> Result<(), QueueError> {
    let job = OutboundJob::MoveCall { call_sid: call_sid.to_owned(), document: None };
    let dedup: Vec<&str> = ["bridge"].into_iter().chain(why.iter().copied()).collect();
    queue(center, call_sid, &job, &dedup).await
}

/// Ends a call that nobody needs any more, without waiting for what is done to the customer's.
pub(crate) async fn end_call(center: &Center, account: &str, call_sid: &str) -> Result<(), QueueError> {
    let job = OutboundJob::EndCall { account: account.to_owned(), call_sid: call_sid.to_owned() };
    queue(center, call_sid, &job, &["end", call_sid]).await
}
