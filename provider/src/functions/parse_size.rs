//! `parse_size("5MB")` is 5000000.

use tfplugin::{Function, FunctionError, Number, Size};

/// A size in bytes.
#[derive(Debug)]
pub struct ParseSize;

impl Function for ParseSize {
    const NAME: &'static str = "parse_size";
    const SUMMARY: &'static str = "A size in bytes";
    const DESCRIPTION: &'static str = "Reads a size such as `512KiB`, `5MB` or `1.5GiB` and gives the number of \
         bytes. `KB`, `MB`, `GB` and `TB` are powers of 1,000; `KiB`, `MiB`, `GiB` and `TiB` are powers of 1,024.";
    const PARAMETERS: &'static [(&'static str, &'static str)] = &[("size", "The size, for example `5MB`.")];

    type Arguments = (Size,);
    type Output = Number;

    fn call((size,): (Size,)) -> Result<Number, FunctionError> {
        Ok(size.bytes().into())
    }
}
