//! `Table` on DynamoDB.

use crate::error::describe;
use crate::expression::Expressions;
use crate::item::{PARTITION, SORT, item_from_map, item_to_map, key_to_map};
use async_trait::async_trait;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::{BuildError, ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::delete_item::DeleteItemError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{
    AttributeValue, CancellationReason, ConditionCheck, ConsumedCapacity, Delete, Put,
    ReturnConsumedCapacity, ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update,
};
use patchbay_center::ports::{Consistency, Item, Key, Page, Query, Table, TableError, Units, Write};
use patchbay_center::rules::table::{check_key, check_query, check_writes};
use std::collections::HashMap;
use std::error::Error;

/// One DynamoDB table with the key attributes `pk` and `sk`.
///
/// The SDK repeats a call that failed on its way. A transaction carries a token that makes the repetition safe; a
/// plain conditional write does not, so its repetition may find its own item: the caller sees what it would see
/// at a redelivery.
#[derive(Clone, Debug)]
pub struct DynamoTable {
    client: Client,
    table: String,
}

const ALL_OLD: ReturnValuesOnConditionCheckFailure = ReturnValuesOnConditionCheckFailure::AllOld;
const TOTAL: ReturnConsumedCapacity = ReturnConsumedCapacity::Total;

impl DynamoTable {
    pub fn new(client: Client, table: impl Into<String>) -> DynamoTable {
        DynamoTable { client, table: table.into() }
    }

    async fn write_one(&self, write: Write) -> Result<Units, TableError> {
        let capacity = match write {
            Write::Put { item, condition } => {
                let with = Expressions::of(&condition, &[]);
                self.client
                    .put_item()
                    .table_name(&self.table)
                    .set_item(Some(item_to_map(item)))
                    .set_condition_expression(with.condition)
                    .set_expression_attribute_names(with.names)
                    .set_expression_attribute_values(with.values)
                    .return_values_on_condition_check_failure(ALL_OLD)
                    .return_consumed_capacity(TOTAL)
                    .send()
                    .await
                    .map_err(|error| match error.as_service_error() {
                        Some(PutItemError::ConditionalCheckFailedException(failed)) => {
                            condition_failed(0, failed.item.clone())
                        }
                        _ => refusal(&error),
                    })?
                    .consumed_capacity
            }
            Write::Update { key, changes, condition } => {
                let with = Expressions::of(&condition, &changes);
                self.client
                    .update_item()
                    .table_name(&self.table)
                    .set_key(Some(key_to_map(key)))
                    .set_update_expression(with.update)
                    .set_condition_expression(with.condition)
                    .set_expression_attribute_names(with.names)
                    .set_expression_attribute_values(with.values)
                    .return_values_on_condition_check_failure(ALL_OLD)
                    .return_consumed_capacity(TOTAL)
                    .send()
                    .await
                    .map_err(|error| match error.as_service_error() {
                        Some(UpdateItemError::ConditionalCheckFailedException(failed)) => {
                            condition_failed(0, failed.item.clone())
                        }
                        _ => refusal(&error),
                    })?
                    .consumed_capacity
            }
            Write::Delete { key, condition } => {
                let with = Expressions::of(&condition, &[]);
                self.client
                    .delete_item()
                    .table_name(&self.table)
                    .set_key(Some(key_to_map(key)))
                    .set_condition_expression(with.condition)
                    .set_expression_attribute_names(with.names)
                    .set_expression_attribute_values(with.values)
                    .return_values_on_condition_check_failure(ALL_OLD)
                    .return_consumed_capacity(TOTAL)
                    .send()
                    .await
                    .map_err(|error| match error.as_service_error() {
                        Some(DeleteItemError::ConditionalCheckFailedException(failed)) => {
                            condition_failed(0, failed.item.clone())
                        }
                        _ => refusal(&error),
                    })?
                    .consumed_capacity
            }
            Write::Check { .. } => return Err(TableError::Invalid("a check alone".to_owned())),
        };
        Ok(Units::write(tenths(capacity.as_ref())))
    }

    async fn write_all(&self, writes: Vec<Write>) -> Result<Units, TableError> {
        let writes = writes.into_iter().map(|write| self.part(write)).collect::<Result<_, _>>()?;
        let done = self
            .client
            .transact_write_items()
            .set_transact_items(Some(writes))
            .return_consumed_capacity(TOTAL)
            .send()
            .await
            .map_err(|error| match error.as_service_error() {
                Some(TransactWriteItemsError::TransactionCanceledException(canceled)) => {
                    cancellation(canceled.cancellation_reasons())
                }
                _ => refusal(&error),
            })?;
        Ok(Units::write(done.consumed_capacity().iter().map(|of_table| tenths(Some(of_table))).sum()))
    }

    fn part(&self, write: Write) -> Result<TransactWriteItem, TableError> {
        let builder = TransactWriteItem::builder();
        let builder = match write {
            Write::Put { item, condition } => {
                let with = Expressions::of(&condition, &[]);
                let put = Put::builder()
                    .table_name(&self.table)
                    .set_item(Some(item_to_map(item)))
                    .set_condition_expression(with.condition)
                    .set_expression_attribute_names(with.names)
                    .set_expression_attribute_values(with.values)
                    .return_values_on_condition_check_failure(ALL_OLD);
                builder.put(put.build().map_err(incomplete)?)
            }
            Write::Update { key, changes, condition } => {
                let with = Expressions::of(&condition, &changes);
                let update = Update::builder()
                    .table_name(&self.table)
                    .set_key(Some(key_to_map(key)))
                    .set_update_expression(with.update)
                    .set_condition_expression(with.condition)
                    .set_expression_attribute_names(with.names)
                    .set_expression_attribute_values(with.values)
                    .return_values_on_condition_check_failure(ALL_OLD);
                builder.update(update.build().map_err(incomplete)?)
            }
            Write::Delete { key, condition } => {
                let with = Expressions::of(&condition, &[]);
                let delete = Delete::builder()
                    .table_name(&self.table)
                    .set_key(Some(key_to_map(key)))
                    .set_condition_expression(with.condition)
                    .set_expression_attribute_names(with.names)
                    .set_expression_attribute_values(with.values)
                    .return_values_on_condition_check_failure(ALL_OLD);
                builder.delete(delete.build().map_err(incomplete)?)
            }
            Write::Check { key, condition } => {
                let with = Expressions::of(&condition, &[]);
                let check = ConditionCheck::builder()
                    .table_name(&self.table)
                    .set_key(Some(key_to_map(key)))
                    .set_condition_expression(with.condition)
                    .set_expression_attribute_names(with.names)
                    .set_expression_attribute_values(with.values)
                    .return_values_on_condition_check_failure(ALL_OLD);
                builder.condition_check(check.build().map_err(incomplete)?)
            }
        };
        Ok(builder.build())
    }
}

#[async_trait]
impl Table for DynamoTable {
    async fn get(&self, key: &Key, consistency: Consistency) -> Result<(Option<Item>, Units), TableError> {
        check_key(key)?;
        let found = self
            .client
            .get_item()
            .table_name(&self.table)
            .set_key(Some(key_to_map(key.clone())))
            .consistent_read(consistency == Consistency::Strong)
            .return_consumed_capacity(TOTAL)
            .send()
            .await
            .map_err(|error| refusal(&error))?;
        let units = Units::read(tenths(found.consumed_capacity()));
        Ok((found.item.map(item_from_map).transpose()?, units))
    }

    async fn query(&self, query: &Query) -> Result<(Page, Units), TableError> {
        check_query(query)?;
        let text = |text: &str| AttributeValue::S(text.to_owned());
        let start = |sort: &String| key_to_map(Key::new(&query.partition, sort));
        let mut call = self
            .client
            .query()
            .table_name(&self.table)
            .expression_attribute_values(":partition", text(&query.partition))
            .expression_attribute_values(":to", text(&query.to))
            .set_exclusive_start_key(query.after.as_ref().map(start))
            .set_limit(i32::try_from(query.limit).ok().filter(|limit| *limit > 0))
            .scan_index_forward(!query.backwards)
            .consistent_read(query.consistency == Consistency::Strong)
            .return_consumed_capacity(TOTAL);
        // An empty text is no key to DynamoDB: the range that begins there has no lower end.
        call = if query.from.is_empty() {
            call.key_condition_expression(format!("{PARTITION} = :partition AND {SORT} <= :to"))
        } else {
            call.expression_attribute_values(":from", text(&query.from)).key_condition_expression(format!(
                "{PARTITION} = :partition AND {SORT} BETWEEN :from AND :to"
            ))
        };
        let found = call.send().await.map_err(|error| refusal(&error))?;
        let units = Units::read(tenths(found.consumed_capacity()));
        let more = found.last_evaluated_key.is_some();
        let items = found.items.unwrap_or_default().into_iter().map(item_from_map);
        Ok((Page { items: items.collect::<Result<_, _>>()?, more }, units))
    }

    async fn write(&self, mut writes: Vec<Write>) -> Result<Units, TableError> {
        check_writes(&writes)?;
        match writes.pop() {
            Some(only) if writes.is_empty() => self.write_one(only).await,
            last => {
                writes.extend(last);
                self.write_all(writes).await
            }
        }
    }
}

/// DynamoDB reports units as decimals with halves and, in sums, rounding noise.
fn tenths(capacity: Option<&ConsumedCapacity>) -> u64 {
    let units = capacity.and_then(ConsumedCapacity::capacity_units).unwrap_or_default();
    (units * 10.0).round() as u64
}

fn condition_failed(index: usize, item: Option<HashMap<String, AttributeValue>>) -> TableError {
    // A transaction's reason carries an empty map where there was no item.
    match item.filter(|map| !map.is_empty()).map(item_from_map).transpose() {
        Ok(current) => TableError::Condition { index, current },
        Err(error) => error,
    }
}

/// A condition outweighs a conflict: trying again would not help.
fn cancellation(reasons: &[CancellationReason]) -> TableError {
    let with_code = |wanted: &str| reasons.iter().position(|reason| reason.code() == Some(wanted));
    if let Some(index) = with_code("ConditionalCheckFailed") {
        return condition_failed(index, reasons[index].item.clone());
    }
    if with_code("TransactionConflict").is_some() {
        return TableError::Conflict;
    }
    let failed = reasons.iter().enumerate().find(|(_, reason)| !matches!(reason.code(), None | Some("None")));
    let Some((index, reason)) = failed else {
        return TableError::Unavailable("the transaction was canceled without a reason".to_owned());
    };
    let code = reason.code().unwrap_or_default();
    let text = format!("write {index}: {code}: {}", reason.message().unwrap_or_default());
    match code {
        "ValidationError" | "ItemCollectionSizeLimitExceeded" => TableError::Invalid(text),
        _ => TableError::Unavailable(text),
    }
}

fn refusal<E: ProvideErrorMetadata + Error + 'static>(error: &SdkError<E>) -> TableError {
    match error.code() {
        Some("TransactionConflictException" | "ReplicatedWriteConflictException") => TableError::Conflict,
        Some(
            "ValidationException"
            | "SerializationException"
            | "ItemCollectionSizeLimitExceededException"
            | "IdempotentParameterMismatchException",
        ) => TableError::Invalid(describe(error)),
        _ if matches!(error, SdkError::ConstructionFailure(_)) => TableError::Invalid(describe(error)),
        _ => TableError::Unavailable(describe(error)),
    }
}

