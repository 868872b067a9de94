//! Providers' webhooks on their way to us: each is posted until it is answered with 2xx, and now and then again.

use crate::world::SimWorld;
use patchbay_center::ports::World;
use patchbay_channels::{Headers, Simulated, WebhookRequest};
use patchbay_model::{ChannelKind, Timestamp};

/// Milliseconds until a provider posts again what was not answered with 2xx.
const RETRY_MS: std::ops::Range<i64> = 500..60_000;
/// The same, of what was: soon, or later than any queue remembers.
const SOON_MS: std::ops::Range<i64> = 0..10_000;
const LATE_MS: std::ops::Range<i64> = 300_000..2_400_000;

pub(super) struct Post {
    pub kind: ChannelKind,
    from: String,
    request: WebhookRequest,
    /// When it is to be posted next.
    pub due: Option<Timestamp>,
    /// When it was first posted.
    pub first: Option<Timestamp>,
    /// When it was first answered with 2xx.
    pub taken: Option<Timestamp>,
    /// How often it is posted again after it was answered at the most.
    again: usize,
}

impl Post {
    pub fn new(kind: ChannelKind, from: String, request: WebhookRequest, due: Timestamp) -> Post {
        Post { kind, from, request, due: Some(due), first: None, taken: None, again: 2 }
    }

    pub fn body(&self) -> &[u8] {
        &self.request.body
    }
}

/// All webhooks of a history, by their place.
#[derive(Default)]
pub(super) struct Webhooks {
    posts: Vec<Post>,
}

impl Webhooks {
    pub fn add(&mut self, post: Post) -> usize {
        self.posts.push(post);
        self.posts.len() - 1
    }

    pub fn post(&self, which: usize) -> &Post {
        &self.posts[which]
    }

    pub fn all(&self) -> impl Iterator<Item = &Post> {
        self.posts.iter()
    }

    /// Those that are to be posted now.
    pub fn due(&self, now: Timestamp) -> Vec<usize> {
        let due = |post: &Post| post.due.is_some_and(|due| due <= now);
        (0..self.posts.len()).filter(|which| due(&self.posts[*which])).collect()
    }

    pub fn next_due(&self) -> Option<Timestamp> {
        self.posts.iter().filter_map(|post| post.due).min()
    }

    /// Begins to post one: the request, with a proof of today.
    pub fn begin(&mut self, which: usize, account: &dyn Simulated, now: Timestamp) -> WebhookRequest {
        let post = &mut self.posts[which];
        post.due = None;
        post.first = post.first.or(Some(now));
        let mut request = post.request.clone();
        let content_type =
            request.headers.get("Content-Type").map(|value| ("Content-Type", value.to_owned()));
        request.headers = Headers::from_iter(content_type);
        account.sign(&mut request, &post.from, now);
        request
    }

    /// The answer to one, or that there was none.
    pub fn end(&mut self, which: usize, status: Option<u16>, world: &SimWorld) {
        let (post, now) = (&mut self.posts[which], world.now());
        match status {
            Some(200..300) => {
                post.taken = post.taken.or(Some(now));
                if post.again > 0 && world.chance(|faults| faults.again) {
                    post.again -= 1;
                    let wait = if world.dice(|rng| rng.bool()) { SOON_MS } else { LATE_MS };
                    let wait = world.dice(|rng| rng.i64(wait));
                    post.due = Some(now.plus_ms(wait));
                }
            }
            None | Some(500..) => post.due = Some(now.plus_ms(world.dice(|rng| rng.i64(RETRY_MS)))),
            Some(status) => panic!("a webhook of {} was answered with {status}", post.kind),
        }
    }
}
