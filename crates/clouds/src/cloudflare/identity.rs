//! Who the token is, which accounts it reaches, and the keys of R2's S3 API that belong to it.

use reqwest::Method;
use serde::Deserialize;

use super::{Cloudflare, R2Credentials};
use crate::{
    call::Call,
    error::{ApiError, Delivery, ErrorKind},
    http::segment,
    policy::{Operation, Repeat},
    secret::sha256_hex,
};

/// An account that the token reaches.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Account {
    /// Its id.
    pub id: String,
    /// Its name, for people.
    pub name: String,
}

/// What Cloudflare knows about the token.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Token {
    /// Its id.
    pub id: String,
    /// `active`, `disabled` or `expired`.
    pub status: String,
}

const fn looks(name: &'static str, permission: Option<&'static str>) -> Operation {
    Operation { service: "Cloudflare API", name, permission, repeat: Repeat::Read }
}

const LIST_ACCOUNTS: Operation = looks("List Accounts", Some("Account Settings Read"));
const VERIFY_TOKEN: Operation = looks("Verify Token", None);

/// The largest page of accounts.
const ACCOUNTS_PER_PAGE: usize = 50;

impl Cloudflare {
    /// Every account that the token reaches.
    ///
    /// # Errors
    /// What Cloudflare answers.
    pub async fn accounts(&self, call: &Call) -> Result<Vec<Account>, ApiError> {
        let question = self.question(LIST_ACCOUNTS, None);
        let mut accounts = Vec::new();
        for page in 1.. {
            let path = format!("/accounts?page={page}&per_page={ACCOUNTS_PER_PAGE}");
            let request = self.request(&question, Method::GET, &path)?;
            let answer = self.ask::<Vec<Account>>(call, &question, &request).await?;
            accounts.extend(answer.result);
            if answer.page.page.unwrap_or(page) >= answer.page.total_pages.unwrap_or_default() {
                break;
            }
        }
        Ok(accounts)
    }

    /// The account of requests that do not name one: the configured one, or the only one that the token reaches.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`] when the token reaches none, or more than one.
    pub async fn account_id(&self, call: &Call) -> Result<String, ApiError> {
        if let Some(configured) = self.configured_account() {
            return Ok(configured.to_owned());
        }
        let found = self
            .0
            .account
            .get_or_try_init(|| async {
                let accounts = self.accounts(call).await?;
                if let [only] = accounts.as_slice() {
                    return Ok(only.id.clone());
                }
                let words = match accounts.len() {
                    0 => "The token reaches no account, and `account_id` is not set".to_owned(),
                    several => {
                        format!("The token reaches {several} accounts, and `account_id` does not say which is meant")
                    }
                };
                let question = self.question(LIST_ACCOUNTS, None);
                Err(question.unsent(ErrorKind::Invalid, Delivery::NeverSent, words))
            })
            .await?;
        Ok(found.clone())
    }

    /// What Cloudflare knows about the token. A user's token is known to the user, an account's to the account, and
    /// each verifies its own only.
    ///
    /// # Errors
    /// [`ErrorKind::Unauthenticated`] when neither knows it.
    pub async fn token(&self, call: &Call) -> Result<Token, ApiError> {
        let question = self.question(VERIFY_TOKEN, None);
        let request = self.request(&question, Method::GET, "/user/tokens/verify")?;
        let refused = match self.ask(call, &question, &request).await {
            Ok(answer) => return Ok(answer.result),
            Err(error) => error,
        };
        if !matches!(refused.kind, ErrorKind::Unauthenticated | ErrorKind::Denied | ErrorKind::Invalid) {
            return Err(refused);
        }
        let Ok(account) = self.account_id(call).await else { return Err(refused) };
        let question = self.question(VERIFY_TOKEN, Some(&account));
        let path = format!("/accounts/{}/tokens/verify", segment(&account));
        let request = self.request(&question, Method::GET, &path)?;
        Ok(self.ask(call, &question, &request).await?.result)
    }

    /// Keys for R2's S3 API: the configured ones, or those that Cloudflare gives every API token, which are its id and
    /// the SHA-256 of its text.
    pub(super) async fn r2_credentials(&self, call: &Call) -> Result<R2Credentials, ApiError> {
        if let Some(configured) = &self.0.config.r2_credentials {
            return Ok(configured.clone());
        }
        let derived = self
            .0
            .r2_credentials
            .get_or_try_init(|| async {
                let id = self.token(call).await?.id;
                let text = self.0.config.api_token.as_ref().map_or("", |token| token.expose());
                Ok(R2Credentials { access_key_id: id.into(), secret_access_key: sha256_hex(text).into() })
            })
            .await?;
        Ok(derived.clone())
    }
}
