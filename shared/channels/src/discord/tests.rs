use super::interaction::REPLY;
use super::*;
use crate::delivery::RefusalCause;
use crate::testing::{NOW, PUBLIC_URL, call, channel, heard, http, outbound, picture, requests};
use crate::webhook::RejectionReason;
use insta::assert_json_snapshot;
use patchbay_model::{Attachment, ChoiceOption, Content, EventKind, ReplyContext, ReplyToken};
use serde_json::json;

mod laws;

const USER: &str = "80351110224678912";
const FORWARDER: (&str, &str) = EXAMPLE_WITH_FORWARDER[3];

fn discord() -> Arc<dyn Simulated> {
    channel(ChannelKind::Discord, &[])
}

fn hear_with(changes: &[(&str, &str)], document: &Value) -> Normalised {
    heard(&*channel(ChannelKind::Discord, changes), "", USER, &document.to_string())
}

/// What is heard of an interaction that has these fields besides the usual ones.
fn interaction(kind: u64, fields: Value) -> Value {
    let mut interaction = json!({
        "id": "1438200000000000001", "application_id": "1093927421318266911", "type": kind, "token": "tok",
        "version": 1, "locale": "de", "guild_id": "7", "channel_id": "8",
        "member": { "nick": "Annie", "user": { "id": USER, "username": "ann", "global_name": "Ann" } },
    });
    interaction.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    interaction
}

fn hear(kind: u64, fields: Value) -> Normalised {
    hear_with(&[], &interaction(kind, fields))
}

/// What is heard of a payload of the Gateway.
fn dispatched(kind: &str, data: Value) -> Normalised {
    let payload = json!({ "op": 0, "t": kind, "s": 5, "d": data, "session_id": "s-1" });
    hear_with(&[FORWARDER], &payload)
}

fn written(fields: Value) -> Value {
    let mut message = json!({
        "id": "1438200000000000001", "channel_id": "8", "type": 0, "content": "hello",
        "author": { "id": USER, "username": "ann", "global_name": "Ann" },
    });
    message.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    message
}

fn kind(heard: Normalised) -> EventKind {
    assert_eq!(heard.problems, []);
    heard.events.into_iter().next().unwrap().kind
}

fn content(heard: Normalised) -> Content {
    match kind(heard) {
        EventKind::Message { content, .. } => content,
        other => panic!("{other:?}"),
    }
}

fn file(id: &str) -> Value {
    json!({ "id": id, "url": format!("https://cdn.example/{id}"), "filename": "a.png", "content_type": "image/png", "size": 9 })
}

#[test]
fn interactions() {
    let options = json!([
        { "name": "order", "type": 1, "options": [{ "name": "number", "type": 3, "value": "A-7" }] },
        { "name": "photo", "type": 11, "value": "55" },
    ]);
    let command = json!({ "name": "support", "type": 1, "options": options, "resolved": { "attachments": { "55": file("55") } } });
    assert_json_snapshot!("command", picture(&hear(2, json!({ "data": command }))));
    let button = json!({ "type": 2, "custom_id": "color=blue", "label": "Blue" });
    let message = json!({ "id": "77", "components": [{ "type": 1, "components": [button] }] });
    let pressed = json!({ "data": { "custom_id": "color=blue", "component_type": 2 }, "message": message });
    assert_json_snapshot!("button", picture(&hear(3, pressed)));
    let field = json!({ "type": 18, "component": { "type": 4, "custom_id": "size", "value": "42" } });
    let row = json!({ "type": 1, "components": [{ "type": 4, "custom_id": "why", "value": "Because" }] });
    let form = json!({ "data": { "custom_id": "order", "components": [field, row] } });
    assert_json_snapshot!("form", picture(&hear(5, form)));
}

#[test]
fn what_was_picked_is_named_as_it_stood_there() {
    let options = json!([{ "label": "Red", "value": "r" }, { "label": "Blue", "value": "b" }]);
    let menu = json!({ "type": 3, "custom_id": "color", "options": options });
    let message = json!({ "id": "77", "components": [{ "type": 1, "components": [menu] }] });
    let check = |values: &[&str], text: Option<&str>| {
        let data = json!({ "custom_id": "color", "component_type": 3, "values": values });
        let found = content(hear(3, json!({ "data": data, "message": message })));
        assert_eq!(found, Content::Choice { data: values.join(","), text: text.map(str::to_owned) });
    };
    check(&["r"], Some("Red"));
    check(&["r", "b"], Some("Red, Blue"));
    check(&["80351110224678913"], None);
}

