use super::every_channel;
use super::mutant::{Change, changes, mutated};
use crate::support::*;
use patchbay_channels::delivery::{DeliveryOutcome, ProviderResponse, RETRY_AFTER_S_MAX, Rendered};
use patchbay_channels::simulate::Answer;
use patchbay_channels::{Headers, ProviderRequest, Simulated, text};
use patchbay_model::event::{ReplyToken, Thread};
use patchbay_model::limits::PUSH_BYTES_MAX;
use patchbay_model::{
    Attachment, ChoiceOption, ContactCard, Content, Email, OutboundMessage, ReplyContext, Timestamp,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;
use serde_json::Value;

/// Messages of any content, and answers that are nearly the provider's.
const MESSAGE_CASES: u32 = 2_500;
const ANSWER_CASES: u32 = 1_500;
const STATUSES: &[u16] =
    &[200, 201, 202, 204, 302, 400, 401, 403, 404, 408, 409, 410, 413, 422, 429, 500, 503];
/// What a provider can be made to do that takes words of ours for its own.
const TYPES: &[&str] =
    &["image/png", "image/webp", "video/mp4", "audio/ogg", "application/pdf", "text/vcard", "", "x\r\ny: z"];

fn words() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => "[a-z é👩👧\n\u{200d}]{0,40}",
        4 => any::<String>(),
        2 => Just(String::new()),
        1 => ("[a-z é👩\u{200d}]{1,20}", 1_usize..300).prop_map(|(piece, times)| piece.repeat(times)),
        2 => Just("\r\nBcc: everybody@evil.example\r\n\r\n".to_owned()),
    ]
}

fn files() -> impl Strategy<Value = Vec<Attachment>> {
    let url = prop_oneof![
        4 => "https://media\\.example/[a-z0-9é ]{0,12}\\.(png|pdf)",
        1 => Just("http://media.example/a.png".to_owned()),
        1 => any::<String>(),
    ];
    let kind = proptest::sample::select(TYPES);
    let file = (url, kind, option::of(words()), option::of(any::<u64>()));
    vec(
        file.prop_map(|(url, kind, file_name, bytes)| Attachment {
            url,
            content_type: kind.into(),
            file_name,
            bytes,
        }),
        0..12,
    )
}

fn said_by_us() -> impl Strategy<Value = Content> {
    let degrees = || prop_oneof![any::<f64>(), -90.0..90.0];
    let option = (words(), words()).prop_map(|(data, text)| ChoiceOption { data, text });
    let short = ("[a-z]{1,8}", "[A-Z][a-z]{1,8}").prop_map(|(data, text)| ChoiceOption { data, text });
    let card = (words(), vec(words(), 0..3), vec(words(), 0..3));
    let card = card.prop_map(|(name, phones, emails)| ContactCard { name, phones, emails });
    prop_oneof![
        4 => words().prop_map(Content::text),
        4 => (files(), option::of(words())).prop_map(|(attachments, text)| Content::Media { attachments, text }),
        1 => (degrees(), degrees(), option::of(words()), option::of(words())).prop_map(
            |(latitude, longitude, name, address)| Content::Location { latitude, longitude, name, address }
        ),
        1 => (words(), words(), option::of(words()))
            .prop_map(|(package_id, sticker_id, text)| Content::Sticker { package_id, sticker_id, text }),
        1 => (words(), option::of(words())).prop_map(|(data, text)| Content::Choice { data, text }),
        2 => (words(), vec(short, 0..30)).prop_map(|(text, options)| Content::Choices { text, options }),
        2 => (words(), vec(option, 0..8)).prop_map(|(text, options)| Content::Choices { text, options }),
        1 => vec(card, 0..5).prop_map(|contacts| Content::Contacts { contacts }),
        1 => (words(), words(), vec(words(), 0..4), option::of(words())).prop_map(
            |(name, language, parameters, text)| Content::Template { name, language, parameters, header: None, buttons: Vec::new(), text }
        ),
        1 => option::of(words()).prop_map(|emoji| Content::Reaction { emoji }),
        1 => (words(), words(), files(), vec(words(), 0..4), any::<bool>()).prop_map(
            |(subject, text, attachments, references, automatic)| Content::Email(Email {
                subject, text, attachments, references, automatic, ..Email::default()
            })
        ),
        1 => words().prop_map(|text| Content::System { text }),
        1 => words().prop_map(|text| Content::Note { text }),
        1 => words().prop_map(|kind| Content::Unsupported { provider_kind: kind, text: None }),
    ]
}

