//! `#[derive(Identity)]`: the import id is the fields, with slashes between them.

use proc_macro2::TokenStream;
use quote::quote;
use syn::spanned::Spanned;
use syn::{Data, DeriveInput, Error, Fields, Result};

use crate::check::MODES;
use crate::parse::{Errors, last_segment};

pub(crate) fn derive(input: &DeriveInput) -> Result<TokenStream> {
    let fields = match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(fields) if !fields.named.is_empty() => &fields.named,
            _ => return Err(Error::new(input.ident.span(), "an identity needs at least one named field")),
        },
        _ => return Err(Error::new(input.ident.span(), "an identity is a struct with named fields")),
    };
    let mut errors = Errors::default();
    for field in fields {
        let wrapper = last_segment(&field.ty).map(|segment| segment.ident.to_string()).unwrap_or_default();
        if MODES.contains(&wrapper.as_str()) {
            let message = "every part of a derived import id is always there: \
                           use the plain type, or implement `Identity` by hand";
            errors.say(field.ty.span(), message);
        }
    }
    errors.finish()?;

    let name = &input.ident;
    let idents: Vec<_> = fields.iter().map(|field| &field.ident).collect();
    let types: Vec<_> = fields.iter().map(|field| &field.ty).collect();
    Ok(quote! {
        #[automatically_derived]
        impl ::tfplugin::Identity for #name {
            fn parse(id: &str) -> ::std::result::Result<Self, ::tfplugin::Invalid> {
                static OBJECT: ::std::sync::OnceLock<::tfplugin::schema::Object> = ::std::sync::OnceLock::new();
                let object = OBJECT.get_or_init(<Self as ::tfplugin::Model>::object);
                let [#(#idents),*] = ::tfplugin::derive_support::split_id(object, id)?;
                ::std::result::Result::Ok(Self { #(#idents: #idents.read::<#types>()?),* })
            }

            fn id(&self) -> ::std::string::String {
                ::tfplugin::derive_support::join_id([
                    #(<#types as ::tfplugin::derive_support::IdPart>::write(&self.#idents)),*
                ])
            }
        }
    })
}
