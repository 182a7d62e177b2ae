//! The part of `gssapi/gssapi.h` that is used (RFC 2744), as the system's libgssapi_krb5 has it.

use std::marker::{PhantomData, PhantomPinned};

macro_rules! opaque { ($($name:ident),*) => { $(
    /// A structure of the library's own.
    #[repr(C)]
    pub struct $name {
        _bytes: [u8; 0],
        _marker: PhantomData<(*mut u8, PhantomPinned)>,
    }
)* } }

opaque! { NameStruct, CredStruct, CtxStruct, BindingsStruct }

pub type GssName = *mut NameStruct;
pub type GssCred = *mut CredStruct;
pub type GssCtx = *mut CtxStruct;

/// `gss_buffer_desc`.
#[repr(C)]
pub struct GssBuffer {
    pub length: usize,
    pub value: *mut libc::c_void,
}

/// `gss_OID_desc`; the library only reads it.
#[repr(C)]
pub struct Oid {
    pub length: u32,
    pub elements: *const libc::c_void,
}

pub const GSS_S_COMPLETE: u32 = 0;
pub const GSS_S_CONTINUE_NEEDED: u32 = 1;
pub const GSS_C_INITIATE: libc::c_int = 1;
pub const GSS_C_ACCEPT: libc::c_int = 2;
pub const GSS_C_MUTUAL_FLAG: u32 = 2;
pub const GSS_C_REPLAY_FLAG: u32 = 4;
pub const GSS_C_CONF_FLAG: u32 = 16;
pub const GSS_C_INTEG_FLAG: u32 = 32;
pub const GSS_C_QOP_DEFAULT: u32 = 0;

#[link(name = "gssapi_krb5")]
unsafe extern "C" {
    pub fn gss_import_name(
        minor: *mut u32,
        text: *mut GssBuffer,
        kind: *mut Oid,
        out: *mut GssName,
    ) -> u32;
    pub fn gss_display_name(
        minor: *mut u32,
        name: GssName,
        out: *mut GssBuffer,
        kind: *mut *mut Oid,
    ) -> u32;
    pub fn gss_release_name(minor: *mut u32, name: *mut GssName) -> u32;
    pub fn gss_release_buffer(minor: *mut u32, buffer: *mut GssBuffer) -> u32;
    pub fn gss_acquire_cred(
        minor: *mut u32,
        name: GssName,
        time_s: u32,
        mechanisms: *mut libc::c_void,
        usage: libc::c_int,
        out: *mut GssCred,
        actual_mechanisms: *mut *mut libc::c_void,
        actual_time_s: *mut u32,
    ) -> u32;
    pub fn gss_release_cred(minor: *mut u32, cred: *mut GssCred) -> u32;
    pub fn gss_init_sec_context(
        minor: *mut u32,
        cred: GssCred,
        context: *mut GssCtx,
        target: GssName,
        mechanism: *mut Oid,
        flags: u32,
        time_s: u32,
        bindings: *mut BindingsStruct,
        token: *mut GssBuffer,
        actual_mechanism: *mut *mut Oid,
        out: *mut GssBuffer,
        actual_flags: *mut u32,
        actual_time_s: *mut u32,
    ) -> u32;
    pub fn gss_accept_sec_context(
        minor: *mut u32,
        context: *mut GssCtx,
        cred: GssCred,
        token: *mut GssBuffer,
        bindings: *mut BindingsStruct,
        source: *mut GssName,
        mechanism: *mut *mut Oid,
        out: *mut GssBuffer,
        actual_flags: *mut u32,
        actual_time_s: *mut u32,
        delegated: *mut GssCred,
    ) -> u32;
    pub fn gss_delete_sec_context(
        minor: *mut u32,
        context: *mut GssCtx,
        token: *mut GssBuffer,
    ) -> u32;
    pub fn gss_wrap(
        minor: *mut u32,
        context: GssCtx,
        is_secret: libc::c_int,
        quality: u32,
        plain: *mut GssBuffer,
        was_secret: *mut libc::c_int,
        out: *mut GssBuffer,
    ) -> u32;
    pub fn gss_unwrap(
        minor: *mut u32,
        context: GssCtx,
        sealed: *mut GssBuffer,
        out: *mut GssBuffer,
        was_secret: *mut libc::c_int,
        quality: *mut u32,
    ) -> u32;
}
