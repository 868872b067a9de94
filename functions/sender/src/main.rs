//! The sender: what waits on `outbound` goes to its provider.

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use patchbay_aws::Needs;
use patchbay_aws::lambda::{batch, start};
use patchbay_center::sender;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let center = &*start(Needs::Accounts).await?;
    let serve = |event: LambdaEvent<_>| async move {
        Ok::<_, Error>(batch::serve(event.payload, |records| sender::handle(center, records)).await)
    };
    run(service_fn(serve)).await
}
