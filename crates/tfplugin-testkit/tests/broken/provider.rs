//! A provider that keeps its word, and the ways to make it break it.

use tfplugin::codec::msgpack;
use tfplugin::cty::Type;
use tfplugin::wire::tfplugin6 as wire;
use tfplugin::{
    Computed, Context, Identity, Model, Operation, Outcome, Provider, Registry, Resource, Service, Value,
    WriteOnly,
};
use tonic::{Request, Response, Status, Streaming};

/// A thing that exists as long as the state says so.
#[derive(Model, Clone, Debug)]
pub(crate) struct ThingModel {
    /// Its name.
    #[tf(replace)]
    name: String,
    /// Its size.
    size: Option<i64>,
    /// Its secret.
    secret: WriteOnly<String>,
    /// Its version.
    etag: Computed<String>,
    /// Its name again.
    #[tf(keep)]
    id: Computed<String>,
}

/// The thing's name.
#[derive(Model, Identity, Clone, Debug)]
pub(crate) struct ThingId {
    /// The name.
    name: String,
}

/// The resource.
pub(crate) struct Thing;

impl Resource for Thing {
    const NAME: &'static str = "thing";
    type Client = ();
    type Model = ThingModel;
    type Identity = ThingId;

    async fn create(_: &Context<Self>, plan: ThingModel) -> Outcome<ThingModel> {
        Ok(ThingModel { id: plan.name.clone().into(), etag: "1".to_owned().into(), ..plan })
    }

    async fn read(ctx: &Context<Self>, id: &ThingId) -> Outcome<Option<ThingModel>> {
        Ok(Some(ctx.prior().cloned().unwrap_or_else(|| ThingModel {
            name: id.name.clone(),
            size: None,
            secret: WriteOnly::default(),
            etag: "1".to_owned().into(),
            id: id.name.clone().into(),
        })))
    }

    async fn update(_: &Context<Self>, _: ThingModel, plan: ThingModel) -> Outcome<ThingModel> {
        Ok(ThingModel { etag: "2".to_owned().into(), ..plan })
    }

    async fn delete(_: &Context<Self>, _: ThingModel) -> Outcome<()> {
        Ok(())
    }
}

/// The provider.
pub(crate) struct Honest;

impl Provider for Honest {
    const ADDRESS: &'static str = "registry.terraform.io/example/broken";
    const VERSION: &'static str = "0.0.1";
    type Config = ();
    type Client = ();

    async fn configure(_: &Operation, (): ()) -> Outcome<Option<()>> {
        Ok(Some(()))
    }

    fn register(registry: &mut Registry<()>) {
        registry.resource::<Thing>();
    }
}

/// A way to break a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// None: Terraform is content.
    None,
    /// The plan has another name than the configuration.
    PlanChangesTheName,
    /// The plan does not know a size that is configured.
    PlanForgetsTheSize,
    /// The plan gives a size that nobody asked for.
    PlanInventsASize,
    /// The plan holds the secret.
    PlanHoldsTheSecret,
    /// The plan is of another type.
    PlanHasNoEtag,
    /// Something that does not exist is to replace the object.
    PlanReplacesForNothing,
    /// The plan of a removal leaves something.
    PlanKeepsWhatIsRemoved,
    /// Every plan promises another etag.
    PlanIsNeverTheSame,
    /// The result has another name than the plan.
    ResultChangesTheName,
    /// The result leaves the etag undecided.
    ResultLeavesTheEtagOpen,
    /// The result holds the secret.
    ResultHoldsTheSecret,
    /// There is no result.
    ResultIsNull,
    /// What was removed is still there.
    ResultKeepsWhatIsRemoved,
    /// An error whose severity was forgotten is none.
    ResultHasAnErrorWithoutSeverity,
    /// A read does not know the etag.
    ReadLeavesTheEtagOpen,
    /// A read returns the secret.
    ReadHoldsTheSecret,
    /// An upgraded state is not wholly known.
    UpgradeLeavesTheEtagOpen,
}

impl Fault {
    /// All of them.
    pub(crate) const ALL: [Self; 18] = [
        Self::None,
        Self::PlanChangesTheName,
        Self::PlanForgetsTheSize,
        Self::PlanInventsASize,
        Self::PlanHoldsTheSecret,
        Self::PlanHasNoEtag,
        Self::PlanReplacesForNothing,
        Self::PlanKeepsWhatIsRemoved,
        Self::PlanIsNeverTheSame,
        Self::ResultChangesTheName,
        Self::ResultLeavesTheEtagOpen,
        Self::ResultHoldsTheSecret,
        Self::ResultIsNull,
        Self::ResultKeepsWhatIsRemoved,
        Self::ResultHasAnErrorWithoutSeverity,
        Self::ReadLeavesTheEtagOpen,
        Self::ReadHoldsTheSecret,
        Self::UpgradeLeavesTheEtagOpen,
    ];
}

