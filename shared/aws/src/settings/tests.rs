use super::*;
use patchbay_center::token::{Claims, Role};
use patchbay_model::{Timestamp, WorkerSid};

const SMS: &str =
    "[sms.default]\naccount_sid = \"AC1\"\nauth_token = \"t\"\nfrom = \"+15005550006\"\nflow = \"hello\"\n";
const LINE: &str = "[line.default]\nchannel_secret = \"s\"\nchannel_access_token = \"t\"\nflow = \"hello\"\n";
const KEY: &str = "an invented key of thirty-two by";

fn open(text: &str, only: Option<ChannelKind>) -> Result<Vec<ChannelKind>, String> {
    let opened = open_accounts(text, "https://center.example", only);
    opened
        .map(|opened| opened.accounts.into_keys().map(|(kind, _)| kind).collect())
        .map_err(|error| error.to_string())
}

#[test]
fn a_webhook_opens_its_own_channel_only() {
    let both = format!("{SMS}{LINE}");
    assert_eq!(open(&both, None).unwrap().len(), 2);
    assert_eq!(open(&both, Some(ChannelKind::Line)), Ok(vec![ChannelKind::Line]));
}

#[track_caller]
fn check_refused(text: &str, part: &str) {
    let error = open(text, None).unwrap_err();
    assert!(error.contains(part) && !error.contains("canary"), "{error}");
}

#[test]
fn every_fault_is_told_without_its_value() {
    check_refused(&SMS.replace("\"t\"", "\"env:canary\""), "line 3: [sms.default] auth_token is a reference");
    check_refused(&SMS.replace("\"t\"", "\"secret:canary\""), "auth_token is a reference");
    check_refused(&SMS.replace("auth_token", "other_token"), "auth_token is missing");
    check_refused("[sms", "line 1: ");
    check_refused("[signing]\nkeys = [\"canary\"]", "shorter than 32 bytes");
    check_refused(&format!("[signing]\nkeys = [\"{KEY}\", \"{KEY}\", \"{KEY}\"]"), "one or two");
}

#[test]
fn programs_come_in_with_their_keys() {
    let sid = "SK0123456789abcdef0123456789abcdef";
    let text = format!("[api.a]\nsid = \"{sid}\"\nsecret = \"an invented secret\"\nrole = \"admin\"\n");
    let keys = open_accounts(&text, "https://c.example", None).unwrap().api_keys;
    assert_eq!(keys.check(sid, "an invented secret").map(|caller| caller.role), Some(Role::Admin));
    check_refused(&text.replace("an invented secret", "secret:canary12345"), "secret is a reference");
    check_refused("[api.a]\nrole = \"admin\"", "line 1: [api.a] sid is missing");
}

#[test]
fn the_first_key_signs_and_both_are_believed() {
    let keys = |list: &str| {
        let text = format!("[signing]\nkeys = [{list}]");
        open_accounts(&text, "https://c.example", None).unwrap().signing_keys
    };
    let (old, new) = (format!("\"{KEY}\""), format!("\"{}\"", "n".repeat(32)));
    let claims = Claims::new(WorkerSid::derive(&["w"]), Role::Agent, Timestamp(9_000_000));
    let signed = keys(&old).sign(&claims).unwrap();
    let check =
        |list: &str, believed: bool| assert_eq!(keys(list).check(&signed, Timestamp(0)).is_ok(), believed);
    check(&old, true);
    check(&format!("{new}, {old}"), true);
    check(&new, false);
    check("", false);
}
