#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    crypto_sm_fuzz::signed(bytes);
});
