//! One account of an app of Meta's: its credentials, and the accounts that share the app's callback.

use crate::settings::{Account, Reader, SettingsError};
use crate::signature::{Check, Hash, Secrets, Verified, hmac};
use crate::webhook::{Normalised, Rejection, WebhookReply, WebhookRequest};
use patchbay_model::id::hex;
use std::collections::BTreeMap;

/// Meta, "Webhooks", "Validating payloads": HMAC-SHA256 over the raw body under the app's secret, as lower-case
/// hex after this prefix. (`X-Hub-Signature`, its SHA-1 predecessor, proves nothing here.)
const HEADER: &str = "x-hub-signature-256";
const PREFIX: &str = "sha256=";
const REFUSAL_STATUS: u16 = 401;
/// Meta, "Webhooks", "Verification requests": what a wrong token is answered with.
const HANDSHAKE_REFUSAL_STATUS: u16 = 403;
/// The version of the Graph API; each lives about two years.
const API_VERSION: &str = "v25.0";

/// Settings: `app_secret`, one or two while it is rotated; `verify_token`, entered in the app's console too;
/// `access_token`; Meta's id of the account under the key that the channel names; `accounts`, the others
/// whose events come by the same callback, as `<Meta's id>=<account>` with commas between; `api_version`;
/// `api_base`.
pub(crate) struct App {
    pub(crate) account: Account,
    app_secret: Secrets,
    verify_token: Secrets,
    access_token: String,
    /// Meta's ids of the account; the first is the one that sends.
    ids: Vec<String>,
    siblings: BTreeMap<String, String>,
    /// Where media and calls are, without the version.
    pub(crate) api_base: String,
    api_version: String,
}

impl App {
    pub(crate) fn open(
        mut settings: Reader<'_>,
        id_key: &'static str,
        api_base: &str,
    ) -> Result<App, SettingsError> {
        let app_secret = settings.secrets("app_secret");
        let verify_token = settings.secrets("verify_token");
        let access_token = settings.required("access_token").to_owned();
        let ids: Vec<String> = settings.required(id_key).split(',').map(|id| id.trim().to_owned()).collect();
        if ids.iter().any(|id| !is_id(id)) {
            settings.complain(id_key, "has characters other than letters, digits, - and _");
        }
        let mut siblings = BTreeMap::new();
        for pair in settings.optional("accounts").unwrap_or_default().split_terminator(',') {
            match pair.split_once('=').map(|(id, name)| (id.trim(), name.trim())) {
                Some((id, name)) if is_id(id) && is_id(name) => {
                    siblings.insert(id.to_owned(), name.to_owned());
                }
                _ => settings.complain("accounts", "is not a list of <Meta's id>=<account>"),
            }
        }
        let api_version = settings.optional("api_version").unwrap_or(API_VERSION).to_owned();
        if !is_version(&api_version) {
            settings.complain("api_version", "is not of the form v25.0");
        }
        let api_base = settings.base_url("api_base", api_base);
        let account = settings.finish()?;
        Ok(App { account, app_secret, verify_token, access_token, ids, siblings, api_base, api_version })
    }

    /// Meta's id of the account, as calls name it.
    pub(crate) fn id(&self) -> &str {
        self.ids.first().map(String::as_str).unwrap_or_default()
    }

    pub(crate) fn is_own(&self, id: &str) -> bool {
        self.ids.iter().any(|own| own == id)
    }

    /// The account whose events those of this id are: one app has one callback for all of them.
    pub(crate) fn account_of(&self, id: &str) -> Option<&str> {
        if self.is_own(id) {
            return Some(&self.account.name);
        }
        self.siblings.get(id).map(String::as_str)
    }

    pub(crate) fn authorization(&self) -> String {
        format!("Bearer {}", self.access_token)
    }

    /// The URL of a node or edge of the graph.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}/{}/{path}", self.api_base, self.api_version)
    }

    pub(crate) fn verify<'a>(&self, request: &'a WebhookRequest) -> Result<Verified<'a>, Rejection> {
        if is_handshake(request) {
            let check = Check { refusal_status: HANDSHAKE_REFUSAL_STATUS, secrets: &self.verify_token };
            return check.shared(request, &request.query("hub.verify_token").unwrap_or_default());
        }
        let check = Check { refusal_status: REFUSAL_STATUS, secrets: &self.app_secret };
        check.size(request)?;
        let given = check.hex_header(request, HEADER, PREFIX, Hash::Sha256)?;
        check.tag(request, Hash::Sha256, std::slice::from_ref(&request.body), &given)
    }

    /// Signs a webhook as Meta does, for the played provider.
    pub(crate) fn add_signature(&self, request: &mut WebhookRequest) {
        let tag = hmac(Hash::Sha256, self.app_secret.current(), &request.body);
        request.headers.push(HEADER, format!("{PREFIX}{}", hex(&tag)));
    }
}

