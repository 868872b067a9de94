use super::*;
use crate::testing::{LAW_CASES, call, heard, http, outbound, picture, requests};
use crate::twilio::form;
use insta::assert_json_snapshot;
use patchbay_model::{Attachment, ChoiceOption, ContactCard, Content, EventKind};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeMap;

const FROM: &str = "+15005550001";

fn whatsapp() -> Arc<dyn Simulated> {
    let settings: BTreeMap<String, String> =
        EXAMPLE.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    crate::open_simulated(ChannelKind::Whatsapp, "default", &settings, crate::testing::PUBLIC_URL).unwrap()
}

fn hear(params: &[(&str, &str)]) -> Normalised {
    let common = [
        ("MessageSid", "SM1"),
        ("AccountSid", "AC1"),
        ("From", "whatsapp:+15005550001"),
        ("To", "whatsapp:+15005550006"),
        ("ProfileName", "Ann"),
        ("WaId", "15005550001"),
        ("SmsStatus", "received"),
    ];
    let body = form::encode(common.into_iter().chain(params.iter().copied()));
    heard(&*whatsapp(), "", FROM, &String::from_utf8(body).unwrap())
}

fn content(params: &[(&str, &str)]) -> Content {
    match hear(params).events.remove(0).kind {
        EventKind::Message { content, .. } => content,
        other => panic!("{other:?}"),
    }
}

#[test]
fn messages() {
    let quoting = [
        ("MessageType", "text"),
        ("Body", "Café + 😀"),
        ("OriginalRepliedMessageSid", "SM0"),
        ("ReferralSourceId", "12"),
    ];
    assert_json_snapshot!("text", picture(&hear(&quoting)));
    let media = "https://api.twilio.com/2010-04-01/Accounts/AC1/Messages/MM1/Media/ME1";
    let image = [
        ("MessageType", "image"),
        ("Body", "look"),
        ("NumMedia", "1"),
        ("MediaUrl0", media),
        ("MediaContentType0", "image/jpeg"),
    ];
    assert_json_snapshot!("image", picture(&hear(&image)));
    let place = [
        ("MessageType", "location"),
        ("Body", ""),
        ("Latitude", "35.5"),
        ("Longitude", "139.25"),
        ("Label", "Shop"),
        ("Address", "1 Road"),
    ];
    assert_json_snapshot!("location", picture(&hear(&place)));
    let entry = [("MessageType", "interactive"), ("Body", "Red"), ("ListId", "r1"), ("ListTitle", "Red")];
    assert_json_snapshot!("list", picture(&hear(&entry)));
    let receipt = [("MessageStatus", "failed"), ("ErrorCode", "63016")];
    assert_json_snapshot!("receipt", picture(&hear(&receipt)));
}

#[test]
fn answers_by_their_own_parameters() {
    let check = |params: &[(&str, &str)], data: &str, text: Option<&str>| {
        let expect = Content::Choice { data: data.into(), text: text.map(str::to_owned) };
        assert_eq!(content(params), expect, "{params:?}");
    };
    check(&[("ButtonPayload", "p"), ("ButtonText", "Yes"), ("Body", "Yes")], "p", Some("Yes"));
    check(&[("ButtonText", "Yes"), ("Body", "Yes")], "Yes", Some("Yes"));
    check(&[("ListId", "r1"), ("Body", "Red")], "r1", Some("Red"));
    check(&[("InteractiveData", "{\"a\":1}")], "{\"a\":1}", None);
}

#[test]
fn a_documents_text_is_its_name_where_it_can_be_one() {
    let check = |body: &str, name: Option<&str>| {
        let params = [
            ("MessageType", "document"),
            ("Body", body),
            ("NumMedia", "1"),
            ("MediaUrl0", "https://a.example/1"),
            ("MediaContentType0", "application/pdf"),
        ];
        let content = content(&params);
        assert_eq!(content.attachments()[0].file_name.as_deref(), name, "{body}");
        assert_eq!(content.plain_text().is_empty(), name.is_some() || body.is_empty(), "{body}");
    };
    check("offer 2026.pdf", Some("offer 2026.pdf"));
    check("see this.", None);
    check("../a.pdf", None);
    check("one\ntwo.pdf", None);
    check("", None);
}

#[test]
fn who_hides_the_number_is_known_by_their_id() {
    let body = "MessageSid=SM1&From=whatsapp%3AUS.1349&To=whatsapp%3A%2B15005550006&Body=x";
    let heard = heard(&*whatsapp(), "", FROM, body);
    assert_eq!(heard.events[0].contact_address, "US.1349");
    assert_eq!(heard.events[0].our_address, "+15005550006");
}

#[test]
fn what_has_no_form_here_is_kept_under_its_name() {
    let unknown = Content::Unsupported { provider_kind: "reaction".into(), text: None };
    assert_eq!(content(&[("MessageType", "reaction"), ("Body", "")]), unknown);
    assert_eq!(content(&[("MessageType", "text"), ("Body", "")]), Content::text(""));
}

#[test]
fn consent_is_what_twilio_says() {
    let kind = |params: &[(&str, &str)]| hear(params).events.remove(0).kind;
    let given = |opted_in: bool| EventKind::Consent { opted_in, content: Some(Content::text("x")) };
    assert_eq!(kind(&[("Body", "x"), ("OptOutType", "STOP")]), given(false));
    assert_eq!(kind(&[("Body", "x"), ("OptOutType", "START")]), given(true));
    assert!(matches!(kind(&[("Body", "STOP")]), EventKind::Message { .. }), "Twilio has not taken it");
}

