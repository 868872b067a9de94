//! The flow function: what waits on `inbound` moves conversations.

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use patchbay_aws::Needs;
use patchbay_aws::lambda::{batch, start_consumer};
use patchbay_center::inbound;
use patchbay_center::ports::QueueName;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let (center, queue) = &start_consumer(Needs::Accounts).await?;
    let serve = |event: LambdaEvent<_>| async move {
        let handle = |records| inbound::handle(center, records);
        Ok::<_, Error>(batch::serve((queue, QueueName::Inbound), event.payload, handle).await)
    };
    run(service_fn(serve)).await
}
