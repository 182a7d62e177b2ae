//! The actors of a reactor, by token. Tokens are never used twice, so that a late event finds nothing.
#![forbid(unsafe_code)]

use std::collections::BTreeMap;

use super::Actor;

#[derive(Default)]
pub struct Actors {
    by_token: BTreeMap<u64, Box<dyn Actor>>,
}

impl Actors {
    pub fn insert(&mut self, token: u64, actor: Box<dyn Actor>) {
        self.by_token.insert(token, actor);
    }

    pub fn get(&mut self, token: u64) -> Option<&mut dyn Actor> {
        match self.by_token.get_mut(&token) {
            Some(actor) => Some(actor.as_mut()),
            None => None,
        }
    }

    /// The least token of an actor from `token` on.
    pub fn first_from(&self, token: u64) -> Option<u64> {
        self.by_token.range(token..).next().map(|(token, _)| *token)
    }

    pub fn remove(&mut self, token: u64) -> Option<Box<dyn Actor>> {
        self.by_token.remove(&token)
    }
}
