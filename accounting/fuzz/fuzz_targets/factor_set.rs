#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    accounting_fuzz::factor_set(bytes);
});
