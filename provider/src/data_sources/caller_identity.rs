//! `slipway_caller_identity`: who the provider is to a cloud.

use clouds::ApiError;
use tfplugin::{ClientContext, Computed, DataSource, Diagnostics, Model, Outcome};

use crate::clouds::{Clouds, call};
use crate::errors::refused;

/// Who the provider is to the configured clouds. Useful to refuse a plan against the wrong account.
#[derive(Model, Clone, Debug)]
pub struct CallerIdentityModel {
    /// Who the provider is to AWS; set it to `{}` to ask.
    pub aws: Option<AwsIdentity>,
    /// Who the provider is to Cloudflare; set it to `{}` to ask.
    pub cloudflare: Option<CloudflareIdentity>,
    /// Who the provider is to Supabase; set it to `{}` to ask.
    pub supabase: Option<SupabaseIdentity>,
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

/// Who the provider is to Cloudflare.
#[derive(Model, Clone, Debug)]
pub struct CloudflareIdentity {
    /// Id of the account: the configured one, or the only one that the token reaches.
    pub account_id: Computed<String>,
    /// Id of the API token.
    pub token_id: Computed<String>,
    /// Whether the token works: `active`, `disabled` or `expired`.
    pub token_status: Computed<String>,
}

/// Who the provider is to Supabase, which names organizations rather than people.
#[derive(Model, Clone, Debug)]
pub struct SupabaseIdentity {
    /// Slugs of the organizations that the access token reaches.
    pub organization_slugs: Computed<Vec<String>>,
}

/// The data source.
#[derive(Debug)]
pub struct CallerIdentity;

impl DataSource for CallerIdentity {
    const NAME: &'static str = "caller_identity";

    type Client = Clouds;
    type Model = CallerIdentityModel;

    async fn read(ctx: &ClientContext<Clouds>, config: CallerIdentityModel) -> Outcome<CallerIdentityModel> {
        let (clouds, call) = (ctx.client(), call(ctx));
        let aws = match config.aws {
            None => None,
            Some(_) => {
                let identity = clouds.aws.caller_identity(&call).await.map_err(unsaid)?;
                Some(AwsIdentity {
                    account_id: identity.account_id.into(),
                    arn: identity.arn.into(),
                    user_id: identity.user_id.into(),
                })
            }
        };
        let cloudflare = match config.cloudflare {
            None => None,
            Some(_) => {
                let token = clouds.cloudflare.token(&call).await.map_err(unsaid)?;
                let account = clouds.cloudflare.account_id(&call).await.map_err(unsaid)?;
                Some(CloudflareIdentity {
                    account_id: account.into(),
                    token_id: token.id.into(),
                    token_status: token.status.into(),
                })
            }
        };
        let supabase = match config.supabase {
            None => None,
            Some(_) => {
                let organizations = clouds.supabase.organizations(&call).await.map_err(unsaid)?;
                let slugs: Vec<String> =
                    organizations.into_iter().map(|organization| organization.slug).collect();
                Some(SupabaseIdentity { organization_slugs: slugs.into() })
            }
        };
        Ok(CallerIdentityModel { aws, cloudflare, supabase })
    }
}

fn unsaid(error: ApiError) -> Diagnostics {
    let fact = format!("{} does not say who these credentials are", error.vendor);
    refused(fact, &error, "Nothing was changed.")
}
