use super::{Email, Sending};
use crate::delivery::{Rendered, Undeliverable};
use crate::email::smtp::SmtpDelivery;
use patchbay_model::{BlobKey, OutboundMessage, Timestamp};
use std::collections::BTreeMap;

impl Email {
    /// The objects that a message encloses, by the URLs of its attachments: those that are ours. What others have goes
    /// as a link.
    pub fn enclosed(&self, message: &OutboundMessage) -> Vec<(String, BlobKey)> {
        let ours = message.content.attachments().iter();
        ours.filter_map(|attachment| Some((attachment.url.clone(), BlobKey::of_reference(&attachment.url)?)))
            .collect()
    }

    /// Translates a message for whoever sends, with the bytes of what it encloses. Only the signature of SES depends on
    /// `now`.
    pub fn render_with(
        &self,
        message: &OutboundMessage,
        files: &BTreeMap<String, Vec<u8>>,
        now: Timestamp,
    ) -> Result<Rendered, Undeliverable> {
        let mail = self.compose(message, files)?;
        Ok(Rendered::Requests(vec![match &self.sending {
            Sending::Ses(ses) => ses.send(&mail, now),
            Sending::SendGrid(sendgrid) => sendgrid.send(&mail),
            Sending::Mailgun(mailgun) => mailgun.send(&mail),
            Sending::Postmark(postmark) => postmark.send(&mail),
            Sending::Smtp(server) => {
                return Ok(Rendered::Smtp(SmtpDelivery {
                    server: server.clone(),
                    mail: mail.mime(),
                    message_id: mail.message_id,
                    from: mail.from,
                    to: mail.to,
                }));
            }
        }]))
    }
}
