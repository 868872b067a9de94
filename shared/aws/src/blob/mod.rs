//! `Blob` on S3: three calls of its REST interface, signed with SigV4, and its two kinds of signed leave. Its SDK would
//! be the largest of ours by far, for five operations that are a URL each.

mod form;

#[cfg(test)]
mod tests;

use async_trait::async_trait;
use aws_credential_types::Credentials;
use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SignatureLocation,
    SigningSettings, UriPathNormalizationMode, sign,
};
use aws_sigv4::sign::v4;
use bytes::Bytes;
use patchbay_center::ports::blob::{attachment_disposition, check_valid_s};
use patchbay_center::ports::{
    Blob, BlobError, Download, Http, HttpError, HttpRequest, HttpResponse, StoredBlob, Upload, UploadForm,
};
use patchbay_model::{BlobKey, Timestamp};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Milliseconds of one call.
const TIMEOUT_MS: u32 = 10_000;
/// Bytes that are read of an answer which is not the object itself.
const ANSWER_BYTES_MAX: usize = 4 * 1024;

/// A bucket.
#[derive(Clone)]
pub struct S3Blob {
    bucket: String,
    region: String,
    credentials: Credentials,
    /// With a slash at the end.
    base: String,
    http: Arc<dyn Http>,
}

impl S3Blob {
    /// `played`: where S3 is played, which has the bucket as the first segment of its paths.
    pub fn new(
        bucket: &str,
        region: &str,
        credentials: Credentials,
        played: Option<&str>,
        http: Arc<dyn Http>,
    ) -> S3Blob {
        let base = match played {
            Some(endpoint) => format!("{}/{bucket}/", endpoint.trim_end_matches('/')),
            None => {
                let china = if region.starts_with("cn-") { ".cn" } else { "" };
                // "Virtual hosting of general purpose buckets"; a bucket's name has no dots, or no certificate fits.
                format!("https://{bucket}.s3.{region}.amazonaws.com{china}/")
            }
        };
        let (bucket, region) = (bucket.to_owned(), region.to_owned());
        S3Blob { bucket, region, credentials, base, http }
    }

    /// Signs one request; its headers and query with the signature.
    fn signed(
        &self,
        method: &str,
        url: &str,
        headers: &[(&str, &str)],
        at: SystemTime,
        valid_s: Option<u32>,
    ) -> Result<(String, Vec<(String, String)>), BlobError> {
        let invalid =
            |error: &dyn std::fmt::Display| BlobError::Invalid(format!("it cannot be signed: {error}"));
        let mut settings = SigningSettings::default();
        // "Signature Calculations for the Authorization Header": S3 encodes paths once and takes them as they are.
        settings.percent_encoding_mode = PercentEncodingMode::Single;
        settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
        match valid_s {
            Some(valid_s) => {
                settings.signature_location = SignatureLocation::QueryParams;
                settings.expires_in = Some(Duration::from_secs(valid_s.into()));
            }
            None => settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256,
        }
        let identity = self.credentials.clone().into();
        let parameters = v4::SigningParams::builder()
            .identity(&identity)
            .region(&self.region)
            .name("s3")
            .time(at)
            .settings(settings)
            .build()
            .map_err(|error| invalid(&error))?
            .into();
        let body = SignableBody::UnsignedPayload;
        let signable = SignableRequest::new(method, url, headers.iter().copied(), body)
            .map_err(|error| invalid(&error))?;
        let (signed, _) = sign(signable, &parameters).map_err(|error| invalid(&error))?.into_parts();
        let mut url = url.to_owned();
        for (name, value) in signed.params() {
            url.push(if url.contains('?') { '&' } else { '?' });
            url.push_str(name);
            url.push('=');
            url.push_str(&encoded(value));
        }
        let headers = headers.iter().copied().chain(signed.headers());
        Ok((url, headers.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()))
    }

    async fn call(
        &self,
        method: &str,
        key: &BlobKey,
        headers: &[(&str, &str)],
        body: Vec<u8>,
        response_bytes_max: usize,
    ) -> Result<HttpResponse, BlobError> {
        let (url, headers) =
            self.signed(method, &format!("{}{key}", self.base), headers, SystemTime::now(), None)?;
        let request = HttpRequest {
            method: method.to_owned(),
            url,
            headers,
            body,
            timeout_ms: TIMEOUT_MS,
            response_bytes_max,
            redirects_max: 0,
            trusted: true,
        };
        self.http.call(request).await.map_err(|error| match error {
            HttpError::Forbidden(why) => BlobError::Invalid(why),
            HttpError::NotSent(why) | HttpError::NoAnswer(why) => BlobError::Unavailable(why),
        })
    }
}

#[async_trait]
impl Blob for S3Blob {
    async fn put(&self, key: &BlobKey, content_type: &str, bytes: Bytes) -> Result<(), BlobError> {
        let headers = [("content-type", content_type)];
        let response = self.call("PUT", key, &headers, bytes.into(), ANSWER_BYTES_MAX).await?;
        if response.status == 200 { Ok(()) } else { Err(refusal(&response)) }
    }

    async fn get(&self, key: &BlobKey, bytes_max: usize) -> Result<Option<StoredBlob>, BlobError> {
        // One byte more than is wanted tells that there is more.
        let response = self.call("GET", key, &[], Vec::new(), bytes_max.saturating_add(1)).await?;
        match response.status {
            200 if response.body.len() > bytes_max => Err(BlobError::TooLarge { bytes_max }),
            200 => {
                let content_type = response.header("content-type").unwrap_or("application/octet-stream");
                Ok(Some(StoredBlob { content_type: content_type.to_owned(), bytes: response.body.into() }))
            }
            404 => Ok(None),
            _ => Err(refusal(&response)),
        }
    }

    async fn delete(&self, key: &BlobKey) -> Result<(), BlobError> {
        let response = self.call("DELETE", key, &[], Vec::new(), ANSWER_BYTES_MAX).await?;
        if matches!(response.status, 200 | 204 | 404) { Ok(()) } else { Err(refusal(&response)) }
    }

    fn download_url(&self, key: &BlobKey, download: &Download<'_>) -> Result<String, BlobError> {
        check_valid_s(download.valid_s)?;
        let disposition = encoded(&attachment_disposition(download.file_name));
        let url = format!("{}{key}?response-content-disposition={disposition}", self.base);
        Ok(self.signed("GET", &url, &[], system_time(download.from), Some(download.valid_s))?.0)
    }

    fn upload_form(&self, key: &BlobKey, upload: &Upload<'_>) -> Result<UploadForm, BlobError> {
        check_valid_s(upload.valid_s)?;
        self.form(key, upload)
    }
}

/// The service's code, out of its XML ("Error responses"): it is for a log, so nothing but the code is read.
fn refusal(response: &HttpResponse) -> BlobError {
    let text = String::from_utf8_lossy(&response.body);
    let code = text
        .split_once("<Code>")
        .and_then(|(_, rest)| rest.split_once("</Code>"))
        .map_or("", |(code, _)| code);
    BlobError::Unavailable(format!("S3 answers {}: {code}", response.status))
}

/// Percent-encoded as SigV4 wants it: all but the unreserved characters of RFC 3986.
fn encoded(value: &str) -> String {
    const UNRESERVED: &percent_encoding::AsciiSet =
        &percent_encoding::NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');
    percent_encoding::utf8_percent_encode(value, UNRESERVED).to_string()
}

fn system_time(at: Timestamp) -> SystemTime {
    UNIX_EPOCH + Duration::from_millis(u64::try_from(at.0).unwrap_or(0))
}
