//! Z85: four bytes as five printable characters (RFC 32).
//!
//! Invariant: what `decode` takes is what `encode` gives, character for character.
#![forbid(unsafe_code)]

/// The characters for the digits 0 to 84.
const DIGITS: &[u8; 85] =
    b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";

/// No digit.
const NONE: u8 = 0xff;

/// The digit of each byte, or [`NONE`].
const VALUES: [u8; 256] = values();

const fn values() -> [u8; 256] {
    let mut values = [NONE; 256];
    let mut digit = 0;
    while digit < DIGITS.len() {
        values[DIGITS[digit] as usize] = digit as u8;
        digit += 1;
    }
    values
}

/// The text for `data`, without a NUL. `None` unless the length is a multiple of 4.
pub fn encode(data: &[u8]) -> Option<String> {
    let (groups, rest) = data.as_chunks::<4>();
    if !rest.is_empty() {
        return None;
    }
    let mut text = String::with_capacity(groups.len() * 5);
    for group in groups {
        let value = u32::from_be_bytes(*group);
        for divisor in [85_u32.pow(4), 85_u32.pow(3), 85_u32.pow(2), 85, 1] {
            let digit = (value / divisor % 85) as usize;
            text.push(char::from(*DIGITS.get(digit)?));
        }
    }
    Some(text)
}

/// The bytes that `text` stands for. `None` unless the length is a multiple of 5 and not 0, every
/// character is a digit, and every group is below 2^32.
pub fn decode(text: &str) -> Option<Vec<u8>> {
    decode_bytes(text.as_bytes())
}

/// As [`decode`], for text that may be no UTF-8.
pub fn decode_bytes(text: &[u8]) -> Option<Vec<u8>> {
    let mut data = vec![0; text.len() / 5 * 4];
    decode_into(text, &mut data)?;
    Some(data)
}

/// Decodes to `data`, which has to be of the right length.
fn decode_into(text: &[u8], data: &mut [u8]) -> Option<()> {
    let (groups, rest) = text.as_chunks::<5>();
    let (rooms, no_room) = data.as_chunks_mut::<4>();
    let fits = groups.len() == rooms.len() && no_room.is_empty();
    if groups.is_empty() || !rest.is_empty() || !fits {
        return None;
    }
    for (group, room) in groups.iter().zip(rooms) {
        let mut value = 0_u32;
        for byte in group {
            let digit = *VALUES.get(usize::from(*byte))?;
            if digit == NONE {
                return None;
            }
            value = value.checked_mul(85)?.checked_add(u32::from(digit))?;
        }
        *room = value.to_be_bytes();
    }
    Some(())
}

/// As [`decode_bytes`], for `N` bytes exactly, which are nowhere else afterwards: they may be a secret.
pub fn decode_array<const N: usize>(text: &[u8]) -> Option<[u8; N]> {
    let mut data = [0; N];
    decode_into(text, &mut data).map(|()| data)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_test_case_of_rfc_32_is_hello_world() {
        let data = [0x86, 0x4f, 0xd2, 0x6f, 0xb5, 0x59, 0xf7, 0x5b];
        assert_eq!(encode(&data).as_deref(), Some("HelloWorld"));
        assert_eq!(decode("HelloWorld").as_deref(), Some(&data[..]));
    }

    #[test]
    fn lengths_are_whole_groups() {
        assert_eq!(encode(b"").as_deref(), Some(""));
        assert_eq!(encode(b"abc"), None);
        assert_eq!(encode(b"abcd").as_deref(), Some("vpA.S"));
        for text in ["", "a", "abcd", "abcdef"] {
            assert_eq!(decode(text), None, "{text}");
        }
        assert_eq!(decode("abcde").as_deref(), Some(&[0x1f, 0x85, 0x9a, 0x24][..]));
    }

    #[test]
    fn a_group_must_fit_32_bits() {
        assert_eq!(encode(&[0xff; 4]).as_deref(), Some("%nSc0"));
        assert_eq!(decode("%nSc0").as_deref(), Some(&[0xff; 4][..]));
        assert_eq!(decode("%nSc1"), None);
        assert_eq!(decode("#####"), None);
        assert_eq!(decode("@####").as_deref(), Some(&[0xff, 0x22, 0x80, 0xb1][..]));
    }

    #[test]
    fn only_the_85_characters_are_digits() {
        for byte in 0..=u8::MAX {
            let text = [b'0', b'0', b'0', b'0', byte];
            let digit = DIGITS.iter().position(|digit| *digit == byte);
            let expected = digit.map(|digit| vec![0, 0, 0, digit as u8]);
            assert_eq!(decode_bytes(&text), expected, "{byte}");
        }
    }

    #[test]
    fn every_word_survives() {
        for word in (0..=u32::MAX).step_by(65_521) {
            let data = word.to_be_bytes();
            let text = encode(&data).unwrap();
            assert_eq!(text.len(), 5);
            assert_eq!(decode(&text).as_deref(), Some(&data[..]));
        }
    }
}
