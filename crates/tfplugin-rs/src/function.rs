//! A provider function: `provider::slipway::parse_duration("30d")`.

use crate::cty::Type;
use crate::field::Element;
use crate::rule::Invalid;
use crate::value::Value;

/// A pure function that configurations call. It runs without the provider being configured, any number of times,
/// and must always give the same answer to the same arguments.
///
/// ```
/// use tfplugin::{Function, FunctionError, Rest};
///
/// struct Join;
///
/// impl Function for Join {
///     const NAME: &'static str = "join";
///     const SUMMARY: &'static str = "Joins words.";
///     const DESCRIPTION: &'static str = "Joins words, with the separator between them; a space where it is null.";
///     const PARAMETERS: &'static [(&'static str, &'static str)] =
///         &[("separator", "What to put between the words."), ("words", "The words.")];
///     type Arguments = (Option<String>, Rest<String>);
///     type Output = String;
///
///     fn call((separator, Rest(words)): Self::Arguments) -> Result<String, FunctionError> {
///         if words.is_empty() {
///             return Err(FunctionError::new("There are no words."));
///         }
///         if let Some(position) = words.iter().position(String::is_empty) {
///             return Err(FunctionError::at(position + 1, "A word is not empty."));
///         }
///         Ok(words.join(separator.as_deref().unwrap_or(" ")))
///     }
/// }
///
/// // provider::acme::join("-", "a", "b")
/// let joined = Join::call((Some("-".into()), Rest(vec!["a".into(), "b".into()])));
/// assert_eq!(joined, Ok("a-b".to_owned()));
/// let refused = Join::call((None, Rest(vec!["".into()])));
/// assert_eq!(refused.unwrap_err().argument, Some(1));
/// ```
pub trait Function: Send + Sync + Sized + 'static {
    /// Name after `provider::NAME::`.
    const NAME: &'static str;

    /// What it does, in one line.
    const SUMMARY: &'static str;

    /// What it does, in full. Markdown.
    const DESCRIPTION: &'static str;

    /// Name and meaning of each parameter, in order.
    const PARAMETERS: &'static [(&'static str, &'static str)];

    /// A tuple of the parameters' types: elements, `Option`s of them where null is allowed, and at the end perhaps
    /// a [`Rest`].
    type Arguments: Arguments;

    /// What it returns.
    type Output: Element;

    /// Calls it.
    ///
    /// # Errors
    /// When there is no answer; the error names the argument that is at fault.
    fn call(arguments: Self::Arguments) -> Result<Self::Output, FunctionError>;
}

/// Why a function has no answer.
///
/// ```
/// use tfplugin::FunctionError;
///
/// assert_eq!(FunctionError::new("There is no answer.").argument, None);
/// assert_eq!(FunctionError::at(0, "The text is empty.").argument, Some(0)); // underlines the first argument
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionError {
    /// The reason, as a sentence.
    pub text: String,
    /// Position of the argument at fault, from zero.
    pub argument: Option<usize>,
}

impl FunctionError {
    /// An error of the call as a whole.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), argument: None }
    }

    /// An error of one argument.
    pub fn at(argument: usize, text: impl Into<String>) -> Self {
        Self { text: text.into(), argument: Some(argument) }
    }

    pub(crate) fn invalid(argument: usize, invalid: &Invalid) -> Self {
        let next = if invalid.next.is_empty() { String::new() } else { format!(" {}", invalid.next) };
        Self::at(argument, format!("The value {}.{next}", invalid.what))
    }
}

/// All further arguments: a variadic parameter.
///
/// ```
/// use tfplugin::Rest;
/// use tfplugin::function::Arguments;
///
/// // provider::acme::sum(1, 2, 3): a number, and any number of further ones
/// let (first, Rest(more)) = <(i64, Rest<i64>)>::decode(vec![1.into(), 2.into(), 3.into()]).unwrap();
/// assert_eq!(first + more.iter().sum::<i64>(), 6);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rest<T>(
    /// The arguments, none or more.
    pub Vec<T>,
);

/// One parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// Type of the argument.
    pub ty: Type,
    /// Whether null may be passed.
    pub allow_null: bool,
}

