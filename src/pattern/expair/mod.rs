//! PAIR (RFC 31).
#![forbid(unsafe_code)]

mod pair;

pub use pair::Pair;
