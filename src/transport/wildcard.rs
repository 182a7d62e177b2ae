//! The socket file that binding `ipc://*` makes up: `tmpXXXXXX/socket` in the first of TMPDIR, TEMPDIR and TMP that is a
//! directory, else in the working directory.
//!
//! Invariant: the directory is ours alone (mode 700), and dropping the value removes it with its file, except in a forked child.
#![forbid(unsafe_code)]

use std::fs;
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use crate::errno::{Errno, Result};
use crate::sys::{fork, random};

/// A made-up socket file and its directory.
#[derive(Debug)]
pub struct WildcardFile {
    directory: PathBuf,
    generation: u64,
}

impl WildcardFile {
    /// Makes the directory. Errors: of mkdir(2).
    pub fn new() -> Result<Self> {
        let generation = fork::generation();
        let parent = parent_directory();
        loop {
            let directory = parent.join(format!("tmp{}", suffix(random::random_u64())));
            match fs::DirBuilder::new().mode(0o700).create(&directory) {
                Ok(()) => return Ok(Self { directory, generation }),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(Errno::from(error)),
            }
        }
    }

    /// The path of the socket file, relative if the directory is. Errors: ENAMETOOLONG if it is not text.
    pub fn path(&self) -> Result<String> {
        let path = self.directory.join("socket");
        path.into_os_string().into_string().map_err(|_| Errno::ENAMETOOLONG)
    }
}

impl Drop for WildcardFile {
    fn drop(&mut self) {
        if fork::generation() == self.generation {
            // Whoever removed them first has done what is wanted.
            let _ = fs::remove_file(self.directory.join("socket"));
            let _ = fs::remove_dir(&self.directory);
        }
    }
}

fn parent_directory() -> PathBuf {
    ["TMPDIR", "TEMPDIR", "TMP"]
        .into_iter()
        .filter_map(std::env::var_os)
        .map(PathBuf::from)
        .find(|path| Path::is_dir(path))
        .unwrap_or_default()
}

/// Six letters and digits.
fn suffix(mut random: u64) -> String {
    const LETTERS: &[u8; 62] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    (0..6)
        .filter_map(|_| {
            let letter = LETTERS.get((random % 62) as usize);
            random /= 62;
            letter.map(|letter| char::from(*letter))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directory_goes_with_its_file() {
        let wildcard = WildcardFile::new().unwrap();
        let path = wildcard.path().unwrap();
        assert!(path.ends_with("/socket") && wildcard.directory.is_dir());
        fs::write(&path, "").unwrap();
        let directory = wildcard.directory.clone();
        drop(wildcard);
        assert!(!directory.exists());
    }

    #[test]
    fn suffixes_are_six_long_and_differ() {
        assert_eq!(suffix(0), "aaaaaa");
        assert_eq!(suffix(61 + 62), "9baaaa");
        assert_eq!(suffix(u64::MAX).len(), 6);
    }
}
