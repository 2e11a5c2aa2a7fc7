//! Who the token belongs to and what it reaches: user, token, accounts, memberships.

use axum::http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::World;
use super::api::{Api, page, refuse, success, success_with};
use crate::call::{Answer, Reply};
use crate::clock::millis;
use crate::ids::{Ids, derived, hex};
use crate::operation::{Ask, Operation};

pub(super) const TABLE: &[Operation<Api>] = &[
    Operation::read("GET", "/user", user),
    Operation::read("GET", "/user/tokens/verify", verify_user_token),
    Operation::read("GET", "/accounts", accounts),
    Operation::read("GET", "/accounts/{account_id}", account),
    Operation::read("GET", "/accounts/{account_id}/tokens/verify", verify_account_token),
    Operation::read("GET", "/memberships", memberships),
];

/// An API token: a user's, or one that an account owns.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(super) struct Token {
    pub(super) id: String,
    pub(super) value: String,
    /// The account that owns it; a user's token reaches every account.
    account: Option<String>,
}

impl Token {
    pub(super) fn made(account: Option<&str>, ids: &mut Ids) -> Self {
        Self { value: ids.token(32) + &ids.token(8), id: ids.hex32(), account: account.map(str::to_owned) }
    }

    pub(super) fn reaches(&self, account: &str) -> bool {
        self.account.as_ref().is_none_or(|owner| owner == account)
    }

    /// The secret of the S3 face that belongs to it: its SHA-256.
    pub(super) fn s3_secret(&self) -> String {
        hex(&Sha256::digest(&self.value))
    }
}

#[derive(Debug, Deserialize, Serialize)]
pub(super) struct User {
    pub(super) id: String,
    pub(super) email: String,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct Account {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) created_at: Timestamp,
}

impl Account {
    fn json(&self) -> Value {
        json!({
            "id": self.id,
            "name": self.name,
            "type": "standard",
            "settings": { "enforce_twofactor": false },
            "created_on": millis(self.created_at),
        })
    }
}

/// Refuses a token that is not a user's.
fn only_users(ask: &Ask<Api>) -> Result<(), Reply> {
    match ask.caller.account {
        Some(_) => Err(refuse(StatusCode::FORBIDDEN, 9109, "Unauthorized to access requested resource")),
        None => Ok(()),
    }
}

fn user(world: &World, ask: &Ask<Api>) -> Answer {
    only_users(ask)?;
    success(&json!({
        "id": world.user.id,
        "email": world.user.email,
        "first_name": null,
        "last_name": null,
        "telephone": null,
        "country": null,
        "zipcode": null,
        "two_factor_authentication_enabled": false,
        "two_factor_authentication_locked": false,
        "has_pro_zones": false,
        "has_business_zones": false,
        "has_enterprise_zones": false,
        "suspended": false,
        "betas": [],
    }))
}

fn verify_user_token(_: &World, ask: &Ask<Api>) -> Answer {
    verified(&ask.caller, ask.caller.account.is_none())
}

/// An account knows its own tokens only.
fn verify_account_token(_: &World, ask: &Ask<Api>) -> Answer {
    verified(&ask.caller, ask.caller.account.as_deref() == Some(ask.param("account_id")))
}

fn verified(token: &Token, known: bool) -> Answer {
    if !known {
        return Err(refuse(StatusCode::UNAUTHORIZED, 1000, "Invalid API Token"));
    }
    let result = json!({ "id": token.id, "status": "active" });
    success_with(&result, 10000, "This API Token is valid and active")
}

fn accounts(world: &World, ask: &Ask<Api>) -> Answer {
    if ask.caller.account.is_some() {
        let message = "List accounts endpoint does not support account owned tokens.";
        return Err(refuse(StatusCode::BAD_REQUEST, 1001, message));
    }
    let name = ask.query("name");
    let found =
        world.accounts.iter().filter(|account| name.as_ref().is_none_or(|name| account.name == *name));
    let mut found: Vec<Value> = found.map(Account::json).collect();
    if ask.query("direction").as_deref() == Some("desc") {
        found.reverse();
    }
    page(ask, found)
}

fn account(world: &World, ask: &Ask<Api>) -> Answer {
    success(&world.reachable_account(&ask.caller, ask.param("account_id"))?.json())
}

fn memberships(world: &World, ask: &Ask<Api>) -> Answer {
    only_users(ask)?;
    let membership = |account: &Account| {
        json!({
            "id": derived("membership", &account.id),
            "status": "accepted",
            "account": account.json(),
            "roles": ["Super Administrator - All Privileges"],
            "permissions": {},
        })
    };
    page(ask, world.accounts.iter().map(membership).collect())
}
