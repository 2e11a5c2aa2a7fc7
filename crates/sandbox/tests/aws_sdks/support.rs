//! One extended moto for all tests, and a record of what each test asked of it.

use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::{Intercept, context::FinalizerInterceptorContextRef};
use aws_smithy_runtime_api::client::orchestrator::Metadata;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use aws_smithy_types::{DateTime, retry::RetryConfig};
use aws_types::{SdkConfig, region::Region};
use sandbox::aws::{Client, Double, Kind, Tools, Unavailable};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, SystemTime};

/// The account of everybody who comes without credentials that moto gave out.
pub(crate) const ACCOUNT: &str = "123456789012";

/// AWS's id of a service, and the operations that each of its tests calls.
pub(crate) type Called = (&'static str, &'static [&'static [&'static str]]);

/// Makes tests of functions that take an [`Aws`]. The operations after `calls` are those that are added to moto and
/// that the function gets an answer of: no more, and no fewer.
macro_rules! tests {
    ($service:literal: $($behaviour:ident calls $($operation:ident)+;)+) => {
        pub(crate) const CALLED: $crate::support::Called = ($service, &[$(&[$(stringify!($operation)),+]),+]);

        mod tests {
            $(
                #[tokio::test]
                async fn $behaviour() {
                    let calls = ($service, &[&[$(stringify!($operation)),+] as &[_]] as &[_]);
                    $crate::support::check(calls, super::$behaviour).await;
                }
            )+
        }
    };
}
pub(crate) use tests;

/// `Service.Operation`, as the record has it.
pub(crate) fn names(&(service, tests): &Called) -> impl Iterator<Item = String> {
    tests.iter().copied().flatten().map(move |operation| format!("{service}.{operation}"))
}

/// Runs `behaviour` and holds it to what it is said to call, or says what is missing.
pub(crate) async fn check(calls: Called, behaviour: impl AsyncFnOnce(&Aws)) {
    let Some(moto) = moto() else { return };
    let aws = Aws { moto, answered: Answered::default() };

    behaviour(&aws).await;

    let answered = aws.answered.0.lock().unwrap_or_else(PoisonError::into_inner);
    let added: BTreeSet<_> = answered.intersection(&moto.added).cloned().collect();
    assert_eq!(added, names(&calls).collect(), "what was answered, and what is said to be called");
}

/// The double that all tests share. It ends with this process.
pub(crate) struct Moto {
    double: Double,
    tools: Tools,
    /// The operations that moto lacks by itself.
    pub(crate) added: BTreeSet<String>,
}

/// The double, or nothing where it cannot be had; then that is said.
#[expect(clippy::print_stdout, reason = "the runner reads what was not run from the output of a test")]
pub(crate) fn moto() -> Option<&'static Moto> {
    static MOTO: OnceLock<Result<Moto, Unavailable>> = OnceLock::new();
    match MOTO.get_or_init(start) {
        Ok(moto) => Some(moto),
        Err(missing) => {
            println!("not run: {missing}");
            None
        }
    }
}

fn start() -> Result<Moto, Unavailable> {
    let target =
        Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("the folder is inside the target directory");
    let tools = Tools::new(target.join("tools"))?;
    let double = Double::start(&Kind::Moto, &tools)?;
    let mut python = Command::new(tools.folder().join("moto-5.2.5/bin/python"));
    python.args(["-B", "-m", "moto_plus"]).current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("aws"));
    let printed = python.stdin(Stdio::null()).output().expect("the double runs on the same interpreter");
    let operations: BTreeMap<String, String> =
        serde_json::from_slice(&printed.stdout).expect("the extension tells what it extends");
    let added = operations.into_iter().filter(|(_, how)| how == "added").map(|(name, _)| name).collect();
    Ok(Moto { double, tools, added })
}

/// What a test asks.
pub(crate) struct Aws {
    moto: &'static Moto,
    answered: Answered,
}

impl Aws {
    /// What the clients of all services have in common. A test has its own, since connections belong to its runtime.
    pub(crate) fn sdk(&self) -> SdkConfig {
        SdkConfig::builder()
            .behavior_version(aws_sdk_s3::config::BehaviorVersion::latest())
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .credentials_provider(SharedCredentialsProvider::new(Credentials::from_keys(
                "test", "test", None,
            )))
            .region(Region::from_static("us-east-1"))
            .endpoint_url(self.moto.double.endpoint())
            .retry_config(RetryConfig::disabled())
            .build()
    }

    /// To be hung into every client.
    pub(crate) fn record(&self) -> Answered {
        self.answered.clone()
    }

    /// A client of what there is no Rust SDK for among our dependencies.
    pub(crate) fn boto3(&self) -> Client {
        Client::connect(self.moto.double.endpoint(), &self.moto.tools).expect("the double came with it")
    }
}

/// The operations whose answers the SDK could read and that are no errors.
#[derive(Clone, Debug, Default)]
pub(crate) struct Answered(Arc<Mutex<BTreeSet<String>>>);

impl Intercept for Answered {
    fn name(&self) -> &'static str {
        "Answered"
    }

    fn read_after_execution(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let (Some(Ok(_)), Some(operation)) = (context.output_or_error(), config.load::<Metadata>()) {
            let name = format!("{}.{}", operation.service(), operation.name());
            self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(name);
        }
        Ok(())
    }
}

/// Whether this is a time of the test that is running, and not the epoch.
#[track_caller]
pub(crate) fn assert_now(moment: Option<&DateTime>) {
    let moment = moment.copied().expect("a time");
    let moment = SystemTime::try_from(moment).expect("a time of this machine");
    let apart = match moment.duration_since(SystemTime::now()) {
        Ok(ahead) => ahead,
        Err(behind) => behind.duration(),
    };
    assert!(apart < Duration::from_secs(600), "{moment:?} is not now");
}
