use super::*;
use crate::email::letter::Letter;
use proptest::prelude::*;

#[test]
fn encoded_words_are_decoded_and_joined() {
    let check = |value: &str, expect: &str| assert_eq!(word::decode(value), expect, "{value}");
    check("plain", "plain");
    check("=?utf-8?q?caf=C3=A9_?= =?UTF-8?B?8J+YgA==?= x", "café 😀 x");
    // A character in two words.
    check("=?utf-8?q?=C3?= =?utf-8?q?=A9?=", "é");
    check("=?utf-8*de?Q?a?=", "a");
    check("=?gb2312?B?xOO6ww==?=", "你好");
    check("=?iso-2022-jp?B?GyRCJCIbKEI=?=", "あ");
    check("=?x?q?", "=?x?q?");
    check("=??q?a?=", "=??q?a?=");
    check("a =?utf-8?x?b?= c", "a =?utf-8?x?b?= c");
    check("=?utf-8?q?a=0D=0ABcc:_b?=", "aBcc: b");
}

#[test]
fn charsets_are_found_where_they_lie() {
    let check = |stated: Option<&str>, bytes: &[u8], expect: &str| {
        assert_eq!(decode_charset(stated, bytes), expect, "{stated:?}");
    };
    check(None, "é".as_bytes(), "é");
    check(Some("us-ascii"), "é".as_bytes(), "é");
    check(Some("iso-8859-1"), b"\x93caf\xe9\x94", "“café”");
    check(Some("gb2312"), b"\xc4\xe3\xba\xc3", "你好");
    check(Some("ks_c_5601-1987"), b"\xb0\xa1", "가");
    check(Some("windows-1251"), b"\xcf\xf0\xe8\xe2\xe5\xf2", "Привет");
    check(Some("cp1251"), b"\xcf\xf0\xe8\xe2\xe5\xf2", "Привет");
    check(Some("hz-gb-2312"), "plain é".as_bytes(), "plain é");
    check(Some("utf-7"), b"1 +- +AOk-", "1 + é");
    check(
        Some("x-unknown"),
        b"\xcf\xf0\xe8\xe2\xe5\xf2, \xea\xe0\xea \xe4\xe5\xeb\xe0?",
        "Привет, как дела?",
    );
    check(Some("utf-8"), b"\xef\xbb\xbfa\xc3\xa9", "aé");
}

#[test]
fn transfer_encodings_are_read_as_they_are_written() {
    let check = |encoding: &str, bytes: &str, expect: &[u8]| {
        assert_eq!(transfer::decode(encoding, bytes.as_bytes()), expect, "{encoding} {bytes}");
    };
    check("base64", "aGVs\r\nbG8=", b"hello");
    check("BASE64", "aGVsbG8", b"hello");
    check("base64", "aGk=aGk=", b"hihi");
    check("base64", "a!G=", b"h");
    check("quoted-printable", "a=3Db=\r\nc= \r\nd=zz=", b"a=bcd=zz");
    check("7bit", "a=3D", b"a=3D");
    check("x-uuencode", "begin 644 x\r\n%:&5L;&\\\r\n`\r\nend\r\n", b"hello");
    check("", "x", b"x");
}

#[test]
fn parameters_are_read_in_all_their_forms() {
    let check = |value: &str, name: &str, expect: Option<&str>| {
        assert_eq!(Parameterised::read(value).get(name), expect, "{value}");
    };
    check("a/b; x=1; Y=\"2; 3\"", "y", Some("2; 3"));
    check("a/b; x=\"a\\\"b\"", "x", Some("a\"b"));
    check("a/b; name=\"C:\\files\\a.txt\"", "name", Some("C:\\files\\a.txt"));
    check("attachment; filename*=utf-8'en'a%20%C3%A9.txt", "filename", Some("a é.txt"));
    check(
        "attachment; filename*0*=iso-8859-1''a%E9; filename*1=b; filename*2*=%E9",
        "filename",
        Some("aébé"),
    );
    check("attachment; filename=plain; filename*=utf-8''better", "filename", Some("better"));
    check("attachment; filename=\"=?utf-8?q?caf=C3=A9?=.pdf\"", "filename", Some("café.pdf"));
    check("a/b", "x", None);
    check("; x", "x", None);
}

#[test]
fn mailboxes_are_read_in_all_their_forms() {
    let check = |value: &str, expect: &[(Option<&str>, &str)]| {
        let found = mailboxes(value);
        let found: Vec<(Option<&str>, &str)> =
            found.iter().map(|one| (one.name.as_deref(), one.address.as_str())).collect();
        assert_eq!(found, expect, "{value}");
    };
    check("ann@shop.example", &[(None, "ann@shop.example")]);
    check(
        "\"Ann, B.\" <ann@shop.example>, bob@shop.example",
        &[(Some("Ann, B."), "ann@shop.example"), (None, "bob@shop.example")],
    );
    check("=?utf-8?q?Ann_=C3=89?= <ann@shop.example>", &[(Some("Ann É"), "ann@shop.example")]);
    check("ann@shop.example (Ann (B.))", &[(Some("Ann (B.)"), "ann@shop.example")]);
    check(
        "Team: ann@shop.example, bob@shop.example;",
        &[(None, "ann@shop.example"), (None, "bob@shop.example")],
    );
    check("undisclosed-recipients:;", &[]);
    check("nobody, <>, @, a@", &[]);
}

