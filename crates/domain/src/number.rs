//! Numbers that order things, and page sizes.

use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! number {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[serde(transparent)]
        pub struct $name(i64);

        impl $name {
            /// Before the first one.
            pub const ZERO: Self = Self(0);

            /// Wraps a stored number.
            pub const fn new(value: i64) -> Self {
                Self(value)
            }

            /// The number to store.
            pub const fn as_i64(self) -> i64 {
                self.0
            }

            /// The one after this.
            #[must_use]
            pub const fn next(self) -> Self {
                Self(self.0.saturating_add(1))
            }
        }

        const _: () = {
            miniserde::make_place!(Place);

            impl miniserde::de::Visitor for Place<$name> {
                fn nonnegative(&mut self, number: u64) -> miniserde::Result<()> {
                    self.out = Some($name(i64::try_from(number).map_err(|_| miniserde::Error)?));
                    Ok(())
                }

                fn negative(&mut self, number: i64) -> miniserde::Result<()> {
                    self.out = Some($name(number));
                    Ok(())
                }
            }

            impl miniserde::Deserialize for $name {
                fn begin(out: &mut Option<Self>) -> &mut dyn miniserde::de::Visitor {
                    Place::new(out)
                }
            }
        };

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

number!(
    /// A message's number in its conversation: from 1, without gaps, in commit order.
    Seq
);
number!(
    /// The number of a stored change of a conversation, or of a user's own stream: from 1, without gaps,
    /// in commit order.
    Rev
);

/// How many items a page holds: 1 to 100.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageSize(u16);

impl PageSize {
    /// The most a page holds.
    pub const MAX: u16 = 100;
    /// What a page holds when nothing else was asked for.
    pub const DEFAULT: Self = Self(50);

    /// `None` outside 1 to [`PageSize::MAX`].
    pub fn parse(raw: i64) -> Option<Self> {
        u16::try_from(raw)
            .ok()
            .filter(|size| (1..=Self::MAX).contains(size))
            .map(Self)
    }

    /// As SQL takes it.
    pub const fn as_i64(self) -> i64 {
        self.0 as i64
    }

    /// As a length.
    pub const fn as_usize(self) -> usize {
        self.0 as usize
    }
}

impl Default for PageSize {
    fn default() -> Self {
        Self::DEFAULT
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn page_sizes_end_at_one_hundred() {
        for (raw, expected) in [
            (0, None),
            (-1, None),
            (1, Some(1)),
            (100, Some(100)),
            (101, None),
            (i64::MAX, None),
        ] {
            assert_eq!(PageSize::parse(raw).map(PageSize::as_i64), expected, "{raw}");
        }
    }
}
