### 审计：把日志导出为文件并重放。

cmd-audit = 导出日志并重放
cmd-audit-export = 将整个日志写入文件
    .long =
        从上下文所指的节点取出全部最终内容：每个条目及其数据行，以及覆盖它们的检查点。持有网络标识的任何人都可以脱离节点、无须信任任何一方地重放该文件。其中包含全部记录，但不含任何密钥。
    .arg-out = 要写入的文件；未指定时为当前文件夹中的 log-网络-大小.hengtan。绝不覆盖已有文件
    .examples =
        hengtan audit export --out log.hengtan # 然后执行 hengtan audit replay log.hengtan
cmd-audit-replay = 离线重放导出的日志
    .long =
        仅凭文件和网络标识，从头再做一遍：每个签名、每项权限、每次计算、每个结果和每个根。第一处不同会连同其条目一并指明，退出码为 7。

        若有节点签署了诚实节点绝不会签署的内容（同一位置的两个批次，或批次中含有发送方并未签署的请求），则逐一列出，退出码为 7；带 --blame 时，每项证明写入一个文件，任何人都可用 hengtan blame verify 核验。
    .arg-file = 导出的日志
    .arg-network = 已知的网络：十六进制的网络标识或 genesis.json；未指定时为上下文的网络
    .arg-blame = 存放不当行为证明的文件夹，每项一个文件
    .examples =
        hengtan audit replay log.hengtan --network genesis.json # 全部重做一遍
        hengtan audit replay log.hengtan --network genesis.json --blame proofs # 并写出对作弊者的证明

audit-exporting = 正在导出条目
audit-replaying = 正在重放日志，MiB
done-audit-exported = 日志已写入 { $path }。
done-audit-replayed = 全部 { $count } 个条目重放结果一致：签名、权限、计算、结果和根。

col-accepted = 已接受
col-accusations = 不当行为
col-batches = 批次
col-refused = 已拒绝
col-void-batches = 无效批次

ht-cli-270 = 该日志中有节点签署了诚实节点绝不会签署的内容，共 { $count } 项。
    .cause = 相关条目已在上面列出。这些条目是被执行还是被拒绝，重放结果均正确；但签署它们的节点不可信任。
    .remedy = 请用 --blame 将证明写入文件，用 hengtan blame verify 核验，并提交网络治理处理。
