//! Actions.

use std::pin::Pin;
use std::sync::Arc;

use futures::Stream;
use tokio::sync::mpsc;
use tonic::Status;

use super::{Availability, Core, Deferral, PROVIDER_CONFIG_UNKNOWN, convert, no_such};
use crate::diagnostics::{Outcome, Report};
use crate::erased::AnyAction;
use crate::provider::Provider;
use crate::validate::{Capabilities, validate};
use crate::wire::tfplugin6 as wire;
use wire::invoke_action::event::Type as Event;

/// Lines for the user's screen, and the end.
pub(super) type Events = Pin<Box<dyn Stream<Item = Result<wire::invoke_action::Event, Status>> + Send>>;

impl<P: Provider> Core<P> {
    fn action(&self, type_name: &str) -> Outcome<Arc<dyn AnyAction<P::Client>>> {
        self.registry.actions.get(type_name).cloned().ok_or_else(|| no_such("action", type_name))
    }

    pub(super) async fn validate_action_config(
        self: Arc<Self>,
        request: wire::validate_action_config::Request,
    ) -> Outcome<wire::validate_action_config::Response> {
        let action = self.action(&request.type_name)?;
        let config = convert::decode(request.config.as_ref(), action.schema())?;
        let mut report = Report::new();
        validate(&action.schema().object, &config, Capabilities::NEWEST, &mut report);
        action.validate(&config, &mut report);
        let diagnostics = convert::to_wire(report.into_diagnostics());
        Ok(wire::validate_action_config::Response { diagnostics })
    }

    pub(super) async fn plan_action(
        self: Arc<Self>,
        request: wire::plan_action::Request,
    ) -> Outcome<wire::plan_action::Response> {
        let action = self.action(&request.action_type)?;
        let config = convert::decode(request.config.as_ref(), action.schema())?;
        let client = match self.need_client(Deferral::of(request.client_capabilities.as_ref()))? {
            Availability::Ready(client) => client,
            Availability::Defer => {
                let deferred = Some(PROVIDER_CONFIG_UNKNOWN);
                return Ok(wire::plan_action::Response { deferred, diagnostics: Vec::new() });
            }
        };
        let operation = self.operation(action.time_limit());
        action.plan(operation.clone(), client, config).await?;
        let diagnostics = convert::to_wire(operation.take_warnings());
        Ok(wire::plan_action::Response { diagnostics, deferred: None })
    }

    pub(super) fn invoke_action(self: Arc<Self>, request: wire::invoke_action::Request) -> Events {
        let (events, received) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            let (progress, mut lines) = mpsc::unbounded_channel();
            let forward = events.clone();
            let forwarding = tokio::spawn(async move {
                while let Some(message) = lines.recv().await {
                    // Nobody listens any more: the action goes on to its end all the same.
                    let _ = forward.send(Event::Progress(wire::invoke_action::event::Progress { message }));
                }
            });
            let diagnostics = match self.run_action(request, progress).await {
                Ok(warnings) => warnings,
                Err(failed) => convert::to_wire(failed),
            };
            // The end comes last: Terraform stops listening there.
            let _ = forwarding.await;
            let _ = events.send(Event::Completed(wire::invoke_action::event::Completed { diagnostics }));
        });
        Box::pin(futures::stream::unfold(received, async |mut received| {
            let event = wire::invoke_action::Event { r#type: Some(received.recv().await?) };
            Some((Ok(event), received))
        }))
    }

    async fn run_action(
        &self,
        request: wire::invoke_action::Request,
        progress: mpsc::UnboundedSender<String>,
    ) -> Outcome<Vec<wire::Diagnostic>> {
        let action = self.action(&request.action_type)?;
        let config = convert::decode(request.config.as_ref(), action.schema())?;
        let Availability::Ready(client) = self.need_client(Deferral::Refused)? else {
            unreachable!("a refused deferral is an error")
        };
        let operation = self.operation(action.time_limit());
        action.invoke(operation.clone(), client, config, progress).await?;
        Ok(convert::to_wire(operation.take_warnings()))
    }
}
