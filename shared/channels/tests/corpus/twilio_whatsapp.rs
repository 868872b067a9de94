//! WhatsApp through Twilio.

use super::*;

#[test]
fn twilio_whatsapp_webhooks() {
    let Some(folder) = corpus("twilio-whatsapp") else { return };
    let settings =
        [("provider", "twilio"), ("account_sid", "AC1"), ("auth_token", "token"), ("from", "+18005551212")];
    let whatsapp = open(ChannelKind::Whatsapp, &settings, PUBLIC_URL);
    count(
        "twilio-whatsapp webhooks",
        files(&folder, "form").into_iter().map(|(name, body)| {
            let form: BTreeMap<String, String> = form_urlencoded::parse(&body).into_owned().collect();
            let heard = heard(&*whatsapp, "application/x-www-form-urlencoded", body);
            let bare = |name: &str| form[name].strip_prefix("whatsapp:").unwrap_or_default().to_owned();
            let verdict = match heard.events.as_slice() {
                [event] if heard.problems.is_empty() => match &event.kind {
                    EventKind::Message { params, content, provider_id, reply_to, .. } => {
                        expect(params, &form)
                            .and(expect(provider_id, &form["MessageSid"]))
                            .and(expect(&event.contact_address, &bare("From")))
                            .and(expect(&event.our_address, &bare("To")))
                            .and(expect(event.profile.name.as_ref(), form.get("ProfileName")))
                            .and(expect(reply_to.as_ref(), form.get("OriginalRepliedMessageSid")))
                            .and(expect(kind(&event.kind).as_str(), wanted_of(&form)))
                            .and(expect(content.attachments().len().to_string(), form["NumMedia"].clone()))
                    }
                    EventKind::Receipt { status, reason, .. } => {
                        let wanted = match form["MessageStatus"].as_str() {
                            "read" => MessageStatus::Read,
                            "delivered" => MessageStatus::Delivered,
                            _ => MessageStatus::Failed,
                        };
                        expect(*status, wanted)
                            .and(expect(reason.is_some(), form.contains_key("ErrorCode")))
                            .and(expect(&event.contact_address, &bare("To")))
                    }
                    other => Err(format!("{other:?}")),
                },
                events => Err(format!("{events:?}, {:?}", heard.problems)),
            };
            (name, verdict)
        }),
    );
}

fn wanted_of(form: &BTreeMap<String, String>) -> &'static str {
    match form["MessageType"].as_str() {
        "text" => "text",
        "interactive" => "choice",
        _ => "media",
    }
}
