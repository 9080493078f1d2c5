//! Reading values with `miniserde`, which the web client uses in place of serde: serde writes a parser out for
//! each type, and those were a fifth of what a browser had to load (measured by leaving them out).

/// Reads a type from a JSON string, with a function that returns an `Option`.
macro_rules! read_from_text {
    ($name:ident, $parse:expr) => {
        const _: () = {
            miniserde::make_place!(Place);

            impl miniserde::de::Visitor for Place<$name> {
                fn string(&mut self, text: &str) -> miniserde::Result<()> {
                    self.out = Some($parse(text).ok_or(miniserde::Error)?);
                    Ok(())
                }
            }

            impl miniserde::Deserialize for $name {
                fn begin(out: &mut Option<Self>) -> &mut dyn miniserde::de::Visitor {
                    Place::new(out)
                }
            }
        };
    };
}
pub(crate) use read_from_text;
