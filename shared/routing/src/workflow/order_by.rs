//! A target's `order_by`: which of the eligible workers comes first.

use std::collections::BTreeSet;
use std::fmt;

use crate::expression::{EXPRESSION_BYTES_MAX, Facts, Number, Path};

/// `worker.level DESC, worker.cost ASC`: the first clause that tells two workers apart decides.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OrderBy(Vec<(Path, Sort)>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    Ascending,
    Descending,
}

/// A worker's place: the least comes first. Equal ranks are told apart by the longest time since the last
/// assignment.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rank(Vec<Place>);

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    At(i64),
    /// Workers without the attribute come last whatever the direction.
    Last,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OrderByError {
    #[error("order_by is longer than {EXPRESSION_BYTES_MAX} bytes")]
    TooLong,
    #[error("`{0}` is not `worker.<attribute> ASC` or `worker.<attribute> DESC`")]
    Clause(String),
}

impl OrderBy {
    /// Reads a comma-separated list; an empty text orders nothing. A clause without a direction is ascending,
    /// and `worker.` may be left out.
    pub fn parse(text: &str) -> Result<OrderBy, OrderByError> {
        if text.len() > EXPRESSION_BYTES_MAX {
            return Err(OrderByError::TooLong);
        }
        if text.trim().is_empty() {
            return Ok(OrderBy::default());
        }
        text.split(',').map(clause).collect::<Result<_, _>>().map(OrderBy)
    }

    /// The paths, within a worker, whose values decide ranks.
    #[must_use]
    pub fn worker_paths(&self) -> BTreeSet<Path> {
        self.0.iter().map(|(path, _)| path.clone()).collect()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Ranks by whole numbers only: any other value counts as absent (TaskRouter docs, "Workflow
    /// configuration": an attribute that is not an integer is ignored).
    pub fn rank<'a>(&self, worker: impl Into<Facts<'a>>) -> Rank {
        let worker = worker.into();
        let place = |(path, sort): &(Path, Sort)| {
            let whole = worker
                .get(path.segments())
                .and_then(|value| Number::from_json(value.as_number()?)?.as_whole());
            match (whole, sort) {
                (None, _) => Place::Last,
                (Some(value), Sort::Ascending) => Place::At(value),
                // Turns the order round without overflow.
                (Some(value), Sort::Descending) => Place::At(!value),
            }
        };
        Rank(self.0.iter().map(place).collect())
    }
}

fn clause(text: &str) -> Result<(Path, Sort), OrderByError> {
    let refused = || OrderByError::Clause(text.trim().to_owned());
    let mut words = text.split_whitespace();
    let path = words.next().and_then(Path::parse).ok_or_else(refused)?;
    let sort = match words.next() {
        None => Sort::Ascending,
        Some(word) if word.eq_ignore_ascii_case("asc") => Sort::Ascending,
        Some(word) if word.eq_ignore_ascii_case("desc") => Sort::Descending,
        Some(_) => return Err(refused()),
    };
    match words.next() {
        None => Ok((path.below("worker").unwrap_or(path), sort)),
        Some(_) => Err(refused()),
    }
}

impl fmt::Display for OrderBy {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, (path, sort)) in self.0.iter().enumerate() {
            let separator = if position > 0 { ", " } else { "" };
            let word = if *sort == Sort::Ascending { "ASC" } else { "DESC" };
            write!(formatter, "{separator}worker.{path} {word}")?;
        }
        Ok(())
    }
}

impl Rank {
    /// A text of fixed width per clause that sorts as the rank does, to be the beginning of a sort key.
    #[must_use]
    pub fn key(&self) -> String {
        let part = |place: &Place| match place {
            Place::At(value) => format!("0{:016x}", crate::order::ascending(*value)),
            Place::Last => format!("1{:016x}", 0),
        };
        self.0.iter().map(part).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    /// Workers by name in the order that `order_by` puts them.
    fn check(order_by: &str, workers: &Value, expect: &[&str]) {
        let order_by = OrderBy::parse(order_by).expect(order_by);
        let mut names: Vec<_> = workers.as_object().expect("workers by name").iter().collect();
        names.sort_by_key(|(_, worker)| order_by.rank(*worker));
        assert_eq!(names.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), expect, "{order_by}");
        names.sort_by_key(|(_, worker)| order_by.rank(*worker).key());
        assert_eq!(
            names.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(),
            expect,
            "{order_by} keys"
        );
    }

    #[test]
    fn ascending_and_descending_with_the_missing_last() {
        let workers = json!({"a": {"level": 2}, "b": {}, "c": {"level": -7}, "d": {"level": 5}});
        check("worker.level ASC", &workers, &["c", "a", "d", "b"]);
        check("worker.level desc", &workers, &["d", "a", "c", "b"]);
    }

    #[test]
    fn only_whole_numbers_rank() {
        let workers = json!({"a": {"n": "9"}, "b": {"n": 1.5}, "c": {"n": null}, "d": {"n": 1.0}});
        check("worker.n DESC", &workers, &["d", "a", "b", "c"]);
    }

    #[test]
    fn later_clauses_break_ties() {
        let workers = json!({"a": {"x": 1, "y": {"z": 1}}, "b": {"x": 1, "y": {"z": 2}}, "c": {"x": 0}});
        check("worker.x ASC, worker.y.z DESC", &workers, &["c", "b", "a"]);
        check("worker.none DESC, worker.x DESC", &workers, &["a", "b", "c"]);
    }

    #[test]
    fn extremes_do_not_overflow() {
        let workers = json!({"a": {"x": i64::MIN}, "b": {"x": 0}, "c": {"x": i64::MAX}});
        check("worker.x ASC", &workers, &["a", "b", "c"]);
        check("worker.x DESC", &workers, &["c", "b", "a"]);
    }

    #[test]
    fn texts_that_are_no_order() {
        for text in ["worker.x UP", "worker.x ASC DESC", "worker.x,,worker.y", "1 ASC", "worker.a-b ASC"] {
            assert!(matches!(OrderBy::parse(text), Err(OrderByError::Clause(_))), "{text}");
        }
        assert_eq!(OrderBy::parse(" "), Ok(OrderBy::default()));
        let longest = format!("x{}", " ".repeat(EXPRESSION_BYTES_MAX - 1));
        assert_eq!(OrderBy::parse(&longest).map(|order| order.to_string()), Ok("worker.x ASC".to_owned()));
        assert_eq!(OrderBy::parse(&format!("{longest} ")), Err(OrderByError::TooLong));
    }
}