/// What goes with a message besides its content.
#[derive(Clone, Debug)]
struct Aside {
    to: Option<String>,
    from: String,
    reply_to: Option<String>,
    reply_context: Option<ReplyContext>,
    author_name: Option<String>,
}

fn aside() -> impl Strategy<Value = Aside> {
    let until = prop_oneof![Just(NOW), Just(Timestamp(0))];
    let context = prop_oneof![
        ("[a-z.:]{0,12}|.{0,12}", until)
            .prop_map(|(token, usable_until)| ReplyContext::Token(ReplyToken { token, usable_until })),
        (words(), vec(words(), 0..30))
            .prop_map(|(subject, references)| ReplyContext::Thread(Thread { subject, references })),
    ];
    let id =
        || prop_oneof!["[a-z0-9.:/@-]{1,20}", "\\.\\./[a-z]{0,5}\\?x=1#", "(channel:)?\\.{0,2}", words()];
    (option::weighted(0.2, id()), words(), option::of(id()), option::of(context), option::of(words()))
        .prop_map(|(to, from, reply_to, reply_context, author_name)| Aside {
            to,
            from,
            reply_to,
            reply_context,
            author_name,
        })
}

/// Where the calls of a channel go: what an address or a file may not change.
fn origin(url: &str) -> &str {
    let host = url.find("://").map_or(0, |at| at + 3);
    url[host..].find(['/', '?', '#']).map_or(url, |end| &url[..host + end])
}

/// No part of a path is empty or a dot segment, by which an HTTP client would call something else (WHATWG, "URL", "path
/// state": `%2e` is a dot there).
fn goes_where_it_says(url: &str) -> bool {
    let path = &url[origin(url).len()..];
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let leads_away =
        |part: &str| matches!(part.to_ascii_lowercase().replace("%2e", ".").as_str(), "" | "." | "..");
    !path.split('/').skip(1).any(leads_away)
}

/// A call that an HTTP client can make, to the provider and nobody else.
fn is_a_call(request: &ProviderRequest, home: &[String]) -> TestCaseResult {
    let ProviderRequest { method, url, headers, body, on_refused, .. } = request;
    prop_assert!(matches!(method.as_str(), "GET" | "POST" | "PUT" | "PATCH" | "DELETE"), "{method}");
    prop_assert!(url.bytes().all(|byte| byte.is_ascii_graphic()), "{url:?}");
    prop_assert!(home.iter().any(|home| home == origin(url)), "{url}");
    prop_assert!(goes_where_it_says(url), "{url}");
    for (name, value) in headers.iter() {
        prop_assert!(!value.chars().any(char::is_control), "{name}: {value:?}");
    }
    if headers.get("content-type").is_some_and(|kind| kind.contains("json")) && !body.is_empty() {
        prop_assert!(serde_json::from_slice::<Value>(body).is_ok(), "{}", String::from_utf8_lossy(body));
    }
    on_refused.as_ref().map_or(Ok(()), |other| is_a_call(other, home))
}

/// What a customer is shown is within what the channel says that it can do; `is_written`: in texts, not in the fields
/// of a form of its own.
fn is_within(channel: &dyn Simulated, rendered: &Rendered, is_written: bool) -> TestCaseResult {
    let deliveries: Vec<_> = match rendered {
        Rendered::Requests(requests) => {
            let settled = requests.iter().map(|request| settled(channel, request));
            settled.filter_map(|request| channel.read_delivery(&request)).collect()
        }
        Rendered::Session(frame) => channel.read_frame(frame).into_iter().collect(),
        Rendered::Smtp(_) => Vec::new(),
    };
    let can = channel.capabilities();
    for shown in deliveries {
        for piece in shown.texts.iter().filter(|_| is_written) {
            let length = text::length(piece, can.text_unit);
            prop_assert!(length <= can.text_max, "a text of {length}");
        }
        prop_assert!(shown.media.len() <= can.attachments_max, "{:?}", shown.media);
        prop_assert!(shown.choices.len() <= can.choices_max, "{:?}", shown.choices);
    }
    Ok(())
}

