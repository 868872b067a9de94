//! The routing queue: one command at a time.

use super::give_back::{free_ended, give_back};
use super::{
    OpError, hand_over, invitation, orphan, outcome, presence, recheck, reclassify, serve, sweep, task,
    timer, transfer,
};
use crate::agent;
use crate::center::Center;
use crate::command::{InboundBody, Record, RoutingBody, body, group};
use crate::contacts::{EraseError, erase_piece};
use crate::inbound::look_at_left;
use crate::ports::{Consistency, Outgoing, QueueName};
use crate::store::load_task;
use patchbay_model::ReservationStatus;

/// Carries out the commands of a batch and returns the ids of those that must be delivered again.
///
/// Safe to run twice, late and in any order: every command names what it is about and is checked against what
/// is stored; each operation says what makes its repetition harmless.
pub async fn handle(center: &Center, records: Vec<Record>) -> Vec<String> {
    let mut failed = Vec::new();
    for record in records {
        let done = match serde_json::from_str::<RoutingBody>(&record.body) {
            Ok(command) => carry_out(center, command, record.receive_count > 1).await,
            Err(error) => Err(OpError::Refused(format!("the body does not read: {error}"))),
        };
        if let Err(error) = done {
            let (message, attempt) = (&record.message_id, record.receive_count);
            match error {
                // Many tasks at once want the same workers: nothing is wrong, it comes again.
                OpError::Busy => tracing::debug!(%message, attempt, %error, "routing"),
                _ => tracing::warn!(%message, attempt, %error, "routing"),
            }
            failed.push(record.message_id);
        }
    }
    failed
}

/// `again`: it was delivered before, and whoever had it may have died at any point.
async fn carry_out(center: &Center, command: RoutingBody, again: bool) -> Result<(), OpError> {
    match command {
        RoutingBody::CreateTask(new) => task::create(center, *new).await,
        RoutingBody::CancelTask { task_sid, reason } => task::cancel(center, &task_sid, &reason).await,
        RoutingBody::TaskTimer { task_sid, due } => {
            if center.now() < due {
                return orphan::send_timer_on(center, task_sid, due).await;
            }
            let task = load_task(center.table.as_ref(), &task_sid, Consistency::Strong).await?;
            // The first run may have armed the next one, and died before it looked at the workers.
            match task.is_some_and(|task| again || task.timer_due == Some(due)) {
                true => recheck::task(center, &task_sid).await.map(drop),
                false => Ok(()),
            }
        }
        RoutingBody::ReservationTimer { task_sid, reservation_sid, due } => {
            if center.now() < due {
                let again = RoutingBody::ReservationTimer { task_sid, reservation_sid, due };
                return Ok(timer::send_at(center, &again, due).await?);
            }
            let task = load_task(center.table.as_ref(), &task_sid, Consistency::Strong).await?;
            let Some(task) = task else { return Ok(()) };
            let status = task.reservations.iter().find(|r| r.sid == reservation_sid).map(|r| r.status);
            match status {
                Some(ReservationStatus::Pending) => {
                    let offline = center.config().await?.timeout_activity.clone();
                    let timeout = ReservationStatus::Timeout;
                    give_back(center, &task_sid, &reservation_sid, timeout, Some(&offline), None).await
                }
                Some(_) => free_ended(center, &task_sid, &reservation_sid).await,
                // Given back before; whoever did that may have died before looking for the next worker.
                None => recheck::task(center, &task_sid).await.map(drop),
            }
        }
        RoutingBody::Erase { contacts, again } => {
            erase_piece(center, contacts, again).await.map_err(|error| match error {
                EraseError::Store(error) => error.into(),
                EraseError::Queue(error) => error.into(),
                error => OpError::Refused(error.to_string()),
            })
        }
        RoutingBody::RecheckTask { task_sid } => recheck::task(center, &task_sid).await.map(drop),
        RoutingBody::RecheckWorker { worker_sid } => serve::recheck(center, &worker_sid).await,
        RoutingBody::PresenceTimer { worker_sid, absent_since } => {
            presence::absent(center, &worker_sid, absent_since).await
        }
        RoutingBody::Welcome { worker_sid, connection, opened_at, expires_at } => {
            agent::welcome(center, &worker_sid, &connection, (opened_at, expires_at)).await
        }
        RoutingBody::Join { worker_sid, task_sid, conversation_sid, looks } => {
            agent::join_late(center, &worker_sid, &task_sid, &conversation_sid, looks).await
        }
        RoutingBody::FlowTimer { contact_sid, execution_sid, timer, due, address, our_address } => {
            if center.now() < due {
                let again =
                    RoutingBody::FlowTimer { contact_sid, execution_sid, timer, due, address, our_address };
                return Ok(timer::send_at(center, &again, due).await?);
            }
            let dedup = format!(
                "{execution_sid}.{}",
                patchbay_model::id::hex(&patchbay_model::id::digest16(&[&timer]))
            );
            let news = InboundBody::FlowTimer { contact_sid, execution_sid, timer };
            let message = Outgoing::fifo(body(&news), group(&address, &our_address), dedup);
            Ok(center.queue.send(QueueName::Inbound, vec![message]).await?)
        }
        RoutingBody::LeftMessage { left, due } => {
            if center.now() < due {
                return Ok(timer::send_at(center, &RoutingBody::LeftMessage { left, due }, due).await?);
            }
            Ok(center.queue.send(QueueName::Inbound, vec![look_at_left(&left)]).await?)
        }
        RoutingBody::CloseCheck { conversation_sid, closed_at, seen } => {
            super::close_check::check_closed(center, &conversation_sid, closed_at, &seen).await
        }
        RoutingBody::OutcomeCheck { task_sid, conversation_sid, asked_at } => {
            outcome::check(center, &task_sid, &conversation_sid, asked_at).await
        }
        RoutingBody::TransferCheck { worker_sid, by, task_sid, new } => {
            transfer::finish(center, (&worker_sid, by.as_ref()), &task_sid, *new).await
        }
        RoutingBody::InvitationCheck { new } => invitation::check(center, *new).await,
        RoutingBody::EndInvitation { task_sid, reason } => invitation::end(center, &task_sid, &reason).await,
        RoutingBody::HandOverCheck { worker_sid, by, task_sid, to } => {
            hand_over::finish(center, (&worker_sid, by.as_ref()), &task_sid, &to).await
        }
        RoutingBody::Reclassify { version, after } => reclassify::reclassify(center, version, after).await,
        RoutingBody::Scheduled { contact_sid, message_sid, due } => {
            if center.now() < due {
                let again = RoutingBody::Scheduled { contact_sid, message_sid, due };
                return Ok(timer::send_at(center, &again, due).await?);
            }
            agent::hand_over_scheduled(center, &contact_sid, &message_sid).await.map(drop)
        }
        RoutingBody::Sweep => {
            agent::sweep_scheduled(center).await?;
            sweep::sweep(center).await
        }
    }
}
