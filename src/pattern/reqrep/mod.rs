//! REQ, REP, DEALER and ROUTER (RFC 28).
#![forbid(unsafe_code)]

mod dealer;
mod rep;
mod req;
mod router;

pub use dealer::Dealer;
pub use rep::Rep;
pub use req::Req;
pub use router::Router;
