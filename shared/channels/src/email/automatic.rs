//! Mail that programs send of their own accord (RFC 3834): nobody may answer it by a program.

use super::mime::{Fields, mailboxes};

/// Fields that only automatic mail has.
const FIELDS: [&str; 9] = [
    "x-autoreply",
    "x-autorespond",
    "x-autoresponder",
    "x-auto-response-suppress",
    "x-loop",
    "list-id",
    "list-unsubscribe",
    "feedback-id",
    "x-failed-recipients",
];
/// Values of `Precedence` that say so.
const PRECEDENCES: [&str; 4] = ["bulk", "junk", "list", "auto_reply"];
/// Local parts of addresses behind which nobody reads, without marks between.
const SENDERS: [&str; 6] = ["mailerdaemon", "postmaster", "noreply", "donotreply", "autoreply", "bounce"];
/// Beginnings of the subjects of answers in somebody's absence: the only sign that some programs give.
const SUBJECTS: [&str; 24] = [
    "automatic reply",
    "auto:",
    "autoreply",
    "auto-reply",
    "auto reply",
    "out of office",
    "out of the office",
    "vacation reply",
    "abwesenheit",
    "automatische antwort",
    "réponse automatique",
    "absence du bureau",
    "respuesta automática",
    "fuera de la oficina",
    "risposta automatica",
    "resposta automática",
    "automatisch antwoord",
    "afwezig",
    "autosvar",
    "automaattinen vastaus",
    "automatyczna odpowiedź",
    "автоответ",
    "自动回复",
    "自動返信",
];

/// Whether a program sent it. `subject` is decoded.
pub(super) fn is_automatic(fields: &Fields, subject: &str) -> bool {
    let low = |name: &str| fields.get(name).map(str::to_ascii_lowercase).unwrap_or_default();
    let submitted = low("auto-submitted");
    let submitted = submitted.split(';').next().unwrap_or_default().trim();
    // A bounce has nowhere to be answered to (RFC 5321, 4.5.5).
    let nowhere = fields.get("return-path").is_some_and(|path| path.trim() == "<>");
    (!submitted.is_empty() && submitted != "no")
        || fields.names().any(|name| FIELDS.contains(&name))
        || PRECEDENCES.contains(&low("precedence").trim())
        || nowhere
        || fields.get("from").is_some_and(|from| mailboxes(from).iter().any(|one| is_nobody(&one.address)))
        || is_absence(subject)
}

/// Whether nobody reads what is sent to this address.
fn is_nobody(address: &str) -> bool {
    let local = address.split(['@', '+']).next().unwrap_or_default().to_ascii_lowercase();
    let plain: String = local.chars().filter(char::is_ascii_alphanumeric).collect();
    SENDERS.iter().any(|nobody| plain == *nobody || (*nobody == "bounce" && plain == "bounces"))
}

fn is_absence(subject: &str) -> bool {
    let low = subject.trim().to_lowercase();
    SUBJECTS.iter().any(|beginning| low.starts_with(beginning))
}

#[cfg(test)]
mod tests {
    use super::super::mime;
    use super::*;

    #[test]
    fn programs_are_told_from_people() {
        let check = |fields: &str, expect: bool| {
            let mail = format!("{fields}\r\n\r\nHello");
            let mail = mime::parse(mail.as_bytes());
            let subject = mail.root.fields.text("subject").unwrap_or_default();
            assert_eq!(is_automatic(&mail.root.fields, &subject), expect, "{fields}");
        };
        check("From: Ann <ann@shop.example>\r\nSubject: Hello", false);
        check("Auto-Submitted: no", false);
        check("Auto-Submitted: auto-replied; owner-email=\"a@b.example\"", true);
        check("Auto-Submitted: auto-generated", true);
        check("Precedence: Bulk", true);
        check("Precedence: first-class", false);
        check("List-Id: <news.shop.example>", true);
        check("Return-Path: <>", true);
        check("Return-Path: <ann@shop.example>", false);
        check("From: MAILER-DAEMON@shop.example (Mail Delivery System)", true);
        check("From: No-Reply <no-reply@shop.example>", true);
        check("From: bounces+123@shop.example", true);
        check("From: bouncer@shop.example", false);
        check("Subject: =?utf-8?q?R=C3=A9ponse_automatique_=3A_absent?=", true);
        check("Subject: Re: Automatic reply to whom?", false);
        check("X-Auto-Response-Suppress: OOF", true);
    }
}
