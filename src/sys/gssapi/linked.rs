//! Security contexts of the system's Kerberos library (libgssapi_krb5).
//!
//! Everything that the library hands out is owned by a value that gives it back. A context is used by one
//! thread at a time (`&mut`), which the library asks for; it may change threads between two calls.

use std::ptr::null_mut;

use super::{Failed, NameKind, Principal, Progress};
use crate::sys::gssapi::ffi::{
    self, GSS_C_ACCEPT, GSS_C_CONF_FLAG, GSS_C_INITIATE, GSS_C_INTEG_FLAG, GSS_C_MUTUAL_FLAG,
    GSS_C_QOP_DEFAULT, GSS_C_REPLAY_FLAG, GSS_S_COMPLETE, GSS_S_CONTINUE_NEEDED, GssBuffer,
    GssCred, GssCtx, GssName, Oid,
};

/// {iso(1) member-body(2) US(840) mit(113554) infosys(1) gssapi(2) generic(1) service_name(4)}
const HOST_BASED: &[u8] = b"\x2a\x86\x48\x86\xf7\x12\x01\x02\x01\x04";
/// The same with user_name(1).
const USER_NAME: &[u8] = b"\x2a\x86\x48\x86\xf7\x12\x01\x02\x01\x01";
/// {iso(1) member-body(2) US(840) mit(113554) infosys(1) gssapi(2) krb5(2) krb5_name(1)}
const KRB5_PRINCIPAL: &[u8] = b"\x2a\x86\x48\x86\xf7\x12\x01\x02\x02\x01";

/// What an initiator asks for: that both prove themselves, and that nothing comes twice.
const WANTED: u32 = GSS_C_MUTUAL_FLAG | GSS_C_REPLAY_FLAG;
const SECRECY: u32 = GSS_C_CONF_FLAG | GSS_C_INTEG_FLAG;

/// Success, or what is wrong; the answer tells more of success.
fn check(major: u32, minor: u32) -> Result<u32, Failed> {
    // The upper half are errors; the lower says more of a success.
    if major >> 16 == 0 { Ok(major) } else { Err(Failed { major, minor }) }
}

/// A buffer of ours that the library reads.
fn lend(bytes: &[u8]) -> GssBuffer {
    GssBuffer { length: bytes.len(), value: bytes.as_ptr().cast_mut().cast() }
}

/// A buffer that the library filled.
struct Filled(GssBuffer);

impl Filled {
    const fn new() -> Self {
        Self(GssBuffer { length: 0, value: null_mut() })
    }

    fn bytes(&self) -> &[u8] {
        if self.0.value.is_null() {
            return &[];
        }
        // SAFETY: the library filled the buffer with `length` bytes, which are ours until Drop.
        unsafe { std::slice::from_raw_parts(self.0.value.cast(), self.0.length) }
    }
}

impl Drop for Filled {
    fn drop(&mut self) {
        // SAFETY: the buffer is empty or was filled by the library and is released once.
        unsafe { ffi::gss_release_buffer(&mut 0, &raw mut self.0) };
    }
}

#[derive(Debug)]
struct Name(GssName);

impl Name {
    fn import(principal: &Principal) -> Result<Self, Failed> {
        let oid = match principal.kind {
            NameKind::HostBased => HOST_BASED,
            NameKind::UserName => USER_NAME,
            NameKind::Krb5Principal => KRB5_PRINCIPAL,
        };
        let mut kind = Oid { length: oid.len() as u32, elements: oid.as_ptr().cast() };
        let text = principal.name.split(|&byte| byte == 0).next().unwrap_or_default();
        let (mut minor, mut name) = (0, Self(null_mut()));
        let mut text = lend(text);
        // SAFETY: all four outlive the call, which reads text and kind only.
        let major = unsafe {
            ffi::gss_import_name(&raw mut minor, &raw mut text, &raw mut kind, &raw mut name.0)
        };
        check(major, minor).map(|_| name)
    }

    fn display(&self) -> Result<Vec<u8>, Failed> {
        let (mut minor, mut text) = (0, Filled::new());
        // SAFETY: the name is one that the library made, and the buffers outlive the call.
        let major =
            unsafe { ffi::gss_display_name(&raw mut minor, self.0, &raw mut text.0, null_mut()) };
        check(major, minor).map(|_| text.bytes().to_vec())
    }
}

