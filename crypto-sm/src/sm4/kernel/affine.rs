//! The S-box of SM4 (GB/T 32907-2016 table A.1) as an affine map, the inversion of GF(2^8), and an affine map, so that
//! instructions made for AES compute it. Everything is derived when the crate is compiled.
//!
//! S(x) = A·(A·x + c)⁻¹ + c, with the inversion modulo x^8 + x^7 + x^6 + x^5 + x^4 + x^2 + 1 and A and c below (J. Erickson,
//! J. Ding, C. Christensen: Algebraic cryptanalysis of SMS4, 2009). AES inverts modulo x^8 + x^4 + x^3 + x + 1. Both fields
//! are the same but for a linear change φ of coordinates, so that S(x) = A·φ⁻¹·(φ·(A·x + c))⁻¹ + c with the inversion of
//! AES.
#![cfg_attr(
    not(target_arch = "x86_64"),
    allow(
        dead_code,
        reason = "which of these maps are needed depends on the processor's instructions"
    )
)]

/// A linear map of bytes: bit i of the image is the parity of the argument's bits in row i.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::sm4) struct Matrix([u8; 8]);

/// A linear map followed by the addition of a constant.
#[derive(Clone, Copy, Debug)]
pub(in crate::sm4) struct Affine {
    pub(in crate::sm4) matrix: Matrix,
    pub(in crate::sm4) constant: u8,
}

const SM4_MODULUS: u16 = 0x1f5;
const AES_MODULUS: u16 = 0x11b;

/// A.
const SM4_MATRIX: Matrix = Matrix([0xa7, 0x4f, 0x9e, 0x3d, 0x7a, 0xf4, 0xe9, 0xd3]);
/// c.
pub(in crate::sm4) const SM4_CONSTANT: u8 = 0xd3;

/// A⁻¹·c: the constant in front of the S-box if it is added before A.
pub(in crate::sm4) const ARGUMENT_CONSTANT: u8 = SM4_MATRIX.inverse().apply(SM4_CONSTANT);

/// The affine map after the inversion in the S-box of AES (FIPS 197 clause 5.1.1).
const AES_MATRIX: Matrix = Matrix([0xf1, 0xe3, 0xc7, 0x8f, 0x1f, 0x3e, 0x7c, 0xf8]);
const AES_CONSTANT: u8 = 0x63;

/// φ, the change of coordinates.
const TO_AES: Matrix = isomorphism();

/// What comes before an inversion in the field of AES.
pub(in crate::sm4) const BEFORE_INVERSION: Affine = Affine {
    matrix: TO_AES.after(SM4_MATRIX),
    constant: TO_AES.apply(SM4_CONSTANT),
};

/// What comes after an inversion in the field of AES.
pub(in crate::sm4) const AFTER_INVERSION: Affine = Affine {
    matrix: SM4_MATRIX.after(TO_AES.inverse()),
    constant: SM4_CONSTANT,
};

/// What comes before the S-box of AES.
pub(in crate::sm4) const BEFORE_AES: Affine = BEFORE_INVERSION;

/// What comes after the S-box of AES: its own affine map is undone first.
pub(in crate::sm4) const AFTER_AES: Affine = {
    let matrix = AFTER_INVERSION.matrix.after(AES_MATRIX.inverse());
    Affine {
        matrix,
        constant: matrix.apply(AES_CONSTANT) ^ SM4_CONSTANT,
    }
};

impl Matrix {
    pub(in crate::sm4) const IDENTITY: Self = Self::of_turn(0);

    /// The bits of a byte turned to the left.
    pub(in crate::sm4) const fn of_turn(bits: u32) -> Self {
        let mut rows = [0; 8];
        let mut row = 0;
        while row < 8 {
            rows[row] = 1u8.rotate_left((row as u32 + 8 - bits) % 8);
            row += 1;
        }
        Self(rows)
    }

    /// The sum of both images.
    pub(in crate::sm4) const fn plus(self, other: Self) -> Self {
        let mut rows = self.0;
        let mut row = 0;
        while row < 8 {
            rows[row] ^= other.0[row];
            row += 1;
        }
        Self(rows)
    }

    /// The bits of the image that are set in the mask.
    pub(in crate::sm4) const fn and(self, mask: u8) -> Self {
        let mut rows = self.0;
        let mut row = 0;
        while row < 8 {
            if mask >> row & 1 == 0 {
                rows[row] = 0;
            }
            row += 1;
        }
        Self(rows)
    }

    pub(in crate::sm4) const fn apply(self, byte: u8) -> u8 {
        let mut image = 0;
        let mut row = 0;
        while row < 8 {
            image |= ((self.0[row] & byte).count_ones() as u8 & 1) << row;
            row += 1;
        }
        image
    }

    /// The map that takes the unit bytes 1, 2, 4, … to these images.
    const fn of_images(images: [u8; 8]) -> Self {
        let mut rows = [0; 8];
        let mut row = 0;
        while row < 8 {
            let mut column = 0;
            while column < 8 {
                rows[row] |= (images[column] >> row & 1) << column;
                column += 1;
            }
            row += 1;
        }
        Self(rows)
    }

