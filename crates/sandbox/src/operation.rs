//! The table that each API file contributes to: a method, a path as the vendor documents it, and what happens.

use std::sync::Arc;

use axum::Router;
use axum::extract::{RawPathParams, State};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, on};
use hyper::body::Bytes;

use crate::call::{Answer, Call, Reply};
use crate::double::{Double, World};

/// One API of a vendor, with its own way to prove who asks.
pub(crate) trait Face: Sized + 'static {
    /// The state that it works on.
    type World: World;
    /// Who asks, once proven.
    type Caller;

    /// Lets a caller in, or says no in the vendor's words.
    fn authorise(world: &Self::World, call: &Call) -> Result<Self::Caller, Reply>;
}

/// A call whose caller is known.
pub(crate) struct Ask<F: Face> {
    pub(crate) call: Call,
    pub(crate) caller: F::Caller,
}

impl<F: Face> std::ops::Deref for Ask<F> {
    type Target = Call;

    fn deref(&self) -> &Call {
        &self.call
    }
}

/// What an operation may do to the world.
pub(crate) enum Run<F: Face> {
    Read(fn(&F::World, &Ask<F>) -> Answer),
    Write(fn(&mut F::World, &Ask<F>) -> Answer),
}

/// One row of the table.
pub(crate) struct Operation<F: Face> {
    method: &'static str,
    path: &'static str,
    pub(crate) run: Run<F>,
}

impl<F: Face> Operation<F> {
    /// An operation that changes nothing.
    pub(crate) const fn read(
        method: &'static str,
        path: &'static str,
        run: fn(&F::World, &Ask<F>) -> Answer,
    ) -> Self {
        Self { method, path, run: Run::Read(run) }
    }

    /// An operation that may change the world; what it changed is on disk before it is answered.
    pub(crate) const fn write(
        method: &'static str,
        path: &'static str,
        run: fn(&mut F::World, &Ask<F>) -> Answer,
    ) -> Self {
        Self { method, path, run: Run::Write(run) }
    }
}

/// Which row answered; travels with the response to the record of calls.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Answered(pub(crate) &'static str);

/// Adds the rows of `table` to a router, each below `prefix`.
pub(crate) fn mount<F: Face>(
    router: Router<Arc<Double<F::World>>>,
    prefix: &str,
    table: &'static [Operation<F>],
) -> Router<Arc<Double<F::World>>> {
    table.iter().fold(router, |router, operation| {
        let method = axum::http::Method::from_bytes(operation.method.as_bytes())
            .ok()
            .and_then(|method| MethodFilter::try_from(method).ok())
            .expect("the tables name standard methods");
        let handler = move |State(double): State<Arc<Double<F::World>>>,
                            params: RawPathParams,
                            parts: Parts,
                            body: Bytes| {
            let params = params.iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
            async move { answer(&double, operation, params, parts, body) }
        };
        router.route(&format!("{prefix}{}", operation.path), on(method, handler))
    })
}

fn answer<F: Face>(
    double: &Double<F::World>,
    operation: &'static Operation<F>,
    params: Vec<(String, String)>,
    parts: Parts,
    body: Bytes,
) -> Response {
    let Parts { method, uri, headers, .. } = parts;
    let (now, settle) = double.moment();
    let call = Call { method, uri, headers, body, now, settle, params };
    let mut response = double.answer(operation, call).into_response();
    response.extensions_mut().insert(Answered(operation.path));
    response
}
