use super::token::Claims;
use super::wire::{Document, Said};
use super::{WebChat, said};
use crate::document;
use crate::json;
use crate::params;
use crate::signature::Verified;
use crate::text::cut;
use crate::webhook::{Normalised, Problem, WebhookReply};
use patchbay_model::event::{Profile, Reference};
use patchbay_model::{
    BlobKey, ChannelKind, Content, EventKind, InboundEvent, MessageSid, MessageStatus, Timestamp,
};

/// Characters of an id that the client makes.
const CLIENT_ID_CHARS_MAX: usize = 64;

impl WebChat {
    /// One document, one event. The client is ours: what it must not send is answered with 400 and the reason.
    pub(super) fn read_document(&self, request: &Verified<'_>, received_at: Timestamp) -> Normalised {
        let mut problems = Vec::new();
        match self.event(request, received_at, &mut problems) {
            Ok(event) => {
                let reply = WebhookReply::json(202, &serde_json::json!({ "event_id": event.event_id }));
                Normalised::of(vec![event], problems, reply)
            }
            Err(problem) => {
                let error = serde_json::json!({ "path": problem.path, "message": problem.reason });
                problems.push(problem);
                Normalised::of(Vec::new(), problems, WebhookReply::json(400, &error))
            }
        }
    }

    fn event(
        &self,
        request: &Verified<'_>,
        received_at: Timestamp,
        problems: &mut Vec<Problem>,
    ) -> Result<InboundEvent, Problem> {
        let claims: Claims = serde_json::from_slice(request.claims().unwrap_or_default())
            .map_err(|error| Problem::new("", format!("the session cannot be read: {error}")))?;
        let document: Document = json::parse(&request.request().body)
            .map_err(|error| Problem::new("", format!("the document cannot be read: {error}")))?;
        check_id("client_msg_id", &document.client_msg_id)?;
        let event_id = scoped(&claims, &document.client_msg_id);
        let provider_time = time_of(&document.client_msg_id);
        let kind = self.kind(&claims, &event_id, document, problems)?;
        Ok(InboundEvent {
            event_id,
            channel: ChannelKind::Webchat,
            account: self.account.name.clone(),
            contact_address: claims.sub,
            our_address: self.account.name.clone(),
            provider_time,
            to_the_second: false,
            received_at,
            profile: Profile { name: claims.name, language: claims.locale },
            kind,
        })
    }

    fn kind(
        &self,
        claims: &Claims,
        event_id: &str,
        document: Document,
        problems: &mut Vec<Problem>,
    ) -> Result<EventKind, Problem> {
        if let Some(id) = &document.reply_to {
            check_id("reply_to", id)?;
        }
        let content = match document.said {
            Said::Text { text } => Content::Text { text },
            Said::Media { attachments, text } => Content::Media { attachments, text },
            Said::Location { latitude, longitude, name, address } => {
                Content::Location { latitude, longitude, name, address }
            }
            Said::Choice { data, text } => Content::Choice { data, text },
            Said::Edit { edits, text } => {
                check_id("edits", &edits)?;
                let content = Content::Text { text: cut(text, "text", problems) };
                return Ok(EventKind::Edited { provider_id: scoped(claims, &edits), content });
            }
            Said::Delete { deletes } => {
                check_id("deletes", &deletes)?;
                return Ok(EventKind::Deleted { provider_id: scoped(claims, &deletes) });
            }
            Said::Typing { on } => return Ok(EventKind::Typing { on }),
            Said::Read { receipt } => return self.seen(claims, &receipt),
            Said::Rating { score, text } => return said::rating(score, text, problems),
            Said::Form { answers } => return said::form(answers, problems),
        };
        let content = document::inbound(
            content,
            Some(&BlobKey::uploaded_by(&self.account.name, &claims.sub)),
            problems,
        )?;
        Ok(EventKind::Message {
            provider_id: event_id.to_owned(),
            params: params::of_message(&claims.sub, &self.account.name, event_id, &content),
            content,
            reply_to: document.reply_to.map(|id| named(claims, id)),
            reply_context: None,
            echo: false,
            tokens: Default::default(),
        })
    }

    fn seen(&self, claims: &Claims, receipt: &str) -> Result<EventKind, Problem> {
        let key = self
            .read_receipt(&claims.sub, receipt)
            .ok_or_else(|| Problem::new("receipt", "the receipt is not of a message to this visitor"))?;
        Ok(EventKind::Receipt { reference: Reference::Ours(key), status: MessageStatus::Read, reason: None })
    }
}

/// A client's id is unique in its session; with the session it is in the account.
fn scoped(claims: &Claims, client_id: &str) -> String {
    format!("{}:{client_id}", claims.sid)
}

/// What a visitor answers: a message of ours, by its sid, or one of their own.
fn named(claims: &Claims, id: String) -> String {
    if MessageSid::parse(&id).is_ok() { id } else { scoped(claims, &id) }
}

/// The time in an id that is a UUID of version 7 (RFC 9562, 5.7): what the clients of ours make. Any other id
/// has none.
fn time_of(client_id: &str) -> Option<Timestamp> {
    let bytes = client_id.as_bytes();
    let is_uuid = bytes.len() == 36
        && bytes.iter().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => *byte == b'-',
            14 => *byte == b'7',
            19 => matches!(byte, b'8' | b'9' | b'a' | b'b' | b'A' | b'B'),
            _ => byte.is_ascii_hexdigit(),
        });
    let time = is_uuid.then(|| format!("{}{}", &client_id[..8], &client_id[9..13]))?;
    i64::from_str_radix(&time, 16).ok().map(Timestamp)
}

fn check_id(path: &str, id: &str) -> Result<(), Problem> {
    let fits =
        (1..=CLIENT_ID_CHARS_MAX).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_graphic());
    if fits {
        return Ok(());
    }
    Err(Problem::new(path, format!("an id is 1 to {CLIENT_ID_CHARS_MAX} printable ASCII characters")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_id_of_version_7_has_a_time() {
        // The example of RFC 9562, A.6.
        let time = time_of("017F22E2-79B0-7CC3-98C4-DC0C0C07398F");
        assert_eq!(time, Some(Timestamp(0x017f_22e2_79b0)));
        for other in [
            "1",
            "017f22e2-79b0-4cc3-98c4-dc0c0c07398f",
            "017f22e2-79b0-7cc3-c8c4-dc0c0c07398f",
            "017f22e279b07cc398c4dc0c0c07398f0000",
            "0é7f22e2-79b0-7cc3-98c4-dc0c0c07398",
        ] {
            assert_eq!(time_of(other), None, "{other}");
        }
    }
}
