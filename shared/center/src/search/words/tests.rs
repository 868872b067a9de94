use super::*;
use patchbay_model::{ContactSid, Timestamp};
use proptest::prelude::*;
use serde_json::json;

fn contact(name: &str, addresses: &[(ChannelKind, &str)]) -> Contact {
    let sid = ContactSid::random([7; 16]);
    let identities: Vec<Address> =
        addresses.iter().map(|(kind, id)| Address::new(*kind, "default", *id)).collect();
    let contact = json!({
        "sid": sid, "name": name, "identities": identities, "created_at": Timestamp(0), "version": 0,
    });
    serde_json::from_value(contact).unwrap()
}

#[track_caller]
fn check_words(contact: &Contact, expect: &[&str]) {
    assert_eq!(words_of(contact).iter().map(Word::to_string).collect::<Vec<_>>(), expect);
}

#[test]
fn names_numbers_mails_companies_and_tags_are_words() {
    let mut contact = contact(
        "Zoë O'Neill",
        &[
            (ChannelKind::Sms, "+15005550006"),
            (ChannelKind::Whatsapp, "+15005550006"),
            (ChannelKind::Email, "Zoe.Neill@example.com"),
            (ChannelKind::Line, "U0123"),
        ],
    );
    contact.attributes.insert("company".into(), json!("Ørsted GmbH"));
    contact.tags = vec!["VIP".into(), "zoë".into()];
    check_words(&contact, &["wzoe", "wo", "wneill", "n60005550051", "worsted", "wgmbh", "wvip"]);
    contact.merged_into = Some(patchbay_model::MergedInto {
        contact_sid: contact.sid.clone(),
        merge_sid: patchbay_model::MergeSid::from_bytes([1; 16]),
    });
    check_words(&contact, &[]);
}

#[test]
fn scripts_without_blanks_are_indexed_by_neighbours() {
    check_words(&contact("田中太郎", &[]), &["w田中", "w中太", "w太郎"]);
    check_words(&contact("タナカさん", &[]), &["wたな", "wなか", "wかさ", "wさん"]);
    check_words(&contact("김민수 Kim 李", &[]), &["w김민", "w민수", "wkim", "w李"]);
}

#[test]
fn there_are_so_many_words_and_no_more() {
    let many = |count: usize| (0..count).map(|n| format!("word{n}")).collect::<Vec<_>>().join(" ");
    assert_eq!(words_of(&contact(&many(NAME_WORDS_MAX), &[])).len(), NAME_WORDS_MAX);
    assert_eq!(words_of(&contact(&many(NAME_WORDS_MAX + 1), &[])).len(), NAME_WORDS_MAX);
    let mut tagged = contact("", &[]);
    tagged.tags = vec![many(OTHER_WORDS_MAX)];
    assert_eq!(words_of(&tagged).len(), OTHER_WORDS_MAX);
    tagged.tags = vec![many(OTHER_WORDS_MAX + 1)];
    let others = words_of(&tagged);
    assert_eq!(others.len(), OTHER_WORDS_MAX);
    // A name that is learnt later takes nobody's place.
    tagged.name = Some("Zoë Smith".into());
    assert!(others.iter().all(|word| words_of(&tagged).contains(word)));
    let long = |chars: usize| words_of(&contact(&"x".repeat(chars), &[]))[0].text().len();
    assert_eq!((long(WORD_CHARS_MAX), long(WORD_CHARS_MAX + 1)), (WORD_CHARS_MAX, WORD_CHARS_MAX));
}

#[track_caller]
fn check(question: &str, expect: Option<&[Field]>) {
    let mut ann = contact(
        "Ann Müller-Lee",
        &[(ChannelKind::Sms, "+4930123456"), (ChannelKind::Email, "ann.m@example.com")],
    );
    ann.attributes.insert("company".into(), json!("Acme"));
    ann.tags = vec!["VIP".into()];
    let found =
        Question::read(question).matches(&ann).map(|(fields, _)| fields.into_iter().collect::<Vec<_>>());
    assert_eq!(found.as_deref(), expect, "{question:?}");
}

#[test]
fn every_word_of_a_question_begins_one_of_the_contact() {
    use Field::*;
    check("an", Some(&[Name, Email]));
    check("ANN muller", Some(&[Name, Email]));
    check("lee vip", Some(&[Name, Tag]));
    check("acm", Some(&[Company]));
    check("ann smith", None);
    check("nn", None);
    check("+49 (30) 123-456", Some(&[Phone]));
    check("030 123456", Some(&[Phone]));
    check("3456", Some(&[Phone]));
    check("030123456", Some(&[Phone]));
    check("493012", None);
    check("ann.m@example.com", Some(&[Email]));
    check("ann.m@ex", Some(&[Email]));
    check("ann@example.com", None);
}

#[test]
fn words_lie_together_by_what_can_be_asked() {
    let lead = |text: &str| Word::parse(text).unwrap().lead().to_owned();
    assert_eq!(
        (lead("wanna"), lead("wa"), lead("w田中"), lead("n60005")),
        ("an".into(), "a".into(), "田".into(), "60".into())
    );
    for text in ["", "w", "x1"] {
        assert_eq!(Word::parse(text), None, "{text:?}");
    }
    assert_eq!(Question::read("a").lookups().count(), 0);
    assert_eq!(Question::read("李").lookups().count(), 1);
}

proptest! {
    #[test]
    fn a_word_reads_back_and_lies_with_its_beginnings(text in "[a-zà-ü\u{4e00}-\u{4eff}0-9]{1,40}") {
        for word in words(&text) {
            prop_assert_eq!(Word::parse(&word.to_string()), Some(word.clone()));
            prop_assert!(word.text().starts_with(word.lead()));
        }
    }
}
