//! What parses and yet cannot mean anything.

use syn::spanned::Spanned;
use syn::{GenericArgument, LitStr, PathArguments, Result, Type};

use crate::parse::{Errors, Field, Model, Stability, last_segment};

/// Wrappers that say who decides a value; one field takes one of them.
pub(crate) const MODES: [&str; 5] = ["Option", "Defaulted", "OrComputed", "Computed", "WriteOnly"];

pub(crate) fn model(model: &Model) -> Result<()> {
    let mut errors = Errors::default();
    if model.doc.is_empty() {
        errors.say(model.name.span(), "add a `///` sentence: it is what users read about this object");
    }
    for (position, field) in model.fields.iter().enumerate() {
        check_field(model, field, &mut errors);
        let name = field.attribute();
        if model.fields[..position].iter().any(|earlier| earlier.attribute() == name) {
            errors.say(field.name_span(), format!("`{name}` is the name of another attribute already"));
        }
    }
    for rule in &model.together {
        known(model, &rule.names, &mut errors);
    }
    errors.finish()
}

fn check_field(model: &Model, field: &Field, errors: &mut Errors) {
    let wrapper = field.wrapper();
    let provider_decides = matches!(wrapper.as_str(), "Computed" | "OrComputed");
    if field.doc.is_empty() {
        errors.say(field.ident.span(), "add a `///` sentence: it is what users read about this attribute");
    }
    match (&field.default, wrapper.as_str()) {
        (None, "Defaulted") => {
            errors.say(
                field.ty.span(),
                "`Defaulted` needs its default: add `#[tf(default = …)]`, or use `Option`",
            );
        }
        (Some(_), "Defaulted") | (None, _) => {}
        (Some(default), _) => {
            let message = "a default needs the type `Defaulted<…>`, which is never null in a handler";
            errors.say(default.span, message);
        }
    }
    if let Some((span, _)) = &field.replace
        && wrapper == "Computed"
    {
        errors.say(
            *span,
            "the configuration cannot change a `Computed` value, so nothing is ever replaced for it",
        );
    }
    if let Some((span, _)) = &field.replace
        && wrapper == "WriteOnly"
    {
        let message = "a change of a write-only value is invisible to Terraform: put `replace` on a version field beside it";
        errors.say(*span, message);
    }
    if let Some((span, stability)) = &field.stability {
        if !provider_decides {
            let message =
                "only a value that the provider decides (`Computed`, `OrComputed`) can be kept or recomputed";
            errors.say(*span, message);
        }
        if let Stability::DerivedFrom(sources) = stability {
            known(model, sources, errors);
        }
    }
    if let Some(inner) = inner_wrapper(&field.ty)
        && (wrapper == "Sensitive" || MODES.contains(&wrapper.as_str()))
    {
        let message = match (wrapper.as_str(), inner.as_str()) {
            ("Sensitive", inner) => {
                format!("who decides the value stands outside: write `{inner}<Sensitive<…>>`")
            }
            ("Computed", "Option") => {
                "a `Computed` value may be null already: use `Computed::maybe`".to_owned()
            }
            ("Option", inner) => format!("`{inner}` is optional already: remove `Option`"),
            (outer, inner) => format!("`{outer}` and `{inner}` both say who decides the value: keep one"),
        };
        errors.say(field.ty.span(), message);
    }
    let name = field.attribute();
    for others in [&field.conflicts_with, &field.required_with] {
        known(model, others, errors);
        for itself in others.iter().filter(|other| other.value() == name) {
            errors.say(itself.span(), format!("`{name}` is this attribute itself: name another one"));
        }
    }
    if field.unread && wrapper == "WriteOnly" {
        errors.say(
            field.ident.span(),
            "a write-only value is stored nowhere, so no read could keep it: remove `unread`",
        );
    }
    let sound = name.bytes().enumerate().all(|(position, byte)| {
        byte == b'_' || byte.is_ascii_lowercase() || (position > 0 && byte.is_ascii_digit())
    });
    if !sound || name.is_empty() {
        let message =
            "an attribute's name is lower case letters, digits and underscores, with no digit first";
        errors.say(field.name_span(), message);
    }
}

fn known(model: &Model, names: &[LitStr], errors: &mut Errors) {
    for name in names {
        if !model.fields.iter().any(|field| field.attribute() == name.value()) {
            let all: Vec<_> = model.fields.iter().map(|field| format!("`{}`", field.attribute())).collect();
            let message =
                format!("there is no attribute `{}` here; there are {}", name.value(), all.join(", "));
            errors.say(name.span(), message);
        }
    }
}

/// The mode wrapper directly inside the outer one, if there is one.
fn inner_wrapper(ty: &Type) -> Option<String> {
    let PathArguments::AngleBracketed(arguments) = &last_segment(ty)?.arguments else { return None };
    let GenericArgument::Type(inner) = arguments.args.first()? else { return None };
    let name = last_segment(inner)?.ident.to_string();
    MODES.contains(&name.as_str()).then_some(name)
}
