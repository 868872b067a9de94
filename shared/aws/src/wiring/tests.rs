use super::*;
use std::collections::BTreeMap;

const ENVIRONMENT: [(&str, &str); 11] = [
    ("PATCHBAY_TABLE", "table"),
    ("PATCHBAY_INBOUND_QUEUE_URL", "https://sqs.example/inbound.fifo"),
    ("PATCHBAY_ROUTING_QUEUE_URL", "https://sqs.example/routing"),
    ("PATCHBAY_OUTBOUND_QUEUE_URL", "https://sqs.example/outbound.fifo"),
    ("PATCHBAY_MANAGEMENT_URL", "https://gateway.example/agent"),
    ("PATCHBAY_PUBLIC_URL", "https://center.example/"),
    ("PATCHBAY_MEDIA_BUCKET", "bucket"),
    ("CHANNEL", "line"),
    ("AWS_REGION", "eu-west-1"),
    ("AWS_ACCESS_KEY_ID", "key"),
    ("AWS_SECRET_ACCESS_KEY", "secret"),
];

/// Reads the environment above with one variable changed or, for `None`, taken away.
fn read(name: &'static str, value: Option<&str>) -> Result<Settings, SettingsError> {
    let mut environment = BTreeMap::from(ENVIRONMENT);
    match value {
        Some(value) => environment.insert(name, value),
        None => environment.remove(name),
    };
    let variable = |name: &str| environment.get(name).map(|value| (*value).to_owned());
    let settings = Settings::read(variable)?;
    let sdk = Sdk::from_environment(variable)?;
    ports(&settings, &sdk, SqsQueue::new(sdk.sqs(), settings.queues.clone()))?;
    Ok(settings)
}

#[test]
fn a_whole_environment_is_read() {
    let settings = read("PATCHBAY_TABLE", Some("table")).unwrap();
    assert_eq!(settings.table, "table");
    assert_eq!(settings.queues.routing, "https://sqs.example/routing");
    assert_eq!(settings.public_url, "https://center.example");
    assert_eq!(settings.channel, Some(ChannelKind::Line));
}

#[test]
fn what_is_missing_or_empty_is_named() {
    for (name, _) in ENVIRONMENT.into_iter().filter(|(name, _)| *name != "CHANNEL") {
        for value in [None, Some("")] {
            assert_eq!(read(name, value), Err(SettingsError::Missing(vec![name])));
        }
    }
    let all = Settings::read(|_| None).unwrap_err();
    assert!(matches!(all, SettingsError::Missing(names) if names.len() == 7));
}

#[test]
fn a_function_without_a_channel_is_no_webhook() {
    assert_eq!(read("CHANNEL", None).unwrap().channel, None);
    assert_eq!(read("CHANNEL", Some("fax")), Err(SettingsError::Channel("fax".to_owned())));
}

#[test]
fn dead_letters_are_shown_of_all_queues_or_of_none() {
    let name = "PATCHBAY_ROUTING_DEAD_LETTERS_URL";
    let missing = vec!["PATCHBAY_INBOUND_DEAD_LETTERS_URL", "PATCHBAY_OUTBOUND_DEAD_LETTERS_URL"];
    assert_eq!(read("PATCHBAY_TABLE", Some("table")).unwrap().dead_letters, None);
    assert_eq!(read(name, Some("https://sqs.example/dead")), Err(SettingsError::Missing(missing)));
}

#[test]
fn a_simulator_is_there_only_where_it_is_named() {
    let name = "PATCHBAY_SIMULATOR_URL";
    let check = |value: Option<&str>, expect: Result<Option<&str>, SettingsError>| {
        let read = read(name, value).map(|settings| settings.simulator_url);
        assert_eq!(read, expect.map(|url| url.map(str::to_owned)));
    };
    check(None, Ok(None));
    check(Some(""), Ok(None));
    check(Some("http://127.0.0.1:1/simulator"), Ok(Some("http://127.0.0.1:1/simulator")));
    check(Some("here"), Err(SettingsError::NotAUrl { name, value: "here".to_owned() }));
}

#[test]
fn an_address_must_be_a_url() {
    for value in ["gateway.example", "wss://gateway.example", "https://"] {
        let name = "PATCHBAY_MANAGEMENT_URL";
        assert_eq!(read(name, Some(value)), Err(SettingsError::NotAUrl { name, value: value.to_owned() }));
    }
}

#[test]
fn an_identity_provider_is_named_with_who_we_are_to_it() {
    let read = |pairs: &[(&str, &str)]| {
        let environment: BTreeMap<&str, &str> =
            ENVIRONMENT.into_iter().chain(pairs.iter().copied()).collect();
        Settings::read(|name| environment.get(name).map(|value| (*value).to_owned()))
            .map(|settings| settings.oidc)
    };
    let issuer = ("PATCHBAY_OIDC_ISSUER", "https://id.example");
    let client = ("PATCHBAY_OIDC_CLIENT_ID", "desk");
    assert_eq!(read(&[]), Ok(None));
    assert_eq!(read(&[("PATCHBAY_OIDC_ISSUER", "")]), Ok(None));
    assert_eq!(read(&[issuer]), Err(SettingsError::Missing(vec!["PATCHBAY_OIDC_CLIENT_ID"])));
    let named = read(&[issuer, client]).unwrap().unwrap();
    assert_eq!((named.worker_claim.as_str(), named.role_claim.as_str()), ("email", "cognito:groups"));
    let claims = [("PATCHBAY_OIDC_WORKER_CLAIM", "name"), ("PATCHBAY_OIDC_ROLE_CLAIM", "roles")];
    let named = read(&[issuer, client, claims[0], claims[1]]).unwrap().unwrap();
    assert_eq!((named.worker_claim.as_str(), named.role_claim.as_str()), ("name", "roles"));
}
