### 密码算法自检与 TLS：输出文字与名称。

col-generator = 随机数
col-paths = 参与比较的实现路径
col-random-passed = 通过的样本（至少 { $needed }）
col-random-test = 检测项目
col-random-uniform = 结果分布
selftest-random-begins = 正在检测系统随机数发生器的 { $count } 组样本，每组 1,000,000 比特；约需十余秒。
selftest-random-done = { $samples } 组样本，每组 1,000,000 比特，{ $tests } 项结果（GM/T 0005-2021）
selftest-random-probed = 一组 20,000 比特的样本；--full 检测 50 组，每组 1,000,000 比特
selftest-random-repeated = 首次未通过、以新样本重新检测的项目：{ $tests }。

random-test-monobit = 单比特频数检测
random-test-block-frequency = 块内频数检测 m=10000
random-test-poker-4 = 扑克检测 m=4
random-test-poker-8 = 扑克检测 m=8
random-test-overlapping-3 = 重叠子序列检测 m=3 P1
random-test-overlapping-3-second = 重叠子序列检测 m=3 P2
random-test-overlapping-5 = 重叠子序列检测 m=5 P1
random-test-overlapping-5-second = 重叠子序列检测 m=5 P2
random-test-runs = 游程总数检测
random-test-runs-distribution = 游程分布检测
random-test-longest-run-ones = 块内最大“1”游程检测 m=10000
random-test-longest-run-zeros = 块内最大“0”游程检测 m=10000
random-test-derivation-3 = 二元推导检测 k=3
random-test-derivation-7 = 二元推导检测 k=7
random-test-autocorrelation-1 = 自相关检测 d=1
random-test-autocorrelation-2 = 自相关检测 d=2
random-test-autocorrelation-8 = 自相关检测 d=8
random-test-autocorrelation-16 = 自相关检测 d=16
random-test-matrix-rank = 矩阵秩检测
random-test-cumulative-forward = 累加和检测 前向
random-test-cumulative-backward = 累加和检测 后向
random-test-approximate-entropy-2 = 近似熵检测 m=2
random-test-approximate-entropy-5 = 近似熵检测 m=5
random-test-linear-complexity-500 = 线性复杂度检测 m=500
random-test-linear-complexity-1000 = 线性复杂度检测 m=1000
random-test-universal = Maurer 通用统计检测 L=7 Q=1280
random-test-fourier = 离散傅里叶检测
random-test-repetition = 两次输出不相同

done-key-received = 加密私钥已写入 { $path }。备份新文件后，请删除下发的文件。

col-certificate-valid-to = 证书有效期至
phrase-certificate-until = 至 { $day }，还有 { $days } 天
check-certificate = 传输证书
