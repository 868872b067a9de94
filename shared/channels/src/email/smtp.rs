//! Mail servers (RFC 5321): what is handed to one, and what its answers mean.

use crate::delivery::{DeliveryOutcome, RETRY_AFTER_S_DEFAULT, RefusalCause};
use percent_encoding::percent_decode_str;
use std::fmt;

/// Ports of implicit TLS and of submission (RFC 8314, RFC 6409).
const SMTPS_PORT: u16 = 465;
const SUBMISSION_PORT: u16 = 587;
/// Seconds until a server is tried again that said "later": it greylists, or its queue is full.
const LATER_S: u64 = 60;

/// A mail server, and who we are there.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct SmtpServer {
    pub host: String,
    pub port: u16,
    /// TLS from the first byte; else STARTTLS, without which nothing is said.
    pub implicit_tls: bool,
    /// User and password.
    pub credentials: Option<(String, String)>,
}

impl SmtpServer {
    /// Reads `smtps://user:password@host:port`, or `smtp://…` for STARTTLS; user and password percent-encoded.
    pub(super) fn parse(url: &str) -> Option<SmtpServer> {
        let (scheme, rest) = url.split_once("://")?;
        let implicit_tls = match scheme {
            "smtps" => true,
            "smtp" => false,
            _ => return None,
        };
        let rest = rest.trim_end_matches('/');
        let (credentials, place) = match rest.rsplit_once('@') {
            Some((credentials, place)) => {
                let (user, password) = credentials.split_once(':')?;
                let plain =
                    |text: &str| percent_decode_str(text).decode_utf8().ok().map(|text| text.into_owned());
                (Some((plain(user)?, plain(password)?)), place)
            }
            None => (None, rest),
        };
        let (host, port) = match place.split_once(':') {
            Some((host, port)) => (host, port.parse().ok()?),
            None => (place, if implicit_tls { SMTPS_PORT } else { SUBMISSION_PORT }),
        };
        let is_host = !host.is_empty()
            && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-".contains(&byte));
        is_host.then(|| SmtpServer { host: host.to_owned(), port, implicit_tls, credentials })
    }
}

/// Credentials are never printed.
impl fmt::Debug for SmtpServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SmtpServer")
            .field("host", &self.host)
            .field("port", &self.port)
            .finish_non_exhaustive()
    }
}

/// One mail with its envelope.
#[derive(Clone, PartialEq, Eq)]
pub struct SmtpDelivery {
    pub server: SmtpServer,
    pub from: String,
    pub to: String,
    /// The id that the mail has, without angle brackets.
    pub message_id: String,
    /// The mail itself, lines ended by CRLF.
    pub mail: Vec<u8>,
}

impl fmt::Debug for SmtpDelivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = self.mail.len();
        f.debug_struct("SmtpDelivery")
            .field("server", &self.server)
            .field("bytes", &bytes)
            .finish_non_exhaustive()
    }
}

/// What a server said, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SmtpAnswer {
    /// It has the mail.
    Accepted,
    /// A reply of 4xx or 5xx to one of the commands, before it had the mail.
    Said { code: u16, text: String, to: SmtpCommand },
    /// The connection could not be made, or broke before the mail was handed over.
    NotSent { why: String },
    /// It broke while the server had the mail.
    NoAnswer,
}

/// What an answer answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SmtpCommand {
    /// Greeting, TLS, authentication.
    Session,
    From,
    To,
    Data,
}

