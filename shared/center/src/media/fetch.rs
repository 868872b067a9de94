//! Fetching what a customer sent, once, into our own store.

use super::kind::sniff;
use super::name::clean_name;
use super::{MEDIA_BYTES_MAX, is_fetched, shown};
use crate::budget::calls_left_ms;
use crate::center::Center;
use crate::command::{FetchMedia, InboundBody, OutboundJob, body};
use crate::metric;
use crate::ports::{BlobError, HttpError, HttpRequest, Outgoing, QueueError, QueueName};
use crate::store::{Noted, Problem, StoreError, has_media, keep_problem, note_media, note_media_failure};
use patchbay_channels::{Headers, ProviderRequest, ProviderResponse};
use patchbay_model::limits::ATTACHMENTS_MAX;
use patchbay_model::{Address, Attachment, BlobKey, ChannelKind, ContactSid, Message, ProblemSid, Timestamp};

/// How often a job may be received before a passing failure is taken for a final one.
const FETCH_ATTEMPTS_MAX: u32 = 4;
/// Milliseconds of one call.
const TIMEOUT_MS: u32 = 15_000;
const REDIRECTS_MAX: u8 = 3;
/// Some servers refuse who has no name.
const USER_AGENT: &str = concat!("patchbay/", env!("CARGO_PKG_VERSION"));

