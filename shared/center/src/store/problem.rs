//! Problems: what went wrong with something from outside, kept for the operator.

use super::StoreError;
use crate::codec;
use crate::keys;
use crate::ports::{Attributes, Condition, Item, Table, TableError, Value, Write, table::TTL_ATTRIBUTE};
use patchbay_model::{ProblemSid, Timestamp};
use serde::{Deserialize, Serialize};

/// Days that a problem is kept.
const KEPT_S: i64 = 30 * 86_400;

/// A problem: never a message's text or an address, only what helps to find the cause.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    pub sid: ProblemSid,
    pub at: Timestamp,
    /// Where it came up: `webhook:sms`, `flow:<name>`, `sender:line`, …
    pub source: String,
    pub reason: String,
    /// SHA-256 of the raw payload, so that a provider's log can be matched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payload_hash: Option<String>,
}

/// Keeps a problem. Its id is derived from what caused it, so that a redelivery does not keep it twice.
pub async fn keep_problem(table: &dyn Table, problem: &Problem) -> Result<(), StoreError> {
    let item = Item {
        key: keys::problem(problem.at.0, &problem.sid),
        attributes: Attributes::from([
            ("d".to_owned(), codec::encode(problem)),
            (TTL_ATTRIBUTE.to_owned(), Value::N(problem.at.plus_s(KEPT_S).seconds())),
        ]),
    };
    match table.write(vec![Write::Put { item, condition: Condition::NotExists }]).await {
        Ok(_) | Err(TableError::Condition { .. }) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// The newest problems.
pub async fn load_problems(table: &dyn Table, limit: usize) -> Result<Vec<Problem>, StoreError> {
    let (page, _) = table.query(&keys::problems().limit(limit)).await?;
    page.items.iter().map(|item| Ok(codec::decode(item, "d")?)).collect()
}
