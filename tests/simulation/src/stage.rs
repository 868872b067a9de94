//! Where a history happens: faulty ports, containers with the real handlers, and what runs in them; and how a
//! history goes, whatever it is about.

use crate::executor::{Done, Executor, Job, now};
use crate::push::SimPush;
use crate::queue::SimQueue;
use crate::table::{STALE_MS_MAX, SimTable, Watch};
use crate::world::SimWorld;
use patchbay_center::config::{ConfigDocuments, apply};
use patchbay_center::memory::MemoryBlob;
use patchbay_center::ports::{Http, QueueName, World};
use patchbay_center::{Center, Ports, inbound, router, sender};
use patchbay_model::Timestamp;
use std::fmt::Debug;
use std::sync::Arc;

/// Handlers that run at the same time at the most.
const RUNNING_MAX: usize = 6;
/// Containers of the functions: each has its own copies of configuration and directory.
const CONTAINERS: usize = 3;
/// For how long a handler may run before it is killed: the functions' timeout (template.yaml).
const HANDLER_S_MAX: i64 = 30;
/// How long the calm lasts that everything must come to rest in: longer than the queue holds a message back, so that a
/// task's timer is sent on once, and than any other timer.
pub(crate) const CALM_S: i64 = 1_000;
/// Moves in a thousand at which a history with pauses makes one, at the most.
const PAUSES_MAX: u32 = 8;
/// Turns in which it must come to rest: many times what any history needs.
const CALM_TURNS_MAX: usize = 3_000;

pub(crate) struct Stage<E, A> {
    pub world: Arc<SimWorld>,
    pub table: Arc<SimTable>,
    pub queue: Arc<SimQueue>,
    pub push: Arc<SimPush>,
    /// Handlers that died where they stood.
    pub crashes: usize,
    centers: Vec<Arc<Center>>,
    executor: Executor<E, A>,
}

/// What became of an errand: nobody hears of one that is lost.
pub(crate) enum News<E, A> {
    Answered(E, A),
    Lost(E),
}

impl<E: Clone + PartialEq + Debug, A> Stage<E, A> {
    /// `equip` gives each container what it has besides the ports.
    pub fn new(
        world: Arc<SimWorld>,
        watch: Option<Watch>,
        http: Arc<dyn Http>,
        documents: &ConfigDocuments,
        equip: impl Fn(Ports) -> Center,
    ) -> Stage<E, A> {
        let table = Arc::new(SimTable::new(world.clone(), watch));
        let queue = Arc::new(SimQueue::new(world.clone()));
        let push = Arc::new(SimPush::new(world.clone()));
        let ports = Ports {
            table: table.clone(),
            queue: queue.clone(),
            push: push.clone(),
            http,
            blob: Arc::new(MemoryBlob::new()),
            world: world.clone(),
        };
        let centers: Vec<Arc<Center>> = (0..CONTAINERS).map(|_| Arc::new(equip(ports.clone()))).collect();
        // Whoever applies a configuration looks whether it worked.
        while !matches!(now(apply(&centers[0], documents)), Some(Ok(_))) {}
        // Nobody comes before the configuration is seen everywhere.
        world.advance_ms(STALE_MS_MAX);
        Stage { world, table, queue, push, crashes: 0, centers, executor: Executor::new() }
    }

    /// One of the containers.
    pub fn center(&self) -> Arc<Center> {
        self.centers[self.world.dice(|rng| rng.usize(0..CONTAINERS))].clone()
    }

    /// Whether an errand is being run.
    pub fn runs(&self, errand: &E) -> bool {
        self.executor.jobs().any(|job| matches!(job, Job::Errand(running) if running == errand))
    }

