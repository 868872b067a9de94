use super::content::CONTACTS_MAX;
use super::*;
use crate::testing::{NOW, call, channel, heard, http, outbound, picture, requests};
use insta::assert_json_snapshot;
use patchbay_model::event::Reference;
use patchbay_model::{
    Attachment, ChoiceOption, ContactCard, Content, EventKind, MessageKey, MessageStatus, TemplateButton,
    TemplateHeader,
};
use serde_json::Value;

const NUMBER: &str = "+15005550001";
const NUMBER_ID: &str = "106540352242922";

fn whatsapp() -> Arc<dyn Simulated> {
    channel(ChannelKind::Whatsapp, &[])
}

/// What is heard of a change about customers of this number.
fn hear_at(number_id: &str, field: &str, fields: Value) -> Normalised {
    let mut value = json!({
        "messaging_product": "whatsapp",
        "metadata": { "display_phone_number": "15005550006", "phone_number_id": number_id },
        "contacts": [{ "profile": { "name": "Ann" }, "wa_id": "15005550001", "user_id": "US.1349" }],
    });
    value.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    let changes = json!([{ "field": field, "value": value }]);
    let body = json!({ "object": "whatsapp_business_account", "entry": [{ "id": "1", "changes": changes }] });
    let shared = channel(ChannelKind::Whatsapp, &[("accounts", "222=shop")]);
    heard(&*shared, "", NUMBER, &body.to_string())
}

fn hear(fields: Value) -> Normalised {
    hear_at(NUMBER_ID, "messages", fields)
}

fn said(fields: Value) -> Normalised {
    let mut message = json!({ "from": "15005550001", "id": "wamid.1", "timestamp": "1795359900" });
    message.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    hear(json!({ "messages": [message] }))
}

fn kind(heard: Normalised) -> EventKind {
    heard.events.into_iter().next().unwrap().kind
}

#[test]
fn messages() {
    let text = json!({
        "type": "text", "text": { "body": "hello" }, "context": { "id": "wamid.0", "forwarded": true },
        "referral": { "source_url": "https://ad.example", "source_id": "12", "source_type": "ad", "headline": "Sale" },
    });
    assert_json_snapshot!("text", picture(&said(text)));
    let image = json!({ "id": "77", "mime_type": "image/jpeg", "caption": "see", "sha256": "x" });
    assert_json_snapshot!("image", picture(&said(json!({ "type": "image", "image": image }))));
    let file = json!({
        "id": "78", "mime_type": "application/pdf", "filename": "a.pdf",
        "url": "https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=78",
    });
    assert_json_snapshot!("document", picture(&said(json!({ "type": "document", "document": file }))));
    let place = json!({ "latitude": 35.5, "longitude": 139.25, "name": "n", "address": "a" });
    assert_json_snapshot!("location", picture(&said(json!({ "type": "location", "location": place }))));
    let cards = json!([{
        "name": { "formatted_name": "Bob" }, "emails": [{ "email": "bob@shop.example" }],
        "phones": [{ "phone": "+1 (500) 555-0002", "wa_id": "15005550002" }, { "phone": "0500 3" }],
    }]);
    assert_json_snapshot!("contacts", picture(&said(json!({ "type": "contacts", "contacts": cards }))));
    let row =
        json!({ "type": "list_reply", "list_reply": { "id": "r1", "title": "Red", "description": "d" } });
    assert_json_snapshot!("list", picture(&said(json!({ "type": "interactive", "interactive": row }))));
    let form = json!({ "type": "nfm_reply", "nfm_reply": { "response_json": "{\"a\":1}", "body": "Sent" } });
    assert_json_snapshot!("form", picture(&said(json!({ "type": "interactive", "interactive": form }))));
    let items =
        json!([{ "product_retailer_id": "burger", "quantity": 3, "item_price": 30, "currency": "ILS" }]);
    let order = json!({ "type": "order", "order": { "text": "quick", "product_items": items } });
    assert_json_snapshot!("order", picture(&said(order)));
    let unknown = json!({ "type": "unsupported", "errors": [{ "code": 131051, "title": "unknown" }] });
    assert_json_snapshot!("unsupported", picture(&said(unknown)));
}