/// The request by which Meta asks, whenever the callback's settings are saved, whether it is ours.
fn is_handshake(request: &WebhookRequest) -> bool {
    request.method == "GET" && request.query("hub.mode").as_deref() == Some("subscribe")
}

/// What a proven handshake is answered with: the challenge as it is, and as no document of any kind.
pub(crate) fn handshake(request: &WebhookRequest) -> Option<Normalised> {
    is_handshake(request).then(|| Normalised {
        events: Vec::new(),
        problems: Vec::new(),
        reply: WebhookReply {
            status: 200,
            content_type: "text/plain",
            body: request.query("hub.challenge").unwrap_or_default(),
        },
    })
}

fn is_id(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

fn is_version(text: &str) -> bool {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.strip_prefix('v')
        .and_then(|rest| rest.split_once('.'))
        .is_some_and(|(major, minor)| is_number(major) && is_number(minor))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{NOW, channel};
    use crate::webhook::RejectionReason;
    use patchbay_model::ChannelKind;

    #[test]
    fn a_handshake_is_answered_with_its_challenge_and_only_for_the_token() {
        let both = [("verify_token", "new, old")];
        let check = |query: &str, expect: Result<&str, (u16, RejectionReason)>| {
            for kind in [ChannelKind::Whatsapp, ChannelKind::Messenger, ChannelKind::Instagram] {
                let channel = channel(kind, &both);
                let request =
                    WebhookRequest { method: "GET".into(), raw_query: query.into(), ..Default::default() };
                let answer = channel.verify(&request, NOW).map(|verified| channel.normalise(&verified, NOW));
                match (answer, expect) {
                    (Ok(heard), Ok(challenge)) => {
                        assert_eq!((heard.reply.status, heard.reply.body.as_str()), (200, challenge));
                        assert_eq!(heard.reply.content_type, "text/plain");
                        assert_eq!((heard.events.len(), heard.problems.len()), (0, 0));
                    }
                    (answer, expect) => {
                        let refusal = answer.map_err(|rejection| (rejection.status, rejection.reason));
                        assert_eq!(
                            refusal.map(|heard| heard.reply.body),
                            expect.map(str::to_owned),
                            "{query}"
                        );
                    }
                }
            }
        };
        let ask = "hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token";
        check(&format!("{ask}=new"), Ok("1158201444"));
        check(&format!("{ask}=old"), Ok("1158201444"));
        check(&format!("{ask}=other"), Err((403, RejectionReason::Wrong)));
        check(&format!("{ask}="), Err((403, RejectionReason::Wrong)));
        check("hub.mode=subscribe&hub.challenge=1", Err((403, RejectionReason::Wrong)));
        check("hub.mode=unsubscribe&hub.verify_token=new", Err((401, RejectionReason::Missing)));
    }

    #[test]
    fn a_tag_is_lower_case_hex_after_its_prefix() {
        let whatsapp = channel(ChannelKind::Whatsapp, &[]);
        let mut signed = WebhookRequest { method: "POST".into(), body: b"{}".into(), ..Default::default() };
        whatsapp.sign(&mut signed, "", NOW);
        let tag = signed.headers.get(HEADER).unwrap().to_owned();
        let check = |header: String, expect: Option<RejectionReason>| {
            let headers = [(HEADER, header)].into_iter().collect();
            let request = WebhookRequest { headers, ..signed.clone() };
            assert_eq!(whatsapp.verify(&request, NOW).err().map(|rejection| rejection.reason), expect);
        };
        check(tag.clone(), None);
        check(tag.to_uppercase(), Some(RejectionReason::Malformed));
        check(tag.replace(PREFIX, ""), Some(RejectionReason::Malformed));
        check(tag.replace(PREFIX, "sha1="), Some(RejectionReason::Malformed));
        check(format!("{tag}0"), Some(RejectionReason::Malformed));
        check(format!("{PREFIX}{}", "0".repeat(64)), Some(RejectionReason::Wrong));
    }

    #[test]
    fn wrong_settings_are_named() {
        let check = |key: &str, value: &str, fine: bool| {
            let mut settings = crate::registry::example_settings(ChannelKind::Whatsapp).unwrap();
            settings.insert(key.into(), value.into());
            let opened = crate::open(ChannelKind::Whatsapp, "default", &settings, "https://center.example");
            assert_eq!(
                opened.map(|_| ()).map_err(|error| error.to_string().contains(key)),
                if fine { Ok(()) } else { Err(true) }
            );
        };
        check("api_version", "v26.0", true);
        check("api_version", "26", false);
        check("accounts", "123=shop, 456=support", true);
        check("accounts", "123", false);
        check("phone_number_id", "1/2", false);
    }
}
