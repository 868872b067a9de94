//! The embedded store keeps the contract of table and queues.

use crate::store::Opened;
use async_trait::async_trait;
use patchbay_center::ports::queue::BATCH_MAX;
use patchbay_center::ports::{Queue, QueueName};
use patchbay_local::embedded::{QueueOptions, Receipt, Release, StoreOptions};
use patchbay_tests::contract;

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
