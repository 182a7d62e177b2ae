//! PAIR (RFC 31).

mod pair;

pub use pair::Pair;
