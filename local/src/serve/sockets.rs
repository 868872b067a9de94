//! `Push` over the sockets of this process.
//!
//! Each socket has an outgoing queue with two bounds; one that does not drain it is closed, for a slow reader must
//! not hold the center's memory. Its client asks for what it missed when it comes back.

use async_trait::async_trait;
use bytes::Bytes;
use patchbay_center::ports::{Push, PushError, PushOutcome};
use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::mpsc;

/// Frames that may wait for one socket.
pub const FRAMES_WAITING_MAX: usize = 1_024;
/// Bytes that may wait for one socket.
pub const BYTES_WAITING_MAX: usize = 1024 * 1024;

/// The open sockets. Clones share them.
#[derive(Clone, Default)]
pub struct Sockets(Arc<Mutex<HashMap<String, Outbox>>>);

struct Outbox {
    frames: mpsc::Sender<Bytes>,
    waiting_bytes: Arc<AtomicUsize>,
}

/// The frames for one socket, in order; it ends when the socket is to be closed.
pub struct Inbox {
    frames: mpsc::Receiver<Bytes>,
    waiting_bytes: Arc<AtomicUsize>,
}

impl Inbox {
    pub async fn next(&mut self) -> Option<Bytes> {
        let frame = self.frames.recv().await?;
        self.waiting_bytes.fetch_sub(frame.len(), Ordering::Relaxed);
        Some(frame)
    }

    /// What waits at this moment, if anything does.
    pub fn try_next(&mut self) -> Option<Bytes> {
        let frame = self.frames.try_recv().ok()?;
        self.waiting_bytes.fetch_sub(frame.len(), Ordering::Relaxed);
        Some(frame)
    }
}

impl Sockets {
    fn open_sockets(&self) -> MutexGuard<'_, HashMap<String, Outbox>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A socket is there: what is posted to it comes out of the inbox.
    pub fn open(&self, connection: &str) -> Inbox {
        let (frames, inbox) = mpsc::channel(FRAMES_WAITING_MAX);
        let waiting_bytes = Arc::new(AtomicUsize::new(0));
        let outbox = Outbox { frames, waiting_bytes: waiting_bytes.clone() };
        self.open_sockets().insert(connection.to_owned(), outbox);
        Inbox { frames: inbox, waiting_bytes }
    }

    /// The socket is gone, or is to go: its inbox ends.
    pub fn forget(&self, connection: &str) {
        self.open_sockets().remove(connection);
    }

    /// Every inbox ends.
    pub fn forget_all(&self) {
        self.open_sockets().clear();
    }

    pub fn count(&self) -> usize {
        self.open_sockets().len()
    }
}

#[async_trait]
impl Push for Sockets {
    async fn post(&self, connection: &str, frame: Bytes) -> Result<PushOutcome, PushError> {
        let mut open = self.open_sockets();
        let Some(outbox) = open.get(connection) else { return Ok(PushOutcome::Gone) };
        let bytes = frame.len();
        let waiting = outbox.waiting_bytes.fetch_add(bytes, Ordering::Relaxed);
        // One frame always fits, however long.
        let fits = waiting == 0 || waiting + bytes <= BYTES_WAITING_MAX;
        if fits && outbox.frames.try_send(frame).is_ok() {
            return Ok(PushOutcome::Delivered);
        }
        open.remove(connection);
        tracing::warn!(connection, "a socket that does not read is closed");
        Ok(PushOutcome::Gone)
    }

    async fn close(&self, connection: &str) -> Result<(), PushError> {
        self.forget(connection);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn post(sockets: &Sockets, bytes: usize) -> PushOutcome {
        sockets.post("a", Bytes::from(vec![b'x'; bytes])).await.unwrap()
    }

    #[tokio::test]
    async fn frames_come_in_order_and_end_with_the_socket() {
        let sockets = Sockets::default();
        assert_eq!(post(&sockets, 1).await, PushOutcome::Gone);
        let mut inbox = sockets.open("a");
        assert_eq!(post(&sockets, 1).await, PushOutcome::Delivered);
        assert_eq!(post(&sockets, 2).await, PushOutcome::Delivered);
        sockets.close("a").await.unwrap();
        assert_eq!(post(&sockets, 3).await, PushOutcome::Gone);
        assert_eq!(inbox.next().await.unwrap().len(), 1);
        assert_eq!(inbox.next().await.unwrap().len(), 2);
        assert_eq!(inbox.next().await, None);
    }

    #[tokio::test]
    async fn one_frame_too_many_closes() {
        let sockets = Sockets::default();
        let _inbox = sockets.open("a");
        for _ in 0..FRAMES_WAITING_MAX {
            assert_eq!(post(&sockets, 1).await, PushOutcome::Delivered);
        }
        assert_eq!(post(&sockets, 1).await, PushOutcome::Gone);
        assert_eq!(sockets.count(), 0);
    }

    #[tokio::test]
    async fn one_byte_too_many_closes() {
        let sockets = Sockets::default();
        let mut inbox = sockets.open("a");
        assert_eq!(post(&sockets, BYTES_WAITING_MAX + 1).await, PushOutcome::Delivered);
        inbox.next().await.unwrap();
        assert_eq!(post(&sockets, 1).await, PushOutcome::Delivered);
        assert_eq!(post(&sockets, BYTES_WAITING_MAX - 1).await, PushOutcome::Delivered);
        assert_eq!(post(&sockets, 1).await, PushOutcome::Gone);
    }
}
