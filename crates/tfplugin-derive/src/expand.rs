//! The code that a model becomes.

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Expr, ExprLit, Ident, Lit};

use crate::parse::{Field, Model, Replace, Rule, Stability, Together};

pub(crate) fn model(model: &Model) -> TokenStream {
    let name = &model.name;
    let draft = format_ident!("{name}Draft");
    let visibility = &model.visibility;
    let doc = &model.doc;
    let version = model.version.as_ref().map(|version| quote!(const VERSION: i64 = #version;));
    let deprecated = option(model.deprecated.as_ref());

    let attributes = model.fields.iter().map(attribute);
    let together =
        model.together.iter().map(rule_of_struct).chain(model.fields.iter().flat_map(rules_of_field));

    let idents: Vec<_> = model.fields.iter().map(|field| &field.ident).collect();
    let names: Vec<_> = model.fields.iter().map(Field::attribute).collect();
    let types: Vec<_> = model.fields.iter().map(|field| &field.ty).collect();
    let visibilities = model.fields.iter().map(|field| &field.visibility);
    let subjects = model.fields.iter().flat_map(subjects_of_rules);
    let draft_docs = model.fields.iter().map(|field| &field.doc);
    let draft_doc = format!("[`{name}`] while parts of it may be unknown; what rules look at.");

    quote! {
        #[automatically_derived]
        impl ::tfplugin::Model for #name {
            #version

            fn object() -> ::tfplugin::schema::Object {
                ::tfplugin::schema::Object {
                    description: ::std::convert::Into::into(#doc),
                    deprecated: #deprecated,
                    attributes: ::std::vec![#(#attributes),*],
                    rules: ::std::vec![#(#together),*],
                }
            }
        }

        #[automatically_derived]
        impl ::tfplugin::Element for #name {
            type Draft = #draft;
            const PLAIN: bool = true #(
                && !<#types as ::tfplugin::Field>::MODE.is_computed()
                && !<#types as ::tfplugin::Field>::WRITE_ONLY
                && <<#types as ::tfplugin::Field>::Inner as ::tfplugin::Element>::PLAIN
            )*;

            fn kind() -> ::tfplugin::schema::Kind {
                ::tfplugin::schema::Kind::Object(<Self as ::tfplugin::Model>::object())
            }

            fn decode(value: &::tfplugin::Value) -> ::std::result::Result<Self, ::tfplugin::Invalid> {
                if value.as_object().is_none() {
                    return ::std::result::Result::Err(::tfplugin::Invalid::new("is not an object", ""));
                }
                ::std::result::Result::Ok(Self {
                    #(#idents: ::tfplugin::derive_support::field_from(value, #names)?,)*
                })
            }

            fn encode(&self) -> ::tfplugin::Value {
                ::tfplugin::Value::object([
                    #((#names, ::tfplugin::Field::to_value(&self.#idents)),)*
                ] as [(&str, ::tfplugin::Value); _])
            }

            fn draft(
                value: &::tfplugin::Value,
                path: &::tfplugin::Path,
            ) -> ::std::option::Option<Self::Draft> {
                value.as_object()?;
                ::std::option::Option::Some(#draft {
                    #(#idents: ::tfplugin::Draft::read::<<#types as ::tfplugin::Field>::Inner>(
                        value.get(#names),
                        path.attribute(#names),
                    ),)*
                })
            }
        }

        #(const _: () = <<#types as ::tfplugin::Field>::Inner as ::tfplugin::Element>::CHECK;)*
        #(const _: () = #subjects;)*

        #[doc = #draft_doc]
        #[derive(::std::clone::Clone, ::std::fmt::Debug)]
        #[allow(dead_code, reason = "rules look at the attributes they need")]
        #visibility struct #draft {
            #(
                #[doc = #draft_docs]
                #visibilities #idents: ::tfplugin::Draft<
                    <<#types as ::tfplugin::Field>::Inner as ::tfplugin::Element>::Draft,
                >,
            )*
        }
    }
}