#[test]
fn what_happens_to_messages() {
    let reaction = |emoji: Value| {
        kind(said(json!({ "type": "reaction", "reaction": { "message_id": "wamid.0", "emoji": emoji } })))
    };
    let reacted = |emoji: Option<&str>| EventKind::Reaction {
        provider_id: "wamid.0".into(),
        emoji: emoji.map(str::to_owned),
    };
    assert_eq!(reaction(json!("👍🏻")), reacted(Some("👍🏻")));
    assert_eq!(reaction(json!("")), reacted(None));
    assert_eq!(reaction(Value::Null), reacted(None));
    let edit =
        json!({ "original_message_id": "wamid.0", "message": { "type": "text", "text": { "body": "new" } } });
    let edited = EventKind::Edited { provider_id: "wamid.0".into(), content: Content::text("new") };
    assert_eq!(kind(said(json!({ "type": "edit", "edit": edit }))), edited);
    let revoke = json!({ "type": "revoke", "revoke": { "original_message_id": "wamid.0" } });
    assert_eq!(kind(said(revoke)), EventKind::Deleted { provider_id: "wamid.0".into() });
    let button = json!({ "type": "button", "button": { "payload": "yes", "text": "Yes" } });
    let EventKind::Message { content, .. } = kind(said(button)) else { panic!() };
    assert_eq!(content, Content::Choice { data: "yes".into(), text: Some("Yes".into()) });
}

#[test]
fn other_changes() {
    let echo = json!({ "from": "15005550006", "to": "15005550001", "id": "wamid.9", "timestamp": "1795359900",
        "type": "text", "text": { "body": "from the phone" } });
    let heard_echo = hear_at(NUMBER_ID, "smb_message_echoes", json!({ "message_echoes": [echo] }));
    assert_json_snapshot!("echo", picture(&heard_echo));
    let status = json!({ "id": "wamid.5", "status": "failed", "timestamp": "1795359900", "recipient_id": "15005550001",
        "errors": [{ "code": 131047, "title": "Re-engagement message" }] });
    assert_json_snapshot!("status", picture(&hear(json!({ "statuses": [status] }))));
    let preference = json!({ "wa_id": "15005550001", "category": "marketing_messages", "value": "stop", "timestamp": 1795359900 });
    let heard_preference =
        hear_at(NUMBER_ID, "user_preferences", json!({ "user_preferences": [preference] }));
    assert_json_snapshot!("preference", picture(&heard_preference));
    let call = json!({ "id": "wacid.1", "event": "connect", "timestamp": "1795359900" });
    assert_json_snapshot!("call", picture(&hear_at(NUMBER_ID, "calls", json!({ "calls": [call] }))));
    assert_json_snapshot!(
        "account",
        picture(&hear_at("", "account_update", json!({ "event": "DISABLED_UPDATE" })))
    );
    assert_json_snapshot!("nothing", picture(&heard(&*whatsapp(), "", NUMBER, "[]")));
}

#[test]
fn statuses() {
    let check = |status: &str, expect: Option<MessageStatus>| {
        let told = json!({ "id": "wamid.5", "status": status, "recipient_id": "15005550001" });
        let heard = hear(json!({ "statuses": [told] }));
        let found = heard.events.first().map(|event| match &event.kind {
            EventKind::Receipt { status, reference: Reference::Provider(_), .. } => *status,
            other => panic!("{other:?}"),
        });
        assert_eq!((found, heard.problems.len()), (expect, usize::from(expect.is_none())), "{status}");
    };
    check("accepted", Some(MessageStatus::Sent));
    check("sent", Some(MessageStatus::Sent));
    check("delivered", Some(MessageStatus::Delivered));
    check("read", Some(MessageStatus::Read));
    check("played", Some(MessageStatus::Read));
    check("failed", Some(MessageStatus::Failed));
    check("warning", None);
}

#[test]
fn a_tag_that_is_not_ours_is_told_and_the_providers_id_kept() {
    let told =
        json!({ "id": "wamid.5", "status": "sent", "recipient_id": "1", "biz_opaque_callback_data": "mine" });
    let heard = hear(json!({ "statuses": [told] }));
    let EventKind::Receipt { reference, .. } = &heard.events[0].kind else { panic!() };
    assert_eq!((reference, heard.problems.len()), (&Reference::Provider("wamid.5".into()), 1));
}

#[test]
fn who_wrote_is_a_number_a_user_or_a_group() {
    let check = |fields: Value, address: &str, from: &str| {
        let heard = said(fields);
        let EventKind::Message { params, .. } = &heard.events[0].kind else { panic!() };
        assert_eq!((heard.events[0].contact_address.as_str(), params["From"].as_str()), (address, from));
    };
    let text = json!({ "body": "hi" });
    check(json!({ "type": "text", "text": text }), NUMBER, NUMBER);
    check(
        json!({ "type": "text", "text": text, "from": "", "from_user_id": "US.1349" }),
        "US.1349",
        "US.1349",
    );
    check(json!({ "type": "text", "text": text, "from": null, "from_user_id": "US.1" }), "US.1", "US.1");
    check(json!({ "type": "text", "text": text, "group_id": "Y2Fw" }), "Y2Fw", NUMBER);
}

