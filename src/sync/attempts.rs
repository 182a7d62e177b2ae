//! Attempts that may be in vain: made all the less often the more of them were.
#![forbid(unsafe_code)]

/// See the module. `MOST` chances at most are let go by after one in vain.
#[derive(Default)]
pub struct Attempts<const MOST: u32> {
    skipped_after_vain: u32,
    left_to_skip: u32,
}

impl<const MOST: u32> Attempts<MOST> {
    /// There is a chance: whether to take it.
    pub fn begin(&mut self) -> bool {
        let is_due = self.left_to_skip == 0;
        self.left_to_skip = self.left_to_skip.saturating_sub(1);
        is_due
    }

    /// What came of it. After one in vain twice as many chances are let go by as after the one before.
    pub fn end(&mut self, is_vain: bool) {
        self.skipped_after_vain = match is_vain {
            false => 0,
            true => (2 * self.skipped_after_vain).clamp(1, MOST),
        };
        self.left_to_skip = self.skipped_after_vain;
    }

    /// Lets the next `chances` go by: that was worse than in vain.
    pub fn skip(&mut self, chances: u32) {
        self.left_to_skip = chances;
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn after_each_in_vain_twice_as_many_are_let_go_by() {
        let mut attempts = Attempts::<64>::default();
        for skipped in [1, 2, 4, 8, 16, 32, 64, 64] {
            assert!(attempts.begin());
            attempts.end(true);
            for _ in 0..skipped {
                assert!(!attempts.begin());
            }
        }
        assert!(attempts.begin());
        attempts.end(false);
        assert!(attempts.begin());
        attempts.skip(100);
        assert_eq!((0..1000).take_while(|_| !attempts.begin()).count(), 100);
    }
}
