//! Prints a new pair of CURVE keys as text (zmq_curve_keypair(3)). The lines are those of the tool of the same
//! name that comes with libzmq, so that what reads its output reads this.
#![forbid(unsafe_code)]

use std::io::{self, Write};
use std::process::ExitCode;

use zmq::crypto::KeyPair;
use zmq::z85;

fn print() -> io::Result<()> {
    let pair = KeyPair::generate().map_err(|errno| io::Error::from_raw_os_error(errno.0))?;
    let text = |key: &[u8; 32]| z85::encode(key).unwrap_or_default();
    let mut out = io::stdout().lock();
    writeln!(out, "A new pair of CURVE keys, as Z85 text (https://rfc.zeromq.org/spec/32).")?;
    writeln!(out, "One party keeps the secret key; its peers need to know the public one.")?;
    writeln!(out, "\n== CURVE PUBLIC KEY ==\n{}", text(&pair.public))?;
    writeln!(out, "\n== CURVE SECRET KEY ==\n{}", text(pair.secret.as_bytes()))
}

fn main() -> ExitCode {
    match print() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("curve_keygen: {error}");
            ExitCode::FAILURE
        }
    }
}
