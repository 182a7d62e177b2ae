//! PUB, SUB, XPUB and XSUB (RFC 29).
#![forbid(unsafe_code)]

mod filter;
mod group;
mod index;
mod prefixes;
mod publisher;
mod sub;
mod subscriber;
mod subscriptions;
mod topics;
mod upstream;
mod xpub;
mod xsub;

pub use publisher::Pub;
pub use sub::Sub;
pub use xpub::Xpub;
pub use xsub::Xsub;
