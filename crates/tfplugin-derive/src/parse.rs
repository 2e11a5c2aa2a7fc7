//! What the struct says, with every mistake collected and put at its place.

use proc_macro2::Span;
use syn::ext::IdentExt;
use syn::meta::ParseNestedMeta;
use syn::parse::{Parse, ParseBuffer};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{
    Attribute, Data, DeriveInput, Error, Expr, ExprLit, Fields, Ident, Lit, LitInt, LitStr, Path, Result,
    Token, Type, Visibility, parenthesized,
};

/// A struct that becomes a schema.
pub(crate) struct Model {
    pub(crate) name: Ident,
    pub(crate) visibility: Visibility,
    pub(crate) doc: String,
    pub(crate) version: Option<LitInt>,
    pub(crate) deprecated: Option<LitStr>,
    pub(crate) together: Vec<Together>,
    pub(crate) fields: Vec<Field>,
}

/// A rule between fields, as it was written on the struct.
pub(crate) struct Together {
    /// The variant of `rule::Together` it makes.
    pub(crate) variant: &'static str,
    pub(crate) names: Vec<LitStr>,
}

/// A field that becomes an attribute.
pub(crate) struct Field {
    pub(crate) ident: Ident,
    pub(crate) visibility: Visibility,
    pub(crate) ty: Type,
    pub(crate) doc: String,
    pub(crate) rename: Option<LitStr>,
    pub(crate) default: Option<Default>,
    pub(crate) replace: Option<(Span, Replace)>,
    pub(crate) stability: Option<(Span, Stability)>,
    pub(crate) unread: bool,
    pub(crate) rules: Vec<Rule>,
    pub(crate) conflicts_with: Vec<LitStr>,
    pub(crate) required_with: Vec<LitStr>,
    pub(crate) deprecated: Option<LitStr>,
}

pub(crate) struct Default {
    pub(crate) span: Span,
    /// None for the type's own default.
    pub(crate) value: Option<Expr>,
}

#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Replace {
    OnChange,
    OnPresence,
}

pub(crate) enum Stability {
    Kept,
    Recomputed,
    DerivedFrom(Vec<LitStr>),
}

pub(crate) enum Rule {
    Range(LitStr),
    Length(LitStr),
    Items(LitStr),
    Pattern(LitStr, LitStr),
    OneOf(Vec<LitStr>),
    Check(Path),
}

impl Field {
    /// The attribute's name.
    pub(crate) fn attribute(&self) -> String {
        self.rename.as_ref().map_or_else(|| self.ident.unraw().to_string(), LitStr::value)
    }

    /// Where the attribute's name is written.
    pub(crate) fn name_span(&self) -> Span {
        self.rename.as_ref().map_or_else(|| self.ident.span(), LitStr::span)
    }

    /// The last segment of the field's type: `Defaulted` of `tfplugin::Defaulted<Span>`.
    pub(crate) fn wrapper(&self) -> String {
        last_segment(&self.ty).map(|segment| segment.ident.to_string()).unwrap_or_default()
    }
}

/// The last segment of a type's path.
pub(crate) fn last_segment(ty: &Type) -> Option<&syn::PathSegment> {
    match ty {
        Type::Path(path) => path.path.segments.last(),
        _ => None,
    }
}

const STRUCT_KEYS: &str =
    "`version`, `deprecated`, `exactly_one_of`, `at_least_one_of`, `at_most_one_of` or `all_or_none`";

const FIELD_KEYS: &str = "`default`, `replace`, `keep`, `recompute`, `derived_from`, `unread`, `range`, `length`, \
     `items`, `pattern`, `one_of`, `check`, `conflicts_with`, `required_with`, `deprecated` or `rename`";

/// Collects errors so that all of them are shown at once.
#[derive(std::default::Default)]
pub(crate) struct Errors(Option<Error>);

impl Errors {
    pub(crate) fn push(&mut self, error: Error) {
        match &mut self.0 {
            Some(first) => first.combine(error),
            None => self.0 = Some(error),
        }
    }

    pub(crate) fn say(&mut self, span: Span, message: impl std::fmt::Display) {
        self.push(Error::new(span, message));
    }

    pub(crate) fn finish(self) -> Result<()> {
        self.0.map_or(Ok(()), Err)
    }
}