#[test]
fn every_part_of_a_webhook_is_read_and_a_broken_one_takes_no_other_with_it() {
    let text = |id: &str| json!({ "from": "15005550001", "id": id, "type": "text", "text": { "body": id } });
    let value = json!({
        "metadata": { "phone_number_id": NUMBER_ID },
        "messages": [text("1"), { "id": {} }, text("2")],
    });
    let change = json!({ "field": "messages", "value": value });
    let entry = json!({ "id": "1", "changes": [change, 7, change] });
    let body = json!({ "object": "whatsapp_business_account", "entry": [entry, {}, entry] });
    let heard = heard(&*whatsapp(), "", NUMBER, &body.to_string());
    let ids: Vec<&str> = heard.events.iter().map(|event| event.event_id.as_str()).collect();
    assert_eq!(ids, ["1", "2"].repeat(4));
    let paths: Vec<&str> = heard.problems.iter().map(|problem| problem.path.as_str()).collect();
    assert_eq!(paths.iter().filter(|path| path.ends_with("messages[1]")).count(), 4);
    assert_eq!(paths.len(), 4 + 2 + 1, "{paths:?}");
}

#[test]
fn one_callback_serves_the_accounts_that_it_names() {
    let check = |number_id: &str, account: Option<&str>| {
        let message = json!({ "from": "1", "id": "wamid.1", "type": "text", "text": { "body": "x" } });
        let heard = hear_at(number_id, "messages", json!({ "messages": [message] }));
        assert_eq!(heard.events.first().map(|event| event.account.as_str()), account);
        assert_eq!(heard.problems.is_empty(), account.is_some());
    };
    check(NUMBER_ID, Some("default"));
    check("222", Some("shop"));
    check("333", None);
}

#[test]
fn cards_are_bounded() {
    let check = |count: usize, kept: usize, problems: usize| {
        let cards: Vec<Value> = (0..count).map(|_| json!({ "name": { "formatted_name": "Bob" } })).collect();
        let heard = said(json!({ "type": "contacts", "contacts": cards }));
        let EventKind::Message { content: Content::Contacts { contacts }, .. } = &heard.events[0].kind else {
            panic!()
        };
        assert_eq!((contacts.len(), heard.problems.len()), (kept, problems));
    };
    check(CONTACTS_MAX, CONTACTS_MAX, 0);
    check(CONTACTS_MAX + 1, CONTACTS_MAX, 1);
}

fn bodies(to: &str, content: Content, reply_to: Option<&str>) -> Vec<Value> {
    let message = OutboundMessage {
        reply_to: reply_to.map(str::to_owned),
        ..outbound(ChannelKind::Whatsapp, to, content)
    };
    requests(&*whatsapp(), &message).iter().map(|request| call(request)["body"].clone()).collect()
}

fn attachment(content_type: &str) -> Attachment {
    Attachment {
        url: format!("https://media.example/{content_type}"),
        content_type: content_type.into(),
        file_name: Some("file".into()),
        bytes: None,
    }
}

fn options(count: usize, title: usize) -> Vec<ChoiceOption> {
    (0..count).map(|at| ChoiceOption { data: format!("d{at}"), text: "é".repeat(title) }).collect()
}

#[test]
fn calls() {
    let text = outbound(ChannelKind::Whatsapp, NUMBER, Content::text("Café & thé 😀"));
    assert_json_snapshot!("call_text", call(&requests(&*whatsapp(), &text)[0]));
    let media = vec![attachment("image/png"), attachment("audio/ogg"), attachment("application/zip")];
    let media = Content::Media { attachments: media, text: Some("see".into()) };
    assert_json_snapshot!("call_media", bodies(NUMBER, media, Some("wamid.0")));
    let place =
        Content::Location { latitude: 35.5, longitude: -0.25, name: Some("Here".into()), address: None };
    assert_json_snapshot!("call_location", bodies(NUMBER, place, None));
    let choices = |count| Content::Choices { text: "Which?".into(), options: options(count, 3) };
    assert_json_snapshot!("call_buttons", bodies(NUMBER, choices(3), None));
    assert_json_snapshot!("call_list", bodies(NUMBER, choices(4), None));
    let card = ContactCard {
        name: "Bob".into(),
        phones: vec![NUMBER.into()],
        emails: vec!["b@shop.example".into()],
    };
    assert_json_snapshot!("call_contacts", bodies(NUMBER, Content::Contacts { contacts: vec![card] }, None));
    let template = Content::Template {
        name: "order_ready".into(),
        language: "en_US".into(),
        parameters: vec!["Ann".into(), "42".into()],
        header: None,
        buttons: Vec::new(),
        text: None,
    };
    assert_json_snapshot!("call_template", bodies("US.1349", template, None));
    let whole = |header: TemplateHeader| Content::Template {
        name: "order_ready".into(),
        language: "en_US".into(),
        parameters: vec!["Ann".into()],
        header: Some(Box::new(header)),
        buttons: vec![
            Some(TemplateButton::Url("orders/42".into())),
            None,
            Some(TemplateButton::QuickReply("keep".into())),
        ],
        text: None,
    };
    let texts = whole(TemplateHeader::Text("No. 42".into()));
    assert_json_snapshot!("call_template_whole", bodies("US.1349", texts, None));
    let bill = Attachment {
        url: "https://media.example/bill.pdf".into(),
        content_type: "application/pdf".into(),
        file_name: Some("bill.pdf".into()),
        bytes: None,
    };
    assert_json_snapshot!("call_template_file", bodies("US.1349", whole(TemplateHeader::Media(bill)), None));
    let reaction = Content::Reaction { emoji: Some("👍".into()) };
    assert_json_snapshot!("call_reaction", bodies("group", reaction, Some("wamid.0")));
    let to = outbound(ChannelKind::Whatsapp, NUMBER, Content::text("")).to;
    let Some(Rendered::Requests(read)) = whatsapp().mark_read(&to, "wamid.0", NOW) else { panic!() };
    assert_json_snapshot!("call_read", call(&read[0]));
}

