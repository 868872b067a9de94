//! Mails handed to their servers: `ports::Mail` on lettre's connection, command by command, so that it is known what a
//! broken one had been told.

use async_trait::async_trait;
use lettre::Address;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail as MailFrom, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailBodyParameter, MailParameter};
use patchbay_center::ports::{Mail, SMTP_MS_MAX};
use patchbay_channels::email::smtp::{SmtpAnswer, SmtpCommand, SmtpDelivery, SmtpServer};
use std::net::IpAddr;
use std::time::Duration;

/// How servers are logged in to, best first; none of them says the password to anybody without TLS.
const MECHANISMS: [Mechanism; 2] = [Mechanism::Plain, Mechanism::Login];

/// Speaks with mail servers: with TLS, or with one on this machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct SmtpMail;

#[async_trait]
impl Mail for SmtpMail {
    async fn deliver(&self, delivery: &SmtpDelivery) -> SmtpAnswer {
        let limit = Duration::from_millis(SMTP_MS_MAX.into());
        let mut handed_over = false;
        match tokio::time::timeout(limit, hand_over(delivery, &mut handed_over)).await {
            Ok(Ok(())) => SmtpAnswer::Accepted,
            Ok(Err(answer)) => answer,
            Err(_) if handed_over => SmtpAnswer::NoAnswer,
            Err(_) => SmtpAnswer::NotSent { why: "the mail server takes too long".into() },
        }
    }
}

/// The whole dialogue; `handed_over` from the moment on at which the server may have the mail.
async fn hand_over(delivery: &SmtpDelivery, handed_over: &mut bool) -> Result<(), SmtpAnswer> {
    let session = |error| said(error, SmtpCommand::Session);
    let address = |text: &str, to| {
        text.parse::<Address>().map_err(|error| SmtpAnswer::Said { code: 553, text: error.to_string(), to })
    };
    let (from, to) = (address(&delivery.from, SmtpCommand::From)?, address(&delivery.to, SmtpCommand::To)?);
    let mut server = connect(&delivery.server).await.map_err(session)?;
    if let Some((user, password)) = &delivery.server.credentials {
        let credentials = Credentials::new(user.clone(), password.clone());
        server.auth(&MECHANISMS, &credentials).await.map_err(session)?;
    }
    let eight_bit =
        !delivery.mail.is_ascii() && server.server_info().supports_feature(Extension::EightBitMime);
    let parameters = eight_bit.then_some(MailParameter::Body(MailBodyParameter::EightBitMime));
    let from = MailFrom::new(Some(from), parameters.into_iter().collect());
    server.command(from).await.map_err(|error| said(error, SmtpCommand::From))?;
    server.command(Rcpt::new(to, Vec::new())).await.map_err(|error| said(error, SmtpCommand::To))?;
    server.command(Data).await.map_err(|error| said(error, SmtpCommand::Data))?;
    *handed_over = true;
    let taken = server.message(&delivery.mail).await;
    // It has the mail or refused it: how it parts from us says nothing more.
    server.abort().await;
    taken.map(drop).map_err(|error| match error.status() {
        Some(_) => said(error, SmtpCommand::Data),
        None => SmtpAnswer::NoAnswer,
    })
}

async fn connect(server: &SmtpServer) -> Result<AsyncSmtpConnection, Error> {
    let place = (server.host.as_str(), server.port);
    let limit = Some(Duration::from_millis(SMTP_MS_MAX.into()));
    let name = ClientId::default();
    let tls = TlsParameters::new_rustls(server.host.clone())?;
    if server.implicit_tls {
        return AsyncSmtpConnection::connect_tokio1(place, limit, &name, Some(tls), None).await;
    }
    let mut connection = AsyncSmtpConnection::connect_tokio1(place, limit, &name, None, None).await?;
    // Where it is not offered this fails: nothing is said in the clear.
    if connection.can_starttls() || !is_on_this_machine(&server.host) {
        connection.starttls(tls, &name).await?;
    }
    Ok(connection)
}

