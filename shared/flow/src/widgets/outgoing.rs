//! The message properties that send-message and send-and-wait-for-reply share.

use serde_json::{Value, json};

use crate::effect::{ContentTemplate, Effect, EffectId, SendMessage};
use crate::problem::ProblemKind;
use crate::properties::{Pair, Properties};
use crate::run::{Run, Stop, object};
use crate::template::Template;

/// A message as a definition describes it.
#[derive(Debug)]
pub(super) struct Outgoing {
    body: Option<Template>,
    media_url: Option<Template>,
    from: Option<Template>,
    to: Option<Template>,
    service: Option<Template>,
    channel: Option<Template>,
    messaging_service_sid: Option<Template>,
    attributes: Option<Template>,
    content_sid: Option<Template>,
    content_variables: Vec<Pair>,
    shorten_urls: bool,
}

impl Outgoing {
    pub(super) fn parse(properties: &mut Properties<'_>) -> Outgoing {
        // A custom message may still carry the template that was chosen before.
        let is_template = properties.text("message_type").as_deref() != Some("custom");
        let content_sid = properties.template("content_sid").filter(|_| is_template);
        Outgoing {
            body: properties.template("body"),
            media_url: properties.template("media_url"),
            from: properties.template("from"),
            to: properties.template("to"),
            service: properties.template("service"),
            channel: properties.template("channel"),
            messaging_service_sid: properties.template("messaging_service_sid"),
            attributes: properties.template("attributes"),
            content_sid,
            content_variables: properties.pairs("content_variables"),
            shorten_urls: properties.flag("shorten_urls"),
        }
    }

    /// Renders and sends. `outbound` is left behind; the effect's id is its `Sid`. `None` when there is nothing to
    /// send: no text, no media, no template.
    pub(super) fn send(&self, run: &mut Run) -> Result<Option<EffectId>, Stop> {
        let message = self.render(run)?;
        if message.body.trim().is_empty() && message.media_url.is_none() && message.template.is_none() {
            let reason = "there is no text, media or content template to send".to_owned();
            run.problem(ProblemKind::BadValue { property: "body".to_owned(), reason });
            let outbound = json!({"Status": "failed", "ErrorMessage": "empty message"});
            run.set_outputs(object([("outbound", outbound)]))?;
            return Ok(None);
        }
        let context = &run.frame()?.context;
        let mut outbound = object([
            ("Sid", json!(message.id)),
            ("Status", json!("queued")),
            ("Direction", json!("outbound-api")),
            ("Body", json!(message.body)),
            ("From", json!(message.from.as_ref().unwrap_or(&context.flow.channel.address))),
            ("To", json!(message.to.as_ref().unwrap_or(&context.contact.channel.address))),
            ("NumMedia", json!(if message.media_url.is_some() { "1" } else { "0" })),
        ]);
        if let Some(service) = &message.messaging_service_sid {
            outbound.insert("MessagingServiceSid".to_owned(), json!(service));
        }
        run.set_outputs(object([("outbound", Value::Object(outbound))]))?;
        let id = message.id.clone();
        run.emit(Effect::SendMessage(message));
        Ok(Some(id))
    }

    fn render(&self, run: &mut Run) -> Result<SendMessage, Stop> {
        let attributes = run.optional(self.attributes.as_ref(), "attributes")?;
        let content_sid = run.optional(self.content_sid.as_ref(), "content_sid")?;
        let variables = run.pairs(&self.content_variables, "content_variables")?.into_iter();
        let variables =
            variables.map(|(key, value)| (key.trim_matches(['{', '}', ' ']).to_owned(), value)).collect();
        Ok(SendMessage {
            id: run.effect_id()?,
            body: run.optional(self.body.as_ref(), "body")?.unwrap_or_default(),
            media_url: run.optional(self.media_url.as_ref(), "media_url")?,
            from: run.optional(self.from.as_ref(), "from")?,
            to: run.optional(self.to.as_ref(), "to")?,
            service: run.optional(self.service.as_ref(), "service")?,
            channel: run.optional(self.channel.as_ref(), "channel")?,
            messaging_service_sid: run
                .optional(self.messaging_service_sid.as_ref(), "messaging_service_sid")?,
            attributes: attributes.map(|text| serde_json::from_str(&text).unwrap_or(Value::String(text))),
            template: content_sid.map(|content_sid| ContentTemplate { content_sid, variables }),
            shorten_urls: self.shorten_urls,
        })
    }
}