pub(crate) fn model(input: &DeriveInput) -> Result<Model> {
    let advice =
        "`Model` describes an object with named attributes: derive it for a struct with named fields";
    let fields = match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(fields) => &fields.named,
            _ => return Err(Error::new(input.ident.span(), advice)),
        },
        Data::Enum(_) => {
            let message = format!("{advice}; for an enum of allowed texts, derive `Choice`");
            return Err(Error::new(input.ident.span(), message));
        }
        Data::Union(_) => return Err(Error::new(input.ident.span(), advice)),
    };
    if !input.generics.params.is_empty() {
        let message = "a model is one schema, so it cannot be generic: write one struct per type";
        return Err(Error::new(input.generics.span(), message));
    }

    let mut errors = Errors::default();
    let mut model = Model {
        name: input.ident.clone(),
        visibility: input.vis.clone(),
        doc: doc_of(&input.attrs),
        version: None,
        deprecated: None,
        together: Vec::new(),
        fields: Vec::new(),
    };
    each_key(&input.attrs, &mut errors, |meta| {
        let key = meta.path.require_ident()?.to_string();
        let twice =
            |there: bool| if there { Err(meta.error(format!("`{key}` is written twice"))) } else { Ok(()) };
        let variant = match key.as_str() {
            "version" => {
                twice(model.version.is_some())?;
                model.version = Some(value(&meta, "version = 1")?);
                return Ok(());
            }
            "deprecated" => {
                twice(model.deprecated.is_some())?;
                model.deprecated = Some(value(&meta, "deprecated = \"Use something else.\"")?);
                return Ok(());
            }
            "exactly_one_of" => "ExactlyOneOf",
            "at_least_one_of" => "AtLeastOneOf",
            "at_most_one_of" => "AtMostOneOf",
            "all_or_none" => "AllOrNone",
            _ => return Err(meta.error(format!("`{key}` means nothing here: use {STRUCT_KEYS}"))),
        };
        let names = names(&meta)?;
        if let [name] = names.as_slice() {
            return Err(Error::new(name.span(), "name at least two: a rule between fields needs them"));
        }
        model.together.push(Together { variant, names });
        Ok(())
    });
    for field in fields {
        model.fields.push(parse_field(field, &mut errors));
    }
    errors.finish()?;
    Ok(model)
}

fn parse_field(field: &syn::Field, errors: &mut Errors) -> Field {
    let mut parsed = Field {
        ident: field.ident.clone().expect("named fields have names"),
        visibility: field.vis.clone(),
        ty: field.ty.clone(),
        doc: doc_of(&field.attrs),
        rename: None,
        default: None,
        replace: None,
        stability: None,
        unread: false,
        rules: Vec::new(),
        conflicts_with: Vec::new(),
        required_with: Vec::new(),
        deprecated: None,
    };
    let mut seen = Vec::new();
    each_key(&field.attrs, errors, |meta| {
        let key = meta.path.require_ident()?.to_string();
        if seen.contains(&key) {
            return Err(meta.error(format!("`{key}` is written twice")));
        }
        seen.push(key.clone());
        let span = meta.path.span();
        let mut stability = |value| match &parsed.stability {
            None => {
                parsed.stability = Some((span, value));
                Ok(())
            }
            Some(_) => {
                Err(Error::new(span, "`keep`, `recompute` and `derived_from` exclude each other: keep one"))
            }
        };
        match key.as_str() {
            "default" => {
                let given = meta.input.peek(Token![=]);
                let value = if given { Some(value(&meta, "default = 5")?) } else { None };
                parsed.default = Some(Default { span, value });
            }
            "replace" => {
                let replace = if meta.input.peek(Token![=]) {
                    let how: Expr = meta.value()?.parse()?;
                    if !matches!(&how, Expr::Lit(ExprLit { lit: Lit::Str(how), .. }) if how.value() == "presence")
                    {
                        let message = "write `replace` for any change, or `replace = \"presence\"`";
                        return Err(Error::new(how.span(), message));
                    }
                    Replace::OnPresence
                } else {
                    Replace::OnChange
                };
                parsed.replace = Some((span, replace));
            }
            "keep" => stability(Stability::Kept)?,
            "recompute" => stability(Stability::Recomputed)?,
            "derived_from" => stability(Stability::DerivedFrom(names(&meta)?))?,
            "unread" => parsed.unread = true,
            "range" => parsed.rules.push(Rule::Range(bounds(&meta)?.0)),
            "length" => parsed.rules.push(Rule::Length(counts(&meta)?)),
            "items" => parsed.rules.push(Rule::Items(counts(&meta)?)),
            "pattern" => match names(&meta).as_deref() {
                Ok([pattern, sentence]) => {
                    if let Err(error) = regex_lite::Regex::new(&pattern.value()) {
                        return Err(Error::new(pattern.span(), format!("not a regular expression: {error}")));
                    }
                    parsed.rules.push(Rule::Pattern(pattern.clone(), sentence.clone()));
                }
                _ => {
                    let message = "write `pattern(\"regex\", \"A sentence that says it to people.\")`";
                    return Err(Error::new(span, message));
                }
            },
            "one_of" => parsed.rules.push(Rule::OneOf(names(&meta)?)),
            "check" => parsed.rules.push(Rule::Check(value(&meta, "check = path::to::function")?)),
            "conflicts_with" => parsed.conflicts_with = names(&meta)?,
            "required_with" => parsed.required_with = names(&meta)?,
            "deprecated" => parsed.deprecated = Some(value(&meta, "deprecated = \"Use something else.\"")?),
            "rename" => parsed.rename = Some(value(&meta, "rename = \"name\"")?),
            _ => return Err(meta.error(format!("`{key}` means nothing here: use {FIELD_KEYS}"))),
        }
        Ok(())
    });
    parsed
}

