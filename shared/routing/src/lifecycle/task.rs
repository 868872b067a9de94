//! The assignment status of a task.

use patchbay_model::TaskStatus::{self, Assigned, Canceled, Completed, Pending, Reserved, Wrapping};

/// Whether a task in `from` may become `to`, by whatever cause. Nothing becomes itself.
#[must_use]
pub fn task_can_become(from: TaskStatus, to: TaskStatus) -> bool {
    match from {
        Pending => matches!(to, Reserved | Canceled),
        Reserved => matches!(to, Pending | Assigned | Canceled),
        Assigned => matches!(to, Wrapping | Completed),
        Wrapping => matches!(to, Completed),
        Completed | Canceled => false,
    }
}

/// Why the API does not make a task what it is asked to.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ApiUpdateError {
    #[error("a task that is {0:?} is over")]
    Over(TaskStatus),
    #[error("a task that is {from:?} cannot become {to:?}")]
    Transition { from: TaskStatus, to: TaskStatus },
}

/// Whether an update of `AssignmentStatus` through the API is allowed: canceling before it is assigned,
/// wrapping and completing afterwards. Everything else happens through reservations.
pub fn check_api_update(from: TaskStatus, to: TaskStatus) -> Result<(), ApiUpdateError> {
    if is_terminal(from) {
        Err(ApiUpdateError::Over(from))
    } else if task_can_become(from, to) && matches!(to, Canceled | Wrapping | Completed) {
        Ok(())
    } else {
        Err(ApiUpdateError::Transition { from, to })
    }
}

#[must_use]
pub fn is_terminal(status: TaskStatus) -> bool {
    matches!(status, Completed | Canceled)
}

/// Whether a worker's capacity is used by a task: from the offer until it is completed, wrapping included.
#[must_use]
pub fn takes_capacity(status: TaskStatus) -> bool {
    matches!(status, Reserved | Assigned | Wrapping)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [TaskStatus; 6] = [Pending, Reserved, Assigned, Wrapping, Completed, Canceled];

    fn check(allowed: impl Fn(TaskStatus, TaskStatus) -> bool, expect: &[(TaskStatus, TaskStatus)]) {
        for from in ALL {
            for to in ALL {
                assert_eq!(allowed(from, to), expect.contains(&(from, to)), "{from:?} to {to:?}");
            }
        }
    }

    #[test]
    fn the_whole_table() {
        check(
            task_can_become,
            &[
                (Pending, Reserved),
                (Pending, Canceled),
                (Reserved, Pending),
                (Reserved, Assigned),
                (Reserved, Canceled),
                (Assigned, Wrapping),
                (Assigned, Completed),
                (Wrapping, Completed),
            ],
        );
    }

    #[test]
    fn the_api_cancels_what_waits_and_ends_what_is_assigned() {
        check(
            |from, to| check_api_update(from, to).is_ok(),
            &[
                (Pending, Canceled),
                (Reserved, Canceled),
                (Assigned, Wrapping),
                (Assigned, Completed),
                (Wrapping, Completed),
            ],
        );
        assert_eq!(check_api_update(Canceled, Completed), Err(ApiUpdateError::Over(Canceled)));
    }

    #[test]
    fn what_is_over_goes_nowhere_and_takes_no_capacity() {
        for status in ALL.into_iter().filter(|status| is_terminal(*status)) {
            assert!(!takes_capacity(status));
            assert!(!ALL.iter().any(|to| task_can_become(status, *to)));
        }
        assert!(!takes_capacity(Pending));
        assert!(takes_capacity(Wrapping));
    }
}