#[test]
fn whatever_is_said_goes_out_within_the_limits_or_is_refused() {
    // Those of a plain message, and of what may have to be done before it.
    let home = |channel: &dyn Simulated| {
        let hello = outbound(channel.kind(), Content::text("hello"));
        match channel.render(&hello, NOW).expect("it can be sent") {
            Rendered::Requests(requests) => {
                let chain = std::iter::successors(requests.first(), |request| request.on_refused.as_deref());
                chain.map(|request| origin(&request.url).to_owned()).collect()
            }
            Rendered::Session(_) | Rendered::Smtp(_) => Vec::new(),
        }
    };
    every_channel(
        MESSAGE_CASES,
        || (said_by_us(), aside()),
        home,
        |channel, home, (content, aside)| {
            let Aside { to, from, reply_to, reply_context, author_name } = aside;
            let is_written = !matches!(
                content,
                Content::Location { .. } | Content::Contacts { .. } | Content::Template { .. }
            );
            let message = outbound(channel.kind(), content);
            let mut message = OutboundMessage { from, reply_to, reply_context, author_name, ..message };
            message.to.id = to.unwrap_or(message.to.id);
            let read = message.reply_to.as_deref().and_then(|id| channel.mark_read(&message.to, id, NOW));
            for aside in channel.typing(&message.to, true, NOW).into_iter().chain(read) {
                let Rendered::Requests(requests) = aside else { continue };
                requests.iter().try_for_each(|request| is_a_call(request, home))?;
            }
            if let Some(question) = channel.profile_request(&message.to.id) {
                prop_assert!(goes_where_it_says(&question.url), "{}", question.url);
            }
            let rendered = channel.render(&message, NOW);
            prop_assert_eq!(&rendered, &channel.render(&message, NOW), "the same message is the same calls");
            let Ok(rendered) = rendered else { return Ok(()) };
            match &rendered {
                Rendered::Requests(requests) => {
                    prop_assert!(!requests.is_empty());
                    requests.iter().try_for_each(|request| is_a_call(request, home))?;
                }
                Rendered::Session(frame) => {
                    prop_assert!(frame.frame.len() <= PUSH_BYTES_MAX);
                    prop_assert!(serde_json::from_str::<Value>(&frame.frame).is_ok());
                }
                Rendered::Smtp(_) => {}
            }
            is_within(channel, &rendered, is_written)
        },
    );
}

/// The provider's answer with another status and changes to its body.
fn answered(
    answer: &ProviderResponse,
    status: Option<u16>,
    after: &str,
    changes: &[Change],
) -> ProviderResponse {
    let ProviderResponse::Http { status: usual, headers, body } = answer else { unreachable!() };
    let headers: Headers = headers.iter().chain([("Retry-After", after)]).collect();
    let body = mutated(body, false, changes);
    ProviderResponse::Http { status: status.unwrap_or(*usual), headers, body }
}

#[test]
fn whatever_is_answered_means_something() {
    let answers = |channel: &dyn Simulated| {
        let message = outbound(channel.kind(), Content::text("hello"));
        let request = first_request(channel, &message);
        let mut answers = vec![channel.provider_answer(&request, &Answer::Success { seed: "1".into() })];
        answers.extend(
            [400, 401, 403, 404, 409, 429, 500]
                .map(|status| channel.provider_answer(&request, &Answer::error(status))),
        );
        let asked = [channel.check_request(), channel.profile_request(&message.to.id)];
        answers.extend(asked.iter().flatten().filter_map(|question| channel.lookup_answer(question)));
        (request, answers)
    };
    let status = || option::of(proptest::sample::select(STATUSES));
    every_channel(
        ANSWER_CASES,
        || (any::<prop::sample::Index>(), status(), "[0-9]{0,25}|.{0,9}", changes()),
        answers,
        |channel, (request, answers), (which, status, after, changes)| {
            let answer = answered(which.get(answers), status, &after, &changes);
            match channel.outcome(request, &answer) {
                DeliveryOutcome::Sent { provider_id } => {
                    prop_assert!(provider_id.is_none_or(|id| !id.is_empty()), "an empty id");
                }
                DeliveryOutcome::Retry { after_s, why } => {
                    prop_assert!(after_s <= RETRY_AFTER_S_MAX && !why.is_empty());
                }
                DeliveryOutcome::Instead(next) => {
                    prop_assert!(
                        request.on_refused.is_some() && goes_where_it_says(&next.url),
                        "{}",
                        next.url
                    );
                }
                DeliveryOutcome::Refused { code, why, .. } => {
                    prop_assert!(!code.is_empty() && !why.is_empty())
                }
                DeliveryOutcome::Unknown { why } => prop_assert!(!why.is_empty()),
            }
            let told = channel.check(&answer);
            prop_assert!(!told.unwrap_or_else(|problem| problem).is_empty());
            channel.profile(&answer);
            channel.media_content_request(&answer);
            Ok(())
        },
    );
}
