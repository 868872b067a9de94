//! The HTTP API for agents and programs.

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use patchbay_aws::Needs;
use patchbay_aws::lambda::{http, start};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let router = patchbay_api::api(start(Needs::Accounts).await?);
    let serve = |event: LambdaEvent<_>| {
        let router = router.clone();
        async move { Ok::<_, Error>(http::serve(router, event.payload).await) }
    };
    run(service_fn(serve)).await
}
