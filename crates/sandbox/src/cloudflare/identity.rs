//! Who the token belongs to and what it reaches: user, token, accounts, memberships.

use axum::http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::World;
use super::api::{Api, page, refuse, success, success_with};
use crate::call::Answer;
use crate::clock::millis;
use crate::ids::derived;
use crate::operation::{Ask, Operation};

pub(super) const TABLE: &[Operation<Api>] = &[
    Operation::read("GET", "/user", user),
    Operation::read("GET", "/user/tokens/verify", verify_user_token),
    Operation::read("GET", "/accounts", accounts),
    Operation::read("GET", "/accounts/{account_id}", account),
    Operation::read("GET", "/accounts/{account_id}/tokens/verify", verify_account_token),
    Operation::read("GET", "/memberships", memberships),
];

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

fn user(world: &World, _: &Ask<Api>) -> Answer {
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

fn verify_user_token(world: &World, _: &Ask<Api>) -> Answer {
    let result = json!({ "id": world.token_id, "status": "active" });
    success_with(&result, 10000, "This API Token is valid and active")
}

/// The sandbox's token is a user's, and an account knows its own tokens only.
fn verify_account_token(_: &World, _: &Ask<Api>) -> Answer {
    Err(refuse(StatusCode::UNAUTHORIZED, 1000, "Invalid API Token"))
}

fn accounts(world: &World, ask: &Ask<Api>) -> Answer {
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
    success(&world.reachable_account(ask.param("account_id"))?.json())
}

fn memberships(world: &World, ask: &Ask<Api>) -> Answer {
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