#[test]
fn every_interaction_is_answered_at_once() {
    let check = |changes: &[(&str, &str)], kind: u64, fields: Value, answer: Value, events: usize| {
        let heard = hear_with(changes, &interaction(kind, fields));
        let reply: Value = serde_json::from_str(&heard.reply.body).unwrap();
        assert_eq!((heard.reply.status, reply["type"].clone()), (200, answer["type"].clone()), "{kind}");
        if !answer["data"].is_null() {
            assert_eq!(reply["data"], answer["data"]);
        }
        assert_eq!(heard.events.len(), events, "{kind}");
    };
    let bare = json!({ "data": { "name": "support", "type": 1 } });
    let private = json!({ "data": { "name": "support", "type": 1 }, "guild_id": null });
    let label = [("reply_label", "Answer")];
    check(&[], 1, json!({}), json!({ "type": 1 }), 0);
    check(&[], 2, bare.clone(), json!({ "type": 5, "data": { "flags": 64 } }), 1);
    check(&[], 2, private, json!({ "type": 5 }), 1);
    check(&label, 2, bare, json!({ "type": 9 }), 0);
    check(&[], 3, json!({ "data": { "custom_id": "x" } }), json!({ "type": 6 }), 1);
    check(&label, 3, json!({ "data": { "custom_id": REPLY } }), json!({ "type": 9 }), 0);
    check(&[], 4, json!({ "data": { "name": "x" } }), json!({ "type": 8, "data": { "choices": [] } }), 0);
    let form = json!({ "data": { "custom_id": REPLY, "components": [] } });
    check(&[], 5, form.clone(), json!({ "type": 5, "data": { "flags": 64 } }), 1);
    let mut below = form;
    below["message"] = json!({ "id": "77" });
    check(&[], 5, below, json!({ "type": 6 }), 1);
    check(&[], 99, json!({}), json!({ "type": 6 }), 0);
}

#[test]
fn our_own_form_is_what_the_customer_writes() {
    let field = json!({ "type": 18, "component": { "type": 4, "custom_id": "text", "value": "It broke" } });
    let data = |resolved: Value| json!({ "data": { "custom_id": REPLY, "components": [field], "resolved": resolved } });
    assert_eq!(content(hear(5, data(json!({})))), Content::text("It broke"));
    let found = content(hear(5, data(json!({ "attachments": { "55": file("55") } }))));
    assert_eq!((found.plain_text(), found.attachments().len()), ("It broke", 1));
}

#[test]
fn a_token_is_good_for_less_than_fifteen_minutes() {
    let heard = hear(3, json!({ "data": { "custom_id": "x" } }));
    let at = heard.events[0].provider_time.unwrap();
    let EventKind::Message { reply_context: Some(ReplyContext::Token(token)), .. } = kind(heard) else {
        panic!()
    };
    assert_eq!(token, ReplyToken { token: "private:tok".into(), usable_until: at.plus_s(14 * 60) });
}

