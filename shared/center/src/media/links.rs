//! URLs of what is stored with us, made at the moment at which somebody is shown or sent it.

use super::shown;
use crate::center::Center;
use crate::ports::{Blob, Download};
use patchbay_model::{Attachment, Contact, Content, TemplateHeader, Timestamp};
use std::borrow::Cow;

/// Seconds for which a URL is good at least: a provider may fetch late, and a page may stay open for a while.
pub const LINK_S_MIN: u32 = 3_600;
/// Seconds in which the same URL is given for the same object, so that browsers fetch it once.
const SAME_S: u32 = 900;

/// Makes URLs.
#[derive(Clone, Copy)]
pub struct Links<'c> {
    blob: &'c dyn Blob,
    from: Timestamp,
}

impl Center {
    /// URLs from now on.
    pub fn links(&self) -> Links<'_> {
        Links::new(self.blob.as_ref(), self.now())
    }
}

impl<'c> Links<'c> {
    pub fn new(blob: &'c dyn Blob, now: Timestamp) -> Links<'c> {
        let same_ms = i64::from(SAME_S) * 1_000;
        Links { blob, from: Timestamp(now.0 - now.0.rem_euclid(same_ms)) }
    }

    /// Where an attachment can be fetched by whoever has the URL; `None`: it is not stored with us, or not to be
    /// shown yet.
    pub fn url(&self, attachment: &Attachment) -> Option<String> {
        let key = shown(&attachment.url)?;
        let file_name = attachment.file_name.as_deref();
        let download = Download { file_name, from: self.from, valid_s: LINK_S_MIN + SAME_S };
        match self.blob.download_url(&key, &download) {
            Ok(url) => Some(url),
            Err(error) => {
                tracing::error!(%error, "a URL could not be signed");
                None
            }
        }
    }

    /// Where a contact's picture can be fetched.
    pub fn picture(&self, contact: &Contact) -> Option<String> {
        let url = contact.picture.as_ref()?.reference();
        self.url(&Attachment { url, content_type: String::new(), file_name: None, bytes: None })
    }

    /// The content with URLs in place of references, for whoever is sent it.
    pub fn content<'m>(&self, content: &'m Content) -> Cow<'m, Content> {
        let header = match content {
            Content::Template { header: Some(header), .. } => header.file(),
            _ => None,
        };
        let mut files = content.attachments().iter().chain(header);
        if files.all(|attachment| shown(&attachment.url).is_none()) {
            return Cow::Borrowed(content);
        }
        let mut content = content.clone();
        let link = |attachment: &mut Attachment| {
            if let Some(url) = self.url(attachment) {
                attachment.url = url;
            }
        };
        if let Content::Template { header: Some(header), .. } = &mut content
            && let TemplateHeader::Media(file) = header.as_mut()
        {
            link(file);
        }
        content.attachments_mut().iter_mut().for_each(link);
        Cow::Owned(content)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory::MemoryBlob;
    use patchbay_model::BlobKey;

    fn attachment(url: &str) -> Attachment {
        let (content_type, file_name) = ("image/png".to_owned(), Some("a.png".to_owned()));
        Attachment { url: url.into(), content_type, file_name, bytes: None }
    }

    #[test]
    fn a_url_is_the_same_for_a_while_and_good_for_an_hour_at_least() {
        let blob = MemoryBlob::new();
        let url = |at_s: i64| {
            Links::new(&blob, Timestamp(0).plus_s(at_s)).url(&attachment("blob:media/a")).unwrap()
        };
        assert_eq!(url(900), url(1_799));
        assert_ne!(url(900), url(1_800));
        let until = format!("&until={}&", Timestamp(0).plus_s(900 + 900 + 3_600).0);
        assert!(url(1_799).contains(&until), "{}", url(1_799));
    }

    #[test]
    fn only_what_may_be_shown_has_a_url() {
        let blob = MemoryBlob::new();
        let links = Links::new(&blob, Timestamp(0));
        let upload = BlobKey::upload("default", "ann", [1; 16]).reference();
        for url in ["https://a.example/b.png", "blob:../a", &upload] {
            assert_eq!(links.url(&attachment(url)), None, "{url}");
        }
        let content =
            |urls: [&str; 2]| Content::Media { attachments: urls.map(attachment).into(), text: None };
        let unchanged = content(["https://a.example/b.png", &upload]);
        assert!(matches!(links.content(&unchanged), Cow::Borrowed(_)));
        let mixed = content(["https://a.example/b.png", "blob:media/a"]);
        let sent = links.content(&mixed).into_owned();
        assert_eq!(sent.attachments()[0], mixed.attachments()[0]);
        assert!(sent.attachments()[1].url.starts_with("https://blobs.example/media/a?"));
        let template = Content::Template {
            name: "bill".into(),
            language: "en".into(),
            parameters: Vec::new(),
            header: Some(Box::new(TemplateHeader::Media(attachment("blob:sent/a/b")))),
            buttons: Vec::new(),
            text: None,
        };
        let Content::Template { header: Some(header), .. } = links.content(&template).into_owned() else {
            panic!()
        };
        let file = header.file().unwrap();
        assert!(file.url.starts_with("https://blobs.example/sent/a/b?"), "{}", file.url);
    }
}