impl Drop for Name {
    fn drop(&mut self) {
        // SAFETY: it is null or a name that the library made, and released once.
        unsafe { ffi::gss_release_name(&mut 0, &raw mut self.0) };
    }
}

#[derive(Debug)]
struct Credentials(GssCred);

impl Credentials {
    /// Of a principal; without one the default ones, which the library finds itself.
    fn acquire(principal: Option<&Principal>, usage: libc::c_int) -> Result<Self, Failed> {
        let mut credentials = Self(null_mut());
        let Some(principal) = principal else { return Ok(credentials) };
        let name = Name::import(principal)?;
        let mut minor = 0;
        // SAFETY: the name is alive, the out parameters outlive the call, and null means no limit, the
        // default mechanisms, and nothing more to know.
        let major = unsafe {
            ffi::gss_acquire_cred(
                &raw mut minor,
                name.0,
                0,
                null_mut(),
                usage,
                &raw mut credentials.0,
                null_mut(),
                null_mut(),
            )
        };
        check(major, minor).map(|_| credentials)
    }
}

impl Drop for Credentials {
    fn drop(&mut self) {
        // SAFETY: they are null or what the library gave, and released once.
        unsafe { ffi::gss_release_cred(&mut 0, &raw mut self.0) };
    }
}

/// One end of a security context, complete or not.
#[derive(Debug)]
pub struct Context {
    handle: GssCtx,
    credentials: Credentials,
    /// Whom an initiator wants to reach.
    target: Option<Name>,
    wants_secrecy: bool,
    /// Whom an acceptor has found.
    peer: Vec<u8>,
}

// SAFETY: the library keeps nothing of a context, a name or credentials in a thread, and its calls may come
// from any thread, one at a time for each context; `&mut` sees to that.
unsafe impl Send for Context {}

impl Context {
    /// As `own`, or whoever the process is, towards `target`. May block. Errors: there are no credentials.
    pub fn initiate(
        own: Option<&Principal>,
        target: &Principal,
        wants_secrecy: bool,
    ) -> Result<Self, Failed> {
        let credentials = Credentials::acquire(own, GSS_C_INITIATE)?;
        let target = Some(Name::import(target)?);
        Ok(Self { handle: null_mut(), credentials, target, wants_secrecy, peer: Vec::new() })
    }

    /// As `own`, or whatever the process has keys for. May block. Errors: there are no credentials.
    pub fn accept(own: Option<&Principal>) -> Result<Self, Failed> {
        let credentials = Credentials::acquire(own, GSS_C_ACCEPT)?;
        let peer = Vec::new();
        Ok(Self { handle: null_mut(), credentials, target: None, wants_secrecy: false, peer })
    }

    /// Takes the peer's token (an initiator begins without one). May block. Errors: the peer is not who it
    /// says, or this end cannot prove who it is.
    pub fn step(&mut self, token: &[u8]) -> Result<Progress, Failed> {
        match &self.target {
            Some(target) => {
                let target = target.0;
                self.step_initiator(target, token)
            }
            None => self.step_acceptor(token),
        }
    }

    fn step_initiator(&mut self, target: GssName, token: &[u8]) -> Result<Progress, Failed> {
        let wanted = if self.wants_secrecy { WANTED | SECRECY } else { WANTED };
        let (mut minor, mut flags, mut out) = (0, 0, Filled::new());
        let mut input = lend(token);
        let input = if token.is_empty() { null_mut() } else { &raw mut input };
        // SAFETY: context, credentials and target are null or the library's and alive; every other pointer
        // is null, which means the default or nothing more to know, or outlives the call.
        let major = unsafe {
            ffi::gss_init_sec_context(
                &raw mut minor,
                self.credentials.0,
                &raw mut self.handle,
                target,
                null_mut(),
                wanted,
                0,
                null_mut(),
                input,
                null_mut(),
                &raw mut out.0,
                &raw mut flags,
                null_mut(),
            )
        };
        let is_complete = check(major, minor)? & GSS_S_CONTINUE_NEEDED == 0;
        if is_complete && flags & wanted != wanted {
            return Err(Failed::UNTRUSTED);
        }
        Ok(Progress { token: out.bytes().to_vec(), is_complete })
    }

