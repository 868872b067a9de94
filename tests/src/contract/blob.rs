//! The contract of `Blob`: objects are whole, URLs and forms allow what they say until they lapse.

use async_trait::async_trait;
use bytes::Bytes;
use patchbay_center::ports::blob::VALID_S_MAX;
use patchbay_center::ports::{Blob, BlobError, Download, StoredBlob, Upload, UploadForm};
use patchbay_model::{BlobKey, Timestamp};

/// What somebody without any right but a URL gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Download200 {
    pub content_type: String,
    pub disposition: String,
    pub bytes: Bytes,
}

/// An object store, seen by those who have a URL or a form, too.
#[async_trait]
pub trait BlobHarness: Send + Sync {
    fn blob(&self) -> &dyn Blob;

    fn now(&self) -> Timestamp;

    /// Lets what is good for a second lapse.
    async fn pass_s(&self, s: u32);

    /// GET; `None` for any status but 200.
    async fn fetch(&self, url: &str) -> Option<Download200>;

    /// POST of a form with its file; whether it was taken.
    async fn post(&self, form: &UploadForm, file: Bytes) -> bool;
}

/// A form and its file as a browser sends them (RFC 7578): the content type and the body.
pub fn multipart(form: &UploadForm, file: &[u8]) -> (String, Vec<u8>) {
    let boundary = "----------------a-boundary-of-a-test";
    let mut body = Vec::new();
    for (name, value) in &form.fields {
        let part =
            format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        body.extend(part.into_bytes());
    }
    let head = format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\nContent-Type: text/html\r\n\r\n"
    );
    body.extend(head.into_bytes());
    body.extend(file);
    body.extend(format!("\r\n--{boundary}--\r\n").into_bytes());
    (format!("multipart/form-data; boundary={boundary}"), body)
}

/// Every check, one after the other.
pub async fn all(harness: &impl BlobHarness) {
    an_object_is_what_was_stored_last(harness).await;
    an_object_is_read_up_to_a_size(harness).await;
    a_deleted_object_is_gone(harness).await;
    a_url_fetches_an_attachment(harness).await;
    a_url_is_of_one_object_and_lapses(harness).await;
    a_form_stores_one_object_of_its_type(harness).await;
    a_form_takes_no_more_than_it_says_and_nothing_else(harness).await;
    a_form_lapses(harness).await;
    nothing_is_good_for_ever(harness).await;
}

fn key(name: &str) -> BlobKey {
    BlobKey::parse(&format!("media/contract/{name}")).expect("it is a key")
}

fn blob(content_type: &str, bytes: &'static [u8]) -> StoredBlob {
    StoredBlob { content_type: content_type.to_owned(), bytes: Bytes::from_static(bytes) }
}

async fn put(harness: &impl BlobHarness, name: &str, blob: &StoredBlob) {
    let stored = harness.blob().put(&key(name), &blob.content_type, blob.bytes.clone()).await;
    stored.expect("it is stored");
}

async fn an_object_is_what_was_stored_last(harness: &impl BlobHarness) {
    assert_eq!(harness.blob().get(&key("never"), 100).await, Ok(None));
    for object in [blob("text/plain; charset=utf-8", b"one\n\0\xff"), blob("image/png", b"two")] {
        put(harness, "last", &object).await;
        assert_eq!(harness.blob().get(&key("last"), 100).await, Ok(Some(object)));
    }
    // A key may begin as another does.
    put(harness, "last/deeper", &blob("image/gif", b"three")).await;
    assert_eq!(harness.blob().get(&key("last"), 100).await, Ok(Some(blob("image/png", b"two"))));
}

async fn an_object_is_read_up_to_a_size(harness: &impl BlobHarness) {
    let object = blob("image/png", b"12345");
    put(harness, "size", &object).await;
    assert_eq!(harness.blob().get(&key("size"), 5).await, Ok(Some(object)));
    assert_eq!(harness.blob().get(&key("size"), 4).await, Err(BlobError::TooLarge { bytes_max: 4 }));
}

async fn a_deleted_object_is_gone(harness: &impl BlobHarness) {
    put(harness, "gone", &blob("image/png", b"x")).await;
    for _ in 0..2 {
        harness.blob().delete(&key("gone")).await.expect("it is deleted");
    }
    assert_eq!(harness.blob().get(&key("gone"), 100).await, Ok(None));
}

