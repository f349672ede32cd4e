//! Arithmetic modulo p on x86-64; products on processors with MULX and two carry chains (BMI2 and ADX: Intel since 2014, AMD
//! since 2017). Compilers do not keep two carry chains apart, and take comparisons with the limbs of p out of the chain: they
//! need half as many instructions again. Nothing here branches.
#![allow(
    unsafe_code,
    reason = "two carry chains can be written in assembly only"
)]

use super::{super::limbs::Limbs, PRIME};
use std::{
    arch::asm,
    sync::atomic::{AtomicU8, Ordering},
};

/// Whether this processor has MULX, ADCX and ADOX, once it has been asked: one load for each product.
static MULX: AtomicU8 = AtomicU8::new(UNKNOWN);
const UNKNOWN: u8 = 0;
const ABSENT: u8 = 1;
const PRESENT: u8 = 2;

#[inline(always)]
fn available() -> bool {
    match MULX.load(Ordering::Relaxed) {
        PRESENT => true,
        UNKNOWN => detect(),
        _ => false,
    }
}

#[cold]
#[inline(never)]
fn detect() -> bool {
    let present =
        !cfg!(miri) && is_x86_feature_detected!("adx") && is_x86_feature_detected!("bmi2");
    MULX.store(if present { PRESENT } else { ABSENT }, Ordering::Relaxed);
    present
}

/// Adds a·(the limb of b at an offset) to the five limbs t0 … t4, of which t4 is new: low halves through the carry flag,
/// high halves through the overflow flag.
macro_rules! row {
    ($offset:literal, $t0:literal, $t1:literal, $t2:literal, $t3:literal, $t4:literal) => {
        concat!(
            "mov rdx, [rdi + ",
            $offset,
            "]\n",
            "xor ecx, ecx\n",
            "mulx rcx, rax, [rsi]\n",
            "adcx ",
            $t0,
            ", rax\n",
            "adox ",
            $t1,
            ", rcx\n",
            "mulx rcx, rax, [rsi + 8]\n",
            "adcx ",
            $t1,
            ", rax\n",
            "adox ",
            $t2,
            ", rcx\n",
            "mulx rcx, rax, [rsi + 16]\n",
            "adcx ",
            $t2,
            ", rax\n",
            "adox ",
            $t3,
            ", rcx\n",
            "mulx ",
            $t4,
            ", rax, [rsi + 24]\n",
            "adcx ",
            $t3,
            ", rax\n",
            "mov eax, 0\n",
            "adox ",
            $t4,
            ", rax\n",
            "adcx ",
            $t4,
            ", rax\n",
        )
    };
}

/// (t + m·p) / 2^64 for t = m, a, b, c from the lowest limb, as `fold` of the portable path does it; the register of m takes
/// the top limb.
macro_rules! fold {
    ($m:literal, $a:literal, $b:literal, $c:literal) => {
        concat!(
            "mov rax, ",
            $m,
            "\n",
            "mov rcx, ",
            $m,
            "\n",
            "shl rax, 32\n",
            "shr rcx, 32\n",
            "add ",
            $a,
            ", ",
            $m,
            "\n",
            "adc ",
            $b,
            ", 0\n",
            "adc ",
            $c,
            ", 0\n",
            "adc ",
            $m,
            ", 0\n",
            "sub ",
            $a,
            ", rax\n",
            "sbb ",
            $b,
            ", rcx\n",
            "sbb ",
            $c,
            ", rax\n",
            "sbb ",
            $m,
            ", rcx\n",
        )
    };
}

/// Takes the product in r8 … r15 to its Montgomery reduction below p in r8 … r11.
macro_rules! reduce {
    () => {
        concat!(
            fold!("r8", "r9", "r10", "r11"),
            fold!("r9", "r10", "r11", "r8"),
            fold!("r10", "r11", "r8", "r9"),
            fold!("r11", "r8", "r9", "r10"),
            "xor edx, edx\n",
            "add r8, r12\n",
            "adc r9, r13\n",
            "adc r10, r14\n",
            "adc r11, r15\n",
            "adc rdx, 0\n",
            // Less p, unless that borrows.
            "mov rsi, 0xffffffff00000000\n",
            "mov rdi, 0xfffffffeffffffff\n",
            "mov r12, r8\n",
            "mov r13, r9\n",
            "mov r14, r10\n",
            "mov r15, r11\n",
            "sub r12, -1\n",
            "sbb r13, rsi\n",
            "sbb r14, -1\n",
            "sbb r15, rdi\n",
            "sbb rdx, 0\n",
            "cmovnc r8, r12\n",
            "cmovnc r9, r13\n",
            "cmovnc r10, r14\n",
            "cmovnc r11, r15\n",
        )
    };
}