/// Why a job is to come again.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    #[error("the table failed")]
    Store(#[from] StoreError),
    #[error("the queue failed")]
    Queue(#[from] QueueError),
    #[error("the object store failed")]
    Blob(#[from] BlobError),
    #[error("an attachment is not to be had yet: {0}")]
    Passing(String),
}

/// Why there is no copy, in words for agents and operators: `<code>: <words>`.
enum Failure {
    /// Another try may do better.
    Passing(String),
    Final(String),
}

/// Has everything fetched that a stored message has from outside; each attachment by itself, so that a large one
/// holds up no other. A message without any costs nothing.
///
/// Safe to run twice: the queue knows a job by its message and number, and a job that is done again does the same.
pub(crate) async fn fetch_later(center: &Center, message: &Message) -> Result<(), QueueError> {
    if !is_fetched(message) {
        return Ok(());
    }
    let attachments = message.content.attachments().iter().take(ATTACHMENTS_MAX).enumerate();
    let missing = attachments.filter(|(_, attachment)| shown(&attachment.url).is_none());
    let jobs: Vec<Outgoing> =
        missing.map(|(index, attachment)| job(message, index, attachment, "")).collect();
    if jobs.is_empty() {
        return Ok(());
    }
    center.queue.send(QueueName::Outbound, jobs).await
}

/// The queue's entry for one attachment; `again` tells a repetition that somebody asked for from the first.
pub(super) fn job(message: &Message, index: usize, attachment: &Attachment, again: &str) -> Outgoing {
    let name = format!("media-{}-{index}", message.sid);
    let job = OutboundJob::FetchMedia(Box::new(FetchMedia {
        key: message.key(),
        channel: message.channel,
        account: message.account.clone(),
        index,
        attachment: attachment.clone(),
    }));
    Outgoing::fifo(body(&job), name.clone(), name + again)
}

/// Fetches one attachment, stores it and notes where, or why there is none; then has the message shown again.
///
/// Safe to run twice: the copy's key comes from the message, a note changes nothing that is noted, and whoever died
/// in between does all of it again. A message that was erased meanwhile leaves no copy behind.
pub(crate) async fn fetch(center: &Center, job: &FetchMedia, receive_count: u32) -> Result<(), FetchError> {
    let table = center.table.as_ref();
    if receive_count > 1 && has_media(table, &job.key, job.index).await? {
        forget_recording(center, job).await?;
        return tell(center, job, "stored").await;
    }
    match copy(center, job).await {
        Ok(attachment) => {
            if note_media(table, &job.key, job.index, &attachment).await? == Noted::NoMessage {
                center.blob.delete(&key(job)).await?;
                return Ok(());
            }
            metric::count(metric::MEDIA_FETCHED, job.channel, "");
            forget_recording(center, job).await?;
            tell(center, job, "stored").await
        }
        Err(Failure::Passing(why)) if receive_count < FETCH_ATTEMPTS_MAX => Err(FetchError::Passing(why)),
        Err(Failure::Passing(why) | Failure::Final(why)) => {
            let code = why.split_once(':').map_or("", |(code, _)| code);
            metric::count(metric::MEDIA_FAILED, job.channel, code);
            if note_media_failure(table, &job.key, job.index, &why).await? == Noted::Changed {
                keep_problem(table, &problem(job, &why, center.now())).await?;
                tell(center, job, "failed").await?;
            }
            Ok(())
        }
    }
}

/// Has the provider forget a recording that we have now, where its account says so.
async fn forget_recording(center: &Center, job: &FetchMedia) -> Result<(), QueueError> {
    let account = center.channel(job.channel, &job.account);
    let voice =
        account.and_then(|account| account.channel.voice()).filter(|voice| voice.deletes_recordings());
    let Some(recording_sid) = voice.and_then(|voice| voice.recording_of(&job.attachment.url)) else {
        return Ok(());
    };
    let name = format!("recording-{recording_sid}");
    let recording_sid = recording_sid.to_owned();
    let forget = OutboundJob::DeleteRecording { account: job.account.clone(), recording_sid };
    center.queue.send(QueueName::Outbound, vec![Outgoing::fifo(body(&forget), name.clone(), name)]).await
}

fn key(job: &FetchMedia) -> BlobKey {
    BlobKey::media(&job.key.contact, &job.key.sid, job.index)
}

fn problem(job: &FetchMedia, why: &str, now: Timestamp) -> Problem {
    let index = job.index.to_string();
    Problem {
        sid: ProblemSid::derive(&["media", job.key.sid.as_str(), &index, why]),
        at: now,
        source: format!("media:{}/{}", job.channel, job.account),
        reason: format!("attachment {index} of {}: {why}", job.key),
        payload_hash: None,
    }
}

/// The flow function shows it to the agents, as it does with a provider's receipt: the sender need not know who they
/// are.
async fn tell(center: &Center, job: &FetchMedia, what: &str) -> Result<(), FetchError> {
    let name = format!("media-{}", job.key.sid);
    let dedup = format!("{name}-{}-{what}", job.index);
    let command = InboundBody::Changed { key: job.key.clone() };
    center.queue.send(QueueName::Inbound, vec![Outgoing::fifo(body(&command), name, dedup)]).await?;
    Ok(())
}

/// The attachment as it is with us.
async fn copy(center: &Center, job: &FetchMedia) -> Result<Attachment, Failure> {
    let bytes = match BlobKey::of_reference(&job.attachment.url) {
        Some(upload) => uploaded(center, &upload).await?,
        None => from_outside(center, job.channel, &job.account, &job.attachment.url).await?,
    };
    if bytes.is_empty() {
        return Err(Failure::Final("empty: there is nothing in it".into()));
    }
    let kind = sniff(&bytes, &job.attachment.content_type)
        .map_err(|program| Failure::Final(format!("program: {program}")))?;
    let stated = job.attachment.file_name.as_deref().and_then(clean_name);
    let file_name = stated.unwrap_or_else(|| format!("attachment-{}.{}", job.index + 1, kind.extension));
    let attachment = Attachment {
        url: key(job).reference(),
        content_type: kind.content_type.to_owned(),
        file_name: Some(file_name),
        bytes: u64::try_from(bytes.len()).ok(),
    };
    center.blob.put(&key(job), kind.content_type, bytes.into()).await.map_err(not_stored)?;
    Ok(attachment)
}

/// Copies how their provider shows a contact, if it is a picture; `None` where there is none to be had.
///
/// Safe to run twice: the copy takes the place of the one before.
pub(crate) async fn picture(
    center: &Center,
    contact: &ContactSid,
    address: &Address,
    url: &str,
) -> Result<Option<BlobKey>, FetchError> {
    let key = BlobKey::picture(contact);
    let fetched = async {
        let bytes = from_outside(center, address.channel, &address.account, url).await?;
        let kind = sniff(&bytes, "image/*").map_err(|why| Failure::Final(why.to_string()))?;
        if !kind.content_type.starts_with("image/") {
            return Err(Failure::Final(format!("it is {}", kind.content_type)));
        }
        center.blob.put(&key, kind.content_type, bytes.into()).await.map_err(not_stored)
    };
    match fetched.await {
        Ok(()) => Ok(Some(key)),
        Err(Failure::Passing(why)) => Err(FetchError::Passing(why)),
        Err(Failure::Final(why)) => {
            tracing::info!(channel = address.channel.as_str(), why, "a contact's picture was not taken");
            Ok(None)
        }
    }
}

fn too_large() -> Failure {
    Failure::Final(format!("too_large: it has more than {} MB", MEDIA_BYTES_MAX / (1024 * 1024)))
}

fn not_stored(error: BlobError) -> Failure {
    match error {
        BlobError::TooLarge { .. } => too_large(),
        BlobError::Unavailable(why) => Failure::Passing(format!("store: {why}")),
        BlobError::Invalid(why) => Failure::Final(format!("store: {why}")),
    }
}

/// What a visitor has uploaded.
async fn uploaded(center: &Center, upload: &BlobKey) -> Result<Vec<u8>, Failure> {
    match center.blob.get(upload, MEDIA_BYTES_MAX).await {
        Ok(Some(blob)) => Ok(blob.bytes.into()),
        Ok(None) => Err(Failure::Final("missing: it was never uploaded".into())),
        Err(error) => Err(not_stored(error)),
    }
}

/// With the account's credentials where the URL is its provider's own, in one step or two; without any, and held to
/// the egress rules, where it is not.
async fn from_outside(
    center: &Center,
    channel: ChannelKind,
    account: &str,
    url: &str,
) -> Result<Vec<u8>, Failure> {
    let Some(account) = center.channel(channel, account) else {
        return Err(Failure::Final("account: it is not configured".into()));
    };
    if url.is_empty() {
        return Err(Failure::Final("missing: its sender says no place".into()));
    }
    let began = center.now();
    let Some(first) = account.channel.media_request(url) else {
        let plain = http_request("GET", url, &Headers::new(), Vec::new(), false);
        return content(call(center, plain, began).await?);
    };
    let answer = call(center, of_provider(first), began).await?;
    match account.channel.media_content_request(&answer) {
        Some(second) => content(call(center, of_provider(second), began).await?),
        None => content(answer),
    }
}

fn of_provider(request: ProviderRequest) -> HttpRequest {
    http_request(&request.method, &request.url, &request.headers, request.body, true)
}

fn http_request(method: &str, url: &str, headers: &Headers, body: Vec<u8>, trusted: bool) -> HttpRequest {
    let mut headers: Vec<(String, String)> =
        headers.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    headers.push(("User-Agent".to_owned(), USER_AGENT.to_owned()));
    HttpRequest {
        method: method.to_owned(),
        url: url.to_owned(),
        headers,
        body,
        timeout_ms: TIMEOUT_MS,
        // One byte more than is taken tells that there is more.
        response_bytes_max: MEDIA_BYTES_MAX + 1,
        redirects_max: REDIRECTS_MAX,
        trusted,
    }
}

/// One call; none is begun that might outlast what is left of the job's time since `began`.
async fn call(center: &Center, request: HttpRequest, began: Timestamp) -> Result<ProviderResponse, Failure> {
    if calls_left_ms(center.now().since_ms(began)) < TIMEOUT_MS {
        return Err(Failure::Passing("slow: the call before it took too long".into()));
    }
    match center.http.call(request).await {
        Ok(response) => Ok(ProviderResponse::Http {
            status: response.status,
            headers: Headers::from_iter(response.headers),
            body: response.body,
        }),
        Err(HttpError::Forbidden(why)) => Err(Failure::Final(format!("forbidden: {why}"))),
        Err(HttpError::NotSent(_) | HttpError::NoAnswer(_)) => {
            Err(Failure::Passing("unreachable: the server did not answer".into()))
        }
    }
}

/// The bytes of an answer that is the content. Whoever answers 202 or 404 may not have it yet (LINE, "Get content":
/// still being prepared; Twilio's recordings), and whoever is throttled or down may have it later.
fn content(answer: ProviderResponse) -> Result<Vec<u8>, Failure> {
    match answer {
        ProviderResponse::Http { status: status @ (202 | 404 | 408 | 425 | 429 | 500..), .. } => {
            Err(Failure::Passing(format!("status: the server answered {status}")))
        }
        ProviderResponse::Http { status: 200..300, body, .. } if body.len() > MEDIA_BYTES_MAX => {
            Err(too_large())
        }
        ProviderResponse::Http { status: 200..300, body, .. } => Ok(body),
        ProviderResponse::Http { status, .. } => {
            Err(Failure::Final(format!("status: the server answered {status}")))
        }
        ProviderResponse::NotSent | ProviderResponse::TimedOut => {
            Err(Failure::Passing("unreachable: the server did not answer".into()))
        }
    }
}
