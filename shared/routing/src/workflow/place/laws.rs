//! What holds in every workflow: timers may be late or missing, and nothing ends differently for it.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::expression::Expression;

fn workflows() -> impl Strategy<Value = Workflow> {
    let target =
        (0..3_u32, option::of(0..3_u32), option::of(0..20_u32)).prop_map(|(queue, priority, timeout_s)| {
            Target {
                queue: format!("WQ{queue}"),
                condition: None,
                priority,
                timeout_s,
                order_by: OrderBy::default(),
                skip_if: None,
                known_worker: None,
            }
        });
    let filter = (any::<bool>(), vec(target, 1..4)).prop_map(|(holds, targets)| Filter {
        name: String::new(),
        condition: Some(Condition { text: holds.to_string(), expression: Expression::constant(holds) }),
        targets,
    });
    (vec(filter, 0..4), option::of(Just("D".to_owned())))
        .prop_map(|(filters, default_queue)| Workflow { filters, default_queue })
}

/// What the keeper of the task keeps of an answer.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Kept {
    Waiting { position: Position, priority: u32, deadline: Option<Timestamp> },
    Canceled(CancelReason),
}

fn kept(placement: &Placement<'_>) -> Kept {
    match placement {
        Placement::Step(step) => {
            let position = Position::Step(step.step);
            Kept::Waiting { position, priority: step.priority, deadline: step.deadline }
        }
        Placement::Default(default) => {
            Kept::Waiting { position: Position::Default, priority: default.priority, deadline: None }
        }
        Placement::Canceled { reason, .. } => Kept::Canceled(*reason),
    }
}

fn asked(workflow: &Workflow, position: Position, priority: u32, leave: Option<Leave>, age_ms: i64) -> Kept {
    let (attributes, entered) = (json!({}), Timestamp(5_000));
    let task = TaskView { attributes: &attributes, priority, entered, position };
    let now = entered.plus_ms(age_ms);
    kept(&match leave {
        Some(leave) => next(workflow, &task, leave, now),
        None => place(workflow, &task, now),
    })
}

fn asked_again(workflow: &Workflow, before: Kept, leave: Option<Leave>, age_ms: i64) -> Kept {
    match before {
        Kept::Waiting { position, priority, .. } => asked(workflow, position, priority, leave, age_ms),
        canceled @ Kept::Canceled(_) => canceled,
    }
}

proptest! {
    #[test]
    fn late_timers_change_nothing(workflow in workflows(), mut ages in vec(0..80_000_i64, 1..6), priority in 0..9_u32) {
        ages.sort_unstable();
        let mut driven = asked(&workflow, Position::Outside, priority, None, 0);
        for age_ms in &ages {
            driven = asked_again(&workflow, driven, Some(Leave::Timeout), *age_ms);
        }
        let last = ages.last().copied().unwrap_or(0);
        prop_assert_eq!(driven, asked(&workflow, Position::Outside, priority, None, last));
    }

    #[test]
    fn asking_twice_answers_the_same(workflow in workflows(), age_ms in 0..80_000_i64) {
        let once = asked(&workflow, Position::Outside, 0, None, age_ms);
        prop_assert_eq!(asked_again(&workflow, once, None, age_ms), once);
    }

    #[test]
    fn a_deadline_is_ahead_and_every_way_ends(
        workflow in workflows(), mut moves in vec((0..80_000_i64, any::<bool>()), 0..16),
    ) {
        moves.sort_unstable();
        let mut at = asked(&workflow, Position::Outside, 0, None, 0);
        for (age_ms, skips) in moves {
            let before = at;
            at = asked_again(&workflow, at, skips.then_some(Leave::Skipped), age_ms);
            if let Kept::Waiting { position, deadline, .. } = at {
                prop_assert!(deadline.is_none_or(|deadline| deadline > Timestamp(5_000 + age_ms)));
                prop_assert!(order(position) >= order_of(before), "{:?} to {:?}", before, at);
                prop_assert!(!skips || position == Position::Default || order(position) > order_of(before));
            }
        }
    }
}

/// Steps in the order of the document, the default filter behind them.
fn order(position: Position) -> (usize, usize) {
    match position {
        Position::Outside => (0, 0),
        Position::Step(step) => (step.filter, step.target),
        Position::Default => (usize::MAX, 0),
    }
}

fn order_of(kept: Kept) -> (usize, usize) {
    match kept {
        Kept::Waiting { position, .. } => order(position),
        Kept::Canceled(_) => (usize::MAX, usize::MAX),
    }
}