fn each_key(
    attributes: &[Attribute],
    errors: &mut Errors,
    mut visit: impl FnMut(ParseNestedMeta<'_>) -> Result<()>,
) {
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("tf")) {
        if let Err(error) = attribute.parse_nested_meta(&mut visit) {
            errors.push(error);
        }
    }
}

/// What stands behind `=`; the advice shows a right one.
fn value<T: Parse>(meta: &ParseNestedMeta<'_>, advice: &str) -> Result<T> {
    let value = meta.value().and_then(ParseBuffer::parse);
    value.map_err(|error| Error::new(error.span(), format!("write `{advice}`")))
}

/// `("a", "b")`.
fn names(meta: &ParseNestedMeta<'_>) -> Result<Vec<LitStr>> {
    let read = || {
        let content;
        parenthesized!(content in meta.input);
        Punctuated::<LitStr, Token![,]>::parse_terminated(&content)
    };
    let key = meta.path.require_ident()?;
    let names = read().map_err(|error| Error::new(error.span(), format!("write `{key}(\"a\", \"b\")`")))?;
    if names.is_empty() {
        return Err(meta.error("name at least one, in quotes"));
    }
    for (position, name) in names.iter().enumerate() {
        if names.iter().take(position).any(|earlier| earlier.value() == name.value()) {
            return Err(Error::new(name.span(), format!("`{}` is written twice", name.value())));
        }
    }
    Ok(names.into_iter().collect())
}

/// `"low..=high"`, with either end left out, and the two ends.
fn bounds(meta: &ParseNestedMeta<'_>) -> Result<(LitStr, [String; 2])> {
    const ADVICE: &str = "write bounds as `\"low..=high\"`, `\"low..\"` or `\"..=high\"`";
    let bounds = meta.value().and_then(ParseBuffer::parse::<LitStr>);
    let bounds = bounds.map_err(|error| Error::new(error.span(), ADVICE))?;
    let refuse = |message| Err(Error::new(bounds.span(), message));
    let text = bounds.value();
    let Some((low, high)) = text.split_once("..") else { return refuse(ADVICE) };
    if !high.is_empty() && !high.starts_with('=') {
        return refuse("bounds are inclusive: write `low..=high`");
    }
    let ends = [low, high.trim_start_matches('=')].map(|end| end.trim().to_owned());
    match ends.each_ref().map(|end| end.parse::<f64>()) {
        [Ok(low), Ok(high)] if low > high => {
            refuse("nothing lies between these bounds: write the lower one first")
        }
        _ if ends.iter().all(String::is_empty) => refuse(ADVICE),
        _ => Ok((bounds, ends)),
    }
}

/// Bounds of a number of characters or elements.
fn counts(meta: &ParseNestedMeta<'_>) -> Result<LitStr> {
    let (bounds, ends) = bounds(meta)?;
    if ends.iter().any(|end| !end.is_empty() && end.parse::<usize>().is_err()) {
        return Err(Error::new(bounds.span(), "this counts: write whole numbers as bounds"));
    }
    Ok(bounds)
}

/// The doc comment, one line per line.
pub(crate) fn doc_of(attributes: &[Attribute]) -> String {
    let lines =
        attributes.iter().filter(|attribute| attribute.path().is_ident("doc")).filter_map(|attribute| {
            match &attribute.meta.require_name_value().ok()?.value {
                Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value()),
                _ => None,
            }
        });
    let lines: Vec<_> =
        lines.map(|line| line.strip_prefix(' ').unwrap_or(&line).trim_end().to_owned()).collect();
    lines.join("\n").trim().to_owned()
}
