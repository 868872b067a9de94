//! `Blob` in a map; its URLs lead nowhere but back here.

use super::lock;
use crate::ports::blob::{attachment_disposition, check_valid_s};
use crate::ports::{Blob, BlobError, Download, StoredBlob, Upload, UploadForm};
use async_trait::async_trait;
use bytes::Bytes;
use patchbay_model::id::{digest16, hex};
use patchbay_model::{BlobKey, Timestamp};
use std::collections::BTreeMap;
use std::sync::Mutex;

/// What URLs begin with.
const BASE: &str = "https://blobs.example/";

#[derive(Debug, Default)]
pub struct MemoryBlob(Mutex<BTreeMap<BlobKey, StoredBlob>>);

/// What a browser gets for a signed URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetched {
    pub disposition: String,
    pub blob: StoredBlob,
}

impl MemoryBlob {
    pub fn new() -> MemoryBlob {
        MemoryBlob::default()
    }

    pub fn keys(&self) -> Vec<BlobKey> {
        lock(&self.0).keys().cloned().collect()
    }

    /// What somebody fetches who has a URL; `None`: it has lapsed, or was never ours.
    pub fn fetch(&self, url: &str, now: Timestamp) -> Option<Fetched> {
        let (key, signed) = url.strip_prefix(BASE)?.split_once("?of=")?;
        let (of, signed) = signed.split_once("&until=")?;
        let (until, disposition) = signed.split_once("&as=")?;
        let key = BlobKey::parse(key).ok().filter(|key| tag(key) == of)?;
        let blob = lock(&self.0).get(&key).cloned()?;
        (now < Timestamp(until.parse().ok()?)).then(|| Fetched { disposition: disposition.into(), blob })
    }

    /// What somebody stores who has a form; whether it was taken.
    pub fn post(&self, form: &UploadForm, bytes: Bytes, now: Timestamp) -> bool {
        let field = |name: &str| form.fields.get(name).map(String::as_str).unwrap_or_default();
        let number = |name: &str| field(name).parse::<i64>().unwrap_or_default();
        let fits = i64::try_from(bytes.len()).is_ok_and(|size| (1..=number("bytes_max")).contains(&size));
        match BlobKey::parse(field("key")) {
            Ok(key) if fits && now < Timestamp(number("until")) => {
                let content_type = field("Content-Type").to_owned();
                lock(&self.0).insert(key, StoredBlob { content_type, bytes });
                true
            }
            _ => false,
        }
    }
}

/// What stands for a signature: it binds a URL to its object.
fn tag(key: &BlobKey) -> String {
    hex(&digest16(&[key.as_str()]))
}

#[async_trait]
impl Blob for MemoryBlob {
    async fn put(&self, key: &BlobKey, content_type: &str, bytes: Bytes) -> Result<(), BlobError> {
        lock(&self.0).insert(key.clone(), StoredBlob { content_type: content_type.into(), bytes });
        Ok(())
    }

    async fn get(&self, key: &BlobKey, bytes_max: usize) -> Result<Option<StoredBlob>, BlobError> {
        match lock(&self.0).get(key) {
            Some(blob) if blob.bytes.len() > bytes_max => Err(BlobError::TooLarge { bytes_max }),
            found => Ok(found.cloned()),
        }
    }

    async fn delete(&self, key: &BlobKey) -> Result<(), BlobError> {
        lock(&self.0).remove(key);
        Ok(())
    }

    fn download_url(&self, key: &BlobKey, download: &Download<'_>) -> Result<String, BlobError> {
        check_valid_s(download.valid_s)?;
        let until = download.from.plus_s(download.valid_s.into()).0;
        let disposition = attachment_disposition(download.file_name);
        Ok(format!("{BASE}{key}?of={}&until={until}&as={disposition}", tag(key)))
    }

    fn upload_form(&self, key: &BlobKey, upload: &Upload<'_>) -> Result<UploadForm, BlobError> {
        check_valid_s(upload.valid_s)?;
        let fields = [
            ("key", key.to_string()),
            ("Content-Type", upload.content_type.to_owned()),
            ("bytes_max", upload.bytes_max.to_string()),
            ("until", upload.from.plus_s(upload.valid_s.into()).0.to_string()),
        ];
        let fields = fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Ok(UploadForm { url: BASE.to_owned(), fields })
    }
}
