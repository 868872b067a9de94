//! The status of a reservation, and what its end does to the task and to the task's other reservations.

use patchbay_model::ReservationStatus::{
    self, Accepted, Canceled, Completed, Pending, Rejected, Rescinded, Timeout, Wrapping,
};
use patchbay_model::TaskStatus;

/// Whether a reservation in `from` may become `to`. Nothing becomes itself.
#[must_use]
pub fn reservation_can_become(from: ReservationStatus, to: ReservationStatus) -> bool {
    match from {
        Pending => matches!(to, Accepted | Rejected | Timeout | Canceled | Rescinded),
        Accepted => matches!(to, Wrapping | Completed),
        Wrapping => matches!(to, Completed),
        Rejected | Timeout | Canceled | Rescinded | Completed => false,
    }
}

/// Whether it is neither refused nor over: what a worker's client lists by default.
#[must_use]
pub fn is_open(status: ReservationStatus) -> bool {
    matches!(status, Pending | Accepted | Wrapping)
}

/// What else changes when a reservation does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Effects {
    /// The task's status afterwards; it may be the present one.
    pub task: TaskStatus,
    /// What the task's other pending reservations become; `None` leaves them.
    pub other_pending: Option<ReservationStatus>,
    /// Whether this worker's capacity is free again.
    pub frees_worker: bool,
}

/// Why a reservation cannot become what it is asked to.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReservationError {
    /// TaskRouter answers 410 Gone: another worker was faster.
    #[error("the reservation is rescinded: another worker accepted the task")]
    Rescinded,
    #[error("a reservation that is {from:?} cannot become {to:?}")]
    Transition { from: ReservationStatus, to: ReservationStatus },
    #[error("a task that is {task:?} has no reservation that becomes {to:?}")]
    Task { task: TaskStatus, to: ReservationStatus },
}

/// The task's status once a reservation is made; `None` when a task in this status is not offered.
#[must_use]
pub fn begin(task: TaskStatus) -> Option<TaskStatus> {
    matches!(task, TaskStatus::Pending | TaskStatus::Reserved).then_some(TaskStatus::Reserved)
}

/// What follows when a reservation of a task goes from `from` to `to`. `other_pending` is how many more of the
/// task's reservations are pending: the task waits again only when the last of them ended without acceptance.
///
/// Where the task changes first (the API cancels or completes it), reservations [`follow`] it.
pub fn resolve(
    task: TaskStatus,
    from: ReservationStatus,
    to: ReservationStatus,
    other_pending: usize,
) -> Result<Effects, ReservationError> {
    if from == Rescinded {
        return Err(ReservationError::Rescinded);
    }
    if !reservation_can_become(from, to) {
        return Err(ReservationError::Transition { from, to });
    }
    let freed = |task| Effects { task, other_pending: None, frees_worker: true };
    let effects = match (to, task) {
        (Accepted, TaskStatus::Reserved) => Effects {
            task: TaskStatus::Assigned,
            other_pending: (other_pending > 0).then_some(Rescinded),
            frees_worker: false,
        },
        (Rejected | Timeout | Canceled, TaskStatus::Reserved) if other_pending > 0 => freed(task),
        (Rejected | Timeout | Canceled, TaskStatus::Reserved) => freed(TaskStatus::Pending),
        // The task went its way before: the offer ends after it.
        (Canceled, TaskStatus::Canceled) => freed(task),
        (Rescinded, _) => freed(task),
        (Wrapping, TaskStatus::Assigned | TaskStatus::Wrapping) => {
            Effects { frees_worker: false, ..freed(TaskStatus::Wrapping) }
        }
        (Completed, TaskStatus::Assigned | TaskStatus::Wrapping | TaskStatus::Completed) => {
            freed(TaskStatus::Completed)
        }
        _ => return Err(ReservationError::Task { task, to }),
    };
    Ok(effects)
}

