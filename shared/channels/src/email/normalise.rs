//! A believed webhook's shape says what it is.

use super::Email;
use super::deliver::Heard;
use super::form::Form;
use super::ses::sns;
use crate::json;
use crate::signature::Verified;
use crate::webhook::{File, Normalised, Problem, WebhookReply};
use patchbay_model::Timestamp;
use serde_json::Value;

impl Email {
    /// Translates a webhook. `mail`: what lies at `stored_mail`, if something does. The files are those that the
    /// attachments name: they are to be stored before the events are queued.
    pub fn read_webhook(
        &self,
        request: &Verified<'_>,
        mail: Option<&[u8]>,
        received_at: Timestamp,
    ) -> (Normalised, Vec<File>) {
        let mut heard = Heard::default();
        let body = &request.request().body;
        if request.request().headers.get(sns::TYPE_HEADER).is_some() {
            self.hear_notification(request, mail, received_at, &mut heard);
        } else if let Some(form) = Form::read(request.request()) {
            if form.has("token") && form.has("signature") {
                self.hear_mailgun(&form, received_at, &mut heard);
            } else {
                self.hear_sendgrid(&form, received_at, &mut heard);
            }
        } else {
            match json::parse::<Value>(body) {
                Ok(Value::Array(events)) => self.hear_sendgrid_events(&events, received_at, &mut heard),
                Ok(document) if document["event-data"].is_object() => {
                    self.hear_mailgun_event(&document, received_at, &mut heard);
                }
                Ok(document) => self.hear_postmark(&document, received_at, &mut heard),
                Err(error) => {
                    heard.problems.push(Problem::new("", format!("neither a form nor JSON: {error}")))
                }
            }
        }
        let reply = WebhookReply { status: 200, content_type: "text/plain", body: String::new() };
        (Normalised::of(heard.events, heard.problems, reply), heard.files)
    }
}
