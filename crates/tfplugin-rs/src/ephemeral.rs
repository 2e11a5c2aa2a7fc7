//! An ephemeral resource: a value that is made for one run and never stored.

use std::future::{Future, ready};
use std::time::{Duration, SystemTime};

use crate::data_source::ClientContext;
use crate::diagnostics::{Outcome, Report};
use crate::field::Element;
use crate::model::Model;

/// A value that exists while Terraform runs, such as a key that must never enter a state file.
///
/// ```
/// use std::time::{Duration, SystemTime};
///
/// use tfplugin::{ClientContext, Computed, Ephemeral, Model, Opened, Outcome, Renewed, Report, Sensitive};
/// # use tfplugin::Value;
///
/// /// A token that lives for an hour, unless it is renewed.
/// #[derive(Model)]
/// struct Token {
///     /// Who it is for.
///     user: String,
///     /// The token.
///     secret: Computed<Sensitive<String>>,
/// }
///
/// impl Ephemeral for Token {
///     const NAME: &'static str = "token";
///     type Client = ();
///     type Model = Self;
///
///     async fn open(_: &ClientContext<()>, config: Self) -> Outcome<Opened<Self>> {
///         let secret = Sensitive::new(format!("token-of-{}", config.user));
///         Ok(Opened {
///             renew_at: Some(SystemTime::now() + Duration::from_secs(50 * 60)),
///             note: config.user.clone().into(),
///             result: Self { secret: secret.into(), ..config },
///         })
///     }
///
///     fn validate(draft: &TokenDraft, report: &mut Report) {
///         if draft.user.known().is_some_and(|user| user == "root") {
///             report.error(&draft.user, "The token would be for root", "Name a user.");
///         }
///     }
///
///     async fn renew(_: &ClientContext<()>, note: serde_json::Value) -> Outcome<Renewed> {
///         Ok(Renewed { renew_at: Some(SystemTime::now() + Duration::from_secs(50 * 60)), note })
///     }
///
///     async fn close(_: &ClientContext<()>, note: serde_json::Value) -> Outcome<()> {
///         assert_eq!(note, "me"); // here the cloud is told that the token is not needed any more
///         Ok(())
///     }
/// }
/// # struct Acme;
/// # impl tfplugin::Provider for Acme {
/// #     const ADDRESS: &'static str = "registry.terraform.io/acme/acme";
/// #     const VERSION: &'static str = "1.0.0";
/// #     type Config = ();
/// #     type Client = ();
/// #     async fn configure(_: &tfplugin::Operation, (): ()) -> tfplugin::Outcome<Option<()>> {
/// #         Ok(Some(()))
/// #     }
/// #     fn register(registry: &mut tfplugin::Registry<()>) {
/// #         registry.ephemeral::<Token>();
/// #     }
/// # }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), tfplugin_testkit::Verdict> {
/// # let core = tfplugin_testkit::Core::start(tfplugin::Service::<Acme>::new()).await?;
/// # core.configure(&Value::object::<&str>([])).await?;
/// # let config = Value::object([("user", Value::from("me"))]);
///
/// // ephemeral "acme_token" "mine" { user = "me" }
/// let token = core.use_ephemeral("acme_token", &config).await?;
/// assert_eq!(token.get("secret"), &Value::from("token-of-me"));
/// # Ok(())
/// # }
/// ```
pub trait Ephemeral: Send + Sync + Sized + 'static {
    /// Name without the provider's prefix.
    const NAME: &'static str;

    /// How long each operation may take.
    const TIMEOUT: Duration = Duration::from_secs(5 * 60);

    /// What [`Provider::configure`](crate::Provider::configure) yields.
    type Client: Send + Sync + 'static;

    /// The attributes: inputs are required or optional, results are computed.
    type Model: Model + Send + Sync;

    /// Rules that span attributes.
    fn validate(draft: &<Self::Model as Element>::Draft, report: &mut Report) {
        let _ = (draft, report);
    }

    /// Makes the value.
    ///
    /// # Errors
    /// When there is none.
    fn open(
        ctx: &ClientContext<Self::Client>,
        config: Self::Model,
    ) -> impl Future<Output = Outcome<Opened<Self::Model>>> + Send;

    /// Keeps it valid; called around [`Opened::renew_at`].
    ///
    /// # Errors
    /// When it can no longer be used.
    fn renew(
        ctx: &ClientContext<Self::Client>,
        note: serde_json::Value,
    ) -> impl Future<Output = Outcome<Renewed>> + Send {
        let _ = ctx;
        ready(Ok(Renewed { renew_at: None, note }))
    }

    /// Ends its life. The default does nothing.
    ///
    /// Terraform hands over the note of the opening, not that of the last renewal.
    ///
    /// # Errors
    /// When it lives on.
    fn close(
        ctx: &ClientContext<Self::Client>,
        note: serde_json::Value,
    ) -> impl Future<Output = Outcome<()>> + Send {
        let _ = (ctx, note);
        ready(Ok(()))
    }
}

/// A value that was made.
///
/// ```
/// use tfplugin::Opened;
///
/// // It lasts as long as the run, and is withdrawn at the end by its number.
/// let note = serde_json::json!({ "number": 7 });
/// let opened = Opened { result: "token".to_owned(), renew_at: None, note };
/// assert_eq!(opened.note["number"], 7);
/// ```
#[derive(Clone, Debug)]
pub struct Opened<M> {
    /// The configuration with the computed fields filled in.
    pub result: M,
    /// When it must be renewed; none when it lasts.
    pub renew_at: Option<SystemTime>,
    /// What renewing and closing need to know. It is never stored.
    pub note: serde_json::Value,
}

/// A value that was kept valid.
///
/// ```
/// use std::time::{Duration, SystemTime};
///
/// use tfplugin::Renewed;
///
/// // Good for an hour; renewed a little earlier.
/// let renew_at = SystemTime::now() + Duration::from_secs(55 * 60);
/// let renewed = Renewed { renew_at: Some(renew_at), note: "lease-2".into() };
/// assert_eq!(renewed.note, "lease-2");
/// ```
#[derive(Clone, Debug)]
pub struct Renewed {
    /// When it must be renewed again; none when it lasts.
    pub renew_at: Option<SystemTime>,
    /// What the next renewal needs to know.
    pub note: serde_json::Value,
}
