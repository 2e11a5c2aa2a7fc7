//! Provider functions. They run without the provider being configured.

use std::sync::Arc;

use super::{Core, convert};
use crate::codec::msgpack;
use crate::diagnostics::{Diagnostic, Outcome};
use crate::erased::{AnyFunction, Definition, Described};
use crate::function::FunctionError;
use crate::panic;
use crate::provider::Provider;
use crate::wire::tfplugin6 as wire;

/// A function as Terraform wants to know it.
pub(super) fn describe(definition: &Definition) -> wire::Function {
    let parameter = |described: &Described| wire::function::Parameter {
        name: described.name.to_owned(),
        r#type: described.parameter.ty.to_json_bytes(),
        allow_null_value: described.parameter.allow_null,
        allow_unknown_values: false,
        description: described.description.to_owned(),
        description_kind: wire::StringKind::Markdown as i32,
    };
    wire::Function {
        parameters: definition.parameters.iter().map(parameter).collect(),
        variadic_parameter: definition.variadic.as_ref().map(parameter),
        r#return: Some(wire::function::Return { r#type: definition.output.to_json_bytes() }),
        summary: definition.summary.to_owned(),
        description: definition.description.to_owned(),
        description_kind: wire::StringKind::Markdown as i32,
        deprecation_message: String::new(),
    }
}

impl<P: Provider> Core<P> {
    pub(super) async fn get_functions(
        self: Arc<Self>,
        _: wire::get_functions::Request,
    ) -> Outcome<wire::get_functions::Response> {
        let functions = self
            .registry
            .functions
            .iter()
            .map(|(name, function)| (name.clone(), describe(function.definition())));
        Ok(wire::get_functions::Response { functions: functions.collect(), diagnostics: Vec::new() })
    }

    pub(super) async fn call_function(
        self: Arc<Self>,
        request: wire::call_function::Request,
    ) -> Outcome<wire::call_function::Response> {
        let called = match self.registry.functions.get(&request.name) {
            None => Err(FunctionError::new(format!(
                "This version of the provider has no function `{}`.",
                request.name
            ))),
            Some(function) => {
                let call = panic::catch(async { call(&**function, &request.arguments) });
                call.await.unwrap_or_else(|panic| {
                    Err(FunctionError::new(format!(
                        "The function panicked at {}: {}. This is a bug of the provider: please report it.",
                        panic.location, panic.message
                    )))
                })
            }
        };
        Ok(match called {
            Ok(result) => wire::call_function::Response { result: Some(result), error: None },
            Err(error) => wire::call_function::Response {
                result: None,
                error: Some(wire::FunctionError {
                    text: error.text,
                    function_argument: error.argument.and_then(|argument| i64::try_from(argument).ok()),
                }),
            },
        })
    }
}

fn call(
    function: &dyn AnyFunction,
    arguments: &[wire::DynamicValue],
) -> Result<wire::DynamicValue, FunctionError> {
    let definition = function.definition();
    let mut parameters = definition.parameters.iter();
    let decoded = arguments
        .iter()
        .enumerate()
        .map(|(position, argument)| {
            let described = parameters.next().or(definition.variadic.as_ref());
            let described =
                described.ok_or_else(|| FunctionError::at(position, "There are too many arguments."))?;
            convert::decode_typed(Some(argument), &described.parameter.ty)
                .map_err(|failed| FunctionError::at(position, first_line(failed.iter().next())))
        })
        .collect::<Result<_, _>>()?;
    let output = function.call(decoded)?;
    let msgpack = msgpack::encode(&output, &definition.output).map_err(|error| {
        FunctionError::new(format!("The result does not fit the function's type: {error}."))
    })?;
    Ok(wire::DynamicValue { msgpack, json: Vec::new() })
}

fn first_line(diagnostic: Option<&Diagnostic>) -> String {
    diagnostic.map(|diagnostic| format!("{}: {}", diagnostic.summary, diagnostic.detail)).unwrap_or_default()
}
