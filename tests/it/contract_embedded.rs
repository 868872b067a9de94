//! The embedded store keeps the contract of table and queues.

use crate::store::Opened;
use async_trait::async_trait;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use bytes::Bytes;
use http_body_util::BodyExt;
use patchbay_center::memory::MemoryWorld;
use patchbay_center::ports::queue::BATCH_MAX;
use patchbay_center::ports::{Blob, Queue, QueueName, UploadForm, World};
use patchbay_local::blobs::FolderBlob;
use patchbay_local::embedded::{QueueOptions, Receipt, Release, StoreOptions};
use patchbay_local::serve::blobs::router;
use patchbay_model::Timestamp;
use patchbay_tests::contract;
use patchbay_tests::contract::blob::{Download200, multipart};
use std::sync::Arc;
use tower_service::Service;

#[tokio::test]
async fn the_embedded_table_keeps_the_contract() {
    let opened = Opened::new(StoreOptions::default());
    contract::table::all(&opened.store).await;
}

#[async_trait]
impl contract::queue::QueueHarness for Opened {
    type Receipt = Receipt;

    fn queue(&self) -> &dyn Queue {
        &self.store
    }

    async fn receive(&self, queue: QueueName) -> Vec<(String, Receipt)> {
        let received = self.store.receive(queue, BATCH_MAX).expect("the queue answers");
        received.into_iter().map(|received| (received.body.to_string(), received.receipt)).collect()
    }

    async fn delete(&self, receipt: Receipt) {
        self.store.delete(&[receipt]);
    }

    async fn release(&self, receipt: Receipt, delay_s: u32) {
        self.store.release(receipt, delay_s, Release::Failed(String::new()));
    }

    fn advance_s(&self, s: u32) {
        self.world.advance_s(s.into());
    }

    fn visibility_s(&self) -> u32 {
        QueueOptions::default().visibility_s
    }

    fn receive_count_max(&self) -> u32 {
        QueueOptions::default().receive_count_max
    }

    async fn dead_letters(&self, queue: QueueName) -> Vec<(String, Option<String>)> {
        let letters = self.store.dead_letters(queue, 100).await.expect("the queue answers");
        letters
            .into_iter()
            .map(|letter| (letter.body.to_string(), letter.group.map(|group| group.to_string())))
            .collect()
    }

    async fn redrive(&self, queue: QueueName) {
        self.store.redrive(queue).await.expect("the queue answers");
    }
}

#[tokio::test]
async fn the_embedded_queues_keep_the_contract() {
    contract::queue::all(&Opened::new(StoreOptions::default())).await;
}

/// Every body is read back from disk.
#[tokio::test]
async fn the_embedded_queues_keep_the_contract_without_bodies_in_memory() {
    contract::queue::all(&Opened::new(StoreOptions { bodies_bytes_max: 0, ..Default::default() })).await;
}

const BASE: &str = "http://127.0.0.1:1";

/// The folder behind the paths that it is served under.
struct Folder {
    blobs: FolderBlob,
    world: Arc<MemoryWorld>,
}

impl Folder {
    async fn ask(&self, request: Request<Body>) -> axum::response::Response {
        let answer = router(self.blobs.clone(), self.world.clone()).call(request).await;
        answer.expect("it answers")
    }
}

#[async_trait]
impl contract::blob::BlobHarness for Folder {
    fn blob(&self) -> &dyn Blob {
        &self.blobs
    }

    fn now(&self) -> Timestamp {
        self.world.now()
    }

    async fn pass_s(&self, s: u32) {
        self.world.advance_s(s.into());
    }

    async fn fetch(&self, url: &str) -> Option<Download200> {
        let path = url.strip_prefix(BASE).expect("it is our URL");
        let answer = self.ask(Request::get(path).body(Body::empty()).expect("it is a request")).await;
        if answer.status() != StatusCode::OK {
            return None;
        }
        let (head, body) = answer.into_parts();
        let header = |name: &str| head.headers[name].to_str().expect("it is a text").to_owned();
        assert_eq!(header("x-content-type-options"), "nosniff");
        assert_eq!(header("content-security-policy"), "default-src 'none'; sandbox");
        let (content_type, disposition) = (header("content-type"), header("content-disposition"));
        let bytes = body.collect().await.expect("it is whole").to_bytes();
        Some(Download200 { content_type, disposition, bytes })
    }

    async fn post(&self, form: &UploadForm, file: Bytes) -> bool {
        let path = form.url.strip_prefix(BASE).expect("it is our URL");
        let (content_type, body) = multipart(form, &file);
        let request = Request::post(path).header("content-type", content_type).body(Body::from(body));
        self.ask(request.expect("it is a request")).await.status() == StatusCode::CREATED
    }
}

#[tokio::test]
async fn the_folder_of_stored_objects_keeps_the_contract() {
    let data = tempfile::tempdir().expect("there is room");
    let blobs = FolderBlob::open(data.path(), BASE, &[7; 32]).expect("it opens");
    let world = Arc::new(MemoryWorld::at(Timestamp(1_800_000_000_000)));
    contract::blob::all(&Folder { blobs, world }).await;
}