fn attribute(field: &Field) -> TokenStream {
    let ty = &field.ty;
    let name = field.attribute();
    let doc = &field.doc;
    let inner = quote!(<#ty as ::tfplugin::Field>::Inner);
    let mut settings = Vec::new();
    if let Some(default) = &field.default {
        let value = match &default.value {
            None => quote! {
                <#inner as ::tfplugin::Element>::encode(&<#inner as ::std::default::Default>::default())
            },
            Some(Expr::Lit(ExprLit { lit: lit @ (Lit::Str(_) | Lit::Bool(_)), .. })) => {
                quote!(::tfplugin::Value::from(#lit))
            }
            Some(Expr::Lit(ExprLit { lit: Lit::Int(integer), .. })) => {
                quote!(::tfplugin::Value::from(#integer as i64))
            }
            Some(expression) => quote! {
                <#inner as ::tfplugin::Element>::encode(&{ let default: #inner = #expression; default })
            },
        };
        settings.push(quote!(attribute.default = ::std::option::Option::Some(#value);));
    }
    match field.replace {
        Some((_, Replace::OnChange)) => {
            settings.push(quote!(attribute.replace = ::tfplugin::schema::Replace::OnChange;));
        }
        Some((_, Replace::OnPresence)) => {
            settings.push(quote!(attribute.replace = ::tfplugin::schema::Replace::OnPresence;));
        }
        None => {}
    }
    if let Some((_, stability)) = &field.stability {
        let stability = match stability {
            Stability::Kept => quote!(Kept),
            Stability::Recomputed => quote!(Recomputed),
            Stability::DerivedFrom(sources) => {
                quote!(DerivedFrom(::std::vec![#(::std::convert::Into::into(#sources)),*]))
            }
        };
        settings.push(quote!(attribute.stability = ::tfplugin::schema::Stability::#stability;));
    }
    if field.unread {
        settings.push(quote!(attribute.unread = true;));
    }
    if let Some(instead) = &field.deprecated {
        settings.push(
            quote!(attribute.deprecated = ::std::option::Option::Some(::std::convert::Into::into(#instead));),
        );
    }
    for rule in &field.rules {
        let rule = match rule {
            Rule::Range(bounds) => quote!(range::<#inner>(#bounds)),
            Rule::Length(bounds) => quote!(length(#bounds)),
            Rule::Items(bounds) => quote!(items(#bounds)),
            Rule::Pattern(pattern, sentence) => quote!(pattern(#pattern, #sentence)),
            Rule::OneOf(choices) => quote!(one_of(&[#(#choices),*])),
            Rule::Check(function) => quote!(typed::<#inner>(#function)),
        };
        settings.push(quote!(attribute.rules.push(::tfplugin::Rule::#rule);));
    }
    if settings.is_empty() {
        quote!(::tfplugin::schema::Attribute::of::<#ty>(#name, #doc))
    } else {
        quote!({
            let mut attribute = ::tfplugin::schema::Attribute::of::<#ty>(#name, #doc);
            #(#settings)*
            attribute
        })
    }
}

/// Whether the field's type is one that its default is of, and that its rules can judge.
fn subjects_of_rules(field: &Field) -> impl Iterator<Item = TokenStream> {
    let default = field.default.as_ref().and_then(|default| {
        let literal = match &default.value {
            Some(Expr::Lit(ExprLit { lit: Lit::Str(_), .. })) => quote!(&'static str),
            Some(Expr::Lit(ExprLit { lit: Lit::Bool(_), .. })) => quote!(bool),
            Some(Expr::Lit(ExprLit { lit: Lit::Int(_), .. })) => quote!(i64),
            // The compiler holds an expression against the type by itself.
            _ => return None,
        };
        let (ty, span) = (&field.ty, field.ty.span());
        let inner = quote_spanned!(span=> <#ty as ::tfplugin::Field>::Inner);
        Some(quote_spanned!(span=> ::tfplugin::derive_support::default::<#inner, #literal>()))
    });
    let rules = field.rules.iter().filter_map(|rule| {
        let subject = match rule {
            Rule::Range(_) => "ordered",
            Rule::Length(_) | Rule::Pattern(..) | Rule::OneOf(_) => "text",
            Rule::Items(_) => "collection",
            // Its own signature says what it takes.
            Rule::Check(_) => return None,
        };
        // The compiler's complaint stands at the field, not at the derive.
        let (ty, span) = (&field.ty, field.ty.span());
        let subject = Ident::new(subject, span);
        let inner = quote_spanned!(span=> <#ty as ::tfplugin::Field>::Inner);
        Some(quote_spanned!(span=> ::tfplugin::derive_support::#subject::<#inner>()))
    });
    default.into_iter().chain(rules)
}

fn rule_of_struct(rule: &Together) -> TokenStream {
    let variant = format_ident!("{}", rule.variant);
    let names = &rule.names;
    quote!(::tfplugin::rule::Together::#variant(::std::vec![#(::std::convert::Into::into(#names)),*]))
}

fn rules_of_field(field: &Field) -> Vec<TokenStream> {
    let name = field.attribute();
    let mut rules: Vec<_> = field
        .conflicts_with
        .iter()
        .map(|other| {
            quote!(::tfplugin::rule::Together::AtMostOneOf(::std::vec![
                ::std::convert::Into::into(#name),
                ::std::convert::Into::into(#other),
            ]))
        })
        .collect();
    if !field.required_with.is_empty() {
        let others = &field.required_with;
        rules.push(quote!(::tfplugin::rule::Together::RequiredWith(
            ::std::convert::Into::into(#name),
            ::std::vec![#(::std::convert::Into::into(#others)),*],
        )));
    }
    rules
}

fn option(text: Option<&syn::LitStr>) -> TokenStream {
    match text {
        Some(text) => quote!(::std::option::Option::Some(::std::convert::Into::into(#text))),
        None => quote!(::std::option::Option::None),
    }
}
