//! S3, played: its calls, and what the functions sign for others to call in their name, written down as rights.

use super::played::Played;
use async_trait::async_trait;
use bytes::Bytes;
use patchbay_aws::S3Blob;
use patchbay_center::ports::{
    Blob, BlobError, Download, Http, HttpError, HttpRequest, HttpResponse, StoredBlob, Upload, UploadForm,
};
use patchbay_model::BlobKey;
use std::sync::Arc;

const BASE: &str = "https://media.s3.us-east-1.amazonaws.com/";

/// The area of a key as the template grants it.
fn area(key: &str) -> String {
    format!("MediaBucket/{}", key.split('/').next().unwrap())
}

/// The bucket as one function calls it.
struct Bucket {
    aws: Arc<Played>,
    function: &'static str,
}

#[async_trait]
impl Http for Bucket {
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let key = request.url.strip_prefix(BASE).unwrap();
        let action = match request.method.as_str() {
            "PUT" => "s3:PutObject",
            "GET" => "s3:GetObject",
            "DELETE" => "s3:DeleteObject",
            other => panic!("{other}"),
        };
        self.aws.note(self.function, action, &area(key));
        let found = self.aws.object(key);
        let status = match (request.method.as_str(), found.is_some()) {
            ("PUT", _) => {
                self.aws.put_object(key, request.body);
                200
            }
            ("GET", false) => {
                // Whoever may not list is told that it is forbidden ("GetObject", "Permissions").
                self.aws.note(self.function, "s3:ListBucket", "MediaBucket");
                404
            }
            ("DELETE", _) => 204,
            _ => 200,
        };
        Ok(HttpResponse { status, headers: Vec::new(), body: found.unwrap_or_default() })
    }
}

/// What a URL or a form is signed with must allow what it is for ("Sharing objects with presigned URLs").
pub struct Objects {
    aws: Arc<Played>,
    function: &'static str,
    blob: S3Blob,
}

impl Objects {
    pub fn of(aws: Arc<Played>, function: &'static str) -> Objects {
        let bucket = Arc::new(Bucket { aws: aws.clone(), function });
        let blob = S3Blob::new("media", "us-east-1", super::functions::credentials(), None, bucket);
        Objects { aws, function, blob }
    }
}

#[async_trait]
impl Blob for Objects {
    async fn put(&self, key: &BlobKey, content_type: &str, bytes: Bytes) -> Result<(), BlobError> {
        self.blob.put(key, content_type, bytes).await
    }

    async fn get(&self, key: &BlobKey, bytes_max: usize) -> Result<Option<StoredBlob>, BlobError> {
        self.blob.get(key, bytes_max).await
    }

    async fn delete(&self, key: &BlobKey) -> Result<(), BlobError> {
        self.blob.delete(key).await
    }

    fn download_url(&self, key: &BlobKey, download: &Download<'_>) -> Result<String, BlobError> {
        self.aws.note(self.function, "s3:GetObject", &area(key.as_str()));
        self.blob.download_url(key, download)
    }

    fn upload_form(&self, key: &BlobKey, upload: &Upload<'_>) -> Result<UploadForm, BlobError> {
        self.aws.note(self.function, "s3:PutObject", &area(key.as_str()));
        self.blob.upload_form(key, upload)
    }
}