#[test]
fn dates_are_read_in_all_their_forms() {
    let check = |text: &str, expect: Option<&str>| {
        assert_eq!(parse_date(text).map(patchbay_model::Timestamp::iso).as_deref(), expect, "{text}");
    };
    check("Fri, 30 Mar 2018 10:21:50 -0700 (PDT)", Some("2018-03-30T17:21:50Z"));
    check("29 Feb 2024 23:59:60 +0000", Some("2024-03-01T00:00:00Z"));
    check("Mon,1 Jan 99 00:00 GMT", Some("1999-01-01T00:00:00Z"));
    check("Thu, 1 January 1970 01:00:00 +01:00", Some("1970-01-01T00:00:00Z"));
    for bad in ["", "yesterday", "32 Jan 2020 1:1:1", "1 Foo 2020 1:1:1", "1 Jan 2020 25:00", "1 Jan 2020"] {
        check(bad, None);
    }
}

/// A multipart within a multipart, `levels` of them.
fn nested(levels: usize) -> String {
    (0..levels).rev().fold("\r\nhello\r\n".to_owned(), |inner, at| {
        format!("Content-Type: multipart/mixed; boundary=b{at}\r\n\r\n--b{at}\r\n{inner}\r\n--b{at}--\r\n")
    })
}

#[test]
fn depth_and_parts_are_bounded_at_their_limits() {
    assert!(!parse(nested(DEPTH_MAX).as_bytes()).cut);
    let deep = nested(DEPTH_MAX + 1);
    assert!(parse(deep.as_bytes()).cut);
    // What is left unread is not lost.
    assert!(Letter::of(&parse(deep.as_bytes())).text.contains("hello"));
    let wide = |parts: usize| {
        let part = "--b\r\n\r\nx\r\n".repeat(parts);
        format!("Content-Type: multipart/mixed; boundary=b\r\n\r\n{part}--b--\r\n")
    };
    assert!(!parse(wide(PARTS_MAX - 1).as_bytes()).cut);
    assert!(parse(wide(PARTS_MAX).as_bytes()).cut);
    // Nobody's stack is at stake.
    parse(nested(20_000).as_bytes());
}

#[test]
fn boundaries_that_look_alike_are_told_apart() {
    let mail = "Content-Type: multipart/mixed; boundary=\"a\"\r\n\r\n--a\r\nContent-Type: multipart/mixed; boundary=\"ab\"\r\n\r\n\
        --ab\r\n\r\none\r\n--ab--\r\n--a  \r\n\r\ntwo\r\n--a--\r\nafter";
    let mime = parse(mail.as_bytes());
    assert_eq!(mime.root.parts.len(), 2);
    assert_eq!(Letter::of(&mime).text, "one\ntwo");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 5_000, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        Letter::of(&parse(&bytes));
    }

    #[test]
    fn nothing_that_looks_like_a_mail_panics(
        pieces in proptest::collection::vec(proptest::sample::select(PIECES), 0..40),
    ) {
        let mail = pieces.concat();
        let letter = Letter::of(&parse(mail.as_bytes()));
        prop_assert!(letter.files.len() <= PARTS_MAX);
    }

    #[test]
    fn addresses_are_without_space(value in "[a-z@<>\",;:() \\\\é]{0,60}") {
        for one in mailboxes(&value) {
            prop_assert!(one.address.contains('@') && !one.address.contains(char::is_whitespace));
        }
    }
}

/// What mails are made of.
const PIECES: &[&str] = &[
    "\r\n",
    "\n",
    "\r\n\r\n",
    "--b",
    "--b--",
    "--",
    "b",
    " ",
    ";",
    "\"",
    "=",
    "=3D",
    "=?utf-8?q?",
    "=?utf-8?b?4oKs?=",
    "?=",
    "Content-Type: ",
    "multipart/mixed; boundary=b",
    "multipart/alternative; boundary=\"b\"",
    "text/plain",
    "text/html",
    "message/rfc822",
    "; charset=iso-2022-jp",
    "; charset=utf-7",
    "Content-Transfer-Encoding: base64",
    "Content-Transfer-Encoding: quoted-printable",
    "Content-Disposition: attachment; filename*0*=utf-8''%E2",
    "Content-Transfer-Encoding: x-uuencode",
    "begin 644 x",
    "M",
    "; filename*1=",
    "Subject: ",
    "From: ",
    "To: ",
    "Date: ",
    "Fri, 30 Mar 2018 ",
    "99:99:99 ",
    "+9999",
    "References: <a@b>",
    "<",
    ">",
    "<blockquote>",
    "&#x1f600;",
    "\u{e9}",
    "\u{1b}$B$\"",
    "aGk",
    "@",
    "(",
    ")",
    "\u{0}",
];