#[test]
fn choices_are_buttons_then_a_list_then_lines() {
    let check = |count: usize, title: usize, expect: &str| {
        let content = Content::Choices { text: "Which?".into(), options: options(count, title) };
        let body = bodies(NUMBER, content, None).remove(0);
        let kind = body["interactive"]["type"].as_str().unwrap_or("text");
        assert_eq!(kind, expect, "{count} {title}");
    };
    check(3, 20, "button");
    check(3, 21, "list");
    check(4, 20, "list");
    check(10, 24, "list");
    check(10, 25, "text");
    check(11, 1, "text");
}

#[test]
fn a_caption_that_does_not_fit_goes_before() {
    let check = |content_type: &str, length: usize, calls: usize| {
        let attachments = vec![attachment(content_type)];
        let content = Content::Media { attachments, text: Some("é".repeat(length)) };
        assert_eq!(bodies(NUMBER, content, None).len(), calls, "{content_type} {length}");
    };
    check("image/png", 1_024, 1);
    check("image/png", 1_025, 2);
    check("audio/mpeg", 1, 2);
    check("image/webp", 1, 2);
    check("application/zip", 1, 1);
}

#[test]
fn what_nobody_can_send_is_refused() {
    let check = |content: Content, expect: Undeliverable| {
        let refusal = whatsapp().render(&outbound(ChannelKind::Whatsapp, NUMBER, content), NOW);
        assert_eq!(refusal.err(), Some(expect));
    };
    let sticker = Content::Sticker { package_id: "1".into(), sticker_id: "2".into(), text: None };
    check(sticker, Undeliverable::Kind("sticker"));
    check(Content::Reaction { emoji: None }, Undeliverable::Empty);
}

#[test]
fn media_are_fetched_in_two_steps_and_only_from_meta() {
    let check = |url: &str, ours: bool| assert_eq!(whatsapp().media_request(url).is_some(), ours, "{url}");
    check("https://graph.facebook.com/v25.0/77?phone_number_id=1", true);
    check("https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=77", true);
    check("https://lookaside.fbsbx.com.evil.example/", false);
    check("https://graph.facebook.com@evil.example/", false);
    let then = |status: u16, url: &str| {
        let answer = http(status, &[], &json!({ "url": url, "mime_type": "image/jpeg" }));
        whatsapp().media_content_request(&answer).map(|request| request.url)
    };
    let place = "https://lookaside.fbsbx.com/x";
    assert_eq!(then(200, place).as_deref(), Some(place));
    assert_eq!(then(200, "https://evil.example/x"), None);
    assert_eq!(then(404, place), None);
}

#[test]
fn a_message_carries_our_key_and_its_answer_metas_id() {
    let message = outbound(ChannelKind::Whatsapp, NUMBER, Content::text("x"));
    let request = requests(&*whatsapp(), &message).remove(0);
    let body: Value = serde_json::from_slice(&request.body).unwrap();
    let tag = body["biz_opaque_callback_data"].as_str().unwrap();
    assert_eq!(MessageKey::parse(tag), Some(message.key));
    assert!(tag.len() <= 512, "Meta's limit of the tag");
    let answer = http(200, &[], &json!({ "messages": [{ "id": "wamid.7" }] }));
    let sent = DeliveryOutcome::Sent { provider_id: Some("wamid.7".into()) };
    assert_eq!(whatsapp().outcome(&request, &answer), sent);
}
