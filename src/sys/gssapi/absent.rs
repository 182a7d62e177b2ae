//! In a build without Kerberos: contexts that cannot be made.
#![forbid(unsafe_code)]

use super::{Failed, Principal, Progress};

/// See the `linked` one.
#[derive(Debug)]
pub enum Context {}

impl Context {
    /// Errors: always.
    pub fn initiate(_: Option<&Principal>, _: &Principal, _: bool) -> Result<Self, Failed> {
        Err(Failed::UNAVAILABLE)
    }

    /// Errors: always.
    pub fn accept(_: Option<&Principal>) -> Result<Self, Failed> {
        Err(Failed::UNAVAILABLE)
    }

    /// Cannot be called.
    pub fn step(&mut self, _: &[u8]) -> Result<Progress, Failed> {
        match *self {}
    }

    /// Cannot be called.
    pub fn peer(&self) -> &[u8] {
        match *self {}
    }

    /// Cannot be called.
    pub fn seal(&mut self, _: &[u8], _: &mut Vec<u8>) -> Result<(), Failed> {
        match *self {}
    }

    /// Cannot be called.
    pub fn open(&mut self, _: &mut [u8]) -> Result<usize, Failed> {
        match *self {}
    }
}
