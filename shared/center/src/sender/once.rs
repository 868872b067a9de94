//! Calls of a provider's API that it would carry out twice: each is marked before it is made.

use super::call::{Refused, answer_to};
use super::{SEND_ATTEMPTS_MAX, SenderError};
use crate::center::Center;
use crate::metric;
use crate::store::{begin_once, not_begun};
use patchbay_channels::voice::Voice;
use patchbay_channels::{DeliveryOutcome, ProviderRequest, ProviderResponse, RefusalCause};
use patchbay_model::ChannelKind;
use serde_json::{Map, Value};

/// What came of a call of the API that must not be made twice.
pub(super) enum Once {
    /// The provider has done it, and shows this.
    Done(Map<String, Value>),
    /// It was begun, by this run or an earlier one.
    Unknown,
    Refused(String),
}

/// Makes a call of the API, unless `mark` says that somebody has begun it.
pub(super) async fn once(
    center: &Center,
    voice: &Voice,
    request: &ProviderRequest,
    mark: &str,
    receive_count: u32,
) -> Result<Once, SenderError> {
    let table = center.table.as_ref();
    if !request.idempotent && !begin_once(table, mark, center.now()).await? {
        return Ok(Once::Unknown);
    }
    let (outcome, fields) = match answer_to(center, request).await {
        Ok(response) => (voice.outcome_of(request, &response), fields(&response)),
        Err(Refused(why)) => {
            let (code, cause) = ("forbidden".to_owned(), RefusalCause::Account);
            (DeliveryOutcome::Refused { code, why, cause }, Map::new())
        }
    };
    match outcome {
        DeliveryOutcome::Sent { .. } => Ok(Once::Done(fields)),
        DeliveryOutcome::Retry { why, .. } if receive_count < SEND_ATTEMPTS_MAX => {
            not_begun(table, mark).await?;
            Err(SenderError::Retry(why))
        }
        DeliveryOutcome::Retry { why, .. } => Ok(Once::Refused(why)),
        DeliveryOutcome::Refused { code, why, .. } => {
            metric::count(metric::MESSAGE_FAILED, ChannelKind::Voice, &code);
            Ok(Once::Refused(format!("{code}: {why}")))
        }
        DeliveryOutcome::Unknown { .. } | DeliveryOutcome::Instead(_) => Ok(Once::Unknown),
    }
}

/// A resource under the names that Studio gives its fields (`Sid`, `Status`, …).
fn fields(response: &ProviderResponse) -> Map<String, Value> {
    let ProviderResponse::Http { body, .. } = response else { return Map::new() };
    let resource: Map<String, Value> = serde_json::from_slice(body).unwrap_or_default();
    let named = |(name, value): (String, Value)| (pascal_case(&name), value);
    resource.into_iter().filter(|(_, value)| !value.is_object()).map(named).collect()
}

fn pascal_case(name: &str) -> String {
    let word = |word: &str| {
        let mut chars = word.chars();
        let first = chars.next().map(|first| first.to_ascii_uppercase());
        first.into_iter().chain(chars).collect::<String>()
    };
    name.split('_').map(word).collect()
}

/// The account of this name.
pub(super) fn voice<'c>(center: &'c Center, account: &str) -> Option<&'c Voice> {
    center.channel(ChannelKind::Voice, account).and_then(|account| account.channel.voice())
}

#[cfg(test)]
mod tests {
    use super::pascal_case;

    #[test]
    fn names_are_studios() {
        let check = |name: &str, expect: &str| assert_eq!(pascal_case(name), expect);
        check("sid", "Sid");
        check("date_created", "DateCreated");
        check("", "");
    }
}
