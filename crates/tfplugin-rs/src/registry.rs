//! What a provider offers, by name.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use crate::action::Action;
use crate::data_source::DataSource;
use crate::ephemeral::Ephemeral;
use crate::erased::{
    AnyAction, AnyDataSource, AnyEphemeral, AnyFunction, AnyList, AnyResource, ErasedAction,
    ErasedDataSource, ErasedEphemeral, ErasedFunction, ErasedList, ErasedResource,
};
use crate::function::Function;
use crate::list::List;
use crate::resource::Resource;

/// Everything that a provider offers.
///
/// Registering costs nothing: schemas are built when Terraform asks for them.
///
/// What [`Provider::register`](crate::Provider::register) fills:
///
/// ```
/// use tfplugin::{Action, DataSource, Ephemeral, Function, List, Registry, Resource};
///
/// fn register<C, R, D, E, F, L, A>(registry: &mut Registry<C>)
/// where
///     C: Send + Sync + 'static,
///     R: Resource<Client = C>,
///     D: DataSource<Client = C>,
///     E: Ephemeral<Client = C>,
///     F: Function,
///     L: List<Resource = R>,
///     A: Action<Client = C>,
/// {
///     registry
///         .resource::<R>() // .resource::<Queue>(), in a provider
///         .data_source::<D>()
///         .ephemeral::<E>()
///         .function::<F>()
///         .list::<L>()
///         .action::<A>();
/// }
/// ```
pub struct Registry<C> {
    prefix: &'static str,
    pub(crate) resources: BTreeMap<String, Arc<dyn AnyResource<C>>>,
    pub(crate) data_sources: BTreeMap<String, Arc<dyn AnyDataSource<C>>>,
    pub(crate) functions: BTreeMap<String, Arc<dyn AnyFunction>>,
    pub(crate) ephemerals: BTreeMap<String, Arc<dyn AnyEphemeral<C>>>,
    pub(crate) lists: BTreeMap<String, Arc<dyn AnyList<C>>>,
    pub(crate) actions: BTreeMap<String, Arc<dyn AnyAction<C>>>,
    pub(crate) twice: Vec<String>,
}

impl<C> fmt::Debug for Registry<C> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Registry")
            .field("resources", &self.resources.keys())
            .field("data_sources", &self.data_sources.keys())
            .field("functions", &self.functions.keys())
            .field("ephemerals", &self.ephemerals.keys())
            .field("lists", &self.lists.keys())
            .field("actions", &self.actions.keys())
            .finish_non_exhaustive()
    }
}

impl<C: Send + Sync + 'static> Registry<C> {
    pub(crate) fn new(prefix: &'static str) -> Self {
        Self {
            prefix,
            resources: BTreeMap::new(),
            data_sources: BTreeMap::new(),
            functions: BTreeMap::new(),
            ephemerals: BTreeMap::new(),
            lists: BTreeMap::new(),
            actions: BTreeMap::new(),
            twice: Vec::new(),
        }
    }

    /// Offers a resource.
    pub fn resource<R: Resource<Client = C>>(&mut self) -> &mut Self {
        let name = self.qualified(R::NAME);
        let earlier = self.resources.insert(name.clone(), Arc::new(ErasedResource::<R>::new(name)));
        self.note_twice("resource", R::NAME, earlier.is_some())
    }

    /// Offers a data source.
    pub fn data_source<D: DataSource<Client = C>>(&mut self) -> &mut Self {
        let name = self.qualified(D::NAME);
        let earlier = self.data_sources.insert(name, Arc::new(ErasedDataSource::<D>::new()));
        self.note_twice("data source", D::NAME, earlier.is_some())
    }

    /// Offers a function.
    pub fn function<F: Function>(&mut self) -> &mut Self {
        let earlier = self.functions.insert(F::NAME.to_owned(), Arc::new(ErasedFunction::<F>::new()));
        self.note_twice("function", F::NAME, earlier.is_some())
    }

    /// Offers an ephemeral resource.
    pub fn ephemeral<E: Ephemeral<Client = C>>(&mut self) -> &mut Self {
        let name = self.qualified(E::NAME);
        let earlier = self.ephemerals.insert(name, Arc::new(ErasedEphemeral::<E>::new()));
        self.note_twice("ephemeral resource", E::NAME, earlier.is_some())
    }

    /// Offers to list the objects of a resource that is registered too.
    pub fn list<L>(&mut self) -> &mut Self
    where
        L: List,
        L::Resource: Resource<Client = C>,
    {
        let name = self.qualified(<L::Resource as Resource>::NAME);
        let earlier = self.lists.insert(name, Arc::new(ErasedList::<L>::new()));
        self.note_twice("list resource", <L::Resource as Resource>::NAME, earlier.is_some())
    }

    /// Offers an action.
    pub fn action<A: Action<Client = C>>(&mut self) -> &mut Self {
        let name = self.qualified(A::NAME);
        let earlier = self.actions.insert(name, Arc::new(ErasedAction::<A>::new()));
        self.note_twice("action", A::NAME, earlier.is_some())
    }

    fn qualified(&self, name: &str) -> String {
        format!("{}_{name}", self.prefix)
    }

    fn note_twice(&mut self, what: &str, name: &str, twice: bool) -> &mut Self {
        if twice {
            self.twice.push(format!("the {what} `{name}` is registered twice"));
        }
        self
    }
}