fn incomplete(error: BuildError) -> TableError {
    TableError::Invalid(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(codes: &[&str], expect: impl Fn(&TableError) -> bool) {
        let reasons: Vec<_> =
            codes.iter().map(|code| CancellationReason::builder().code(*code).build()).collect();
        let error = cancellation(&reasons);
        assert!(expect(&error), "{codes:?}: {error:?}");
    }

    #[test]
    fn a_cancelled_transaction_says_why() {
        let condition_at = |at| move |error: &TableError| matches!(error, TableError::Condition { index, .. } if *index == at);
        check(&["None", "ConditionalCheckFailed", "ConditionalCheckFailed"], condition_at(1));
        check(&["TransactionConflict", "None", "ConditionalCheckFailed"], condition_at(2));
        check(&["None", "TransactionConflict", "ThrottlingError"], |error| *error == TableError::Conflict);
        check(&["None", "ValidationError"], |error| matches!(error, TableError::Invalid(_)));
        check(&["ProvisionedThroughputExceeded"], |error| matches!(error, TableError::Unavailable(_)));
        check(&[], |error| matches!(error, TableError::Unavailable(_)));
    }

    #[test]
    fn halves_and_noise_become_tenths() {
        for (units, expect) in [(0.5, 5), (1.0, 10), (12.000000001, 120), (2.4999999, 25)] {
            assert_eq!(tenths(Some(&ConsumedCapacity::builder().capacity_units(units).build())), expect);
        }
        assert_eq!(tenths(None), 0);
    }
}
