//! E-mail: other people's mails, quotations and providers' webhooks.

use super::*;
use patchbay_model::Email;

/// Files with U+FFFD that good parsers leave: 8 of 368 files by mail-parser 0.11.1, 7 by mailparse 0.16.1, 13 by npm's mailparser.
const HOLES_MAX: usize = 8;
/// Quotations that the best of the tools for them trims as the corpus wants it.
const TRIMMED_MIN_PERCENT: usize = 50;

fn mailbox() -> Arc<dyn Simulated> {
    channel(ChannelKind::Email)
}

/// What comes of a mail that Postmark hands over whole, byte by byte.
fn received(mailbox: &dyn Simulated, mail: &[u8]) -> Normalised {
    // SendGrid's form carries bytes; JSON would not.
    let boundary = "a-boundary-of-no-mail";
    let body = [
        format!("--{boundary}\r\nContent-Disposition: form-data; name=\"email\"\r\n\r\n").as_bytes(),
        mail,
        format!("\r\n--{boundary}--\r\n").as_bytes(),
    ]
    .concat();
    heard(mailbox, &format!("multipart/form-data; boundary={boundary}"), body)
}

fn mails(heard: &Normalised) -> impl Iterator<Item = &Email> {
    heard.events.iter().filter_map(|event| match &event.kind {
        EventKind::Message { content: Content::Email(mail), .. } => Some(mail),
        _ => None,
    })
}

#[test]
fn email_mails() {
    let Some(folder) = corpus("email") else { return };
    let mailbox = mailbox();
    let (mut holes, mut automatic, mut receipts, mut silent) = (Vec::new(), 0, 0, Vec::new());
    let files = files(&folder.join("eml"), "eml");
    assert!(files.len() > 200);
    for (name, bytes) in &files {
        let heard = received(&*mailbox, bytes);
        let text: String = mails(&heard)
            .map(|mail| format!("{}\n{}", mail.subject, mail.full_text.as_ref().unwrap_or(&mail.text)))
            .collect();
        if text.contains('\u{fffd}') {
            holes.push((name.as_str(), text.matches('\u{fffd}').count()));
        }
        automatic += mails(&heard).filter(|mail| mail.automatic).count();
        receipts +=
            heard.events.iter().filter(|event| matches!(event.kind, EventKind::Receipt { .. })).count();
        if heard.events.is_empty() {
            silent.push((name.as_str(), heard.problems));
        }
    }
    println!(
        "email mails: {} read, {automatic} automatic, {receipts} receipts, {} without an event, U+FFFD in {}: {holes:?}",
        files.len(),
        silent.len(),
        holes.len(),
    );
    assert!(holes.len() <= HOLES_MAX, "{holes:?}");
    // What names no sender, or reports on nothing of ours, says so.
    for (name, problems) in silent {
        println!("  no event of {name}: {problems:?}");
    }
}

#[test]
fn email_quotations() {
    let Some(folder) = corpus("email") else { return };
    let folder = folder.join("quoting/email_reply_trimmer");
    let mailbox = mailbox();
    let wanted: BTreeMap<String, Vec<u8>> = files(&folder.join("trimmed"), "txt").into_iter().collect();
    let (mut right, mut all, mut wrong) = (0, 0, Vec::new());
    for (name, bytes) in files(&folder.join("emails"), "txt") {
        let Some(wanted) = wanted.get(&name) else { continue };
        let mut mail = format!("From: ann@shop.example\r\nMessage-ID: <{name}@shop.example>\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n").into_bytes();
        mail.extend_from_slice(&bytes);
        let heard = received(&*mailbox, &mail);
        let shown = mails(&heard).next().map(|mail| mail.text.clone()).unwrap_or_default();
        let dense = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        all += 1;
        if dense(&shown) == dense(&String::from_utf8_lossy(wanted)) {
            right += 1;
        } else {
            wrong.push(name);
        }
    }
    println!("email quotations: {right}/{all} as the corpus wants them; not: {wrong:?}");
    assert!(right * 100 >= all * TRIMMED_MIN_PERCENT);
}