impl SmtpAnswer {
    /// What became of `delivery`. A server does not recognise a repetition.
    pub fn outcome(&self, delivery: &SmtpDelivery) -> DeliveryOutcome {
        let (code, text, to) = match self {
            SmtpAnswer::Accepted => {
                return DeliveryOutcome::sent(Some(delivery.message_id.clone()));
            }
            SmtpAnswer::NotSent { why } => {
                return DeliveryOutcome::retry_after(Some(u64::from(RETRY_AFTER_S_DEFAULT)), why);
            }
            SmtpAnswer::NoAnswer => {
                let why = "the mail server did not answer, and would not recognise a repetition";
                return DeliveryOutcome::Unknown { why: why.into() };
            }
            SmtpAnswer::Said { code, text, to, .. } => (*code, text, *to),
        };
        match (code, to) {
            // A login that is refused for now is refused by the server's limits, not by the password.
            (400..500, _) => DeliveryOutcome::retry_after(Some(LATER_S), text),
            (_, SmtpCommand::Session | SmtpCommand::From) => {
                DeliveryOutcome::refused(code, text, RefusalCause::Account)
            }
            // The mailbox is full: its owner may empty it (RFC 5321, 4.5.3.1.10, where 552 stands for 452).
            (552, SmtpCommand::To) => DeliveryOutcome::retry_after(Some(LATER_S), text),
            (_, SmtpCommand::To) => DeliveryOutcome::refused(code, text, RefusalCause::Address),
            (_, SmtpCommand::Data) => DeliveryOutcome::refused(code, text, RefusalCause::Content),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Host, port, whether TLS comes first, user and password.
    type Server<'a> = (&'a str, u16, bool, Option<(&'a str, &'a str)>);

    #[test]
    fn a_server_is_a_url() {
        let check = |url: &str, expect: Option<Server<'_>>| {
            let found = SmtpServer::parse(url);
            let found = found.as_ref().map(|server| {
                let credentials =
                    server.credentials.as_ref().map(|(user, word)| (user.as_str(), word.as_str()));
                (server.host.as_str(), server.port, server.implicit_tls, credentials)
            });
            assert_eq!(found, expect, "{url}");
        };
        check("smtps://mail.shop.example", Some(("mail.shop.example", 465, true, None)));
        check(
            "smtp://a%40b:p%3Aw@mail.shop.example:2525/",
            Some(("mail.shop.example", 2525, false, Some(("a@b", "p:w")))),
        );
        check("smtp://mail.shop.example", Some(("mail.shop.example", 587, false, None)));
        for url in ["http://mail", "smtp://", "smtp://a@b", "smtp://ho st", "smtp://h:x", "mail.shop.example"]
        {
            check(url, None);
        }
    }

    #[test]
    fn each_answer_means_one_thing() {
        let delivery = SmtpDelivery {
            server: SmtpServer::default(),
            from: "a@b".into(),
            to: "c@d".into(),
            message_id: "1@b".into(),
            mail: Vec::new(),
        };
        let said = |code, to| SmtpAnswer::Said { code, text: "no".into(), to }.outcome(&delivery);
        let cause = |outcome| match outcome {
            DeliveryOutcome::Refused { cause, .. } => cause,
            other => panic!("{other:?}"),
        };
        let sent = DeliveryOutcome::sent(Some("1@b".into()));
        assert_eq!(SmtpAnswer::Accepted.outcome(&delivery), sent);
        for to in [SmtpCommand::Session, SmtpCommand::From, SmtpCommand::To, SmtpCommand::Data] {
            assert!(matches!(said(451, to), DeliveryOutcome::Retry { after_s: 60, .. }));
        }
        assert_eq!(cause(said(535, SmtpCommand::Session)), RefusalCause::Account);
        assert_eq!(cause(said(550, SmtpCommand::From)), RefusalCause::Account);
        assert_eq!(cause(said(550, SmtpCommand::To)), RefusalCause::Address);
        assert_eq!(cause(said(552, SmtpCommand::Data)), RefusalCause::Content);
        assert!(matches!(said(552, SmtpCommand::To), DeliveryOutcome::Retry { .. }));
        assert!(matches!(SmtpAnswer::NoAnswer.outcome(&delivery), DeliveryOutcome::Unknown { .. }));
        let broken = SmtpAnswer::NotSent { why: "no route".into() };
        assert!(matches!(broken.outcome(&delivery), DeliveryOutcome::Retry { .. }));
        assert!(!format!("{delivery:?}").contains("a@b"));
    }
}
