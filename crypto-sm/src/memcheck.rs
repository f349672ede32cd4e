//! Secrets that valgrind's memcheck watches: memory marked as undefined, which it follows through every copy and every
//! calculation. It reports a branch or an address that depends on such memory, which is what constant-time code must not have
//! (A. Langley, ctgrind, 2010). Compiled with the feature `memcheck` only, which is for `tests/constant-time.sh`; without it
//! [`public`] is nothing.

/// What may be known of a secret: the value itself, which memcheck is told to take as known from here on. Every call is an
/// exception and says why it is one.
#[cfg(not(all(feature = "memcheck", target_arch = "x86_64")))]
#[inline(always)]
pub(crate) fn public<T>(value: T) -> T {
    value
}

#[cfg(all(feature = "memcheck", target_arch = "x86_64"))]
pub(crate) use requests::public;
#[cfg(all(feature = "memcheck", target_arch = "x86_64"))]
pub use requests::{errors, hide, show};

#[cfg(all(feature = "memcheck", target_arch = "x86_64"))]
mod requests {
    #![allow(
        unsafe_code,
        reason = "valgrind is addressed by instructions that do nothing elsewhere"
    )]

    use std::{arch::asm, ptr};

    /// Requests of valgrind.h and memcheck.h.
    const RUNNING: usize = 0x1001;
    const COUNT_ERRORS: usize = 0x1201;
    const MAKE_UNDEFINED: usize = 0x4d43_0001;
    const MAKE_DEFINED: usize = 0x4d43_0002;

    /// What valgrind answers; 0 without it.
    fn request(code: usize, address: usize, length: usize) -> usize {
        let arguments = [code, address, length, 0, 0, 0];
        let mut answer = 0;
        // SAFETY: the rotations make one turn, and the exchange changes nothing. Valgrind reads the arguments and writes no
        // memory of the program.
        unsafe {
            asm!(
                "rol rdi, 3",
                "rol rdi, 13",
                "rol rdi, 61",
                "rol rdi, 51",
                "xchg rbx, rbx",
                in("rax") arguments.as_ptr(),
                inout("rdx") answer,
                options(nostack),
            );
        }
        answer
    }

    /// The value as known from here on.
    #[inline(never)]
    pub(crate) fn public<T>(mut value: T) -> T {
        show(&mut value);
        value
    }

    /// Takes what the value holds as secret.
    pub fn hide<T: ?Sized>(value: &mut T) {
        mark(MAKE_UNDEFINED, value);
    }

    /// Takes it as known.
    pub fn show<T: ?Sized>(value: &mut T) {
        mark(MAKE_DEFINED, value);
    }

    /// The reference is exclusive, so that the compiler does not take what it knew of the value for what it is afterwards.
    fn mark<T: ?Sized>(code: usize, value: &mut T) {
        let length = size_of_val(value);
        let address = ptr::from_mut(value).cast::<u8>().expose_provenance();
        request(code, address, length);
    }

    /// How many dependences were reported so far; nothing outside of valgrind.
    #[must_use]
    pub fn errors() -> Option<usize> {
        (request(RUNNING, 0, 0) > 0).then(|| request(COUNT_ERRORS, 0, 0))
    }
}