async fn a_url_fetches_an_attachment(harness: &impl BlobHarness) {
    put(harness, "picture", &blob("image/png", b"pixels")).await;
    for (file_name, disposition) in [
        (None, "attachment"),
        (Some("a b (1).png"), "attachment; filename=\"a b (1).png\"; filename*=UTF-8''a%20b%20%281%29.png"),
        (Some("é&\"+.png"), "attachment; filename=\"____.png\"; filename*=UTF-8''%C3%A9%26%22%2B.png"),
    ] {
        let download = Download { file_name, from: harness.now(), valid_s: 60 };
        let url = harness.blob().download_url(&key("picture"), &download).expect("it is signed");
        assert_eq!(harness.blob().download_url(&key("picture"), &download), Ok(url.clone()));
        let fetched = harness.fetch(&url).await.unwrap_or_else(|| panic!("{url} leads nowhere"));
        let (content_type, disposition) = ("image/png".to_owned(), disposition.to_owned());
        assert_eq!(fetched, Download200 { content_type, disposition, bytes: Bytes::from_static(b"pixels") });
    }
}

async fn a_url_is_of_one_object_and_lapses(harness: &impl BlobHarness) {
    put(harness, "one", &blob("image/png", b"1")).await;
    put(harness, "two", &blob("image/png", b"2")).await;
    let download = Download { file_name: None, from: harness.now(), valid_s: 2 };
    let url = harness.blob().download_url(&key("one"), &download).expect("it is signed");
    assert_eq!(harness.fetch(&url).await.map(|fetched| fetched.bytes), Some(Bytes::from_static(b"1")));
    assert_eq!(harness.fetch(&url.replace("contract/one", "contract/two")).await, None);
    let missing = harness.blob().download_url(&key("never"), &download).expect("it is signed");
    assert_eq!(harness.fetch(&missing).await, None);
    harness.pass_s(3).await;
    assert_eq!(harness.fetch(&url).await, None);
}

fn upload(harness: &impl BlobHarness, bytes_max: u64, valid_s: u32) -> UploadForm {
    let upload = Upload { content_type: "image/png", bytes_max, from: harness.now(), valid_s };
    harness.blob().upload_form(&key("uploaded"), &upload).expect("it is signed")
}

async fn a_form_stores_one_object_of_its_type(harness: &impl BlobHarness) {
    let form = upload(harness, 5, 60);
    for bytes in [b"12345", b"54321"] {
        assert!(harness.post(&form, Bytes::from_static(bytes)).await);
        assert_eq!(harness.blob().get(&key("uploaded"), 5).await, Ok(Some(blob("image/png", bytes))));
    }
}

async fn a_form_takes_no_more_than_it_says_and_nothing_else(harness: &impl BlobHarness) {
    harness.blob().delete(&key("uploaded")).await.expect("it is deleted");
    let form = upload(harness, 5, 60);
    assert!(!harness.post(&form, Bytes::from_static(b"123456")).await, "one byte past the limit");
    assert!(!harness.post(&form, Bytes::new()).await, "an empty file");
    let names: Vec<String> = form.fields.keys().cloned().collect();
    for name in
        names.iter().filter(|name| ["policy", "signature", "x-amz-signature"].contains(&name.as_str()))
    {
        let mut forged = form.clone();
        let mut value = forged.fields[name].clone().into_bytes();
        value[0] = if value[0] == b'a' { b'b' } else { b'a' };
        forged.fields.insert(name.clone(), String::from_utf8(value).expect("it is ASCII"));
        assert!(!harness.post(&forged, Bytes::from_static(b"1")).await, "{name} is forged");
    }
    assert_eq!(harness.blob().get(&key("uploaded"), 100).await, Ok(None));
}

async fn a_form_lapses(harness: &impl BlobHarness) {
    let form = upload(harness, 5, 2);
    harness.pass_s(3).await;
    assert!(!harness.post(&form, Bytes::from_static(b"1")).await);
}

async fn nothing_is_good_for_ever(harness: &impl BlobHarness) {
    for (valid_s, good) in [(0, false), (1, true), (VALID_S_MAX, true), (VALID_S_MAX + 1, false)] {
        let download = Download { file_name: None, from: harness.now(), valid_s };
        assert_eq!(harness.blob().download_url(&key("one"), &download).is_ok(), good, "{valid_s} s");
        let upload = Upload { content_type: "image/png", bytes_max: 1, from: harness.now(), valid_s };
        assert_eq!(harness.blob().upload_form(&key("one"), &upload).is_ok(), good, "{valid_s} s");
    }
}