    pub fn start(&mut self, errand: E, handler: impl Future<Output = A> + Send + 'static)
    where
        A: 'static,
    {
        let handler = async move { Done::Errand(handler.await) };
        self.world.tell(|| format!("begin {errand:?}"));
        self.executor.start(Job::Errand(errand), self.world.now(), handler);
    }

    /// Gives the records of a queue that has some to its handler.
    fn take_batch(&mut self) {
        if self.executor.len() >= RUNNING_MAX {
            return;
        }
        let first = self.world.dice(|rng| rng.usize(0..QueueName::ALL.len()));
        for at in 0..QueueName::ALL.len() {
            let queue = QueueName::ALL[(first + at) % QueueName::ALL.len()];
            let records = self.queue.receive(queue);
            if records.is_empty() {
                continue;
            }
            let ids = records.iter().map(|record| record.message_id.clone()).collect();
            for record in &records {
                self.world.tell(|| format!("begin {queue:?} {} {}", record.message_id, record.body));
            }
            let center = self.center();
            self.executor.start(Job::Batch { queue, ids }, self.world.now(), async move {
                Done::Batch(match queue {
                    QueueName::Inbound => inbound::handle(&center, records).await,
                    QueueName::Routing => router::handle(&center, records).await,
                    QueueName::Outbound => sender::handle(&center, records).await,
                })
            });
            return;
        }
    }

    fn pass_time(&mut self) {
        let ms = self.world.dice(|rng| if rng.u32(0..5) == 0 { rng.i64(0..20_000) } else { rng.i64(0..300) });
        self.world.advance_ms(ms);
        if self.world.chance(|faults| faults.jump) {
            self.world.advance_ms(3_600_000);
        }
    }

    /// Lets a handler go on, or die; what became of an errand that is over with it.
    fn go_on(&mut self) -> Option<News<E, A>> {
        let awake = self.executor.awake(self.world.now());
        if awake.is_empty() {
            self.take_batch();
            if self.executor.awake(self.world.now()).is_empty() {
                self.pass_time();
            }
            return None;
        }
        let which = awake[self.world.dice(|rng| rng.usize(0..awake.len()))];
        let end = self.executor.since(which).plus_s(HANDLER_S_MAX);
        let too_long = self.world.now() > end;
        if too_long || self.world.chance(|faults| faults.crash) {
            self.crashes += 1;
            let job = self.executor.crash(which);
            self.world.tell(|| format!("crash {job:?}"));
            // A batch comes back when its time is over.
            return match job {
                Job::Errand(errand) => Some(News::Lost(errand)),
                Job::Batch { .. } => None,
            };
        }
        let stalls = self.world.chance(|faults| faults.stall);
        if (stalls || self.world.chance(|faults| faults.zombie))
            && let Some(Job::Batch { queue, ids }) = self.executor.jobs().nth(which)
        {
            self.queue.reappear(*queue, ids);
        }
        if stalls {
            let left_ms = end.since_ms(self.world.now());
            let until = self.world.now().plus_ms(self.world.dice(|rng| rng.i64(0..=left_ms)));
            self.world.tell(|| format!("stall {:?} until {}", self.executor.jobs().nth(which), until.0));
            self.executor.stall(which, until);
            return None;
        }
        match self.executor.poll(which)? {
            (Job::Batch { queue, ids }, Done::Batch(failed)) => {
                self.world.tell(|| format!("end {queue:?} {ids:?} failed {failed:?}"));
                self.queue.finish(queue, &ids, &failed);
                None
            }
            (Job::Errand(errand), Done::Errand(answer)) => {
                self.world.tell(|| format!("end {errand:?}"));
                Some(News::Answered(errand, answer))
            }
            _ => None,
        }
    }
}

/// The world outside of a history: who acts, and what they do with answers.
pub(crate) trait Play {
    /// What somebody outside has a handler run for.
    type Errand: Clone + PartialEq + Debug;
    type Answer;

    fn stage(&mut self) -> &mut Stage<Self::Errand, Self::Answer>;

    /// Of a hundred moves, how many are somebody's outside.
    const ACTS: u32;

    /// Somebody outside does something, or not.
    fn act(&mut self);

    fn hear(&mut self, news: News<Self::Errand, Self::Answer>);

    /// Everybody outside does what is left to do now that there are no more faults; whether there was anything.
    fn settle(&mut self) -> bool;

    /// How long it takes until whatever had failed has come again and was looked at as often as it is.
    fn pause_s(&self) -> i64;

    /// Everybody outside asks again what was not answered, and does nothing new that could help; whether there was
    /// anything.
    fn wait(&mut self) -> bool;

    /// What must hold whenever all is at rest.
    fn check(&self);

    /// When somebody outside has something to do again.
    fn next_due(&self) -> Option<Timestamp> {
        None
    }
}

/// A history: so many moves with faults, then calm until all is at rest.
pub(crate) fn live<P: Play>(play: &mut P, moves: usize) {
    let pauses = play.stage().world.dice(|rng| if rng.bool() { rng.u32(0..=PAUSES_MAX) } else { 0 });
    for _ in 0..moves {
        if play.stage().world.dice(|rng| rng.u32(0..1_000)) < pauses {
            pause(play);
        }
        let dice = play.stage().world.dice(|rng| rng.u32(0..100));
        match dice {
            0..6 => play.stage().take_batch(),
            6..10 => play.stage().pass_time(),
            dice if dice < 10 + P::ACTS => play.act(),
            _ => go_on(play),
        }
    }
    play.stage().world.calm();
    come_to_rest(play, CALM_S, P::settle);
}

/// Faults stop for a moment, and nobody outside does anything new: whoever was overlooked is seen to be.
fn pause<P: Play>(play: &mut P) {
    let faults = play.stage().world.calm();
    play.stage().world.tell(|| "pause".into());
    let pause_s = play.pause_s();
    come_to_rest(play, pause_s, P::wait);
    play.check();
    play.stage().world.tell(|| "and on".into());
    play.stage().world.stir(faults);
}

/// Lets whatever is due in the next `s` seconds come to its end, and people do what `act` says.
pub(crate) fn come_to_rest<P: Play>(play: &mut P, s: i64, act: fn(&mut P) -> bool) {
    let end = play.stage().world.now().plus_s(s);
    for _ in 0..CALM_TURNS_MAX {
        run_out(play);
        let acted = act(play);
        play.stage().take_batch();
        if acted || play.stage().executor.len() > 0 {
            continue;
        }
        let due = [play.stage().queue.next_due(), play.next_due()].into_iter().flatten().min();
        match due.filter(|due| *due <= end) {
            Some(due) => {
                let world = &play.stage().world;
                world.advance_ms(due.since_ms(world.now()).max(1));
            }
            None => return,
        }
    }
    panic!("it never comes to rest");
}

/// Lets everything that runs come to its end.
pub(crate) fn run_out<P: Play>(play: &mut P) {
    while play.stage().executor.len() > 0 {
        go_on(play);
        play.stage().take_batch();
    }
}

fn go_on<P: Play>(play: &mut P) {
    if let Some(news) = play.stage().go_on() {
        play.hear(news);
    }
}