/// The provider with a fault.
pub(crate) struct Broken {
    honest: Service<Honest>,
    fault: Fault,
}

impl Broken {
    /// Breaks a rule.
    pub(crate) fn new(fault: Fault) -> Self {
        Self { honest: Service::new(), fault }
    }

    fn plan(
        &self,
        request: &wire::plan_resource_change::Request,
        answer: &mut wire::plan_resource_change::Response,
    ) {
        let destroys = is_null(request.config.as_ref());
        match self.fault {
            Fault::PlanChangesTheName if !destroys => set(&mut answer.planned_state, "name", "other".into()),
            Fault::PlanForgetsTheSize if !destroys => set(&mut answer.planned_state, "size", Value::Unknown),
            Fault::PlanInventsASize if !destroys => set(&mut answer.planned_state, "size", 99.into()),
            Fault::PlanHoldsTheSecret if !destroys => {
                set(&mut answer.planned_state, "secret", "leaked".into())
            }
            Fault::PlanHasNoEtag if !destroys => {
                let mut ty = thing();
                if let Type::Object(attributes) = &mut ty {
                    attributes.remove("etag");
                }
                let value = Value::object([("name", Value::from("a"))]);
                answer.planned_state = Some(wire::DynamicValue {
                    msgpack: msgpack::encode(&value, &ty).expect("values of the thing's type"),
                    json: Vec::new(),
                });
            }
            Fault::PlanReplacesForNothing if !destroys => {
                use wire::attribute_path::{Step, step::Selector};
                let selector = Some(Selector::AttributeName("colour".into()));
                answer.requires_replace.push(wire::AttributePath { steps: vec![Step { selector }] });
            }
            Fault::PlanKeepsWhatIsRemoved if destroys => {
                answer.planned_state.clone_from(&request.prior_state)
            }
            Fault::PlanIsNeverTheSame if !destroys && is_null(request.prior_state.as_ref()) => {
                let now = std::time::SystemTime::now()
                    .duration_since(std::time::UNIX_EPOCH)
                    .expect("values of the thing's type");
                set(&mut answer.planned_state, "etag", now.as_nanos().to_string().into());
            }
            _ => {}
        }
    }

    fn apply(
        &self,
        request: &wire::apply_resource_change::Request,
        answer: &mut wire::apply_resource_change::Response,
    ) {
        let destroys = is_null(request.planned_state.as_ref());
        match self.fault {
            Fault::ResultChangesTheName if !destroys => set(&mut answer.new_state, "name", "other".into()),
            Fault::ResultLeavesTheEtagOpen if !destroys => set(&mut answer.new_state, "etag", Value::Unknown),
            Fault::ResultHoldsTheSecret if !destroys => set(&mut answer.new_state, "secret", "leaked".into()),
            Fault::ResultIsNull if !destroys => answer.new_state = None,
            Fault::ResultKeepsWhatIsRemoved if destroys => answer.new_state.clone_from(&request.prior_state),
            Fault::ResultHasAnErrorWithoutSeverity => answer.diagnostics.push(wire::Diagnostic {
                summary: "Something is wrong".into(),
                ..wire::Diagnostic::default()
            }),
            _ => {}
        }
    }
}

fn thing() -> Type {
    tfplugin::schema_of::<ThingModel>().object.ty()
}

fn is_null(value: Option<&wire::DynamicValue>) -> bool {
    value.is_none_or(|value| msgpack::decode(&value.msgpack, &thing()).is_ok_and(|value| value.is_null()))
}

fn set(state: &mut Option<wire::DynamicValue>, name: &str, value: Value) {
    let encoded = state.as_mut().expect("there is a state");
    let mut decoded = msgpack::decode(&encoded.msgpack, &thing()).expect("values of the thing's type");
    if let Value::Object(attributes) = &mut decoded {
        attributes.insert(name.into(), value);
    }
    encoded.msgpack = msgpack::encode(&decoded, &thing()).expect("values of the thing's type");
}