/// The parameters of a function, as a tuple of types.
///
/// ```
/// use tfplugin::function::Arguments;
/// use tfplugin::{Rest, Value};
///
/// // A text, a number that may be null, and any number of further texts.
/// type Mine = (String, Option<i64>, Rest<String>);
///
/// let (parameters, variadic) = Mine::parameters();
/// assert_eq!(parameters.len(), 2);
/// assert!(parameters[1].allow_null && variadic.is_some());
///
/// let values = vec!["a".into(), Value::Null, "b".into(), "c".into()];
/// assert_eq!(Mine::decode(values).unwrap(), ("a".into(), None, Rest(vec!["b".into(), "c".into()])));
/// assert!(Mine::decode(vec!["a".into()]).unwrap_err().text.contains("takes 2 arguments; 1 were given"));
/// ```
pub trait Arguments: Sized {
    /// The parameters, and the variadic one if there is one.
    fn parameters() -> (Vec<Parameter>, Option<Parameter>);

    /// Reads the arguments of a call.
    ///
    /// # Errors
    /// When one is not of its kind.
    fn decode(values: Vec<Value>) -> Result<Self, FunctionError>;
}

/// A parameter's type: an element, or an `Option` of one.
///
/// ```
/// use tfplugin::cty::Type;
/// use tfplugin::function::{Argument, Parameter};
///
/// assert_eq!(<bool as Argument>::parameter(), Parameter { ty: Type::Bool, allow_null: false });
/// assert_eq!(<Option<bool> as Argument>::parameter(), Parameter { ty: Type::Bool, allow_null: true });
/// assert_eq!(<bool as Argument>::decode(3, &"yes".into()).unwrap_err().argument, Some(3));
/// ```
pub trait Argument: Sized {
    /// The parameter.
    fn parameter() -> Parameter;

    /// Reads the argument at a position.
    ///
    /// # Errors
    /// When it is not of its kind.
    fn decode(position: usize, value: &Value) -> Result<Self, FunctionError>;
}

impl<T: Element> Argument for T {
    fn parameter() -> Parameter {
        Parameter { ty: T::kind().ty(), allow_null: false }
    }

    fn decode(position: usize, value: &Value) -> Result<Self, FunctionError> {
        T::decode(value).map_err(|invalid| FunctionError::invalid(position, &invalid))
    }
}

impl<T: Element> Argument for Option<T> {
    fn parameter() -> Parameter {
        Parameter { ty: T::kind().ty(), allow_null: true }
    }

    fn decode(position: usize, value: &Value) -> Result<Self, FunctionError> {
        if value.is_null() { Ok(None) } else { <T as Argument>::decode(position, value).map(Some) }
    }
}

macro_rules! arguments {
    ($count:literal: $($name:ident $position:tt),*) => {
        impl<$($name: Argument),*> Arguments for ($($name,)*) {
            fn parameters() -> (Vec<Parameter>, Option<Parameter>) {
                (vec![$($name::parameter()),*], None)
            }

            fn decode(values: Vec<Value>) -> Result<Self, FunctionError> {
                expect_count(&values, $count, false)?;
                let _ = &values;
                Ok(($($name::decode($position, &values[$position])?,)*))
            }
        }

        impl<$($name: Argument,)* Z: Argument> Arguments for ($($name,)* Rest<Z>,) {
            fn parameters() -> (Vec<Parameter>, Option<Parameter>) {
                (vec![$($name::parameter()),*], Some(Z::parameter()))
            }

            fn decode(values: Vec<Value>) -> Result<Self, FunctionError> {
                expect_count(&values, $count, true)?;
                let rest = values.iter().enumerate().skip($count);
                let rest = rest.map(|(position, value)| Z::decode(position, value)).collect::<Result<_, _>>()?;
                Ok(($($name::decode($position, &values[$position])?,)* Rest(rest),))
            }
        }
    };
}
arguments!(0:);
arguments!(1: A 0);
arguments!(2: A 0, B 1);
arguments!(3: A 0, B 1, C 2);
arguments!(4: A 0, B 1, C 2, D 3);

fn expect_count(values: &[Value], wanted: usize, more_allowed: bool) -> Result<(), FunctionError> {
    if values.len() == wanted || (more_allowed && values.len() > wanted) {
        return Ok(());
    }
    Err(FunctionError::new(format!("The function takes {wanted} arguments; {} were given.", values.len())))
}
