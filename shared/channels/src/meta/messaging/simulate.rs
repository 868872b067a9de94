use super::Messaging;
use super::normalise::USER_REF;
use crate::delivery::{ProviderRequest, ProviderResponse};
use crate::identifier::sid;
use crate::meta::graph::{answer, error_answer};
use crate::simulate::{
    Act, Answer, CustomerEvent, CustomerMessage, Delivery, PlayedFile, Receipt, Signal, Simulated, file_id,
};
use crate::webhook::{Headers, WebhookRequest};
use patchbay_model::{Attachment, ChannelKind, ChoiceOption, Content, MessageStatus, Timestamp};
use serde_json::{Value, json};

/// Where the played files are.
const FILES: &str = "/files/";

impl Simulated for Messaging {
    fn customer_message(&self, message: &CustomerMessage) -> Option<WebhookRequest> {
        let events: Vec<Value> = self
            .said(&message.content)?
            .into_iter()
            .enumerate()
            .map(|(at, mut said)| {
                said["mid"] = json!(mid(&format!("{}/{at}", message.seed)));
                if let Some(quoted) = &message.reply_to {
                    said["reply_to"] = json!({ "mid": quoted });
                }
                self.event(&message.from, message.at, json!({ "message": said }))
            })
            .collect();
        Some(self.webhook(message.at, events))
    }

    fn customer_event(&self, event: &CustomerEvent) -> Option<WebhookRequest> {
        let instagram = self.medium.kind == ChannelKind::Instagram;
        let id = mid(&event.seed);
        let told = match &event.act {
            Act::Edit { message, text } => {
                json!({ "message_edit": { "mid": message, "text": text, "num_edit": 1 } })
            }
            Act::Unsend { message } => json!({ "message": { "mid": message, "is_deleted": true } }),
            Act::React { message, emoji: Some(emoji) } => json!({
                "reaction": { "mid": message, "action": "react", "reaction": "other", "emoji": emoji },
            }),
            Act::React { message, emoji: None } => {
                json!({ "reaction": { "mid": message, "action": "unreact" } })
            }
            Act::Echo { text } => json!({
                "sender": { "id": self.app.id() }, "recipient": { "id": event.from },
                "message": { "mid": id, "text": text, "is_echo": true },
            }),
            Act::Referral { reference, text } => {
                let referral = json!({ "ref": reference, "source": "ADS", "type": "OPEN_THREAD" });
                json!({ "message": { "mid": id, "text": text, "referral": referral } })
            }
            Act::StoryReply { story_url, text } if instagram => {
                let story = json!({ "id": sid("", &["story", story_url]), "url": story_url });
                json!({ "message": { "mid": id, "text": text, "reply_to": { "story": story } } })
            }
            Act::StoryMention { story_url } if instagram => {
                let mention = json!({ "type": "story_mention", "payload": { "url": story_url } });
                json!({ "message": { "mid": id, "attachments": [mention] } })
            }
            Act::Note { name } => json!({ name.as_str(): {} }),
            Act::Typing { .. }
            | Act::OptIn
            | Act::OptOut
            | Act::Form { .. }
            | Act::StoryReply { .. }
            | Act::StoryMention { .. } => return None,
        };
        Some(self.webhook(event.at, vec![self.event(&event.from, event.at, told)]))
    }

    fn sign(&self, request: &mut WebhookRequest, _from: &str, _at: Timestamp) {
        self.app.add_signature(request);
    }

    fn read_delivery(&self, request: &ProviderRequest) -> Option<Delivery> {
        let body: Value = serde_json::from_slice(&request.body).ok()?;
        let message = body.get("message")?;
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let replies = message["quick_replies"].as_array().into_iter().flatten();
        let choice = |reply: &Value| {
            Some(ChoiceOption { data: text(&reply["payload"])?, text: text(&reply["title"])? })
        };
        Some(Delivery {
            to: addressee(&body)?,
            texts: text(&message["text"]).into_iter().collect(),
            media: text(&message["attachment"]["payload"]["url"]).into_iter().collect(),
            choices: replies.filter_map(choice).collect(),
            template: None,
            reply_to: text(&body["reply_to"]["mid"]),
        })
    }

    fn read_signal(&self, request: &ProviderRequest) -> Option<(String, Signal)> {
        let body: Value = serde_json::from_slice(&request.body).ok()?;
        let signal = match body["sender_action"].as_str()? {
            "typing_on" => Signal::Typing { on: true },
            "typing_off" => Signal::Typing { on: false },
            "mark_seen" => Signal::Read { message: None },
            "react" | "unreact" => Signal::Reaction {
                message: body["payload"]["message_id"].as_str()?.to_owned(),
                emoji: body["payload"]["reaction"].as_str().map(str::to_owned),
            },
            _ => return None,
        };
        Some((addressee(&body)?, signal))
    }

    /// Meta's files are at addresses that whoever knows them may open.
    fn media_answer(
        &self,
        request: &ProviderRequest,
        file: &dyn Fn(&str) -> Option<PlayedFile>,
    ) -> Option<ProviderResponse> {
        let id = request.url.strip_prefix(&self.app.api_base)?.strip_prefix(FILES)?;
        Some(file(id).map_or_else(|| error_answer(404, None), PlayedFile::answer))
    }

