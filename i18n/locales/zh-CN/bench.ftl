### 性能测量：`hengtan bench` 的输出。

bench-measuring = 正在测量：{ $what }……
bench-col-figure = 测量项目
bench-col-conditions = 条件
bench-col-lowest = 最低
bench-col-median = 中位数
bench-col-highest = 最高
bench-col-unit = 单位
bench-col-p50 = p50（毫秒）
bench-col-p90 = p90（毫秒）
bench-col-p99 = p99（毫秒）
bench-col-longest = 最长（毫秒）

bench-cpu = 处理器
bench-cores = 核数
bench-memory = 内存
bench-system = 操作系统
bench-load = 测前负载
bench-storage = 存储位置
bench-program = 程序
bench-command = 命令

bench-memory-gib = { $gib } GiB
bench-storage-text = { $file_system }，{ $device }
bench-program-text = Hengtan { $version }，{ $profile } 构建，{ $rustc }，{ $target }

bench-figure-factor = 活动数据 × 排放因子
bench-figure-factor_with_trace = 同上，并生成计算过程
bench-figure-fuel = 按含碳量核算的燃料
bench-figure-electricity = 购入电力（基于位置和基于市场）
bench-figure-replay = 重放单行填报
bench-figure-replay_rows = 重放整批导入
bench-figure-verify_receipt = 验证回执
bench-figure-synced_append = 普通文件，每次追加均落盘
bench-figure-commit = 单行填报至最终确认
bench-figure-import = 整批导入至最终确认
bench-figure-sm2_verify_known = SM2 验签，已知签名者
bench-figure-sm2_verify_unknown = SM2 验签，未知签名者
bench-figure-sm2_sign = SM2 签名
bench-figure-sm3_long = SM3 杂凑，单条长消息
bench-figure-sm3_short = SM3 杂凑，多条短消息
bench-figure-sm4_ctr = SM4-CTR 加密
bench-figure-sm4_gcm = SM4-GCM 加密
bench-figure-tls_handshake = TLS 1.3 国密套件双向认证握手（每一方）
bench-figure-tls_records = TLS 1.3 国密套件记录层

bench-figure-cluster_commit = 三节点：条目至取得最终回执
bench-figure-cluster_import = 三节点：导入至取得最终回执
bench-figure-cluster_fill = 写入账本条目
bench-figure-cluster_restart = 节点崩溃后重启
bench-figure-cluster_catch_up = 空节点追赶

bench-condition-clients = { $value } 个客户端并发
bench-condition-rows_per_envelope = 每个签名 { $value } 行
bench-condition-kind-row = 单行回执
bench-condition-kind-inventory = 清单回执
bench-condition-network-new = 同时验证创始成员签名
bench-condition-network-known = 创始成员签名已验证
bench-condition-bytes = { $value } 字节
bench-condition-entries = { $value } 个条目
bench-condition-batch = 每批 { $value } 个
bench-condition-signers = { $value } 个签名者
bench-condition-implementation-hengtan = 衡碳
bench-condition-implementation-rustcrypto = RustCrypto
bench-condition-implementation-libsm = libsm
bench-condition-implementation-openssl = OpenSSL
bench-condition-implementation-libgcrypt = libgcrypt
bench-condition-implementation-etcd = etcd

bench-unit-rows-core = 行/（秒·核）
bench-unit-entries-core = 条/（秒·核）
bench-unit-receipts-core = 份/（秒·核）
bench-unit-verifications-core = 次验签/（秒·核）
bench-unit-signatures-core = 次签名/（秒·核）
bench-unit-hashes-core = 次杂凑/（秒·核）
bench-unit-bytes-core = 字节/（秒·核）
bench-unit-handshakes-core = 次握手/（秒·核）
bench-unit-rows-wall = 行/秒
bench-unit-entries-wall = 条/秒
bench-unit-appends-wall = 次/秒
bench-unit-bytes-wall = 字节/秒

bench-ratio = { $clients } 个客户端并发：一次落盘追加的时间内提交 { $times } 条。
bench-ratio-peer = { $figure }：速度为本机其他实现中最快的 { $peer } 的 { $times } 倍。
bench-ratio-cluster = { $clients } 个客户端并发，{ $figure }：速度为 { $peer } 的 { $times } 倍。
bench-note-absent = 本机未安装 { $peer }，未做对照测量。
bench-note-core = “每秒每核”按处理器核实际工作的时间计算，其他程序占用本机时同样成立。
bench-note-load = 测量前本机负载为 { $load }（共 { $cores } 核），另有程序在运行；存储类结果因此偏低。
bench-note-profile = 当前程序不是发布构建，结果不能说明速度；请用以下命令构建：cargo build --release
bench-note-memory = 存储位于内存文件系统（{ $file_system }），落盘操作没有到达磁盘；请用 --dir 指定磁盘上的文件夹。
