//! What the options of a socket say of its mechanism (zmq_plain(7), zmq_curve(7), zmq_null(7)): a copy, made when a
//! connection begins.
#![forbid(unsafe_code)]

use std::fmt;

use crate::crypto::{Password, PublicKey, SecretKey};
use crate::mechanism::gssapi;
use crate::options::{self, Options};
use crate::sys::gssapi::{NameKind, Principal};
use crate::wire::greeting::{MechanismName, mechanism_name};

/// The mechanism of a connection with what it needs, and the part that authentication has in it.
#[derive(Clone)]
pub struct Security {
    /// The mechanism that both ends must name.
    pub mechanism: options::Mechanism,
    /// Whether this end is the mechanism's server; without meaning for NULL, where it is false.
    pub is_server: bool,
    /// Whether a ZAP domain is set.
    pub has_zap_domain: bool,
    /// Whether ZAP is followed to the letter: no peer is let in that no handler could judge.
    pub is_zap_enforced: bool,
    /// PLAIN client: up to 255 octets each.
    pub plain_username: Vec<u8>,
    /// See `plain_username`.
    pub plain_password: Password,
    /// CURVE: C, or S of a server.
    pub curve_public_key: PublicKey,
    /// CURVE: c, or s of a server.
    pub curve_secret_key: SecretKey,
    /// CURVE client: S.
    pub curve_server_key: PublicKey,
    /// GSSAPI.
    pub gssapi: gssapi::Terms,
}

impl Security {
    /// What `options` ask for.
    pub fn from_options(options: &Options) -> Self {
        Self {
            mechanism: options.mechanism,
            is_server: options.is_server && options.mechanism != options::Mechanism::Null,
            has_zap_domain: !options.zap_domain.is_empty(),
            is_zap_enforced: options.zap_enforce_domain,
            plain_username: options.plain_username.clone(),
            plain_password: options.plain_password.clone(),
            curve_public_key: match options.is_server {
                true => options.curve_own_key,
                false => options.curve_public_key,
            },
            curve_secret_key: options.curve_secret_key.clone(),
            curve_server_key: options.curve_server_key,
            gssapi: gssapi_terms(options),
        }
    }

    /// The mechanism's name in the greeting.
    pub const fn name(&self) -> MechanismName {
        match self.mechanism {
            options::Mechanism::Null => mechanism_name("NULL"),
            options::Mechanism::Plain => mechanism_name("PLAIN"),
            options::Mechanism::Curve => mechanism_name("CURVE"),
            options::Mechanism::Gssapi => mechanism_name("GSSAPI"),
        }
    }

    /// Whether a peer that knows no mechanism may stay: "If the implementation's security mechanism is
    /// anything other than NULL, and it detects a ZMTP 1.0 or 2.0 peer, it MUST immediately close".
    pub const fn allows_downgrade(&self) -> bool {
        match self.mechanism {
            options::Mechanism::Null => !self.has_zap_domain,
            options::Mechanism::Plain | options::Mechanism::Curve | options::Mechanism::Gssapi => {
                false
            }
        }
    }
}

fn gssapi_terms(options: &Options) -> gssapi::Terms {
    let principal = |name: &[u8], kind: i32| Principal {
        name: name.to_vec(),
        kind: NameKind::from_c(kind).unwrap_or_default(),
    };
    let own = &options.gssapi_principal;
    gssapi::Terms {
        own: (!own.is_empty()).then(|| principal(own, options.gssapi_principal_nametype)),
        service: principal(
            &options.gssapi_service_principal,
            options.gssapi_service_principal_nametype,
        ),
        is_secret: !options.gssapi_plaintext,
    }
}

impl fmt::Debug for Security {
    /// Without secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Security")
            .field("mechanism", &self.mechanism)
            .field("is_server", &self.is_server)
            .finish_non_exhaustive()
    }
}
