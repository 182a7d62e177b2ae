//! The socket types (zmq_socket(3)): their numbers, their names on the wire and the sets of them
//! that options speak of.
#![forbid(unsafe_code)]

use std::fmt;

macro_rules! socket_types { ($($variant:ident = $number:literal $name:literal,)*) => {
    /// A socket type. The discriminant is the number that `zmq_socket` takes.
    #[allow(missing_docs)]
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    #[repr(u8)]
    pub enum SocketType { $($variant = $number,)* }

    impl SocketType {
        /// All types, by number.
        pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

        /// The type with the number `value`, if there is one.
        pub const fn from_c(value: i32) -> Option<Self> {
            match value { $($number => Some(Self::$variant),)* _ => None }
        }

        /// The name in the `Socket-Type` property of ZMTP's READY command (RFC 37).
        pub const fn name(self) -> &'static str {
            match self { $(Self::$variant => $name,)* }
        }
    }
} }

socket_types! {
    Pair = 0 "PAIR", Pub = 1 "PUB", Sub = 2 "SUB", Req = 3 "REQ", Rep = 4 "REP",
    Dealer = 5 "DEALER", Router = 6 "ROUTER", Pull = 7 "PULL", Push = 8 "PUSH",
    Xpub = 9 "XPUB", Xsub = 10 "XSUB", Stream = 11 "STREAM", Server = 12 "SERVER",
    Client = 13 "CLIENT", Radio = 14 "RADIO", Dish = 15 "DISH", Gather = 16 "GATHER",
    Scatter = 17 "SCATTER", Dgram = 18 "DGRAM", Peer = 19 "PEER", Channel = 20 "CHANNEL",
}

impl SocketType {
    /// The number that `zmq_socket` takes and `ZMQ_TYPE` gives.
    pub const fn into_c(self) -> i32 {
        self as i32
    }

    /// The type whose wire name is `name`, if there is one.
    pub fn from_name(name: &[u8]) -> Option<Self> {
        Self::ALL.iter().copied().find(|socket_type| socket_type.name().as_bytes() == name)
    }

    /// Whether sockets of this type may be used by several threads (`ZMQ_THREAD_SAFE`).
    pub const fn is_thread_safe(self) -> bool {
        SocketTypes::THREAD_SAFE.has(self)
    }

    /// Whether `ZMQ_CONFLATE` has an effect on this type (zmq_setsockopt(3)).
    pub const fn has_conflate(self) -> bool {
        SocketTypes::CONFLATE.has(self)
    }

    /// Whether this type sends `ZMQ_HELLO_MSG` to a new peer (zmq_setsockopt(3)).
    pub const fn has_hello_msg(self) -> bool {
        SocketTypes::HELLO_MSG.has(self)
    }

    /// Whether this type hands `ZMQ_DISCONNECT_MSG` to the application (zmq_setsockopt(3)).
    pub const fn has_disconnect_msg(self) -> bool {
        SocketTypes::DISCONNECT_MSG.has(self)
    }

    /// Whether this type hands `ZMQ_HICCUP_MSG` to the application (zmq_setsockopt(3)).
    pub const fn has_hiccup_msg(self) -> bool {
        SocketTypes::HICCUP_MSG.has(self)
    }
}

impl fmt::Display for SocketType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A set of socket types, one bit each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SocketTypes(u32);

impl SocketTypes {
    /// No type.
    pub const NONE: Self = Self(0);
    /// Every type.
    pub const ALL: Self = Self::of(SocketType::ALL);
    /// The types that several threads may share.
    pub const THREAD_SAFE: Self = Self::of(&[
        SocketType::Server,
        SocketType::Client,
        SocketType::Radio,
        SocketType::Dish,
        SocketType::Gather,
        SocketType::Scatter,
        SocketType::Peer,
        SocketType::Channel,
    ]);
    const CONFLATE: Self = Self::of(&[
        SocketType::Pull,
        SocketType::Push,
        SocketType::Sub,
        SocketType::Pub,
        SocketType::Dealer,
    ]);
    const HELLO_MSG: Self = Self::of(&[
        SocketType::Router,
        SocketType::Dealer,
        SocketType::Client,
        SocketType::Server,
        SocketType::Peer,
    ]);
    const DISCONNECT_MSG: Self =
        Self::of(&[SocketType::Router, SocketType::Server, SocketType::Peer]);
    const HICCUP_MSG: Self = Self::of(&[SocketType::Dealer, SocketType::Client, SocketType::Peer]);

    /// The set of the listed types.
    pub const fn of(types: &[SocketType]) -> Self {
        let mut bits = 0;
        let mut rest = types;
        while let [first, tail @ ..] = rest {
            bits |= 1 << *first as u32;
            rest = tail;
        }
        Self(bits)
    }

    /// Every type but those of this set.
    pub const fn complement(self) -> Self {
        Self(Self::ALL.0 & !self.0)
    }

    /// Whether `socket_type` is in the set.
    pub const fn has(self, socket_type: SocketType) -> bool {
        self.0 & (1 << socket_type as u32) != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_and_name_leads_back_to_its_type() {
        for (number, socket_type) in (0..).zip(SocketType::ALL) {
            assert_eq!(socket_type.into_c(), number);
            assert_eq!(SocketType::from_c(number), Some(*socket_type));
            assert_eq!(SocketType::from_name(socket_type.name().as_bytes()), Some(*socket_type));
        }
        assert_eq!(SocketType::ALL.len(), 21);
        assert_eq!(SocketType::from_c(-1), None);
        assert_eq!(SocketType::from_c(21), None);
        assert_eq!(SocketType::from_name(b"Pair"), None);
    }

    #[test]
    fn dgram_is_the_only_draft_type_for_one_thread() {
        for socket_type in SocketType::ALL {
            let wanted = socket_type.into_c() >= 12 && *socket_type != SocketType::Dgram;
            assert_eq!(socket_type.is_thread_safe(), wanted, "{socket_type}");
            assert_ne!(SocketTypes::THREAD_SAFE.complement().has(*socket_type), wanted);
        }
    }
}
