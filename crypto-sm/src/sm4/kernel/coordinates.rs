//! SM4 in other coordinates, for processors with GFNI: every byte x of the state is held as y = B·x, B being the linear map in
//! front of the inversion of GF(2^8). The state and the round keys are taken there once, and the 32 rounds begin with the
//! inversion itself.
//!
//! What follows the inversion is linear too: s = A·inverse + c on each byte, and then L(s) = s + (s ⋘ 2) + (s ⋘ 10) +
//! (s ⋘ 18) + (s ⋘ 24) on words (GB/T 32907-2016 clause 6.2). Turning a word by 2 bits turns each byte by 2 and exchanges the
//! two bits that came round: with t the turned byte, h = t ∧ 0xfc and l = t ∧ 0x03, byte j of (s ⋘ 2) is h_j + l_{j−1}. So
//! byte j of L(s) is (s + h)_j + t_{j−1} + t_{j−2} + (s + l)_{j−3}: three maps of the inverse, and turns by whole bytes.

use super::affine::{AFTER_INVERSION, Affine, BEFORE_INVERSION, Matrix};

/// B: where the state and the round keys are taken.
pub(super) const ENTER: Matrix = BEFORE_INVERSION.matrix;

/// The way back.
pub(super) const LEAVE: Matrix = ENTER.inverse();

/// What a round key gets besides: the constant in front of the inversion.
pub(super) const KEY_CONSTANT: u8 = BEFORE_INVERSION.constant;

const TURN: Matrix = Matrix::of_turn(2);
const HIGH: Matrix = TURN.and(0xfc);
const LOW: Matrix = TURN.and(0x03);

/// From the inverse to s + h, and the constant of all of L(s): with four equal bytes c, L is c + 3·(c turned by 2) + c.
pub(super) const OWN: Affine = Affine {
    matrix: after_inversion(Matrix::IDENTITY.plus(HIGH)),
    constant: ENTER.apply(TURN.apply(AFTER_INVERSION.constant)),
};

/// From the inverse to t, which goes one and two bytes on.
pub(super) const NEXT: Matrix = after_inversion(TURN);

/// From the inverse to s + l, which goes three bytes on.
pub(super) const LAST: Matrix = after_inversion(Matrix::IDENTITY.plus(LOW));

/// The map of s, in the coordinates of the state.
const fn after_inversion(map: Matrix) -> Matrix {
    ENTER.after(map.after(AFTER_INVERSION.matrix))
}

#[cfg(test)]
mod tests {
    use super::{
        super::affine::tests::{S_BOX, inverse_of_aes},
        *,
    };

    fn on_bytes(word: u32, map: impl Fn(u8) -> u8) -> u32 {
        u32::from_le_bytes(word.to_le_bytes().map(map))
    }

    #[test]
    fn three_maps_of_the_inverse_are_s_box_and_linear_transformation() {
        let mut word = 0x0123_4567u32;
        for _ in 0..2000 {
            word = word.wrapping_mul(0x9e37_79b9) ^ word >> 15;
            let s = on_bytes(word, |byte| S_BOX[usize::from(byte)]);
            let expected =
                s ^ s.rotate_left(2) ^ s.rotate_left(10) ^ s.rotate_left(18) ^ s.rotate_left(24);
            let inverse = on_bytes(word, |byte| {
                inverse_of_aes(ENTER.apply(byte) ^ KEY_CONSTANT)
            });
            let next = on_bytes(inverse, |byte| NEXT.apply(byte));
            let found = on_bytes(inverse, |byte| OWN.apply(byte))
                ^ next.rotate_left(8)
                ^ next.rotate_left(16)
                ^ on_bytes(inverse, |byte| LAST.apply(byte)).rotate_left(24);
            assert_eq!(on_bytes(found, |byte| LEAVE.apply(byte)), expected);
        }
    }
}
