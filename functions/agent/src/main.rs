//! The agents' and the visitors' sockets.

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use patchbay_aws::Needs;
use patchbay_aws::lambda::{socket, start};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let center = &*start(Needs::Accounts).await?;
    let serve =
        |event: LambdaEvent<_>| async move { Ok::<_, Error>(socket::serve(center, event.payload).await) };
    run(service_fn(serve)).await
}
