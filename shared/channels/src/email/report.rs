//! Reports about mail of ours: that it was not delivered (RFC 3464), was shown (RFC 8098), was complained of
//! (RFC 5965). Bounces in other forms are told apart by their fields only.

use super::mime::{Fields, Mime, Part, parse};
use patchbay_model::MessageStatus;

/// Reports on recipients that one mail makes; those behind are not read.
const RECIPIENTS_MAX: usize = 50;
/// Characters of a reason.
const REASON_CHARS_MAX: usize = 300;

/// What a mail says became of one of ours.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Report {
    pub(super) recipients: Vec<Recipient>,
    /// The id of the mail that it is about, without angle brackets.
    pub(super) original_id: Option<String>,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Recipient {
    /// Empty: it is not told.
    pub(super) address: String,
    pub(super) news: News,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum News {
    Status { status: MessageStatus, reason: Option<String> },
    Complaint,
}

/// The report that a mail is, if it is one.
pub(super) fn read(mail: &Mime<'_>) -> Option<Report> {
    let root = &mail.root;
    let parts = flat(root);
    let of = |kind: &str| parts.iter().find(|part| part.media_type() == kind);
    let recipients =
        if let Some(part) = of("message/delivery-status").or_else(|| of("message/global-delivery-status")) {
            delivery(&part.bytes())
        } else if let Some(part) = of("message/disposition-notification") {
            disposition(&part.bytes())
        } else if let Some(part) = of("message/feedback-report") {
            complaint(&part.bytes())
        } else {
            failed_recipients(&root.fields)
        };
    if recipients.is_empty() {
        return None;
    }
    Some(Report { recipients, original_id: original_id(&parts) })
}

fn flat<'p, 'm>(part: &'p Part<'m>) -> Vec<&'p Part<'m>> {
    let mut found = vec![part];
    found.extend(part.parts.iter().flat_map(flat));
    found
}

/// Groups of fields with empty lines between.
fn groups(bytes: &[u8]) -> Vec<Fields> {
    let text = String::from_utf8_lossy(bytes).replace("\r\n", "\n");
    let groups = text.split("\n\n").filter(|group| !group.trim().is_empty());
    groups.take(RECIPIENTS_MAX + 1).map(|group| Fields::read(group.trim_start().as_bytes()).0).collect()
}

/// `rfc822; ann@shop.example`, or the address alone.
fn address(value: &str) -> String {
    let address = value.split_once(';').map_or(value, |(_, address)| address).trim();
    address.trim_matches(['<', '>']).trim().to_owned()
}

fn delivery(bytes: &[u8]) -> Vec<Recipient> {
    let about_one = groups(bytes).into_iter().filter_map(|fields| {
        let recipient = fields.get("final-recipient").or_else(|| fields.get("original-recipient"))?;
        let code = fields.get("status").unwrap_or_default().trim().to_owned();
        let failed = match fields.get("action").unwrap_or_default().trim().to_ascii_lowercase().as_str() {
            "failed" => true,
            "delivered" | "relayed" | "expanded" => false,
            // The sender goes on trying: no news.
            "delayed" => return None,
            _ => code.starts_with('5'),
        };
        let status = if failed { MessageStatus::Failed } else { MessageStatus::Delivered };
        let words = fields.get("diagnostic-code").map(address).unwrap_or_default();
        let reason = failed.then(|| shortened(&format!("{code} {words}")));
        Some(Recipient { address: address(recipient), news: News::Status { status, reason } })
    });
    about_one.collect()
}

fn disposition(bytes: &[u8]) -> Vec<Recipient> {
    let shown = groups(bytes).into_iter().find_map(|fields| {
        let disposition = fields.get("disposition")?.to_ascii_lowercase();
        let displayed =
            disposition.split(';').nth(1).is_some_and(|kind| kind.trim().starts_with("displayed"));
        let recipient = fields.get("final-recipient").or_else(|| fields.get("original-recipient"));
        let news = News::Status { status: MessageStatus::Read, reason: None };
        displayed.then(|| Recipient { address: recipient.map(address).unwrap_or_default(), news })
    });
    shown.into_iter().collect()
}

fn complaint(bytes: &[u8]) -> Vec<Recipient> {
    let whose = groups(bytes).into_iter().find_map(|fields| {
        let recipient = fields.get("original-rcpt-to").or_else(|| fields.get("removal-recipient"));
        Some(Recipient { address: address(recipient?), news: News::Complaint })
    });
    whose.into_iter().collect()
}

/// Exim and Gmail name those whom they could not reach.
fn failed_recipients(fields: &Fields) -> Vec<Recipient> {
    let named = fields.get("x-failed-recipients").unwrap_or_default();
    let reason = || Some(shortened(&fields.text("subject").unwrap_or_default()));
    named
        .split(',')
        .map(str::trim)
        .filter(|address| address.contains('@'))
        .take(RECIPIENTS_MAX)
        .map(|address| Recipient {
            address: address.to_owned(),
            news: News::Status { status: MessageStatus::Failed, reason: reason() },
        })
        .collect()
}

/// The id in the returned mail or in its fields.
fn original_id(parts: &[&Part<'_>]) -> Option<String> {
    let returned = parts.iter().find(|part| {
        matches!(
            part.media_type(),
            "message/rfc822" | "text/rfc822-headers" | "message/rfc822-headers" | "message/global"
        )
    });
    let by_part = returned.and_then(|part| {
        let bytes = part.bytes();
        let original = parse(bytes.trim_ascii_start());
        super::thread::ids(original.root.fields.get("message-id")?).into_iter().next()
    });
    by_part.or_else(|| {
        let named = parts.iter().find(|part| part.media_type() == "message/disposition-notification")?;
        let fields = groups(&named.bytes());
        let id = fields.iter().find_map(|fields| fields.get("original-message-id"))?;
        super::thread::ids(id).into_iter().next()
    })
}

fn shortened(reason: &str) -> String {
    reason.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(REASON_CHARS_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(kind: &str, part: &str, expect: &[(&str, News)], id: Option<&str>) {
        let mail = format!(
            "Content-Type: multipart/report; report-type={kind}; boundary=b\r\n\r\n--b\r\n\r\nSorry\r\n\
             --b\r\nContent-Type: message/{kind}\r\n\r\n{part}\r\n\
             --b\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: <sent@shop.example>\r\n\r\nHello\r\n--b--\r\n"
        );
        let report = read(&parse(mail.as_bytes()));
        let found: Option<Vec<(String, News)>> = report.as_ref().map(|report| {
            report.recipients.iter().map(|one| (one.address.clone(), one.news.clone())).collect()
        });
        let expect: Vec<(String, News)> =
            expect.iter().map(|(address, news)| ((*address).to_owned(), news.clone())).collect();
        assert_eq!(found.unwrap_or_default(), expect);
        assert_eq!(report.and_then(|report| report.original_id).as_deref(), id);
    }

    #[test]
    fn each_recipient_has_its_news() {
        let failed =
            News::Status { status: MessageStatus::Failed, reason: Some("5.1.1 550 no such user".into()) };
        let delivered = News::Status { status: MessageStatus::Delivered, reason: None };
        let part = "Reporting-MTA: dns; mx.shop.example\r\n\r\n\
            Final-Recipient: rfc822; ann@shop.example\r\nAction: failed\r\nStatus: 5.1.1\r\n\
            Diagnostic-Code: smtp; 550\r\n no such user\r\n\r\n\
            Final-Recipient: rfc822;bob@shop.example\r\nAction: delivered\r\nStatus: 2.0.0\r\n\r\n\
            Final-Recipient: rfc822;eve@shop.example\r\nAction: delayed\r\nStatus: 4.0.0\r\n";
        let expect = [("ann@shop.example", failed), ("bob@shop.example", delivered)];
        check("delivery-status", part, &expect, Some("sent@shop.example"));
    }

    #[test]
    fn what_was_shown_is_read_and_what_was_deleted_is_not() {
        let part = |what: &str| {
            format!(
                "Final-Recipient: rfc822;ann@shop.example\r\nOriginal-Message-ID: <sent@shop.example>\r\n\
                 Disposition: manual-action/MDN-sent-manually; {what}\r\n"
            )
        };
        let read = News::Status { status: MessageStatus::Read, reason: None };
        check(
            "disposition-notification",
            &part("displayed"),
            &[("ann@shop.example", read)],
            Some("sent@shop.example"),
        );
        check("disposition-notification", &part("deleted"), &[], None);
    }

    #[test]
    fn a_complaint_names_who_complains() {
        let part = "Feedback-Type: abuse\r\nOriginal-Rcpt-To: <ann@shop.example>\r\n";
        check("feedback-report", part, &[("ann@shop.example", News::Complaint)], Some("sent@shop.example"));
    }
}
