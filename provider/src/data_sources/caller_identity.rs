//! `slipway_caller_identity`: who the provider is to a cloud.

use tfplugin::{ClientContext, Computed, DataSource, Model, Outcome};

use crate::clouds::{Clouds, call};
use crate::errors::refused;

/// Who the provider is to the configured clouds. Useful to refuse a plan against the wrong account.
#[derive(Model, Clone, Debug)]
pub struct CallerIdentityModel {
    /// Who the provider is to AWS; set it to `{}` to ask.
    pub aws: Option<AwsIdentity>,
}

/// Who the provider is to AWS.
#[derive(Model, Clone, Debug)]
pub struct AwsIdentity {
    /// Number of the account.
    pub account_id: Computed<String>,
    /// ARN of the user or of the session of a role.
    pub arn: Computed<String>,
    /// Unique id of the user, or of the role and the session.
    pub user_id: Computed<String>,
}

/// The data source.
#[derive(Debug)]
pub struct CallerIdentity;

impl DataSource for CallerIdentity {
    const NAME: &'static str = "caller_identity";

    type Client = Clouds;
    type Model = CallerIdentityModel;

    async fn read(ctx: &ClientContext<Clouds>, config: CallerIdentityModel) -> Outcome<CallerIdentityModel> {
        let aws = match config.aws {
            None => None,
            Some(_) => {
                let identity = ctx.client().aws.caller_identity(&call(ctx)).await.map_err(|error| {
                    refused("AWS does not say who these credentials are", &error, "Nothing was changed.")
                })?;
                Some(AwsIdentity {
                    account_id: identity.account_id.into(),
                    arn: identity.arn.into(),
                    user_id: identity.user_id.into(),
                })
            }
        };
        Ok(CallerIdentityModel { aws })
    }
}