    /// First `inner`, then this.
    pub(in crate::sm4) const fn after(self, inner: Self) -> Self {
        let mut images = [0; 8];
        let mut column = 0;
        while column < 8 {
            images[column] = self.apply(inner.apply(1 << column));
            column += 1;
        }
        Self::of_images(images)
    }

    pub(in crate::sm4) const fn inverse(self) -> Self {
        let mut images = [0; 8];
        let mut byte = 1;
        while byte < 256 {
            let image = self.apply(byte as u8);
            if image.is_power_of_two() {
                images[image.trailing_zeros() as usize] = byte as u8;
            }
            byte += 1;
        }
        Self::of_images(images)
    }

    /// As the instructions of GFNI want it: the row of bit 0 in the highest byte.
    pub(in crate::sm4) const fn quadword(self) -> i64 {
        i64::from_be_bytes(self.0)
    }
}

impl Affine {
    pub(in crate::sm4) const fn apply(self, byte: u8) -> u8 {
        self.matrix.apply(byte) ^ self.constant
    }

    /// Images of the low halves 0x00, 0x01, … 0x0f, with the constant.
    pub(in crate::sm4) const fn low_halves(self) -> [u8; 16] {
        let mut images = [0; 16];
        let mut half = 0;
        while half < 16 {
            images[half] = self.apply(half as u8);
            half += 1;
        }
        images
    }

    /// Images of the high halves 0x00, 0x10, … 0xf0, without the constant.
    pub(in crate::sm4) const fn high_halves(self) -> [u8; 16] {
        let mut images = [0; 16];
        let mut half = 0;
        while half < 16 {
            images[half] = self.matrix.apply((half << 4) as u8);
            half += 1;
        }
        images
    }
}

/// Where each byte of four 32-bit words is to be taken from, so that the row shift of AES (FIPS 197 clause 5.1.2) is
/// undone and every word, lowest byte first, is turned to the left by so many bytes.
pub(in crate::sm4) const fn unshift_rows(turn: usize) -> [u8; 16] {
    let mut sources = [0; 16];
    let mut place = 0;
    while place < 16 {
        let (word, byte) = (place / 4, (place + 4 - turn) % 4);
        sources[place] = (4 * ((word + 4 - byte) % 4) + byte) as u8;
        place += 1;
    }
    sources
}

const fn multiply(a: u8, b: u8, modulus: u16) -> u8 {
    let mut product = 0;
    let mut bit = 8;
    while bit > 0 {
        bit -= 1;
        product <<= 1;
        if product & 0x100 != 0 {
            product ^= modulus;
        }
        if b >> bit & 1 == 1 {
            product ^= a as u16;
        }
    }
    product as u8
}

/// The map that takes x to a root of SM4's modulus in the field of AES, and its powers to that root's.
const fn isomorphism() -> Matrix {
    let mut root = 2;
    loop {
        let mut images = [0; 8];
        let mut power = 1;
        let mut value = 0;
        let mut exponent = 0;
        while exponent <= 8 {
            if exponent < 8 {
                images[exponent] = power;
            }
            if SM4_MODULUS >> exponent & 1 == 1 {
                value ^= power;
            }
            power = multiply(power, root, AES_MODULUS);
            exponent += 1;
        }
        if value == 0 {
            return Matrix::of_images(images);
        }
        root += 1;
    }
}

#[cfg(test)]
pub(in crate::sm4) mod tests {
    use super::*;

