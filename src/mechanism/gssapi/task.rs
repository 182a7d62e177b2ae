//! The parts of the handshake that may block: whoever runs them is no I/O thread.
#![forbid(unsafe_code)]

use super::{CRYPTOGRAPHIC, Cipher, Client, Common, Server, emit_token};
use crate::mechanism::{Mechanism, Refusal, Step};
use crate::sys::gssapi::{Context, Failed, Progress};

/// Whose token is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    Client,
    Server,
}

#[derive(Debug)]
enum Doing {
    /// Finds the client's credentials.
    Initiate,
    /// Finds the server's.
    Accept,
    /// Goes on with a context that is not complete.
    GoOn(Box<Context>),
}

/// A token to be made of the peer's.
#[derive(Debug)]
pub struct Task {
    end: End,
    common: Box<Common>,
    doing: Doing,
    token: Vec<u8>,
}

/// What came of a [`Task`].
#[derive(Debug)]
pub struct Done {
    end: End,
    common: Box<Common>,
    result: Result<(Box<Context>, Progress), Refusal>,
}

impl Task {
    pub(super) fn initiate(common: Box<Common>) -> Self {
        Self { end: End::Client, common, doing: Doing::Initiate, token: Vec::new() }
    }

    pub(super) fn accept(common: Box<Common>, token: Vec<u8>) -> Self {
        Self { end: End::Server, common, doing: Doing::Accept, token }
    }

    pub(super) fn go_on(
        end: End,
        common: Box<Common>,
        context: Box<Context>,
        token: Vec<u8>,
    ) -> Self {
        Self { end, common, doing: Doing::GoOn(context), token }
    }

    /// Does it; may block.
    pub fn run(self) -> Done {
        let Self { end, common, doing, token } = self;
        let terms = &common.terms;
        let own = terms.own.as_ref();
        let no_credentials = |_: Failed| Refusal::NoCredentials;
        let untrusted = |_: Failed| CRYPTOGRAPHIC;
        let result = match doing {
            // Whether a ticket can be had shows in the first token.
            Doing::Initiate => Context::initiate(own, &terms.service, terms.is_secret)
                .and_then(|context| step(Box::new(context), &token))
                .map_err(no_credentials),
            Doing::Accept => Context::accept(own)
                .map_err(no_credentials)
                .and_then(|context| step(Box::new(context), &token).map_err(untrusted)),
            Doing::GoOn(context) => step(context, &token).map_err(untrusted),
        };
        Done { end, common, result }
    }
}

fn step(mut context: Box<Context>, token: &[u8]) -> Result<(Box<Context>, Progress), Failed> {
    let progress = context.step(token)?;
    Ok((context, progress))
}

impl Done {
    /// Goes on with the handshake; the token is appended to `out`.
    pub fn finish(self, out: &mut Vec<u8>) -> Result<Step, Refusal> {
        let Self { end, common, result } = self;
        let (context, progress) = result?;
        emit_token(&progress.token, out)?;
        Ok(Step::Wait(match (end, progress.is_complete) {
            (End::Client, false) => Mechanism::GssapiClient(Client::Token(common, context)),
            (End::Client, true) => {
                Mechanism::GssapiClient(Client::Ready(common, Cipher::new(*context)))
            }
            (End::Server, false) => Mechanism::GssapiServer(Server::Token(common, context)),
            (End::Server, true) => Mechanism::GssapiServer(Server::Confirm(common, context)),
        }))
    }
}
