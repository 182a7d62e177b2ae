//! Hints to the processor's cache.

/// The caller will soon write to `place`, which another processor may have read or written last. Any address will do.
#[inline(always)]
pub fn to_write(place: *const u8) {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: a hint: nothing is read or written, and no address faults.
    unsafe {
        std::arch::asm!("prefetchw [{}]", in(reg) place, options(nostack, preserves_flags, readonly));
    }
    #[cfg(target_arch = "aarch64")]
    // SAFETY: as above.
    unsafe {
        std::arch::asm!("prfm pstl1keep, [{}]", in(reg) place, options(nostack, preserves_flags, readonly));
    }
    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
    let _ = place;
}