/// a + b modulo p, for a and b below p.
#[inline(always)]
pub(super) fn add(a: &Limbs, b: &Limbs) -> Limbs {
    let [mut r0, mut r1, mut r2, mut r3] = *a;
    // SAFETY: additions, subtractions and conditional moves between the declared registers.
    unsafe {
        asm!(
            "add {r0}, {s0}",
            "adc {r1}, {s1}",
            "adc {r2}, {s2}",
            "adc {r3}, {s3}",
            "sbb {top}, {top}",
            // Less p, unless that borrows.
            "mov {s0}, {r0}",
            "mov {s1}, {r1}",
            "mov {s2}, {r2}",
            "mov {s3}, {r3}",
            "sub {s0}, -1",
            "sbb {s1}, {p1}",
            "sbb {s2}, -1",
            "sbb {s3}, {p3}",
            "sbb {top}, 0",
            "cmovnc {r0}, {s0}",
            "cmovnc {r1}, {s1}",
            "cmovnc {r2}, {s2}",
            "cmovnc {r3}, {s3}",
            r0 = inout(reg) r0, r1 = inout(reg) r1, r2 = inout(reg) r2, r3 = inout(reg) r3,
            s0 = inout(reg) b[0] => _, s1 = inout(reg) b[1] => _,
            s2 = inout(reg) b[2] => _, s3 = inout(reg) b[3] => _,
            p1 = in(reg) PRIME[1], p3 = in(reg) PRIME[3], top = out(reg) _,
            options(pure, nomem, nostack),
        );
    }
    [r0, r1, r2, r3]
}

/// a·b / 2^256 modulo p, for a and b below p; nothing on processors that cannot.
#[inline(always)]
pub(super) fn multiply(a: &Limbs, b: &Limbs) -> Option<Limbs> {
    if !available() {
        return None;
    }
    let (r0, r1, r2, r3);
    // SAFETY: the processor knows MULX, ADCX and ADOX, as checked above. The code reads the 32 bytes of `a` and of `b` through
    // rsi and rdi, writes no memory, and declares each register that it changes.
    unsafe {
        asm!(
            "mov rdx, [rdi]",
            "mulx r9, r8, [rsi]",
            "mulx r10, rax, [rsi + 8]",
            "add r9, rax",
            "mulx r11, rax, [rsi + 16]",
            "adc r10, rax",
            "mulx r12, rax, [rsi + 24]",
            "adc r11, rax",
            "adc r12, 0",
            row!("8", "r9", "r10", "r11", "r12", "r13"),
            row!("16", "r10", "r11", "r12", "r13", "r14"),
            row!("24", "r11", "r12", "r13", "r14", "r15"),
            reduce!(),
            inout("rsi") a.as_ptr() => _, inout("rdi") b.as_ptr() => _,
            out("rax") _, out("rcx") _, out("rdx") _,
            out("r8") r0, out("r9") r1, out("r10") r2, out("r11") r3,
            out("r12") _, out("r13") _, out("r14") _, out("r15") _,
            options(pure, readonly, nostack),
        );
    }
    Some([r0, r1, r2, r3])
}

/// a² / 2^256 modulo p, for a below p; nothing on processors that cannot.
#[inline(always)]
pub(super) fn square(a: &Limbs) -> Option<Limbs> {
    if !available() {
        return None;
    }
    let (r0, r1, r2, r3);
    // SAFETY: as in `multiply`, with `a` alone.
    unsafe {
        asm!(
            // The six products of different limbs, in r9 … r14.
            "mov rdx, [rsi]",
            "mulx r10, r9, [rsi + 8]",
            "mulx r11, rax, [rsi + 16]",
            "add r10, rax",
            "mulx r12, rax, [rsi + 24]",
            "adc r11, rax",
            "adc r12, 0",
            "mov rdx, [rsi + 8]",
            "xor ecx, ecx",
            "mulx rcx, rax, [rsi + 16]",
            "adcx r11, rax",
            "adox r12, rcx",
            "mulx r13, rax, [rsi + 24]",
            "adcx r12, rax",
            "mov ecx, 0",
            "adox r13, rcx",
            "adcx r13, rcx",
            "mov rdx, [rsi + 16]",
            "mulx r14, rax, [rsi + 24]",
            "add r13, rax",
            "adc r14, 0",
            // Twice that through the carry flag, plus the squares of the limbs through the overflow flag.
            "mov rdx, [rsi]",
            "xor edi, edi",
            "mulx rcx, r8, rdx",
            "adcx r9, r9",
            "adox r9, rcx",
            "mov rdx, [rsi + 8]",
            "mulx rcx, rax, rdx",
            "adcx r10, r10",
            "adox r10, rax",
            "adcx r11, r11",
            "adox r11, rcx",
            "mov rdx, [rsi + 16]",
            "mulx rcx, rax, rdx",
            "adcx r12, r12",
            "adox r12, rax",
            "adcx r13, r13",
            "adox r13, rcx",
            "mov rdx, [rsi + 24]",
            "mulx r15, rax, rdx",
            "adcx r14, r14",
            "adox r14, rax",
            "adcx r15, rdi",
            "adox r15, rdi",
            reduce!(),
            inout("rsi") a.as_ptr() => _, out("rdi") _,
            out("rax") _, out("rcx") _, out("rdx") _,
            out("r8") r0, out("r9") r1, out("r10") r2, out("r11") r3,
            out("r12") _, out("r13") _, out("r14") _, out("r15") _,
            options(pure, readonly, nostack),
        );
    }
    Some([r0, r1, r2, r3])
}