/// What a reservation becomes because its task became `task`; `None` leaves it.
#[must_use]
pub fn follow(task: TaskStatus, reservation: ReservationStatus) -> Option<ReservationStatus> {
    match (task, reservation) {
        (TaskStatus::Canceled, Pending) => Some(Canceled),
        (TaskStatus::Assigned | TaskStatus::Wrapping | TaskStatus::Completed, Pending) => Some(Rescinded),
        (TaskStatus::Wrapping, Accepted) => Some(Wrapping),
        (TaskStatus::Completed, Accepted | Wrapping) => Some(Completed),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lifecycle::task_can_become;

    const ALL: [ReservationStatus; 8] =
        [Pending, Accepted, Rejected, Timeout, Canceled, Rescinded, Wrapping, Completed];

    #[test]
    fn the_whole_table() {
        let allowed = [
            (Pending, Accepted),
            (Pending, Rejected),
            (Pending, Timeout),
            (Pending, Canceled),
            (Pending, Rescinded),
            (Accepted, Wrapping),
            (Accepted, Completed),
            (Wrapping, Completed),
        ];
        for from in ALL {
            for to in ALL {
                let expect = allowed.contains(&(from, to));
                assert_eq!(reservation_can_become(from, to), expect, "{from:?} to {to:?}");
            }
        }
    }

    #[test]
    fn what_is_not_open_goes_nowhere() {
        for from in ALL {
            assert_eq!(is_open(from), ALL.iter().any(|to| reservation_can_become(from, *to)), "{from:?}");
        }
    }

    /// What becomes of a reserved task and its other pending reservations.
    fn check(
        to: ReservationStatus,
        other_pending: usize,
        task: TaskStatus,
        others: Option<ReservationStatus>,
        frees_worker: bool,
    ) {
        let effects = resolve(TaskStatus::Reserved, Pending, to, other_pending);
        assert_eq!(effects, Ok(Effects { task, other_pending: others, frees_worker }), "{to:?}");
    }

    #[test]
    fn the_first_acceptance_wins_and_the_others_are_rescinded() {
        check(Accepted, 0, TaskStatus::Assigned, None, false);
        check(Accepted, 2, TaskStatus::Assigned, Some(Rescinded), false);
        assert_eq!(resolve(TaskStatus::Assigned, Rescinded, Accepted, 0), Err(ReservationError::Rescinded));
        let late = resolve(TaskStatus::Assigned, Pending, Rescinded, 1).map(|effects| effects.task);
        assert_eq!(late, Ok(TaskStatus::Assigned));
    }

    #[test]
    fn the_task_waits_again_when_the_last_offer_ends_without_acceptance() {
        for to in [Rejected, Timeout, Canceled] {
            check(to, 1, TaskStatus::Reserved, None, true);
            check(to, 0, TaskStatus::Pending, None, true);
        }
    }

    #[test]
    fn wrapping_and_completing_move_the_task_along() {
        let wrapping = resolve(TaskStatus::Assigned, Accepted, Wrapping, 0);
        let kept = Effects { task: TaskStatus::Wrapping, other_pending: None, frees_worker: false };
        assert_eq!(wrapping, Ok(kept));
        let done = Ok(Effects { task: TaskStatus::Completed, other_pending: None, frees_worker: true });
        assert_eq!(resolve(TaskStatus::Wrapping, Wrapping, Completed, 0), done);
        assert_eq!(resolve(TaskStatus::Assigned, Accepted, Completed, 0), done);
    }

    #[test]
    fn a_canceled_task_stays_canceled() {
        let canceled = resolve(TaskStatus::Canceled, Pending, Canceled, 0).map(|effects| effects.task);
        assert_eq!(canceled, Ok(TaskStatus::Canceled));
        assert_eq!(
            resolve(TaskStatus::Canceled, Pending, Accepted, 0),
            Err(ReservationError::Task { task: TaskStatus::Canceled, to: Accepted })
        );
    }

    #[test]
    fn a_task_that_has_a_worker_is_not_accepted_again_nor_returned() {
        for to in [Accepted, Rejected, Timeout, Canceled] {
            for others in [0, 1] {
                let refused = Err(ReservationError::Task { task: TaskStatus::Assigned, to });
                assert_eq!(resolve(TaskStatus::Assigned, Pending, to, others), refused);
            }
        }
    }

    const TASKS: [TaskStatus; 6] = [
        TaskStatus::Pending,
        TaskStatus::Reserved,
        TaskStatus::Assigned,
        TaskStatus::Wrapping,
        TaskStatus::Completed,
        TaskStatus::Canceled,
    ];

    #[test]
    fn every_effect_is_a_step_of_the_task_and_of_its_reservations() {
        for (task, from) in TASKS.into_iter().flat_map(|task| ALL.map(|from| (task, from))) {
            if let Some(to) = follow(task, from) {
                assert!(reservation_can_become(from, to), "{from:?} of {task:?}");
                assert_eq!(
                    resolve(task, from, to, 0).map(|effects| effects.task),
                    Ok(task),
                    "{from:?} of {task:?}"
                );
            }
            for (to, others) in ALL.into_iter().flat_map(|to| [(to, 0), (to, 1)]) {
                if let Ok(effects) = resolve(task, from, to, others) {
                    assert!(
                        effects.task == task || task_can_become(task, effects.task),
                        "{from:?} to {to:?}"
                    );
                    assert!(effects.other_pending.is_none_or(|other| reservation_can_become(Pending, other)));
                    assert_eq!(effects.frees_worker, !is_open(to), "{from:?} to {to:?}");
                }
            }
        }
    }

    #[test]
    fn reservations_follow_their_task() {
        assert_eq!(follow(TaskStatus::Canceled, Pending), Some(Canceled));
        assert_eq!(follow(TaskStatus::Wrapping, Accepted), Some(Wrapping));
        assert_eq!(follow(TaskStatus::Completed, Wrapping), Some(Completed));
        assert_eq!(follow(TaskStatus::Assigned, Pending), Some(Rescinded));
        assert_eq!(follow(TaskStatus::Assigned, Accepted), None);
        assert_eq!(follow(TaskStatus::Reserved, Pending), None);
    }

    #[test]
    fn only_what_waits_is_offered() {
        assert_eq!(begin(TaskStatus::Pending), Some(TaskStatus::Reserved));
        assert_eq!(begin(TaskStatus::Reserved), Some(TaskStatus::Reserved));
        assert_eq!(begin(TaskStatus::Assigned), None);
        assert_eq!(begin(TaskStatus::Canceled), None);
    }
}
