//! The 64 rounds of a block in general registers. Compilers add the round's constant where the chain of rounds waits for it,
//! and mix up an order of instructions in which a round takes the six cycles that its longest chain has; so the rounds are
//! assembly. What they add is expanded before, elsewhere.
//!
//! The chain goes from one E to the next: + rotated A and constant, rotation, + H, and the permutation P0, X ⊕ (X ⋘ 9) ⊕
//! (X ⋘ 17), in which the two rotations share a cycle. The choice (E ∧ F) ∨ (¬E ∧ G) is off it because it begins before E is
//! there: with y = X ⊕ (X ⋘ 9) and z = X ⋘ 17 it is (y ∧ (F ⊕ G)) ⊕ ((z ∧ (F ⊕ G)) ⊕ G).

/// What is rotated to SS1, t1 = t0 + E + T with t0 = A ⋘ 12: one instruction of one cycle in Intel's processors since 2019.
macro_rules! add_constant {
    ($e:literal, $constant:literal) => {
        concat!("lea {t1:e}, [{t0:r} + {", $e, ":r} + {", $constant, "}]\n")
    };
}

/// The end of a round: the permutation P0 of the new E, which stands where H was.
macro_rules! permute {
    ($e:literal $f:literal $h:literal) => {
        concat!(
            "rorx {t3:e}, {",
            $h,
            ":e}, 23\n",
            "rorx {t2:e}, {",
            $h,
            ":e}, 15\n",
            "xor {",
            $h,
            ":e}, {t3:e}\n",
            "xor {",
            $h,
            ":e}, {t2:e}\n",
        )
    };
}

/// The same, with the next round's choice, in which E and F are what F and G were.
macro_rules! permute_and_choose {
    ($e:literal $f:literal $h:literal) => {
        concat!(
            "mov {choice:e}, {",
            $e,
            ":e}\n",
            "rorx {t3:e}, {",
            $h,
            ":e}, 23\n",
            "rorx {t2:e}, {",
            $h,
            ":e}, 15\n",
            "xor {choice:e}, {",
            $f,
            ":e}\n",
            "xor {",
            $h,
            ":e}, {t3:e}\n",
            "mov {t3:e}, {t2:e}\n",
            "and {t3:e}, {choice:e}\n",
            "xor {t3:e}, {",
            $f,
            ":e}\n",
            "and {choice:e}, {",
            $h,
            ":e}\n",
            "xor {",
            $h,
            ":e}, {t2:e}\n",
            "xor {choice:e}, {t3:e}\n",
        )
    };
}

/// One round of the first sixteen. The words do not move; the next round names them differently.
macro_rules! parity_round {
    ($a:literal $b:literal $c:literal $d:literal $e:literal $f:literal $g:literal $h:literal,
     $constant:literal, $w:literal, $both:literal, $permute:ident) => {
        concat!(
            "rorx {t0:e}, {",
            $a,
            ":e}, 20\n",
            "add {",
            $d,
            ":e}, [{words} + {",
            $both,
            "}]\n",
            "add {",
            $h,
            ":e}, [{words} + {",
            $w,
            "}]\n",
            add_constant!($e, $constant),
            "mov {t2:e}, {",
            $b,
            ":e}\n",
            "mov {t3:e}, {",
            $f,
            ":e}\n",
            "xor {t2:e}, {",
            $c,
            ":e}\n",
            "xor {t2:e}, {",
            $a,
            ":e}\n",
            "add {",
            $d,
            ":e}, {t2:e}\n",
            "rorx {t1:e}, {t1:e}, 25\n",
            "rorx {",
            $b,
            ":e}, {",
            $b,
            ":e}, 23\n",
            "xor {t3:e}, {",
            $g,
            ":e}\n",
            "xor {t3:e}, {",
            $e,
            ":e}\n",
            "add {",
            $h,
            ":e}, {t3:e}\n",
            "add {",
            $h,
            ":e}, {t1:e}\n",
            "xor {t0:e}, {t1:e}\n",
            "rorx {",
            $f,
            ":e}, {",
            $f,
            ":e}, 13\n",
            "add {",
            $d,
            ":e}, {t0:e}\n",
            $permute!($e $f $h),
        )
    };
}

/// One round of the others. Where bits cannot both be set, sums stand for disjunctions: they join the chain in any order.
macro_rules! majority_round {
    ($a:literal $b:literal $c:literal $d:literal $e:literal $f:literal $g:literal $h:literal,
     $constant:literal, $w:literal, $both:literal, $permute:ident) => {
        concat!(
            "add {",
            $h,
            ":e}, [{words} + {",
            $w,
            "}]\n",
            "add {",
            $h,
            ":e}, {choice:e}\n",
            "mov {t2:e}, {",
            $b,
            ":e}\n",
            "and {t2:e}, {",
            $c,
            ":e}\n",
            "rorx {t0:e}, {",
            $a,
            ":e}, 20\n",
            "add {",
            $d,
            ":e}, [{words} + {",
            $both,
            "}]\n",
            "add {",
            $d,
            ":e}, {t2:e}\n",
            add_constant!($e, $constant),
            "rorx {t1:e}, {t1:e}, 25\n",
            "mov {t3:e}, {",
            $b,
            ":e}\n",
            "xor {t3:e}, {",
            $c,
            ":e}\n",
            "and {t3:e}, {",
            $a,
            ":e}\n",
            "rorx {",
            $b,
            ":e}, {",
            $b,
            ":e}, 23\n",
            "add {",
            $h,
            ":e}, {t1:e}\n",
            "xor {t0:e}, {t1:e}\n",
            "add {",
            $d,
            ":e}, {t3:e}\n",
            "add {",
            $d,
            ":e}, {t0:e}\n",
            "rorx {",
            $f,
            ":e}, {",
            $f,
            ":e}, 13\n",
            $permute!($e $f $h),
        )
    };
}

