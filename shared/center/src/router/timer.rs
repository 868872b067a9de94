//! Timers: delayed messages on the routing queue. Each says when it is due; one that finds something else
//! stored does nothing.

use super::stand::Stand;
use crate::center::Center;
use crate::command::{RoutingBody, body};
use crate::ports::queue::DELAY_S_MAX;
use crate::ports::{Outgoing, QueueError, QueueName};
use patchbay_model::task::TaskReservation;
use patchbay_model::{Task, TaskSid, Timestamp};

/// Sends a command so that it arrives when it is due, or as near as the queue can (SQS: 15 minutes), from where
/// it is sent on.
pub(crate) async fn send_at(
    center: &Center,
    command: &RoutingBody,
    due: Timestamp,
) -> Result<(), QueueError> {
    let ms = due.since_ms(center.now()).max(0);
    // Rounded up: one that came early would only be sent again.
    let s = u32::try_from((ms + 999) / 1000).unwrap_or(DELAY_S_MAX).min(DELAY_S_MAX);
    center.queue.send(QueueName::Routing, vec![Outgoing::after_s(body(command), s)]).await
}

pub(super) async fn arm_reservation(
    center: &Center,
    task: &TaskSid,
    reservation: &TaskReservation,
) -> Result<(), QueueError> {
    let command = RoutingBody::ReservationTimer {
        task_sid: task.clone(),
        reservation_sid: reservation.sid.clone(),
        due: reservation.expires_at,
    };
    send_at(center, &command, reservation.expires_at).await
}

/// Arms the timer of a task that is about to wait, and notes it on the task.
pub(super) async fn arm_task(center: &Center, stand: &Stand, task: &mut Task) -> Result<(), QueueError> {
    let due = stand.due(task);
    task.timer_due = Some(due);
    send_at(center, &RoutingBody::TaskTimer { task_sid: task.sid.clone(), due }, due).await
}
