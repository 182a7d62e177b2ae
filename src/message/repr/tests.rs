//! The message's memory: sizes, sharing, free functions.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;

static FREED: AtomicUsize = AtomicUsize::new(0);

unsafe extern "C" fn count_free(_: *mut c_void, hint: *mut c_void) {
    FREED.fetch_add(hint as usize, Ordering::SeqCst);
}

#[test]
fn sizes_around_the_inline_limit_keep_their_bytes() {
    for size in [0, 1, 33, 47, 48, 49, 64, 1000, 100_000] {
        let data: Vec<u8> = (0..size).map(|i| i as u8).collect();
        let message = Message::from_slice(&data);
        assert_eq!(message.data(), data);
        assert_eq!(message.clone().data(), data);
        assert!(!message.is_shared());
    }
}

#[test]
fn the_free_function_runs_once_after_the_last_reference() {
    let mut data = vec![7u8; 10];
    let before = FREED.load(Ordering::SeqCst);
    // SAFETY: `data` outlives both messages.
    let message = unsafe {
        Message::from_user(
            data.as_mut_ptr().cast(),
            10,
            Some(count_free),
            ptr::dangling_mut::<c_void>(),
        )
    };
    let message = message.unwrap();
    let copy = message.clone();
    assert!(copy.is_shared());
    drop(message);
    assert_eq!(FREED.load(Ordering::SeqCst), before);
    assert_eq!(copy.data(), [7; 10]);
    drop(copy);
    assert_eq!(FREED.load(Ordering::SeqCst), before + 1);
}

#[test]
fn a_closed_message_is_not_valid() {
    let mut message = Message::from_slice(&[1; 100]);
    message.close();
    assert!(!message.is_valid());
}

#[test]
fn an_absurd_size_is_refused() {
    assert!(Message::with_size(usize::MAX - 3).is_none());
    assert!(BodyBuf::new(isize::MAX as usize).is_none());
}

#[test]
fn a_lent_body_is_the_lenders_bytes_until_they_are_taken_back() {
    let mut bytes = vec![1; 1000];
    // SAFETY: taken back below, before they change.
    let body = unsafe { Body::lend(&bytes) }.unwrap();
    assert_eq!(body.as_slice().as_ptr(), bytes.as_ptr());
    let kept = body.clone();
    assert!(body.is_shared());
    // SAFETY: nobody else reads.
    unsafe { body.take_back() };
    bytes.fill(2);
    assert_eq!(kept.as_slice(), [1; 1000]);
    drop(kept);
    // SAFETY: as above; there is nothing to take any more.
    unsafe { body.take_back() };
    assert!(!body.is_shared());
}