    fn lookup_answer(&self, request: &ProviderRequest) -> Option<ProviderResponse> {
        self.app.lookup_answer(request)
    }

    fn provider_answer(&self, request: &ProviderRequest, answered: &Answer) -> ProviderResponse {
        let seed = match answered {
            Answer::Error { status, code } => return error_answer(*status, code.as_deref()),
            Answer::Success { seed } => seed,
        };
        let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
        let mut sent = json!({ "recipient_id": body["recipient"]["id"] });
        if body.get("message").is_some() {
            sent["message_id"] = json!(mid(seed));
        }
        answer(200, &sent)
    }

    /// Messenger tells that messages have arrived, both that they were read.
    fn status_webhook(&self, request: &ProviderRequest, receipt: &Receipt) -> Option<WebhookRequest> {
        let Receipt { provider_id, status, at, .. } = receipt;
        let body: Value = serde_json::from_slice(&request.body).ok()?;
        let customer = &addressee(&body)?;
        let told = match (status, self.medium.capabilities.delivered_receipts) {
            (MessageStatus::Delivered, true) => {
                json!({ "delivery": { "mids": [provider_id], "watermark": at.0 } })
            }
            (MessageStatus::Read, true) => json!({ "read": { "watermark": at.0 } }),
            (MessageStatus::Read, false) => json!({ "read": { "mid": provider_id } }),
            _ => return None,
        };
        Some(self.webhook(*at, vec![self.event(customer, *at, told)]))
    }
}

impl Messaging {
    fn event(&self, customer: &str, at: Timestamp, about: Value) -> Value {
        let mut event = json!({
            "sender": { "id": customer }, "recipient": { "id": self.app.id() }, "timestamp": at.0,
        });
        if let (Value::Object(event), Value::Object(about)) = (&mut event, about) {
            event.extend(about);
        }
        event
    }

    fn webhook(&self, at: Timestamp, events: Vec<Value>) -> WebhookRequest {
        let entry = json!([{ "id": self.app.id(), "time": at.0, "messaging": events }]);
        let body = json!({ "object": self.medium.object, "entry": entry });
        let mut request = WebhookRequest {
            method: "POST".into(),
            path: self.app.account.webhook_path(self.medium.kind),
            raw_query: String::new(),
            headers: Headers::from_iter([("Content-Type", "application/json")]),
            body: body.to_string().into_bytes(),
        };
        self.app.add_signature(&mut request);
        request
    }

    fn sent(&self, attachment: &Attachment) -> Value {
        let stated = attachment.content_type.split('/').next().unwrap_or_default();
        let kind = if ["image", "video", "audio"].contains(&stated) { stated } else { "file" };
        let own = file_id(&attachment.url).map(|id| format!("{}{FILES}{id}", self.app.api_base));
        json!({ "type": kind, "payload": { "url": own.as_ref().unwrap_or(&attachment.url) } })
    }

    /// What a customer says as Meta's messages: it has no captions, so text and media come apart.
    fn said(&self, content: &Content) -> Option<Vec<Value>> {
        Some(match content {
            Content::Text { text } => vec![json!({ "text": text })],
            Content::Media { attachments, text } => {
                let text = text.iter().map(|text| json!({ "text": text }));
                let media: Vec<Value> = attachments.iter().map(|one| self.sent(one)).collect();
                text.chain([json!({ "attachments": media })]).collect()
            }
            Content::Location { latitude, longitude, name, .. }
                if self.medium.kind == ChannelKind::Messenger =>
            {
                let payload = json!({ "coordinates": { "lat": latitude, "long": longitude } });
                let place = json!({ "type": "location", "title": name, "payload": payload });
                vec![json!({ "attachments": [place] })]
            }
            Content::Choice { data, text } => {
                let shown = text.as_ref().unwrap_or(data);
                vec![json!({ "text": shown, "quick_reply": { "payload": data } })]
            }
            Content::Sticker { sticker_id, .. } if self.medium.sticker == Some(sticker_id.as_str()) => {
                vec![json!({ "attachments": [{ "type": sticker_id }] })]
            }
            Content::Unsupported { .. } => vec![json!({ "is_unsupported": true })],
            Content::Location { .. }
            | Content::Sticker { .. }
            | Content::Choices { .. }
            | Content::Contacts { .. }
            | Content::Template { .. }
            | Content::Reaction { .. }
            | Content::Email(_)
            | Content::System { .. }
            | Content::Note { .. } => return None,
        })
    }
}

/// The customer whom a call names.
fn addressee(body: &Value) -> Option<String> {
    let recipient = &body["recipient"];
    let user_ref = recipient["user_ref"].as_str().map(|id| format!("{USER_REF}{id}"));
    recipient["id"].as_str().map(str::to_owned).or(user_ref)
}

fn mid(seed: &str) -> String {
    sid("m_", &["meta-message", seed])
}
