use super::*;

fn check_refused(url: &str, expect: &Refusal) {
    assert_eq!(check_url(url).as_ref(), Err(expect), "{url}");
}

fn v4(text: &str) -> Refusal {
    Refusal::Address(IpAddr::V4(text.parse().unwrap()))
}

fn v6(text: &str) -> Refusal {
    Refusal::Address(IpAddr::V6(text.parse().unwrap()))
}

#[test]
fn public_urls_are_allowed() {
    for url in [
        "https://api.example.com/path?q=1#f",
        "https://api.example.com:443/",
        "HTTPS://EXAMPLE.COM",
        "https://example.com./",
        "https://xn--bcher-kva.example/",
        "https://bücher.example/",
        "https://8.8.8.8/",
        "https://[2606:4700::1111]/",
        "https://mylocalhost.com/",
        "https://localhost.example.com/",
        "https://a.internal.example.com/",
    ] {
        assert_eq!(check_url(url), Ok(()), "{url}");
    }
}

#[test]
fn loopback_in_every_spelling_is_refused() {
    for url in [
        "https://127.0.0.1/",
        "https://127.0.0.1./",
        "https://127.1/",
        "https://127.0.1/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0x7f.0.0.1/",
        "https://0x7f.1/",
        "https://0X7F.0x0.0x0.0x1/",
        "https://017700000001/",
        "https://0177.0.0.1/",
        "https://0177.0.0x0.1/",
        "https://00000177.0.0.1/",
        "https://127%2e0%2e0%2e1/",
        "https://%31%32%37.0.0.1/",
        "https://１２７.０.０.１/",
        "https://①②⑦.⓪.⓪.①/",
        "https://127。0。0。1/",
        "https:\\\\127.0.0.1\\",
        "https:/127.0.0.1/",
        "https:127.0.0.1",
        "https:///127.0.0.1/",
        "https:/\\/127.0.0.1/",
        "  https://127.0.0.1/",
        "ht\ntps://127.0.0.1/",
        "https://127.0\t.0.1/",
        "https://127.0.0.1:443/",
        "https://127.0.0.1#@example.com/",
        "https://127.0.0.1?@example.com/",
        "https://127.0.0.1\\@example.com/",
    ] {
        check_refused(url, &v4("127.0.0.1"));
    }
}

