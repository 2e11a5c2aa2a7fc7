//! A provider that Terraform attaches to instead of starting it: for debuggers and for tests.

use tokio::task::JoinHandle;

use super::ending::Ending;
use super::env::Place;
use super::handshake::PROTOCOL_VERSION;
use super::listener::Listener;
use super::server::Server;
use super::services::Services;
use super::{Options, ServeError};
use crate::wire::tfplugin6::provider_server::Provider;

/// The variable by which Terraform finds a provider that runs already.
pub const REATTACH_VARIABLE: &str = "TF_REATTACH_PROVIDERS";

/// Serves a provider from within this process, without TLS, on a socket that only this user can reach.
///
/// Every command that runs with the returned environment uses this provider, and leaves it running.
///
/// # Errors
/// [`ServeError::Listen`] if no socket can be opened.
///
/// ```
/// use tfplugin::Service;
/// use tfplugin::serve::{Options, REATTACH_VARIABLE, Reattached, reattach};
/// # struct Acme;
/// # impl tfplugin::Provider for Acme {
/// #     const ADDRESS: &'static str = "registry.terraform.io/acme/acme";
/// #     const VERSION: &'static str = "1.0.0";
/// #     type Config = ();
/// #     type Client = ();
/// #     async fn configure(_: &tfplugin::Operation, (): ()) -> tfplugin::Outcome<Option<()>> {
/// #         Ok(Some(()))
/// #     }
/// #     fn register(_: &mut tfplugin::Registry<()>) {}
/// # }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), tfplugin::serve::ServeError> {
///
/// let options = Options { address: "registry.terraform.io/acme/acme", version: "1.0.0" };
/// let running: Reattached = reattach(Service::<Acme>::new(), &options).await?;
/// let mut terraform = std::process::Command::new("terraform");
/// terraform.arg("plan").env(REATTACH_VARIABLE, running.environment());
/// // ... terraform.status() ...
/// running.stop().await;
/// # Ok(())
/// # }
/// ```
pub async fn reattach<P: Provider>(provider: P, options: &Options) -> Result<Reattached, ServeError> {
    let listener = Listener::open(&Place::of_this_process()).await?;
    let address = listener.address();
    let ending = Ending::default();
    let environment = serde_json::json!({
        options.address: {
            "Protocol": "grpc",
            "ProtocolVersion": PROTOCOL_VERSION,
            "Pid": std::process::id(),
            // Terraform neither stops nor kills the process.
            "Test": true,
            "Addr": { "Network": address.network(), "String": address.to_string() },
        }
    })
    .to_string();
    let services = Services::new(provider, &ending, false);
    let server = Server { listener, tls: None, services, ending: ending.clone(), host: None };
    Ok(Reattached { environment, ending, server: Some(tokio::spawn(server.run())) })
}

/// A running provider. Dropping it ends it without waiting for requests in flight.
#[derive(Debug)]
pub struct Reattached {
    environment: String,
    ending: Ending,
    server: Option<JoinHandle<()>>,
}

impl Reattached {
    /// The value for `TF_REATTACH_PROVIDERS`: a JSON object with one member, the provider's address.
    pub fn environment(&self) -> &str {
        &self.environment
    }

    /// Takes no new connection, waits for the requests in flight and removes the socket.
    pub async fn stop(self) {
        self.ending.begin();
        self.ended().await;
    }

    pub(super) fn ending(&self) -> &Ending {
        &self.ending
    }

    /// Waits until something else ends the server.
    pub(super) async fn ended(mut self) {
        if let Some(server) = self.server.take() {
            // A panic of the server's own has been reported by the panic hook.
            let _ = server.await;
        }
    }
}

impl Drop for Reattached {
    fn drop(&mut self) {
        self.ending.hurry();
    }
}
