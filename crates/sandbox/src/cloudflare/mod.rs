//! The Cloudflare double: API v4 below `/client/v4`, the S3 face of R2 below `/r2/<account>`.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::http::{HeaderMap, HeaderValue, Method};
use serde::{Deserialize, Serialize};

use crate::call::Reply;
use crate::double::{Content, Double, Founding, Trouble};
use crate::furniture::Vendor;
use crate::ids::Ids;
use crate::operation::mount;
use crate::sandbox::CloudflareAccess;

mod api;
mod graphql;
mod identity;
mod r2;
mod s3;
mod zones;

use identity::{Account, Token, User};
use r2::Bucket;
use zones::Zone;

/// Where the API is.
const API: &str = "/client/v4";

/// Where the S3 face of R2 is, followed by the account and, behind a dot, the jurisdiction.
const S3: &str = "/r2";

/// The zone that exists from the start, in the first account.
const FIRST_ZONE: &str = "example.com";

/// Everything that Cloudflare remembers.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct World {
    ids: Ids,
    /// The user's, and the first account's own.
    tokens: Vec<Token>,
    user: User,
    accounts: Vec<Account>,
    zones: Vec<Zone>,
    buckets: Vec<Bucket>,
    /// Where a bucket of this name was first made, by account, jurisdiction and name: a bucket made again under the same
    /// name comes back to the same place, whatever is asked for.
    locations: BTreeMap<String, String>,
}

impl World {
    /// What a client needs, with the double's base.
    pub(crate) fn access(&self, url: &str) -> CloudflareAccess {
        let account = self.accounts.first().map(|account| account.id.clone()).unwrap_or_default();
        let zone = self.zones.iter().find(|zone| zone.name == FIRST_ZONE);
        let [user_token, account_token] = [0, 1].map(|at| self.tokens.get(at).cloned().unwrap_or_default());
        CloudflareAccess {
            url: format!("{url}{API}"),
            r2_secret_access_key: user_token.s3_secret(),
            r2_access_key_id: user_token.id,
            token: user_token.value,
            account_token: account_token.value,
            r2_s3_url: r2_s3_url(url, &account, r2::DEFAULT_JURISDICTION),
            account_id: account,
            zone_id: zone.map(|zone| zone.id.clone()).unwrap_or_default(),
            zone_name: FIRST_ZONE.to_owned(),
        }
    }

    /// R2 buckets and objects.
    pub(crate) fn count(&self) -> (usize, usize) {
        (self.buckets.len(), self.buckets.iter().map(|bucket| bucket.objects.len()).sum())
    }
}

/// The S3 face of R2 for an account and a jurisdiction. It ends in a slash because Amazon's SDK for Rust puts the bucket
/// right behind a base with a path.
pub(crate) fn r2_s3_url(url: &str, account: &str, jurisdiction: &str) -> String {
    if jurisdiction == r2::DEFAULT_JURISDICTION {
        format!("{url}{S3}/{account}/")
    } else {
        format!("{url}{S3}/{account}.{jurisdiction}/")
    }
}

impl crate::double::World for World {
    const VENDOR: Vendor = Vendor::Cloudflare;

    fn founded(founding: &Founding) -> Self {
        let mut ids = Ids::seeded(founding.seed);
        let of_the_user = Token::made(None, &mut ids);
        let user = User { id: ids.hex32(), email: "sandbox@example.com".to_owned() };
        let accounts: Vec<Account> = (1..=founding.cloudflare_accounts)
            .map(|number| Account {
                id: ids.hex32(),
                name: format!("Sandbox {number}"),
                created_at: founding.now,
            })
            .collect();
        let zones = accounts.first().map(|account| {
            let mut zone = Zone::made(FIRST_ZONE, account, founding.now, &mut ids);
            zone.active_from = Some(founding.now);
            zone
        });
        let of_the_account = accounts.first().map(|account| Token::made(Some(&account.id), &mut ids));
        Self {
            tokens: [Some(of_the_user), of_the_account].into_iter().flatten().collect(),
            ids,
            user,
            accounts,
            zones: zones.into_iter().collect(),
            buckets: Vec::new(),
            locations: BTreeMap::new(),
        }
    }

    fn contents(&mut self) -> Vec<&mut Content> {
        let objects = self.buckets.iter_mut().flat_map(|bucket| bucket.objects.values_mut());
        objects.map(|object| &mut object.content).collect()
    }

    fn router() -> Router<Arc<Double<Self>>> {
        let mut router = Router::new();
        for table in [
            identity::TABLE,
            zones::TABLE,
            graphql::TABLE,
            r2::buckets::TABLE,
            r2::cors::TABLE,
            r2::lifecycle::TABLE,
            r2::domains::TABLE,
            r2::objects::TABLE,
        ] {
            router = mount(router, API, table);
        }
        mount(router, S3, s3::TABLE)
    }

    /// The S3 face is also reached by host: `<account>[.<jurisdiction>].r2.localhost`.
    fn locate(host: &str, path: &str) -> Option<String> {
        let host = host.split(':').next().unwrap_or_default();
        let account = host.strip_suffix(".r2.localhost")?;
        Some(format!("{S3}/{account}{path}"))
    }

    fn no_route(method: &Method, path: &str) -> Reply {
        if path.starts_with(S3) { s3::no_route(method) } else { api::no_route(path) }
    }

    fn trouble(path: &str, trouble: Trouble) -> Reply {
        if path.starts_with(S3) { s3::trouble(trouble) } else { api::trouble(trouble) }
    }

    fn house_headers(path: &str, number: u64) -> HeaderMap {
        let mut headers = HeaderMap::new();
        let ray = HeaderValue::from_str(&format!("{number:016x}-SBX"));
        headers.insert("cf-ray", ray.expect("hexadecimal digits fit in a header"));
        if !path.starts_with(S3) {
            // The sandbox counts no one down: throttling is a fault that one asks for.
            headers.insert("x-ratelimit-limit", HeaderValue::from_static("1200"));
            headers.insert("x-ratelimit-remaining", HeaderValue::from_static("1199"));
        }
        headers
    }
}
