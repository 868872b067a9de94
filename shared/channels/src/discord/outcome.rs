use super::render::PRIVATE;
use crate::delivery::{DeliveryOutcome, ProviderRequest, ProviderResponse, RefusalCause};
use crate::path::segment;
use serde::Deserialize;

/// The path that opens a private channel.
const OPENING: &str = "/users/@me/channels";

/// What a code means: `None` passes, so that the same call is worth another try.
type Class = Option<RefusalCause>;

use RefusalCause::{Account, Address, Content};

/// Discord's codes that decide something (Discord, "Opcodes and status codes", "JSON error codes").
const CODES: &[(u64, Class, &str)] = &[
    (10003, Some(Address), "the channel does not exist"),
    (10004, Some(Address), "the server does not exist, or the bot is not in it"),
    (10008, Some(Content), "the message does not exist"),
    (10013, Some(Address), "there is no such user"),
    (10014, Some(Content), "the emoji does not exist"),
    (20026, Some(Account), "the bot is held for abuse"),
    (20028, None, "the channel's rate is exceeded"),
    (30010, Some(Content), "the message has its most reactions"),
    (40001, Some(Account), "the bot token is refused"),
    (40002, Some(Account), "the account must be verified"),
    (40003, None, "private channels are opened too fast"),
    (40005, Some(Content), "the request is too large"),
    (50001, Some(Account), "the bot may not see this"),
    (50006, Some(Content), "the message is empty"),
    (50007, Some(Address), "the user takes no private messages from the bot"),
    (50008, Some(Address), "the channel is not for texts"),
    (50013, Some(Account), "the bot may not do this"),
    (50033, Some(Address), "there is no such recipient"),
    (50035, Some(Content), "the message's form is not valid"),
    (50083, Some(Address), "the thread is archived"),
    (50278, Some(Address), "the bot and the user have no server in common"),
    (90001, Some(Content), "the user blocks the bot"),
    (130000, None, "Discord is overloaded"),
    (160002, Some(Content), "the message cannot be answered without its history"),
    (200000, Some(Content), "the server's rules block the message"),
];

/// What ends a token's right to answer: used up, too old, or of an interaction that is not known.
const TOKEN_ENDED: &[u64] = &[10015, 10062, 40094, 50027];

#[derive(Default, Deserialize)]
#[serde(default)]
struct Answer {
    /// The message, the channel or the user.
    id: Option<String>,
    username: Option<String>,
    code: Option<u64>,
    message: Option<String>,
    /// Seconds, with a fraction.
    retry_after: Option<f64>,
}

/// What became of a call.
pub(super) fn read(request: &ProviderRequest, response: &ProviderResponse) -> DeliveryOutcome {
    let (status, headers, body) = match response {
        ProviderResponse::Http { status, headers, body } => (*status, headers, body),
        ProviderResponse::NotSent => return request.without_answer(false),
        ProviderResponse::TimedOut => return request.without_answer(true),
    };
    let answer: Answer = serde_json::from_slice(body).unwrap_or_default();
    if (200..300).contains(&status) {
        let opened = request.on_refused.as_ref().filter(|_| request.url.ends_with(OPENING));
        let Some(then) = opened else { return DeliveryOutcome::sent(answer.id) };
        return match segment(&answer.id.unwrap_or_default(), "channel's id") {
            Ok(channel) => {
                let url = then.url.replacen(PRIVATE, &format!("/channels/{channel}/"), 1);
                DeliveryOutcome::Instead(Box::new(ProviderRequest { url, ..(**then).clone() }))
            }
            // What was to be said there has not been said.
            Err(_) => DeliveryOutcome::retry(headers, "Discord did not say which private channel it opened"),
        };
    }
    let ended = answer.code.is_some_and(|code| TOKEN_ENDED.contains(&code));
    if let (true, Some(as_bot)) = (ended, &request.on_refused) {
        return DeliveryOutcome::Instead(as_bot.clone());
    }
    let known = answer.code.and_then(|code| CODES.iter().find(|(known, _, _)| *known == code));
    let said = answer.message.unwrap_or_else(|| format!("Discord answered {status}"));
    let why = known.map_or(said, |(_, _, meaning)| (*meaning).to_owned());
    // The rate is told by the status: its document has the code 0, or one of a resource.
    let class = match status {
        429 => None,
        _ => known.map_or_else(|| class_of(status), |(_, class, _)| *class),
    };
    match class {
        None => match answer.retry_after.filter(|s| s.is_finite() && *s >= 0.0) {
            // A float that is too large becomes the largest integer, which is bounded after that.
            Some(after_s) => DeliveryOutcome::retry_after(Some(after_s.ceil() as u64), why),
            None => DeliveryOutcome::retry(headers, why),
        },
        Some(cause) => {
            let code = answer.code.filter(|code| *code != 0).unwrap_or(u64::from(status));
            DeliveryOutcome::refused(code, why, cause)
        }
    }
}

fn class_of(status: u16) -> Class {
    match status {
        408 | 429 | 500.. => None,
        400 | 413 => Some(Content),
        404 => Some(Address),
        _ => Some(Account),
    }
}

/// What Discord says of the account's own bot.
pub(super) fn whoami(answer: &ProviderResponse) -> Result<String, String> {
    match answer {
        ProviderResponse::Http { status: 200, body, .. } => {
            let user: Answer = serde_json::from_slice(body).unwrap_or_default();
            Ok(format!("the bot {}", user.username.unwrap_or_else(|| "without a name".into())))
        }
        ProviderResponse::Http { status: 401, .. } => {
            Err("Discord refuses bot_token; reset it in the developer portal, under Bot".into())
        }
        ProviderResponse::Http { status, .. } => Err(format!("Discord answered {status}")),
        ProviderResponse::NotSent | ProviderResponse::TimedOut => Err("Discord could not be reached".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_in_order_and_a_tokens_are_not_among_them() {
        assert!(CODES.windows(2).all(|pair| pair[0].0 < pair[1].0));
        assert!(TOKEN_ENDED.iter().all(|code| CODES.iter().all(|(known, _, _)| known != code)));
    }
}
