//! Link flags of the shared library, and the one version constant that everything shares.

use std::env;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-env-changed=LIBZMQ_VERSION");
    let version = env::var("LIBZMQ_VERSION").unwrap_or_else(|_| "4.3.5".into());
    let parts: Vec<u8> = version.split('.').map(|p| p.parse().unwrap_or(u8::MAX)).collect();
    if parts.len() != 3 || parts.contains(&u8::MAX) {
        println!(
            "cargo::error=LIBZMQ_VERSION must be three numbers such as 4.3.5, not {version:?}"
        );
        return;
    }
    println!("cargo:rustc-env=LIBZMQ_VERSION_MAJOR={}", parts[0]);
    println!("cargo:rustc-env=LIBZMQ_VERSION_MINOR={}", parts[1]);
    println!("cargo:rustc-env=LIBZMQ_VERSION_PATCH={}", parts[2]);
    if env::var("CARGO_CFG_TARGET_OS").as_deref() == Ok("linux") {
        // nodelete: thread-local destructors must outlive a dlclose by the host.
        println!("cargo:rustc-cdylib-link-arg=-Wl,-soname,libzmq.so.5");
        println!("cargo:rustc-cdylib-link-arg=-Wl,-z,nodelete,-z,relro,-z,now");
    }
}
