//! STS: who the credentials belong to.

use super::{Aws, answer::Question};
use crate::{
    call::Call,
    error::ApiError,
    policy::{Operation, Repeat},
};

/// Who AWS takes us for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallerIdentity {
    /// The twelve digits of the account.
    pub account_id: String,
    /// The user or the assumed role.
    pub arn: String,
    /// The unique id behind the ARN.
    pub user_id: String,
}

/// Needs no permission at all.
const GET_CALLER_IDENTITY: Operation =
    Operation { service: "STS", name: "GetCallerIdentity", permission: None, repeat: Repeat::Read };

impl Aws {
    /// Asks AWS whom it takes us for.
    ///
    /// # Errors
    /// [`ErrorKind::Unauthenticated`](crate::ErrorKind::Unauthenticated) when there are no credentials, or AWS
    /// does not accept them.
    pub async fn caller_identity(&self, call: &Call) -> Result<CallerIdentity, ApiError> {
        let region = self.region_for(call, GET_CALLER_IDENTITY).await?;
        let connection = self.connection().await;
        let client = connection.sts(&region);
        let question = Question {
            vendor: self.policy().vendor(),
            operation: GET_CALLER_IDENTITY,
            region,
            elsewhere: connection.is_elsewhere(),
        };
        let answer = self
            .policy()
            .run(call, GET_CALLER_IDENTITY, || async {
                client.get_caller_identity().send().await.map_err(|error| question.failed(error))
            })
            .await?;
        Ok(CallerIdentity {
            account_id: answer.account.unwrap_or_default(),
            arn: answer.arn.unwrap_or_default(),
            user_id: answer.user_id.unwrap_or_default(),
        })
    }
}
