### Measurements: what `hengtan bench` says.

bench-measuring = Measuring: { $what } …
bench-col-figure = Measured
bench-col-conditions = Conditions
bench-col-lowest = Lowest
bench-col-median = Median
bench-col-highest = Highest
bench-col-unit = Unit
bench-col-p50 = p50 (ms)
bench-col-p90 = p90 (ms)
bench-col-p99 = p99 (ms)
bench-col-longest = Longest (ms)

bench-cpu = Processor
bench-cores = Cores
bench-memory = Memory
bench-system = System
bench-load = Load before
bench-storage = Store on
bench-program = Program
bench-command = Command

bench-memory-gib = { $gib } GiB
bench-storage-text = { $file_system }, { $device }
bench-program-text = Hengtan { $version }, { $profile } build, { $rustc }, { $target }

bench-figure-factor = activity × emission factor
bench-figure-factor_with_trace = the same with its trace
bench-figure-fuel = fuel by its carbon
bench-figure-electricity = electricity, location and market
bench-figure-replay = replay of single rows
bench-figure-replay_rows = replay of imports
bench-figure-verify_receipt = verification of a receipt
bench-figure-synced_append = plain file, each append synced
bench-figure-commit = one row until it is final
bench-figure-import = import until it is final
bench-figure-sm2_verify_known = SM2 verification, known signers
bench-figure-sm2_verify_unknown = SM2 verification, unknown signer
bench-figure-sm2_sign = SM2 signature
bench-figure-sm3_long = SM3, one long message
bench-figure-sm3_short = SM3, many short messages
bench-figure-sm4_ctr = SM4-CTR
bench-figure-sm4_gcm = SM4-GCM
bench-figure-tls_handshake = TLS 1.3 with SM suite, mutual handshake, per side
bench-figure-tls_records = TLS 1.3 with SM suite, records

bench-figure-cluster_commit = entry until its receipt is final, three nodes
bench-figure-cluster_import = import until its receipt is final, three nodes
bench-figure-cluster_fill = filling the ledger
bench-figure-cluster_restart = restart of a node after a crash
bench-figure-cluster_catch_up = catching up of an empty node

bench-condition-clients = clients at once: { $value }
bench-condition-rows_per_envelope = { $value } rows under a signature
bench-condition-kind-row = of a row
bench-condition-kind-inventory = of an inventory
bench-condition-network-new = with the founders' signatures checked
bench-condition-network-known = of a network whose founders are checked already
bench-condition-bytes = { $value } bytes
bench-condition-entries = { $value } entries
bench-condition-batch = { $value } at once
bench-condition-signers = signers: { $value }
bench-condition-implementation-hengtan = Hengtan
bench-condition-implementation-rustcrypto = RustCrypto
bench-condition-implementation-libsm = libsm
bench-condition-implementation-openssl = OpenSSL
bench-condition-implementation-libgcrypt = libgcrypt
bench-condition-implementation-etcd = etcd

bench-unit-rows-core = rows per second and core
bench-unit-entries-core = entries per second and core
bench-unit-receipts-core = receipts per second and core
bench-unit-verifications-core = verifications per second and core
bench-unit-signatures-core = signatures per second and core
bench-unit-hashes-core = hashes per second and core
bench-unit-bytes-core = bytes per second and core
bench-unit-handshakes-core = handshakes per second and core
bench-unit-rows-wall = rows per second
bench-unit-entries-wall = entries per second
bench-unit-appends-wall = appends per second
bench-unit-bytes-wall = bytes per second

bench-ratio = Clients at once: { $clients }. Entries in the time of one synced append: { $times }.
bench-ratio-peer = { $figure }: { $times } times the rate of { $peer }, the fastest other library here.
bench-ratio-cluster = Clients at once: { $clients }, { $figure }: { $times } times the rate of { $peer }.
bench-note-absent = { $peer } is not installed here and was not measured.
bench-note-core = "Per second and core" counts the time that a core worked on it, also while other programs need the machine.
bench-note-load = Other programs were at work: load { $load } on { $cores } cores. Figures of the store are lower for it.
bench-note-profile = This is no release build. Its figures say nothing about speed; build with: cargo build --release
bench-note-memory = The store was in main memory ({ $file_system }); syncs reached no disk. Name a folder on a disk with --dir.