#[test]
fn every_special_range_is_refused_to_its_last_address_and_no_further() {
    let cases = [
        ("0.0.0.0", "0.255.255.255", "1.0.0.0"),
        ("10.0.0.0", "10.255.255.255", "11.0.0.0"),
        ("100.64.0.0", "100.127.255.255", "100.128.0.0"),
        ("127.0.0.0", "127.255.255.255", "128.0.0.0"),
        ("168.63.129.16", "168.63.129.16", "168.63.129.17"),
        ("169.254.0.0", "169.254.255.255", "169.255.0.0"),
        ("172.16.0.0", "172.31.255.255", "172.32.0.0"),
        ("192.0.0.0", "192.0.0.255", "192.0.1.0"),
        ("192.0.2.0", "192.0.2.255", "192.0.3.0"),
        ("192.88.99.0", "192.88.99.255", "192.88.100.0"),
        ("192.168.0.0", "192.168.255.255", "192.169.0.0"),
        ("198.18.0.0", "198.19.255.255", "198.20.0.0"),
        ("198.51.100.0", "198.51.100.255", "198.51.101.0"),
        ("203.0.113.0", "203.0.113.255", "203.0.114.0"),
        ("2001::", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff", "2001:200::"),
        ("2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", "2001:db9::"),
        ("2002::", "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "2003::"),
        ("3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff", "3fff:1000::"),
        ("::", "1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "2000::"),
    ];
    for (first, last, after) in cases {
        for inside in [first, last] {
            let address: IpAddr = inside.parse().unwrap();
            assert_eq!(check_address(address), Err(Refusal::Address(address)), "{inside}");
        }
        assert_eq!(check_address(after.parse().unwrap()), Ok(()), "{after}");
    }
    for top in ["224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255", "4000::", "ff02::1"] {
        assert!(check_address(top.parse().unwrap()).is_err(), "{top}");
    }
}

#[test]
fn addresses_of_metadata_and_transition_are_refused() {
    for (url, address) in [
        ("https://169.254.169.254/latest/meta-data/", v4("169.254.169.254")),
        ("https://169.254.170.2/v2/credentials", v4("169.254.170.2")),
        ("https://2852039166/", v4("169.254.169.254")),
        ("https://0xA9FEA9FE/", v4("169.254.169.254")),
        ("https://0251.0376.0251.0376/", v4("169.254.169.254")),
        ("https://169.254.43518/", v4("169.254.169.254")),
        ("https://0/", v4("0.0.0.0")),
        ("https://0.0.0.0/", v4("0.0.0.0")),
        ("https://10.1/", v4("10.0.0.1")),
        ("https://100.100.100.200/", v4("100.100.100.200")),
        ("https://[::]/", v6("::")),
        ("https://[::1]/", v6("::1")),
        ("https://[0:0:0:0:0:0:0:1]/", v6("::1")),
        ("https://[::ffff:127.0.0.1]/", v6("::ffff:127.0.0.1")),
        ("https://[::ffff:7f00:1]/", v6("::ffff:127.0.0.1")),
        ("https://[::ffff:8.8.8.8]/", v6("::ffff:8.8.8.8")),
        ("https://[::127.0.0.1]/", v6("::7f00:1")),
        ("https://[::ffff:0:127.0.0.1]/", v6("::ffff:0:7f00:1")),
        ("https://[64:ff9b::169.254.169.254]/", v6("64:ff9b::a9fe:a9fe")),
        ("https://[64:ff9b:1::a00:1]/", v6("64:ff9b:1::a00:1")),
        ("https://[2002:7f00:1::]/", v6("2002:7f00:1::")),
        ("https://[2001:0:7f00:1::]/", v6("2001:0:7f00:1::")),
        ("https://[fd00:ec2::254]/", v6("fd00:ec2::254")),
        ("https://[fc00::1]/", v6("fc00::1")),
        ("https://[fe80::1]/", v6("fe80::1")),
        ("https://[febf::1]/", v6("febf::1")),
        ("https://[fec0::1]/", v6("fec0::1")),
        ("https://[ff02::1]/", v6("ff02::1")),
        ("https://[5f00::1]/", v6("5f00::1")),
        ("https://[100::1]/", v6("100::1")),
    ] {
        check_refused(url, &address);
    }
}

#[test]
fn names_of_private_networks_are_refused() {
    for url in [
        "https://localhost/",
        "https://LOCALHOST/",
        "https://localhost./",
        "https://ⓛocalhost/",
        "https://loc%61lhost/",
        "https://a.localhost/",
        "https://localhost.localdomain/",
        "https://metadata/",
        "https://metadata.google.internal/",
        "https://metadata.google.internal./",
        "https://ip-10-0-0-1.ec2.internal/",
        "https://printer.local/",
        "https://router.home.arpa/",
        "https://kubernetes.default.svc.cluster.local/",
        "https://x.test/",
        "https://x.invalid/",
        "https://x.onion/",
    ] {
        check_refused(url, &Refusal::Name);
    }
}

#[test]
fn other_schemes_ports_and_credentials_are_refused() {
    for (url, refusal) in [
        ("http://example.com/", Refusal::Scheme),
        ("http://example.com:443/", Refusal::Scheme),
        ("https://example.com:80/", Refusal::Port),
        ("https://example.com:8443/", Refusal::Port),
        ("https://example.com:22/", Refusal::Port),
        ("https://example.com:0/", Refusal::Port),
        ("https://user@example.com/", Refusal::Credentials),
        ("https://user:secret@example.com/", Refusal::Credentials),
        ("https://:secret@example.com/", Refusal::Credentials),
        ("https://example.com@127.0.0.1/", Refusal::Credentials),
        ("https://example.com%2f@127.0.0.1/", Refusal::Credentials),
        ("ftp://example.com/", Refusal::Malformed),
        ("file:///etc/passwd", Refusal::Malformed),
        ("gopher://127.0.0.1:6379/_x", Refusal::Malformed),
        ("dict://127.0.0.1:11211/", Refusal::Malformed),
        ("data:text/plain,x", Refusal::Malformed),
        ("javascript:alert(1)", Refusal::Malformed),
        ("jar:https://example.com!/", Refusal::Malformed),
        ("blob:https://example.com/x", Refusal::Malformed),
        ("//example.com/", Refusal::Malformed),
        ("/relative", Refusal::Malformed),
        ("example.com", Refusal::Malformed),
        ("https://", Refusal::Malformed),
        ("", Refusal::Malformed),
        ("https://[::1", Refusal::Malformed),
        ("https://[fe80::1%25eth0]/", Refusal::Malformed),
        ("https://256.256.256.256/", Refusal::Malformed),
        ("https://1.2.3.4.5/", Refusal::Malformed),
        ("https://4294967296/", Refusal::Malformed),
        ("https://0x100000000/", Refusal::Malformed),
        ("https://127.0.0.1:99999/", Refusal::Malformed),
        ("https://exa mple.com/", Refusal::Malformed),
        ("https://example.com\u{0}.evil.example/", Refusal::Malformed),
    ] {
        check_refused(url, &refusal);
    }
}

#[test]
fn a_url_has_a_limit() {
    let url = |bytes: usize| format!("https://example.com/{}", "x".repeat(bytes - 20));
    assert_eq!(check_url(&url(URL_BYTES_MAX)), Ok(()));
    check_refused(&url(URL_BYTES_MAX + 1), &Refusal::Malformed);
}

fn request(method: &str, url: &str) -> HttpRequest {
    HttpRequest {
        method: method.to_owned(),
        url: url.to_owned(),
        headers: vec![],
        body: b"body".to_vec(),
        timeout_ms: 1000,
        response_bytes_max: 1000,
        redirects_max: 2,
        trusted: false,
    }
}

#[test]
fn headers_and_methods_of_the_connection_are_refused() {
    for name in ["Host", "content-length", "Transfer-Encoding", "UPGRADE", "te"] {
        let headers = vec![("accept".to_owned(), "*/*".to_owned()), (name.to_owned(), "x".to_owned())];
        for trusted in [true, false] {
            let request =
                HttpRequest { headers: headers.clone(), trusted, ..request("GET", "https://a.com") };
            assert_eq!(check(&request), Err(Refusal::Header(name.to_owned())));
        }
    }
    for method in ["CONNECT", "trace"] {
        assert_eq!(check(&request(method, "https://a.com")), Err(Refusal::Method));
    }
}

#[test]
fn a_trusted_request_may_go_to_the_operators_own_servers() {
    for url in ["http://127.0.0.1:8080/x", "http://mock/", "https://user:pw@10.0.0.1:8443/"] {
        let request = HttpRequest { trusted: true, ..request("GET", url) };
        assert!(check(&request).is_ok(), "{url}");
        assert!(check(&HttpRequest { trusted: false, ..request }).is_err(), "{url}");
    }
    let request = HttpRequest { trusted: true, ..request("GET", "file:///etc/passwd") };
    assert_eq!(check(&request), Err(Refusal::Malformed));
}

fn follow(
    request: &HttpRequest,
    status: u16,
    location: Option<&str>,
) -> Result<Option<HttpRequest>, Refusal> {
    let headers = location.map(|to| ("location".to_owned(), to.to_owned())).into_iter().collect();
    let url = Url::parse(&request.url).unwrap();
    redirect(request, &url, &HttpResponse { status, headers, body: vec![] })
}

#[test]
fn only_a_redirect_with_a_location_is_followed_and_only_so_often() {
    let first = request("GET", "https://a.com/x/y");
    for (status, location) in [(200, Some("/z")), (304, Some("/z")), (300, Some("/z")), (302, None)] {
        assert_eq!(follow(&first, status, location), Ok(None), "{status}");
    }
    let second = follow(&first, 302, Some("z")).unwrap().unwrap();
    assert_eq!((second.url.as_str(), second.redirects_max), ("https://a.com/x/z", 1));
    let third = follow(&second, 302, Some("/")).unwrap().unwrap();
    assert_eq!(follow(&third, 302, Some("/again")), Ok(None));

    let eager = HttpRequest { redirects_max: u8::MAX, ..first };
    assert_eq!(follow(&eager, 302, Some("z")).unwrap().unwrap().redirects_max, REDIRECTS_MAX - 1);
}

#[test]
fn methods_and_bodies_follow_as_http_says() {
    for (method, status, expect_method, expect_body) in [
        ("POST", 301, "GET", ""),
        ("POST", 302, "GET", ""),
        ("PUT", 302, "PUT", "body"),
        ("PUT", 303, "GET", ""),
        ("HEAD", 303, "HEAD", "body"),
        ("POST", 307, "POST", "body"),
        ("POST", 308, "POST", "body"),
    ] {
        let mut first = request(method, "https://a.com/");
        first.headers.push(("Content-Type".to_owned(), "text/plain".to_owned()));
        let next = follow(&first, status, Some("/next")).unwrap().unwrap();
        assert_eq!(next.method, expect_method, "{method} {status}");
        assert_eq!(next.body, expect_body.as_bytes(), "{method} {status}");
        assert_eq!(next.headers.is_empty(), expect_body.is_empty(), "{method} {status}");
    }
}

#[test]
fn another_origin_gets_no_secrets_and_no_trust() {
    let first = HttpRequest {
        headers: [("Authorization", "Bearer t"), ("X-Api-Key", "k"), ("Cookie", "c"), ("Accept", "*/*")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into(),
        trusted: true,
        ..request("GET", "http://provider.example/a")
    };
    let same = follow(&first, 307, Some("/b")).unwrap().unwrap();
    assert_eq!((same.headers.len(), same.trusted), (4, true));
    let other = follow(&first, 307, Some("https://cdn.example.com/b")).unwrap().unwrap();
    assert_eq!(other.headers, [("Accept".to_owned(), "*/*".to_owned())]);
    assert!(!other.trusted);
}

#[test]
fn a_redirect_is_held_to_the_same_rules() {
    let first = request("GET", "https://a.com/");
    for (location, refusal) in [
        ("http://a.com/", Refusal::Scheme),
        ("https://127.0.0.1/", v4("127.0.0.1")),
        ("//169.254.169.254/latest", v4("169.254.169.254")),
        ("https://a.com:8443/", Refusal::Port),
        ("file:///etc/passwd", Refusal::Malformed),
        ("https://[", Refusal::Malformed),
    ] {
        assert_eq!(follow(&first, 302, Some(location)), Err(refusal), "{location}");
    }
    let trusted = HttpRequest { trusted: true, ..request("GET", "http://provider.example/") };
    assert_eq!(follow(&trusted, 302, Some("http://127.0.0.1/")), Err(Refusal::Scheme));
}