    fn step_acceptor(&mut self, token: &[u8]) -> Result<Progress, Failed> {
        let (mut minor, mut out, mut peer) = (0, Filled::new(), Name(null_mut()));
        let mut input = lend(token);
        // SAFETY: as in `step_initiator`.
        let major = unsafe {
            ffi::gss_accept_sec_context(
                &raw mut minor,
                &raw mut self.handle,
                self.credentials.0,
                &raw mut input,
                null_mut(),
                &raw mut peer.0,
                null_mut(),
                &raw mut out.0,
                null_mut(),
                null_mut(),
                null_mut(),
            )
        };
        let is_complete = check(major, minor)? & GSS_S_CONTINUE_NEEDED == 0;
        if is_complete {
            self.peer = peer.display()?;
        }
        Ok(Progress { token: out.bytes().to_vec(), is_complete })
    }

    /// The initiator's name, once an acceptor is complete.
    pub fn peer(&self) -> &[u8] {
        &self.peer
    }

    /// Appends `plain`, encrypted, to `out`. Errors: the context is not complete, or cannot encrypt.
    pub fn seal(&mut self, plain: &[u8], out: &mut Vec<u8>) -> Result<(), Failed> {
        let (mut minor, mut was_secret, mut sealed) = (0, 0, Filled::new());
        let mut plain = lend(plain);
        if self.handle.is_null() {
            return Err(Failed::UNTRUSTED);
        }
        // SAFETY: the context is the library's and alive; the others outlive the call, which only reads
        // `plain`.
        let major = unsafe {
            ffi::gss_wrap(
                &raw mut minor,
                self.handle,
                1,
                GSS_C_QOP_DEFAULT,
                &raw mut plain,
                &raw mut was_secret,
                &raw mut sealed.0,
            )
        };
        if check(major, minor)? != GSS_S_COMPLETE || was_secret == 0 {
            return Err(Failed::UNTRUSTED);
        }
        out.extend_from_slice(sealed.bytes());
        Ok(())
    }

    /// Decrypts a token and puts what it holds at its end: answers of how many bytes that is. Errors: it is
    /// no token of the peer's, was not encrypted, or comes again.
    pub fn open(&mut self, sealed: &mut [u8]) -> Result<usize, Failed> {
        let (mut minor, mut was_secret, mut plain) = (0, 0, Filled::new());
        let mut input = lend(sealed);
        if self.handle.is_null() {
            return Err(Failed::UNTRUSTED);
        }
        // SAFETY: as in `seal`; `sealed` is only read meanwhile.
        let major = unsafe {
            ffi::gss_unwrap(
                &raw mut minor,
                self.handle,
                &raw mut input,
                &raw mut plain.0,
                &raw mut was_secret,
                null_mut(),
            )
        };
        if check(major, minor)? != GSS_S_COMPLETE || was_secret == 0 {
            return Err(Failed::UNTRUSTED);
        }
        let plain = plain.bytes();
        let at = sealed.len().checked_sub(plain.len()).ok_or(Failed::UNTRUSTED)?;
        sealed.get_mut(at..).ok_or(Failed::UNTRUSTED)?.copy_from_slice(plain);
        Ok(plain.len())
    }
}

impl Drop for Context {
    fn drop(&mut self) {
        // SAFETY: it is null or the library's, and deleted once; no token for the peer is wanted.
        unsafe { ffi::gss_delete_sec_context(&mut 0, &raw mut self.handle, null_mut()) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn principal(name: &str) -> Principal {
        Principal { name: name.into(), kind: NameKind::Krb5Principal }
    }

    #[test]
    fn a_name_ends_before_its_nul_and_comes_back() {
        let name = Name::import(&principal("zmq/host@REALM\0rest")).unwrap();
        assert_eq!(name.display().unwrap(), b"zmq/host@REALM");
    }

    #[test]
    fn nothing_is_sealed_or_opened_before_the_context_is_there() {
        let mut context = Context::initiate(None, &principal("zmq@REALM"), true).unwrap();
        assert_eq!(context.seal(b"x", &mut Vec::new()), Err(Failed::UNTRUSTED));
        assert_eq!(context.open(&mut [0; 64]), Err(Failed::UNTRUSTED));
    }

    #[test]
    fn an_acceptor_refuses_what_is_no_token() {
        let mut context = Context::accept(None).unwrap();
        for token in [&b""[..], b"x", &[0x60; 300]] {
            assert!(context.step(token).is_err(), "{token:?}");
        }
    }
}
