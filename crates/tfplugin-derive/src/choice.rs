//! `#[derive(Choice)]`: an enum is the list of allowed texts.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Data, DeriveInput, Error, Fields, LitStr, Result};

use crate::parse::Errors;

pub(crate) fn derive(input: &DeriveInput) -> Result<TokenStream> {
    let Data::Enum(data) = &input.data else {
        return Err(Error::new(
            input.ident.span(),
            "`Choice` lists allowed texts: derive it for an enum; for an object, derive `Model`",
        ));
    };
    let mut errors = Errors::default();
    let (mut variants, mut texts) = (Vec::new(), Vec::<LitStr>::new());
    for variant in &data.variants {
        if !matches!(variant.fields, Fields::Unit) {
            errors.say(variant.ident.span(), "a choice is a plain text, so its variant holds nothing");
        }
        let mut text = LitStr::new(&variant.ident.to_string(), variant.ident.span());
        for attribute in variant.attrs.iter().filter(|attribute| attribute.path().is_ident("tf")) {
            match attribute.parse_args::<LitStr>() {
                Ok(spelled) => text = spelled,
                Err(error) => errors.say(error.span(), "write the text in quotes: `#[tf(\"aws:kms\")]`"),
            }
        }
        if texts.iter().any(|earlier| earlier.value() == text.value()) {
            errors.say(text.span(), format!("`{}` is written twice", text.value()));
        }
        variants.push(&variant.ident);
        texts.push(text);
    }
    if data.variants.is_empty() {
        errors.say(input.ident.span(), "a choice needs at least one variant");
    }
    errors.finish()?;

    let name = &input.ident;
    Ok(quote! {
        impl #name {
            /// The texts that are allowed.
            pub const CHOICES: &'static [&'static str] = &[#(#texts),*];

            /// The text of this choice.
            pub const fn as_str(self) -> &'static str {
                match self {
                    #(Self::#variants => #texts,)*
                }
            }
        }

        #[automatically_derived]
        impl ::tfplugin::Spelled for #name {
            const NAME: &'static str = "string";

            fn parse(text: &str) -> ::std::result::Result<Self, ::tfplugin::Invalid> {
                match text {
                    #(#texts => ::std::result::Result::Ok(Self::#variants),)*
                    _ => ::std::result::Result::Err(::tfplugin::Invalid::not_a_choice(Self::CHOICES)),
                }
            }

            fn spell(&self) -> ::std::string::String {
                let text = match self {
                    #(Self::#variants => #texts,)*
                };
                ::std::string::ToString::to_string(text)
            }

            fn json() -> ::tfplugin::derive_support::Json {
                ::tfplugin::derive_support::json!({ "type": "string", "enum": Self::CHOICES })
            }
        }
    })
}
