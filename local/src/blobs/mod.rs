//! The port `Blob` on a folder of this machine, and its signed URLs, which `serve/blobs.rs` answers.

mod files;
mod signature;

#[cfg(test)]
mod tests;

pub use signature::Allowed;

use async_trait::async_trait;
use bytes::Bytes;
use files::Files;
use patchbay_center::ports::blob::check_valid_s;
use patchbay_center::ports::{Blob, BlobError, Download, StoredBlob, Upload, UploadForm};
use patchbay_model::{BlobKey, Timestamp};
use signature::{DownloadGrant, Signer, UploadGrant};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

/// The path that signed URLs begin with.
pub const PATH: &str = "/blobs";
/// Names of a form's fields.
pub const POLICY_FIELD: &str = "policy";
pub const SIGNATURE_FIELD: &str = "signature";

/// A folder. Cheap to clone.
#[derive(Clone, Debug)]
pub struct FolderBlob {
    files: Arc<Files>,
    signer: Arc<Signer>,
    /// Where clients and providers reach `PATH`.
    base: Arc<str>,
}

impl FolderBlob {
    /// `secret` signs URLs; `public_url` has no slash at the end.
    pub fn open(folder: &Path, public_url: &str, secret: &[u8]) -> std::io::Result<FolderBlob> {
        let base = format!("{public_url}{PATH}").into();
        Ok(FolderBlob { files: Arc::new(Files::open(folder)?), signer: Arc::new(Signer::new(secret)), base })
    }

    /// What a URL's key and query allow now; `None`: nothing.
    pub fn allowed(&self, key: &str, raw_query: &str, now: Timestamp) -> Option<Allowed> {
        self.signer.check_download(key, raw_query, now)
    }

    /// What a form's policy allows now; `None`: nothing.
    pub fn allowed_upload(&self, policy: &str, signature: &str, now: Timestamp) -> Option<UploadGrant> {
        self.signer.check_upload(policy, signature, now)
    }

    /// Runs what waits for the disk where it holds nobody up.
    async fn on_disk<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Files) -> std::io::Result<T> + Send + 'static,
    ) -> Result<T, BlobError> {
        let files = self.files.clone();
        let done = tokio::task::spawn_blocking(move || work(&files)).await;
        let done = done.map_err(|error| BlobError::Unavailable(error.to_string()))?;
        done.map_err(|error| BlobError::Unavailable(error.to_string()))
    }
}

#[async_trait]
impl Blob for FolderBlob {
    async fn put(&self, key: &BlobKey, content_type: &str, bytes: Bytes) -> Result<(), BlobError> {
        let (key, blob) = (key.clone(), StoredBlob { content_type: content_type.to_owned(), bytes });
        if blob.content_type.contains(['\n', '\r']) {
            return Err(BlobError::Invalid("the media type has more than one line".to_owned()));
        }
        self.on_disk(move |files| files.write(&key, &blob)).await
    }

    async fn get(&self, key: &BlobKey, bytes_max: usize) -> Result<Option<StoredBlob>, BlobError> {
        let key = key.clone();
        match self.on_disk(move |files| files.read(&key, bytes_max)).await? {
            Some(Some(blob)) => Ok(Some(blob)),
            Some(None) => Err(BlobError::TooLarge { bytes_max }),
            None => Ok(None),
        }
    }

    async fn delete(&self, key: &BlobKey) -> Result<(), BlobError> {
        let key = key.clone();
        self.on_disk(move |files| files.delete(&key)).await
    }

    fn download_url(&self, key: &BlobKey, download: &Download<'_>) -> Result<String, BlobError> {
        check_valid_s(download.valid_s)?;
        let grant = DownloadGrant {
            key,
            until: download.from.plus_s(download.valid_s.into()),
            file_name: download.file_name.unwrap_or_default(),
        };
        Ok(format!("{}/{key}?{}", self.base, self.signer.query(&grant)))
    }

    fn upload_form(&self, key: &BlobKey, upload: &Upload<'_>) -> Result<UploadForm, BlobError> {
        check_valid_s(upload.valid_s)?;
        let (policy, signature) = self.signer.policy(&UploadGrant {
            key: key.clone(),
            content_type: upload.content_type.to_owned(),
            bytes_max: upload.bytes_max,
            until: upload.from.plus_s(upload.valid_s.into()),
        });
        let fields = [(POLICY_FIELD, policy), (SIGNATURE_FIELD, signature)];
        let fields: BTreeMap<String, String> =
            fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Ok(UploadForm { url: self.base.to_string(), fields })
    }
}
