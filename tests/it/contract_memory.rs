//! The reference model keeps the contract, too.

use async_trait::async_trait;
use bytes::Bytes;
use patchbay_center::memory::{MemoryBlob, MemoryPush, MemoryTable, MemoryWorld};
use patchbay_center::ports::{
    Blob, Condition, Item, Key, Push, Table, TableError, Units, UploadForm, World, Write,
};
use patchbay_model::Timestamp;
use patchbay_tests::contract;
use patchbay_tests::contract::blob::Download200;
use std::sync::atomic::{AtomicUsize, Ordering};

#[tokio::test]
async fn the_memory_table_keeps_the_contract() {
    contract::table::all(&MemoryTable::new()).await;
}

#[tokio::test]
async fn a_failed_condition_is_billed() {
    let table = MemoryTable::new();
    let item = Item { key: Key::new("p", "s"), attributes: Default::default() };
    let write = Write::Put { item, condition: Condition::Exists };
    assert!(matches!(table.write(vec![write]).await, Err(TableError::Condition { .. })));
    assert_eq!(table.take_spent(), Units::write(10));
    assert_eq!(table.take_spent(), Units::default());
}

#[derive(Default)]
struct Harness {
    push: MemoryPush,
    opened: AtomicUsize,
}

#[async_trait]
impl contract::push::PushHarness for Harness {
    fn push(&self) -> &dyn Push {
        &self.push
    }

    async fn open(&self) -> String {
        let connection = format!("connection-{}", self.opened.fetch_add(1, Ordering::SeqCst));
        self.push.open(&connection);
        connection
    }

    async fn frames(&self, connection: &str, count: usize) -> Vec<Bytes> {
        let frames = self.push.take(connection);
        assert!(frames.len() >= count, "{} of {count} frames", frames.len());
        frames
    }

    async fn leave(&self, connection: &str) {
        self.push.close(connection).await.expect("it closes");
    }

    async fn is_closed(&self, connection: &str) -> bool {
        !self.push.is_open(connection)
    }
}

#[tokio::test]
async fn the_memory_push_keeps_the_contract() {
    contract::push::all(&Harness::default()).await;
}

struct Blobs {
    blob: MemoryBlob,
    world: MemoryWorld,
}

#[async_trait]
impl contract::blob::BlobHarness for Blobs {
    fn blob(&self) -> &dyn Blob {
        &self.blob
    }

    fn now(&self) -> Timestamp {
        self.world.now()
    }

    async fn pass_s(&self, s: u32) {
        self.world.advance_s(s.into());
    }

    async fn fetch(&self, url: &str) -> Option<Download200> {
        let fetched = self.blob.fetch(url, self.world.now())?;
        let (disposition, content_type) = (fetched.disposition, fetched.blob.content_type);
        Some(Download200 { content_type, disposition, bytes: fetched.blob.bytes })
    }

    async fn post(&self, form: &UploadForm, file: Bytes) -> bool {
        self.blob.post(form, file, self.world.now())
    }
}

#[tokio::test]
async fn the_memory_blob_keeps_the_contract() {
    let world = MemoryWorld::at(Timestamp(1_800_000_000_000));
    contract::blob::all(&Blobs { blob: MemoryBlob::new(), world }).await;
}