#[test]
fn pings_of_three_kinds() {
    let check = |document: Value, status: u16, body: &str| {
        let heard = hear_with(&[], &document);
        assert_eq!((heard.reply.status, heard.reply.body.as_str()), (status, body));
        assert_eq!((heard.events.len(), heard.problems.len()), (0, 0));
    };
    check(json!({ "type": 1, "token": "t", "id": "1", "version": 1 }), 200, r#"{"type":1}"#);
    check(json!({ "type": 1 }), 200, r#"{"type":1}"#);
    check(json!({ "version": 1, "application_id": "1", "type": 0 }), 204, "");
}

#[test]
fn webhook_events() {
    let event = |kind: &str, data: Value| {
        let event = json!({ "type": kind, "timestamp": "2026-11-22T15:05:03.109604", "data": data });
        hear_with(&[], &json!({ "version": 1, "application_id": "1", "type": 1, "event": event }))
    };
    let user = json!({ "id": USER, "username": "ann" });
    let authorized = json!({ "integration_type": 1, "user": user, "scopes": ["applications.commands"] });
    assert_json_snapshot!("authorized", picture(&event("APPLICATION_AUTHORIZED", authorized)));
    let entitlement = json!({ "id": "5", "sku_id": "6", "user_id": USER });
    assert_json_snapshot!("entitlement", picture(&event("ENTITLEMENT_CREATE", entitlement)));
    assert_json_snapshot!(
        "lobby",
        picture(&event("LOBBY_MESSAGE_CREATE", written(json!({ "lobby_id": "9" }))))
    );
    let deleted = kind(event("GAME_DIRECT_MESSAGE_DELETE", written(json!({}))));
    assert_eq!(deleted, EventKind::Deleted { provider_id: "1438200000000000001".into() });
    let nobody = event("QUEST_USER_ENROLLMENT", json!({ "id": "1" }));
    assert_eq!(
        (nobody.reply.status, nobody.problems[0].reason.as_str()),
        (204, "QUEST_USER_ENROLLMENT names no user")
    );
}

#[test]
fn messages_by_the_gateway() {
    let quoting = json!({ "type": 19, "message_reference": { "type": 0, "message_id": "70" } });
    assert_json_snapshot!("message", picture(&dispatched("MESSAGE_CREATE", written(quoting))));
    let in_server = json!({ "guild_id": "7", "attachments": [file("55")] });
    assert_json_snapshot!("message_in_server", picture(&dispatched("MESSAGE_CREATE", written(in_server))));
    let edited = json!({ "content": "hello!", "edited_timestamp": "2026-11-22T15:05:03.000000+00:00" });
    assert_json_snapshot!("edited", picture(&dispatched("MESSAGE_UPDATE", written(edited))));
    let reaction = json!({ "user_id": USER, "channel_id": "8", "message_id": "70", "emoji": { "id": null, "name": "🔥" } });
    assert_json_snapshot!("reaction", picture(&dispatched("MESSAGE_REACTION_ADD", reaction)));
    let sticker =
        json!({ "content": "", "sticker_items": [{ "id": "3", "name": "Wave", "format_type": 1 }] });
    let expect =
        Content::Sticker { package_id: String::new(), sticker_id: "3".into(), text: Some("Wave".into()) };
    assert_eq!(content(dispatched("MESSAGE_CREATE", written(sticker))), expect);
    let snapshot = json!({ "message": { "content": "from elsewhere" } });
    let forwarded = json!({ "content": "", "message_reference": { "type": 1, "message_id": "70" }, "message_snapshots": [snapshot] });
    let EventKind::Message { content, reply_to, params, .. } =
        kind(dispatched("MESSAGE_CREATE", written(forwarded)))
    else {
        panic!()
    };
    assert_eq!(
        (content, reply_to, params["Forwarded"].as_str()),
        (Content::text("from elsewhere"), None, "true")
    );
}

#[test]
fn what_the_bot_does_itself_and_what_discord_adds_is_no_event() {
    let check = |kind: &str, data: Value| {
        let heard = dispatched(kind, data);
        assert_eq!((heard.events.len(), heard.problems.len()), (0, 0), "{kind}");
    };
    let bot = "1093927421318266911";
    check("MESSAGE_CREATE", written(json!({ "author": { "id": bot, "bot": true } })));
    check("MESSAGE_CREATE", written(json!({ "application_id": bot, "author": { "id": "5", "bot": true } })));
    check("MESSAGE_UPDATE", written(json!({ "embeds": [{}] })));
    check("TYPING_START", json!({ "user_id": bot, "channel_id": "8" }));
    let other = kind(dispatched("MESSAGE_CREATE", written(json!({ "author": { "id": "5", "bot": true } }))));
    assert_eq!(other, EventKind::Note { name: "bot_message".into(), text: "hello".into() });
    let joined = kind(dispatched("MESSAGE_CREATE", written(json!({ "type": 7, "content": "" }))));
    assert_eq!(joined, EventKind::Note { name: "message_type_7".into(), text: String::new() });
}

#[test]
fn a_deleted_message_is_its_customers_where_that_is_known() {
    let check = |data: Value, customer: Option<&str>| {
        let heard = dispatched("MESSAGE_DELETE", data);
        assert_eq!(heard.events.first().map(|event| event.contact_address.as_str()), customer);
        assert_eq!(heard.problems.is_empty(), customer.is_some());
    };
    check(json!({ "id": "70", "channel_id": "8", "guild_id": "7" }), Some("channel:8"));
    check(json!({ "id": "70", "channel_id": "8", "user_id": USER }), Some(USER));
    check(json!({ "id": "70", "channel_id": "8" }), None);
}

#[test]
fn a_signature_is_whole_and_over_the_time_too() {
    let discord = discord();
    let mut request = WebhookRequest { method: "POST".into(), body: b"{}".into(), ..Default::default() };
    discord.sign(&mut request, USER, NOW);
    let own = request.headers.get(verify::SIGNATURE_HEADER).unwrap().to_owned();
    let check = |signature: &str, time: &str, expect: Option<RejectionReason>| {
        let headers =
            Headers::from_iter([(verify::SIGNATURE_HEADER, signature), (verify::TIMESTAMP_HEADER, time)]);
        let rejection = discord.verify(&WebhookRequest { headers, ..request.clone() }, NOW).err();
        assert!(rejection.as_ref().is_none_or(|rejection| rejection.status == 401));
        assert_eq!(rejection.map(|rejection| rejection.reason), expect, "{signature}");
    };
    check(&own, "1795359904", None);
    check(&own, "1795359905", Some(RejectionReason::Wrong));
    check(&own[..126], "1795359904", Some(RejectionReason::Malformed));
    check(&format!("{own}00"), "1795359904", Some(RejectionReason::Malformed));
    check("zz", "1795359904", Some(RejectionReason::Malformed));
    check(&"0".repeat(128), "1795359904", Some(RejectionReason::Wrong));
}

#[test]
fn a_forwarder_is_believed_where_there_is_one() {
    let secret = FORWARDER.1;
    let forwarding = gateway::Forwarding::read(&format!("{secret}, other")).unwrap();
    let payload = json!({ "op": 0, "t": "MESSAGE_CREATE", "s": 5, "d": written(json!({})) });
    let (headers, body) = forwarding.webhook(payload.as_object().unwrap().clone(), "s-1", NOW);
    let request = WebhookRequest { method: "POST".into(), headers, body, ..Default::default() };
    let with = channel(ChannelKind::Discord, &[FORWARDER]);
    let heard = with.normalise(&with.verify(&request, NOW).unwrap(), NOW);
    assert_eq!(heard.events[0].event_id, "1438200000000000001");
    assert_eq!(with.verify(&request, NOW.plus_s(301)).unwrap_err().reason, RejectionReason::Stale);
    assert_eq!(discord().verify(&request, NOW).unwrap_err().reason, RejectionReason::Missing);
    let other =
        channel(ChannelKind::Discord, &[("gateway_secret", "whsec_YW5vdGhlci1pbnZlbnRlZC1nYXRld2F5LWtleQ")]);
    assert_eq!(other.verify(&request, NOW).unwrap_err().reason, RejectionReason::Wrong);
    assert!(gateway::Forwarding::read("short").is_none());
}

fn message(content: Content) -> OutboundMessage {
    outbound(ChannelKind::Discord, USER, content)
}

fn attachment(content_type: &str) -> Attachment {
    Attachment {
        url: format!("https://media.example/{content_type}"),
        content_type: content_type.into(),
        file_name: None,
        bytes: None,
    }
}

fn options(count: usize) -> Vec<ChoiceOption> {
    (0..count).map(|at| ChoiceOption { data: at.to_string(), text: "Blue".into() }).collect()
}

#[test]
fn calls() {
    let show = |changes: &[(&str, &str)], message: &OutboundMessage| -> Vec<Value> {
        requests(&*channel(ChannelKind::Discord, changes), message).iter().map(call).collect()
    };
    let mut text = message(Content::text("hello @everyone"));
    text.reply_to = Some("70".into());
    assert_json_snapshot!("call_text", show(&[], &text));
    let token = ReplyToken { token: "private:tok".into(), usable_until: NOW };
    text.reply_context = Some(ReplyContext::Token(token));
    assert_json_snapshot!("call_follow_up", show(&[], &text));
    let in_server = outbound(ChannelKind::Discord, "channel:8", Content::text("hello"));
    assert_json_snapshot!("call_in_server", show(&[("reply_label", "Answer")], &in_server));
    let choices = Content::Choices { text: "Which?".into(), options: options(6) };
    assert_json_snapshot!("call_choices", show(&[], &outbound(ChannelKind::Discord, "channel:8", choices)));
    let attachments = vec![attachment("image/png"), attachment("application/zip")];
    let media = Content::Media { attachments, text: Some("see".into()) };
    assert_json_snapshot!("call_media", show(&[], &outbound(ChannelKind::Discord, "channel:8", media)));
    let mut reaction =
        outbound(ChannelKind::Discord, "channel:8", Content::Reaction { emoji: Some("🔥".into()) });
    reaction.reply_to = Some("70".into());
    assert_json_snapshot!("call_reaction", show(&[], &reaction));
    reaction.content = Content::Reaction { emoji: None };
    assert_eq!(discord().render(&reaction, NOW), Err(Undeliverable::Kind("reaction")));
}

#[test]
fn an_old_token_is_not_tried() {
    let mut text = message(Content::text("x"));
    let token = ReplyToken { token: "open:tok".into(), usable_until: NOW.plus_ms(-1) };
    text.reply_context = Some(ReplyContext::Token(token));
    assert!(requests(&*discord(), &text)[0].url.ends_with("/users/@me/channels"));
}

#[test]
fn answers_beyond_what_buttons_carry_are_numbered() {
    let check = |options: Vec<ChoiceOption>, buttons: bool| {
        let choices = Content::Choices { text: "Which?".into(), options };
        let sent = call(&requests(&*discord(), &outbound(ChannelKind::Discord, "channel:8", choices))[0]);
        assert_eq!(sent["body"]["components"].is_array(), buttons, "{sent}");
        assert_eq!(sent["body"]["content"] == "Which?", buttons);
    };
    let one = |data: &str, text: &str| vec![ChoiceOption { data: data.into(), text: text.into() }];
    check(options(20), true);
    check(options(21), false);
    check(one("d", &"a".repeat(80)), true);
    check(one("d", &"a".repeat(81)), false);
    check(one(&"d".repeat(100), "a"), true);
    check(one(&"d".repeat(101), "a"), false);
    check([one("d", "a"), one("d", "b")].concat(), false);
    check(one(REPLY, "a"), false);
}

#[test]
fn a_private_channel_is_opened_and_then_written_to() {
    let open = requests(&*discord(), &message(Content::text("x"))).remove(0);
    let DeliveryOutcome::Instead(send) =
        discord().outcome(&open, &http(200, &[], &json!({ "id": "319674150115610528" })))
    else {
        panic!()
    };
    assert_eq!(send.url, "https://discord.com/api/v10/channels/319674150115610528/messages");
    assert!(send.idempotent && send.on_refused.is_none());
    let evil = discord().outcome(&open, &http(200, &[], &json!({ "id": "../x" })));
    let DeliveryOutcome::Instead(send) = evil else { panic!() };
    assert_eq!(send.url, "https://discord.com/api/v10/channels/..%2Fx/messages");
    for none in [json!({}), json!({ "id": "" }), json!({ "id": ".." }), json!("?")] {
        let outcome = discord().outcome(&open, &http(200, &[], &none));
        assert!(matches!(outcome, DeliveryOutcome::Retry { .. }), "{none}: nothing has been said yet");
    }
}

#[test]
fn outcomes() {
    let open = requests(&*discord(), &message(Content::text("x"))).remove(0);
    let send = open.on_refused.clone().unwrap();
    let mut told = message(Content::text("x"));
    told.reply_context =
        Some(ReplyContext::Token(ReplyToken { token: "open:tok".into(), usable_until: NOW }));
    let by_token = requests(&*discord(), &told).remove(0);
    let of = |request: &ProviderRequest, status: u16, body: Value| match discord()
        .outcome(request, &http(status, &[("Retry-After", "9")], &body))
    {
        DeliveryOutcome::Sent { provider_id } => format!("sent {}", provider_id.unwrap_or_default()),
        DeliveryOutcome::Retry { after_s, .. } => format!("retry {after_s}"),
        DeliveryOutcome::Refused { code, cause, .. } => format!("{code} {cause:?}"),
        DeliveryOutcome::Instead(_) => "instead".into(),
        other => format!("{other:?}"),
    };
    let check = |status: u16, body: Value, expect: &str| {
        assert_eq!(of(&send, status, body.clone()), expect, "{status} {body}")
    };
    check(200, json!({ "id": "90" }), "sent 90");
    check(204, Value::Null, "sent ");
    check(429, json!({ "retry_after": 0.75, "global": true, "message": "slow" }), "retry 1");
    check(429, json!({ "retry_after": 64.2, "code": 20028 }), "retry 65");
    check(429, json!({ "retry_after": 1e30 }), "retry 900");
    check(429, json!({ "retry_after": -1.0 }), "retry 9");
    check(403, json!({ "code": 50007 }), "50007 Address");
    check(403, json!({ "code": 50013 }), "50013 Account");
    check(404, json!({ "code": 10003 }), "10003 Address");
    check(400, json!({ "code": 50035 }), "50035 Content");
    check(401, json!({ "code": 0, "message": "401: Unauthorized" }), "401 Account");
    check(400, json!({ "code": 99999 }), "99999 Content");
    check(404, json!("?"), "404 Address");
    check(502, json!("?"), "retry 9");
    assert_eq!(of(&open, 400, json!({ "code": 50033 })), "50033 Address");
    for code in [10015, 10062, 40094, 50027] {
        assert_eq!(of(&by_token, 404, json!({ "code": code })), "instead");
        assert!(of(&send, 404, json!({ "code": code })).ends_with("Address"));
    }
    let unsure = discord().outcome(&by_token, &ProviderResponse::TimedOut);
    assert!(matches!(unsure, DeliveryOutcome::Unknown { .. }), "a follow-up has no nonce");
}

#[test]
fn the_account_says_who_it_is() {
    let ask = discord().check_request().unwrap();
    assert_eq!((ask.method.as_str(), ask.url.as_str()), ("GET", "https://discord.com/api/v10/users/@me"));
    assert_eq!(
        discord().check(&http(200, &[], &json!({ "id": "1", "username": "shop" }))),
        Ok("the bot shop".into())
    );
    assert!(discord().check(&http(401, &[], &json!({}))).unwrap_err().contains("bot_token"));
    assert_eq!(discord().check(&discord().lookup_answer(&ask).unwrap()), Ok("the bot played".into()));
}

#[test]
fn settings_have_discords_forms() {
    let check = |key: &str, value: &str, good: bool| {
        let mut settings = crate::registry::example_settings(ChannelKind::Discord).unwrap();
        settings.insert(key.into(), value.into());
        let opened = crate::open(ChannelKind::Discord, "default", &settings, PUBLIC_URL);
        assert_eq!(opened.is_ok(), good, "{key} {value}");
    };
    check("application_id", "x", false);
    check("public_key", "00", false);
    // The neutral point: a key under which some signatures are good for every message.
    check("public_key", &format!("01{}", "0".repeat(62)), false);
    check("reply_label", &"a".repeat(LABEL_CHARS_MAX), true);
    check("reply_label", &"a".repeat(LABEL_CHARS_MAX + 1), false);
    check("gateway_secret", "secret", false);
    check("gateway_secret", FORWARDER.1, true);
}

#[test]
fn refusals_are_whose_business_they_are() {
    let open = requests(&*discord(), &message(Content::text("x"))).remove(0);
    let refused = discord().outcome(&open, &http(403, &[], &json!({ "code": 50278 })));
    assert!(matches!(refused, DeliveryOutcome::Refused { cause: RefusalCause::Address, .. }));
}