/// The four rounds of a group, after which every word is back in its place. W_j is `$stride`·j bytes behind the pointer, W'_j
/// `$both` bytes further on. The last word but one is the choice, which the rounds before leave for the next.
macro_rules! four_rounds {
    ($round:ident $permute:ident $last:ident, $group:expr, $stride:expr, $both:expr, $words:expr,
     [$a:ident $b:ident $c:ident $d:ident $e:ident $f:ident $g:ident $h:ident] $choice:ident) => {
        asm!(
            // Not every group makes or takes it, and an operand must be named.
            "/* {choice:e} */",
            $round!("a" "b" "c" "d" "e" "f" "g" "h", "constant0", "w0", "both0", $permute),
            $round!("d" "a" "b" "c" "h" "e" "f" "g", "constant1", "w1", "both1", $permute),
            $round!("c" "d" "a" "b" "g" "h" "e" "f", "constant2", "w2", "both2", $permute),
            $round!("b" "c" "d" "a" "f" "g" "h" "e", "constant3", "w3", "both3", $last),
            a = inout(reg) $a, b = inout(reg) $b, c = inout(reg) $c, d = inout(reg) $d,
            e = inout(reg) $e, f = inout(reg) $f, g = inout(reg) $g, h = inout(reg) $h,
            t0 = out(reg) _, t1 = out(reg) _, t2 = out(reg) _, t3 = out(reg) _,
            choice = inout(reg) $choice,
            words = in(reg) $words,
            w0 = const $stride * (4 * $group), w1 = const $stride * (4 * $group + 1),
            w2 = const $stride * (4 * $group + 2), w3 = const $stride * (4 * $group + 3),
            both0 = const $both + $stride * (4 * $group),
            both1 = const $both + $stride * (4 * $group + 1),
            both2 = const $both + $stride * (4 * $group + 2),
            both3 = const $both + $stride * (4 * $group + 3),
            constant0 = const ROUND_CONSTANTS[4 * $group].cast_signed(),
            constant1 = const ROUND_CONSTANTS[4 * $group + 1].cast_signed(),
            constant2 = const ROUND_CONSTANTS[4 * $group + 2].cast_signed(),
            constant3 = const ROUND_CONSTANTS[4 * $group + 3].cast_signed(),
            options(pure, readonly, nostack),
        )
    };
}

/// The rounds of one block on a state that is in registers and in memory; `$before` is a macro that gets each group's number
/// before its rounds.
macro_rules! all_rounds {
    ([$a:ident $b:ident $c:ident $d:ident $e:ident $f:ident $g:ident $h:ident] $state:expr,
     $words:expr, $stride:expr, $both:expr, $before:ident) => {{
        let mut choice = 0u32;
        macro_rules! group {
            ($round:ident $permute:ident $last:ident $group:literal) => {
                $before!($group);
                // SAFETY: BMI2 is there, as the function's features say. The code reads W and W' of four rounds, which the
                // pointer is to, writes no memory, and declares each register that it changes.
                unsafe {
                    four_rounds!($round $permute $last, $group, $stride, $both, $words,
                        [$a $b $c $d $e $f $g $h] choice);
                }
            };
        }
        group!(parity_round permute permute 0);
        group!(parity_round permute permute 1);
        group!(parity_round permute permute 2);
        group!(parity_round permute permute_and_choose 3);
        group!(majority_round permute_and_choose permute_and_choose 4);
        group!(majority_round permute_and_choose permute_and_choose 5);
        group!(majority_round permute_and_choose permute_and_choose 6);
        group!(majority_round permute_and_choose permute_and_choose 7);
        group!(majority_round permute_and_choose permute_and_choose 8);
        group!(majority_round permute_and_choose permute_and_choose 9);
        group!(majority_round permute_and_choose permute_and_choose 10);
        group!(majority_round permute_and_choose permute_and_choose 11);
        group!(majority_round permute_and_choose permute_and_choose 12);
        group!(majority_round permute_and_choose permute_and_choose 13);
        group!(majority_round permute_and_choose permute_and_choose 14);
        group!(majority_round permute_and_choose permute 15);
        let _ = choice;
        // SAFETY: the code reads and writes the eight words of the state, and declares each register that it changes. The
        // compiler would join the words in a vector, through which the chain of rounds would have to go.
        unsafe {
            asm!(
                "xor {a:e}, [{state}]",
                "xor {b:e}, [{state} + 4]",
                "xor {c:e}, [{state} + 8]",
                "xor {d:e}, [{state} + 12]",
                "xor {e:e}, [{state} + 16]",
                "xor {f:e}, [{state} + 20]",
                "xor {g:e}, [{state} + 24]",
                "xor {h:e}, [{state} + 28]",
                "mov [{state}], {a:e}",
                "mov [{state} + 4], {b:e}",
                "mov [{state} + 8], {c:e}",
                "mov [{state} + 12], {d:e}",
                "mov [{state} + 16], {e:e}",
                "mov [{state} + 20], {f:e}",
                "mov [{state} + 24], {g:e}",
                "mov [{state} + 28], {h:e}",
                a = inout(reg) $a, b = inout(reg) $b, c = inout(reg) $c, d = inout(reg) $d,
                e = inout(reg) $e, f = inout(reg) $f, g = inout(reg) $g, h = inout(reg) $h,
                state = in(reg) std::ptr::from_mut::<State>($state),
                options(nostack),
            );
        }
    }};
}

pub(super) use {
    add_constant, all_rounds, four_rounds, majority_round, parity_round, permute,
    permute_and_choose,
};
