### The self test of the cryptography, and TLS: what they say and what they call things.

col-generator = Random numbers
col-paths = Paths compared
col-random-passed = Samples passed (at least { $needed })
col-random-test = Test
col-random-uniform = Spread of results
selftest-random-begins = Testing { $count } samples of 1,000,000 bits of the system's generator; this takes some ten seconds.
selftest-random-done = { $tests } results over { $samples } samples of 1,000,000 bits (GM/T 0005-2021)
selftest-random-probed = one sample of 20,000 bits; --full examines 50 of 1,000,000
selftest-random-repeated = Failed at first and judged once more, on fresh samples: { $tests }.

random-test-monobit = Monobit frequency
random-test-block-frequency = Frequency within blocks, m = 10000
random-test-poker-4 = Poker, m = 4
random-test-poker-8 = Poker, m = 8
random-test-overlapping-3 = Overlapping subsequences, m = 3, first
random-test-overlapping-3-second = Overlapping subsequences, m = 3, second
random-test-overlapping-5 = Overlapping subsequences, m = 5, first
random-test-overlapping-5-second = Overlapping subsequences, m = 5, second
random-test-runs = Number of runs
random-test-runs-distribution = Distribution of runs
random-test-longest-run-ones = Longest run of ones in blocks, m = 10000
random-test-longest-run-zeros = Longest run of zeros in blocks, m = 10000
random-test-derivation-3 = Binary derivation, k = 3
random-test-derivation-7 = Binary derivation, k = 7
random-test-autocorrelation-1 = Autocorrelation, d = 1
random-test-autocorrelation-2 = Autocorrelation, d = 2
random-test-autocorrelation-8 = Autocorrelation, d = 8
random-test-autocorrelation-16 = Autocorrelation, d = 16
random-test-matrix-rank = Rank of matrices
random-test-cumulative-forward = Cumulative sums, forward
random-test-cumulative-backward = Cumulative sums, backward
random-test-approximate-entropy-2 = Approximate entropy, m = 2
random-test-approximate-entropy-5 = Approximate entropy, m = 5
random-test-linear-complexity-500 = Linear complexity, m = 500
random-test-linear-complexity-1000 = Linear complexity, m = 1000
random-test-universal = Maurer's universal test, L = 7, Q = 1280
random-test-fourier = Discrete Fourier transform
random-test-repetition = Two draws differ

done-key-received = The encryption key stands in { $path }. Delete the delivered file once you have a copy of the new one.

col-certificate-valid-to = Certificate valid to
phrase-certificate-until = until { $day }, { $days } days
check-certificate = transport certificate