    /// GB/T 32907-2016 table A.1.
    pub(in crate::sm4) const S_BOX: [u8; 256] = [
        0xd6, 0x90, 0xe9, 0xfe, 0xcc, 0xe1, 0x3d, 0xb7, 0x16, 0xb6, 0x14, 0xc2, 0x28, 0xfb, 0x2c,
        0x05, 0x2b, 0x67, 0x9a, 0x76, 0x2a, 0xbe, 0x04, 0xc3, 0xaa, 0x44, 0x13, 0x26, 0x49, 0x86,
        0x06, 0x99, 0x9c, 0x42, 0x50, 0xf4, 0x91, 0xef, 0x98, 0x7a, 0x33, 0x54, 0x0b, 0x43, 0xed,
        0xcf, 0xac, 0x62, 0xe4, 0xb3, 0x1c, 0xa9, 0xc9, 0x08, 0xe8, 0x95, 0x80, 0xdf, 0x94, 0xfa,
        0x75, 0x8f, 0x3f, 0xa6, 0x47, 0x07, 0xa7, 0xfc, 0xf3, 0x73, 0x17, 0xba, 0x83, 0x59, 0x3c,
        0x19, 0xe6, 0x85, 0x4f, 0xa8, 0x68, 0x6b, 0x81, 0xb2, 0x71, 0x64, 0xda, 0x8b, 0xf8, 0xeb,
        0x0f, 0x4b, 0x70, 0x56, 0x9d, 0x35, 0x1e, 0x24, 0x0e, 0x5e, 0x63, 0x58, 0xd1, 0xa2, 0x25,
        0x22, 0x7c, 0x3b, 0x01, 0x21, 0x78, 0x87, 0xd4, 0x00, 0x46, 0x57, 0x9f, 0xd3, 0x27, 0x52,
        0x4c, 0x36, 0x02, 0xe7, 0xa0, 0xc4, 0xc8, 0x9e, 0xea, 0xbf, 0x8a, 0xd2, 0x40, 0xc7, 0x38,
        0xb5, 0xa3, 0xf7, 0xf2, 0xce, 0xf9, 0x61, 0x15, 0xa1, 0xe0, 0xae, 0x5d, 0xa4, 0x9b, 0x34,
        0x1a, 0x55, 0xad, 0x93, 0x32, 0x30, 0xf5, 0x8c, 0xb1, 0xe3, 0x1d, 0xf6, 0xe2, 0x2e, 0x82,
        0x66, 0xca, 0x60, 0xc0, 0x29, 0x23, 0xab, 0x0d, 0x53, 0x4e, 0x6f, 0xd5, 0xdb, 0x37, 0x45,
        0xde, 0xfd, 0x8e, 0x2f, 0x03, 0xff, 0x6a, 0x72, 0x6d, 0x6c, 0x5b, 0x51, 0x8d, 0x1b, 0xaf,
        0x92, 0xbb, 0xdd, 0xbc, 0x7f, 0x11, 0xd9, 0x5c, 0x41, 0x1f, 0x10, 0x5a, 0xd8, 0x0a, 0xc1,
        0x31, 0x88, 0xa5, 0xcd, 0x7b, 0xbd, 0x2d, 0x74, 0xd0, 0x12, 0xb8, 0xe5, 0xb4, 0xb0, 0x89,
        0x69, 0x97, 0x4a, 0x0c, 0x96, 0x77, 0x7e, 0x65, 0xb9, 0xf1, 0x09, 0xc5, 0x6e, 0xc6, 0x84,
        0x18, 0xf0, 0x7d, 0xec, 0x3a, 0xdc, 0x4d, 0x20, 0x79, 0xee, 0x5f, 0x3e, 0xd7, 0xcb, 0x39,
        0x48,
    ];

    fn invert(byte: u8, modulus: u16) -> u8 {
        (0..=255)
            .find(|other| multiply(byte, *other, modulus) == 1)
            .unwrap_or(0)
    }

    /// What the instructions of GFNI invert.
    pub(in crate::sm4) fn inverse_of_aes(byte: u8) -> u8 {
        invert(byte, AES_MODULUS)
    }

    #[test]
    fn the_formula_of_the_s_box_gives_the_table_of_the_standard() {
        let own = Affine {
            matrix: SM4_MATRIX,
            constant: SM4_CONSTANT,
        };
        for byte in 0..=255 {
            let value = own.apply(invert(own.apply(byte), SM4_MODULUS));
            assert_eq!(value, S_BOX[usize::from(byte)]);
        }
    }

    #[test]
    fn the_s_box_of_aes_between_affine_maps_is_that_of_sm4() {
        // FIPS 197 figure 7: the S-box takes 0x53 to 0xed and 0x00 to 0x63.
        let aes = |byte| AES_MATRIX.apply(invert(byte, AES_MODULUS)) ^ AES_CONSTANT;
        assert_eq!((aes(0x53), aes(0)), (0xed, 0x63));
        for byte in 0..=255 {
            let value = AFTER_AES.apply(aes(BEFORE_AES.apply(byte)));
            assert_eq!(value, S_BOX[usize::from(byte)]);
        }
    }

    #[test]
    fn halves_of_a_byte_add_up_to_its_image() {
        for map in [BEFORE_AES, AFTER_AES] {
            let (low, high) = (map.low_halves(), map.high_halves());
            for byte in 0..=255u8 {
                let sum = low[usize::from(byte & 15)] ^ high[usize::from(byte >> 4)];
                assert_eq!(sum, map.apply(byte));
            }
        }
    }

    /// The instruction GF2P8AFFINEQB on one byte, as Intel's manual (volume 2) writes it.
    fn gf2p8affineqb(matrix: i64, byte: u8, constant: u8) -> u8 {
        let rows = matrix.to_le_bytes();
        (0..8)
            .map(|bit| ((rows[7 - bit] & byte).count_ones() as u8 & 1) << bit)
            .fold(constant, |sum, bit| sum ^ bit)
    }

    #[test]
    fn the_instructions_of_gfni_compute_the_s_box() {
        for byte in 0..=255 {
            let moved = gf2p8affineqb(
                BEFORE_INVERSION.matrix.quadword(),
                byte,
                BEFORE_INVERSION.constant,
            );
            // GF2P8AFFINEINVQB inverts in the field of AES, then does the same.
            let value = gf2p8affineqb(
                AFTER_INVERSION.matrix.quadword(),
                invert(moved, AES_MODULUS),
                AFTER_INVERSION.constant,
            );
            assert_eq!(value, S_BOX[usize::from(byte)]);
        }
    }
}