fn is_on_this_machine(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// A reply of the server, or a connection that broke before it had the mail.
fn said(error: Error, to: SmtpCommand) -> SmtpAnswer {
    match error.status() {
        Some(code) => {
            let code = code.to_string().parse().unwrap_or(554);
            let text =
                std::error::Error::source(&error).map_or_else(|| error.to_string(), ToString::to_string);
            SmtpAnswer::Said { code, text, to }
        }
        None => SmtpAnswer::NotSent { why: error.to_string() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
    use tokio::net::TcpListener;

    /// A server that answers each command, and the mail, with the next of `answers`; it hangs up behind the last.
    async fn play(answers: &'static [&'static str]) -> (u16, tokio::task::JoinHandle<Vec<String>>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let played = tokio::spawn(async move {
            let (stream, _) = listener.accept().await.unwrap();
            let (read, mut write) = stream.into_split();
            let mut lines = BufReader::new(read).lines();
            let (mut heard, mut in_mail) = (Vec::new(), false);
            for answer in answers {
                write.write_all(format!("{answer}\r\n").as_bytes()).await.unwrap();
                in_mail |= answer.starts_with("354");
                while let Ok(Some(line)) = lines.next_line().await {
                    heard.push(line.clone());
                    if !in_mail || line == "." {
                        in_mail = false;
                        break;
                    }
                }
            }
            heard
        });
        (port, played)
    }

    fn delivery(port: u16) -> SmtpDelivery {
        SmtpDelivery {
            server: SmtpServer { host: "127.0.0.1".into(), port, implicit_tls: false, credentials: None },
            from: "support@shop.example".into(),
            to: "ann@mail.example".into(),
            message_id: "1@shop.example".into(),
            mail: b"Subject: Hi\r\n\r\n.dot\r\n".to_vec(),
        }
    }

    async fn check(answers: &'static [&'static str], expect: SmtpAnswer) -> Vec<String> {
        let (port, played) = play(answers).await;
        assert_eq!(SmtpMail.deliver(&delivery(port)).await, expect);
        played.await.unwrap()
    }

    #[tokio::test]
    async fn a_mail_is_handed_over_with_its_envelope() {
        let heard =
            check(&["220 hi", "250 hi", "250 ok", "250 ok", "354 go", "250 taken"], SmtpAnswer::Accepted)
                .await;
        assert_eq!(heard[1..4], ["MAIL FROM:<support@shop.example>", "RCPT TO:<ann@mail.example>", "DATA"]);
        // A line that begins with a dot has one more (RFC 5321, 4.5.2).
        assert!(heard.contains(&"..dot".to_owned()), "{heard:?}");
    }

    #[tokio::test]
    async fn each_refusal_says_what_it_refuses() {
        let said = |code, text: &str, to| SmtpAnswer::Said { code, text: text.into(), to };
        check(&["220 hi", "250 hi", "550 no"], said(550, "no", SmtpCommand::From)).await;
        check(&["220 hi", "250 hi", "250 ok", "450 later"], said(450, "later", SmtpCommand::To)).await;
        let all = &["220 hi", "250 hi", "250 ok", "250 ok", "354 go", "554 spam"];
        check(all, said(554, "spam", SmtpCommand::Data)).await;
    }

    #[tokio::test]
    async fn a_broken_connection_is_told_by_what_the_server_had() {
        let (port, played) = play(&["220 hi", "250 hi", "250 ok"]).await;
        assert!(matches!(SmtpMail.deliver(&delivery(port)).await, SmtpAnswer::NotSent { .. }));
        played.await.unwrap();
        check(&["220 hi", "250 hi", "250 ok", "250 ok", "354 go"], SmtpAnswer::NoAnswer).await;
        let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
        assert!(matches!(SmtpMail.deliver(&delivery(closed)).await, SmtpAnswer::NotSent { .. }));
    }

    #[tokio::test]
    async fn another_machine_hears_nothing_in_the_clear() {
        assert!(is_on_this_machine("127.0.0.1") && is_on_this_machine("localhost"));
        assert!(!is_on_this_machine("mail.shop.example") && !is_on_this_machine("10.0.0.1"));
    }
}