fn show(content: Content) -> Vec<Value> {
    requests(&*whatsapp(), &outbound(ChannelKind::Whatsapp, FROM, content)).iter().map(call).collect()
}

fn attachment(content_type: &str) -> Attachment {
    Attachment {
        url: format!("https://media.example/{content_type}"),
        content_type: content_type.into(),
        file_name: None,
        bytes: None,
    }
}

#[test]
fn calls() {
    assert_json_snapshot!("call_text", show(Content::text("hello")));
    let template = Content::Template {
        name: "HX0123456789abcdef0123456789abcdef".into(),
        language: "en".into(),
        parameters: vec!["Ann".into(), "3 \"pm\"".into()],
        header: None,
        buttons: Vec::new(),
        text: None,
    };
    assert_json_snapshot!("call_template", show(template));
    let place = |name: Option<&str>, address: Option<&str>| Content::Location {
        latitude: 35.5,
        longitude: -0.25,
        name: name.map(str::to_owned),
        address: address.map(str::to_owned),
    };
    assert_json_snapshot!("call_location", show(place(Some("Shop"), Some("1 Road | 2"))));
    assert_json_snapshot!("call_bare_location", show(place(None, None)));
    let media = vec![attachment("image/png"), attachment("application/zip")];
    assert_json_snapshot!(
        "call_media",
        show(Content::Media { attachments: media, text: Some("see".into()) })
    );
}

#[test]
fn a_text_goes_with_a_file_that_shows_it() {
    let check = |content_type: &str, length: usize, calls: usize| {
        let attachments = vec![attachment(content_type)];
        let content = Content::Media { attachments, text: Some("a".repeat(length)) };
        assert_eq!(show(content).len(), calls, "{content_type} {length}");
    };
    check("image/jpeg", 1_600, 1);
    check("image/jpeg", 1_601, 3);
    check("application/pdf", 1, 1);
    check("audio/ogg", 1, 2);
    check("application/zip", 1, 2);
}

#[test]
fn what_whatsapp_has_and_twilio_has_not() {
    let sent = |content: Content| show(content)[0]["body"].as_str().unwrap().to_owned();
    let options = vec![ChoiceOption { data: "r".into(), text: "Red".into() }];
    assert!(sent(Content::Choices { text: "Which?".into(), options }).contains("Which%3F%0A1.+Red"));
    let bob = ContactCard { name: "Bob".into(), phones: vec!["+1500".into()], emails: vec![] };
    assert!(sent(Content::Contacts { contacts: vec![bob] }).contains("Bob%0A%2B1500"));
    let reaction = outbound(ChannelKind::Whatsapp, FROM, Content::Reaction { emoji: Some("👍".into()) });
    assert_eq!(whatsapp().render(&reaction, crate::testing::NOW), Err(Undeliverable::Kind("reaction")));
}

#[test]
fn a_closed_window_is_told_apart() {
    let request =
        requests(&*whatsapp(), &outbound(ChannelKind::Whatsapp, FROM, Content::text("x"))).remove(0);
    let check = |code: u32, expect: &str| {
        let outcome = match whatsapp().outcome(&request, &http(400, &[], &json!({ "code": code }))) {
            DeliveryOutcome::Retry { .. } => "retry".to_owned(),
            DeliveryOutcome::Refused { cause, .. } => format!("{cause:?}"),
            other => format!("{other:?}"),
        };
        assert_eq!(outcome, expect, "{code}");
    };
    check(63016, "Window");
    check(63018, "retry");
    check(63003, "Address");
    check(63007, "Account");
    check(63024, "Address");
    check(63033, "OptedOut");
    check(63049, "Content");
}

#[test]
fn the_provider_is_one_of_two() {
    let check = |provider: &str, complains_of: &[&str]| {
        let mut settings: BTreeMap<String, String> =
            EXAMPLE.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        settings.insert("provider".into(), provider.into());
        let opened = crate::open(ChannelKind::Whatsapp, "default", &settings, crate::testing::PUBLIC_URL);
        let told = opened.err().map(|error| error.to_string()).unwrap_or_default();
        assert_eq!(told.is_empty(), complains_of.is_empty(), "{told}");
        assert!(complains_of.iter().all(|key| told.contains(key)), "{told}");
    };
    check("twilio", &[]);
    check("meta", &["app_secret is missing", "account_sid is not a setting"]);
    check("other", &["provider is neither meta nor twilio"]);
}

const PARAMS: &[&str] = &[
    "MessageSid",
    "From",
    "To",
    "Body",
    "MessageType",
    "MessageStatus",
    "NumMedia",
    "MediaUrl0",
    "MediaContentType0",
    "ButtonPayload",
    "ButtonText",
    "ListId",
    "Latitude",
    "Longitude",
    "InteractiveData",
    "OptOutType",
    "OriginalRepliedMessageSid",
];
const VALUES: &[&str] =
    &["", "1", "-1", "NaN", "1e999", "whatsapp:", "document", "failed", "STOP", "a.b", "é😀"];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(LAW_CASES))]

    #[test]
    fn whatever_comes_is_taken_or_told(
        params in proptest::collection::vec((proptest::sample::select(PARAMS), proptest::sample::select(VALUES)), 0..8),
        whole in any::<bool>(),
    ) {
        let heard = match whole {
            true => hear(&params),
            false => {
                let body = String::from_utf8(form::encode(params.iter().copied())).unwrap();
                heard(&*whatsapp(), "", FROM, &body)
            }
        };
        prop_assert_eq!(heard.reply.status, 200);
        prop_assert!(heard.events.len() + heard.problems.len() > 0);
    }
}