macro_rules! pass_on {
    ($($method:ident: $module:ident),* $(,)?) => {
        #[tonic::async_trait]
        impl wire::provider_server::Provider for Broken {
            $(
                async fn $method(
                    &self,
                    request: Request<wire::$module::Request>,
                ) -> Result<Response<wire::$module::Response>, Status> {
                    self.honest.$method(request).await
                }
            )*

            async fn plan_resource_change(
                &self,
                request: Request<wire::plan_resource_change::Request>,
            ) -> Result<Response<wire::plan_resource_change::Response>, Status> {
                let asked = request.get_ref().clone();
                let mut answer = self.honest.plan_resource_change(request).await?;
                self.plan(&asked, answer.get_mut());
                Ok(answer)
            }

            async fn apply_resource_change(
                &self,
                request: Request<wire::apply_resource_change::Request>,
            ) -> Result<Response<wire::apply_resource_change::Response>, Status> {
                let asked = request.get_ref().clone();
                let mut answer = self.honest.apply_resource_change(request).await?;
                self.apply(&asked, answer.get_mut());
                Ok(answer)
            }

            async fn read_resource(
                &self,
                request: Request<wire::read_resource::Request>,
            ) -> Result<Response<wire::read_resource::Response>, Status> {
                let mut answer = self.honest.read_resource(request).await?;
                match self.fault {
                    Fault::ReadLeavesTheEtagOpen => set(&mut answer.get_mut().new_state, "etag", Value::Unknown),
                    Fault::ReadHoldsTheSecret => set(&mut answer.get_mut().new_state, "secret", "leaked".into()),
                    _ => {}
                }
                Ok(answer)
            }

            async fn upgrade_resource_state(
                &self,
                request: Request<wire::upgrade_resource_state::Request>,
            ) -> Result<Response<wire::upgrade_resource_state::Response>, Status> {
                let mut answer = self.honest.upgrade_resource_state(request).await?;
                if self.fault == Fault::UpgradeLeavesTheEtagOpen {
                    set(&mut answer.get_mut().upgraded_state, "etag", Value::Unknown);
                }
                Ok(answer)
            }

            type ListResourceStream = <Service<Honest> as wire::provider_server::Provider>::ListResourceStream;

            async fn list_resource(
                &self,
                request: Request<wire::list_resource::Request>,
            ) -> Result<Response<Self::ListResourceStream>, Status> {
                self.honest.list_resource(request).await
            }

            type InvokeActionStream = <Service<Honest> as wire::provider_server::Provider>::InvokeActionStream;

            async fn invoke_action(
                &self,
                request: Request<wire::invoke_action::Request>,
            ) -> Result<Response<Self::InvokeActionStream>, Status> {
                self.honest.invoke_action(request).await
            }

            type ReadStateBytesStream = <Service<Honest> as wire::provider_server::Provider>::ReadStateBytesStream;

            async fn read_state_bytes(
                &self,
                request: Request<wire::read_state_bytes::Request>,
            ) -> Result<Response<Self::ReadStateBytesStream>, Status> {
                self.honest.read_state_bytes(request).await
            }

            async fn write_state_bytes(
                &self,
                request: Request<Streaming<wire::write_state_bytes::RequestChunk>>,
            ) -> Result<Response<wire::write_state_bytes::Response>, Status> {
                self.honest.write_state_bytes(request).await
            }
        }
    };
}

pass_on! {
    get_metadata: get_metadata,
    get_provider_schema: get_provider_schema,
    validate_provider_config: validate_provider_config,
    configure_provider: configure_provider,
    stop_provider: stop_provider,
    validate_resource_config: validate_resource_config,
    get_resource_identity_schemas: get_resource_identity_schemas,
    upgrade_resource_identity: upgrade_resource_identity,
    import_resource_state: import_resource_state,
    move_resource_state: move_resource_state,
    generate_resource_config: generate_resource_config,
    validate_data_resource_config: validate_data_resource_config,
    read_data_source: read_data_source,
    validate_ephemeral_resource_config: validate_ephemeral_resource_config,
    open_ephemeral_resource: open_ephemeral_resource,
    renew_ephemeral_resource: renew_ephemeral_resource,
    close_ephemeral_resource: close_ephemeral_resource,
    validate_list_resource_config: validate_list_resource_config,
    get_functions: get_functions,
    call_function: call_function,
    plan_action: plan_action,
    validate_action_config: validate_action_config,
    validate_state_store_config: validate_state_store,
    configure_state_store: configure_state_store,
    lock_state: lock_state,
    unlock_state: unlock_state,
    get_states: get_states,
    delete_state: delete_state,
}
