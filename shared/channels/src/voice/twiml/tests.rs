use super::*;
use proptest::prelude::*;

/// Reads a document that has nothing odd in it.
fn read(xml: &str) -> Response {
    let (response, warnings) = Response::of_xml(xml).unwrap_or_else(|error| panic!("{xml}: {error}"));
    assert_eq!(warnings, [], "{xml}");
    response
}

/// What is written, and that it is read back as what it was.
fn check(response: Response, expect: &str) {
    let xml = response.to_xml().unwrap();
    assert_eq!(xml, format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>{expect}"));
    assert_eq!(read(&xml), response);
}

fn say(text: &str) -> Say {
    Say { content: vec![Ssml::Text(text.into())], ..Say::default() }
}

#[test]
fn documents_are_written_with_everything_escaped() {
    check(Response::default(), "<Response/>");
    let say = Say { voice: Some("Polly.\"A\"".into()), times: Some(2), ..say("Tom & <Ann>") };
    let gather = Gather {
        action: Some("https://a/b?c=1&d=2".into()),
        method: Some(Method::Post),
        action_on_empty_result: Some(false),
        content: vec![say.into()],
        ..Gather::default()
    };
    check(
        Response { content: vec![gather.into(), Leave::default().into()] },
        "<Response><Gather action=\"https://a/b?c=1&amp;d=2\" actionOnEmptyResult=\"false\" method=\"POST\">\
         <Say loop=\"2\" voice=\"Polly.&quot;A&quot;\">Tom &amp; &lt;Ann&gt;</Say></Gather><Leave/></Response>",
    );
    let number = DialNoun::Text("+15005550001".into());
    let dial = Dial { time_limit: Some(60), content: vec![number], ..Dial::default() };
    check(
        Response { content: vec![dial.into()] },
        "<Response><Dial timeLimit=\"60\">+15005550001</Dial></Response>",
    );
}

#[test]
fn what_xml_cannot_hold_is_left_out() {
    let response = Response { content: vec![say("a\u{0}b\u{b}c\rd\u{fffe}e").into()] };
    let xml = response.to_xml().unwrap();
    assert_eq!(read(&xml), Response { content: vec![say("abc de").into()] });
}

#[test]
fn other_people_write_it_otherwise() {
    let same = [
        "<Response><Dial>5</Dial></Response>",
        "\u{feff}<?xml version='1.0'?>\n<!-- a -->\n<Response>\n  <Dial>\n   5\n  </Dial><!-- b --></Response>\n",
        "<Response><Dial><![CDATA[5]]></Dial></Response>",
        "<Response><Dial>&#53;</Dial></Response>",
    ];
    for xml in same {
        assert_eq!(read(xml), read(same[0]), "{xml}");
    }
    let spoken = read("<Response><Say>Hi  <emphasis>there</emphasis>,\n you </Say></Response>");
    let xml = spoken.to_xml().unwrap();
    assert!(xml.contains("<Say>Hi <emphasis>there</emphasis>, you</Say>"), "{xml}");
}

#[test]
fn what_has_no_place_is_told() {
    let check = |xml: &str, expect: &[&str]| {
        let (_, warnings) = Response::of_xml(xml).unwrap();
        assert_eq!(warnings.iter().map(Warning::to_string).collect::<Vec<_>>(), expect, "{xml}");
    };
    check("<Response><Fax/></Response>", &["Response: the element \"Fax\" cannot stand here"]);
    check(
        "<Response><Say lang='en'>a</Say></Response>",
        &["Response/Say: the attribute \"lang\" is not known"],
    );
    check("<Response>a<Hangup/></Response>", &["Response: text cannot stand here"]);
    check(
        "<Response><Dial timeout='soon' method='PUT'><Say>a</Say></Dial></Response>",
        &[
            "Response/Dial: \"PUT\" is no value of \"method\"",
            "Response/Dial: \"soon\" is no value of \"timeout\"",
            "Response/Dial: the element \"Say\" cannot stand here",
        ],
    );
}

#[test]
fn what_is_no_document_is_refused() {
    let check = |xml: &str, code: u32| {
        assert_eq!(Response::of_xml(xml).map_err(|error| error.code()), Err(code), "{xml:.100}");
    };
    for xml in [
        "",
        "Hello",
        "<Response>",
        "<Response></Say>",
        "<Response/><Response/>",
        "<Response>&amp</Response>",
        "<Response>&nbsp;</Response>",
        "<Response a=1/>",
        "<!DOCTYPE a [<!ENTITY b 'c'>]><Response/>",
        "<html/>",
        "<Response/>a",
    ] {
        check(xml, 12100);
    }
    check(&format!("<Response>{}</Response>", " ".repeat(TWIML_BYTES_MAX)), 11750);
}

#[test]
fn sizes_at_the_limit_and_one_past() {
    let document = |chars: usize| Response { content: vec![say(&"x".repeat(chars)).into()] };
    let frame = document(1).to_xml().unwrap().len() - 1;
    let fits = document(TWIML_BYTES_MAX - frame).to_xml().unwrap();
    assert_eq!((fits.len(), read(&fits)), (TWIML_BYTES_MAX, document(TWIML_BYTES_MAX - frame)));
    let over = document(TWIML_BYTES_MAX - frame + 1).to_xml();
    assert_eq!(over, Err(TwimlError::TooLarge { bytes: TWIML_BYTES_MAX + 1 }));
    let nested = |depth: usize| {
        let (open, close) = ("<lang>".repeat(depth), "</lang>".repeat(depth));
        Response::of_xml(&format!("<Response><Say>{open}a{close}</Say></Response>")).map(|_| ())
    };
    assert_eq!((nested(DEPTH_MAX - 2), nested(DEPTH_MAX - 1)), (Ok(()), Err(TwimlError::TooDeep)));
}

#[test]
fn every_element_is_there_once() {
    let all = vocabulary();
    for shape in &all {
        assert_eq!(all.iter().filter(|other| other.name == shape.name).count(), 1, "{}", shape.name);
        for child in shape.children {
            assert!(all.iter().any(|other| other.name == *child), "{child}");
        }
    }
}

/// Pieces of documents, right and wrong.
fn pieces() -> impl Strategy<Value = String> {
    let all = vocabulary();
    let names: Vec<&'static str> = all.iter().map(|shape| shape.name).collect();
    let attributes: Vec<&'static str> = all.iter().flat_map(|shape| shape.attributes).copied().collect();
    let piece = prop_oneof![
        prop::sample::select(names.clone()).prop_map(|name| format!("<{name}>")),
        prop::sample::select(names.clone()).prop_map(|name| format!("</{name}>")),
        (prop::sample::select(names), prop::sample::select(attributes), "[0-9a-z&;<\"]{0,6}")
            .prop_map(|(name, attribute, value)| format!("<{name} {attribute}='{value}'/>")),
        ".{0,8}",
        prop::sample::select(vec![
            "<!--",
            "-->",
            "<![CDATA[",
            "]]>",
            "&amp;",
            "&#x0;",
            "&",
            "<?a?>",
            "<!DOCTYPE a>"
        ])
        .prop_map(str::to_owned),
    ];
    prop::collection::vec(piece, 0..16).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn anything_is_read_or_refused_and_what_is_read_can_be_written(inside in pieces()) {
        if let Ok((response, _)) = Response::of_xml(&format!("<Response>{inside}</Response>"))
            && let Ok(xml) = response.to_xml()
        {
            prop_assert_eq!(Response::of_xml(&xml), Ok((response, Vec::new())));
        }
    }

    #[test]
    fn any_text_is_written_well_formed(text in any::<String>(), url in any::<String>()) {
        let redirect = Redirect { method: None, content: url };
        let xml = Response { content: vec![say(&text).into(), redirect.into()] }.to_xml().unwrap();
        let (read, warnings) = Response::of_xml(&xml).unwrap();
        prop_assert!(warnings.is_empty());
        prop_assert_eq!(read.content.len(), 2);
    }
}
