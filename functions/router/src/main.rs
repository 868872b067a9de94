//! The router: what waits on `routing` brings tasks to workers.

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use patchbay_aws::Needs;
use patchbay_aws::lambda::{batch, start};
use patchbay_center::router;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let center = &*start(Needs::Nothing).await?;
    let serve = |event: LambdaEvent<_>| async move {
        Ok::<_, Error>(batch::serve(event.payload, |records| router::handle(center, records)).await)
    };
    run(service_fn(serve)).await
}
