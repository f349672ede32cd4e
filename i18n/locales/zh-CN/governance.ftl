### 共同决定：节点、策略、提案、不当行为的证明。

cmd-node = 查看、登记、提升、替换和移除节点
cmd-node-list = 列出网络的节点
    .long =
        列出曾参与网络的全部节点及其编号（编号不再重复使用），以及它是投票节点还是学习节点。
    .arg-limit = 最多显示的行数；0 为全部
cmd-node-prepare = 生成新节点的密钥和设置
    .long =
        在本组织的文件夹中为节点建立文件夹：密钥、设置；若本组织 CA 的私钥也在其中，还签发传输证书，否则留下证书请求。不向外发送任何内容。
    .arg-name = 节点名称，由 a-z、0-9 和连字符组成；不再重复使用
    .arg-address = 其他节点连接它的主机和端口
    .arg-peer-listen = 监听其他节点的 IP 地址和端口（与上述地址不同时）
    .arg-api = 监听客户端的 IP 地址和端口
    .arg-days = 传输证书的有效天数
    .examples =
        hengtan node prepare grid-2 --address 10.1.0.6:7441 # 然后执行 hengtan node join grid-2
        hengtan node prepare grid-2 --address ledger2.grid.example:7441 --peer-listen 10.1.0.6:7441 # 对外使用主机名
cmd-node-join = 让准备好的节点加入网络
    .long =
        将节点登记为学习节点（由本组织的运维成员签名；账本中已有则不再登记），并在其文件夹中写明其他节点是谁。随后启动它：它会复制整个账本并持续跟随。要让它投票，参见 hengtan node replace 和 hengtan node promote。

        请对网络中的某个节点执行（--endpoint）。重复执行只会重新写出其他节点的信息，不会重复登记。
    .arg-name = 节点名称
    .examples =
        hengtan node join grid-2 # 然后执行 hengtan start --node grid-2
cmd-node-register = 登记本组织的学习节点
    .long =
        记录 node.register，由本组织的运维成员签名。该节点复制全部内容，但不投票；追平后可由治理决定其投票。
    .arg-name = 节点名称，由 a-z、0-9 和连字符组成；不再重复使用
    .arg-statement-key = 节点的声明公钥，65 字节的十六进制数字
    .arg-certificate = 节点的传输证书，PEM
    .arg-address = 其他节点连接它的主机和端口
    .examples =
        hengtan node register grid-2 --statement-key 04… --certificate grid-2.cert.pem --address grid-2.example.org:7601 # 加入该节点
cmd-node-change = 变更本组织的节点
    .long =
        记录 node.change，由本组织的运维成员签名。新的传输证书取代旧密钥，并解除其吊销。未指明的保持不变。
    .arg-name = 节点名称
    .arg-certificate = 新的传输证书，PEM
    .arg-address = 新的主机和端口
    .arg-feature-level = 该节点软件现在支持的最高特性级别
cmd-node-promote = 提议由学习节点投票
    .long =
        就 node.promote 提案；仅由一个组织决定时立即通过。多个组织投票时，每个组织一个投票节点。旧投票方使该变更的检查点成为最终检查点之后，其后的内容由新投票方判定。
    .arg-name = 学习节点的名称
    .arg-reason = 原因，自行填写；永久留在账本中
    .arg-days = 表决天数
    .examples =
        hengtan node promote grid-1 --reason "已追平" # 其他组织用 hengtan proposal vote 表决
cmd-node-demote = 提议投票节点改为学习节点
    .long =
        就 node.demote 提案。没有投票节点的组织不再联署检查点；其成员仍对提案表决。
    .arg-name = 投票节点的名称
    .arg-reason = 原因，自行填写；永久留在账本中
    .arg-days = 表决天数
cmd-node-replace = 以学习节点替换本组织的投票节点
    .long =
        记录 node.replace，由本组织的运维成员签名，无须他人同意。原投票节点成为学习节点；待其不再担任主节点后移除。
    .arg-voter = 退下的投票节点
    .arg-learner = 接替的学习节点
cmd-node-remove = 移除本组织的学习节点
    .long =
        记录 node.remove。其名称、编号和密钥不再重复使用。
    .arg-name = 学习节点的名称
    .arg-reason = 原因，自行填写；永久留在账本中
cmd-node-revoke = 吊销本组织节点的传输密钥
    .long =
        记录 node.revoke。该密钥不能再建立连接；请用 hengtan node change 给出新密钥。
    .arg-name = 节点名称
    .arg-reason = 原因，自行填写；永久留在账本中

cmd-policy = 查看由谁决定什么
cmd-policy-list = 列出策略
    .long =
        每种命令：需要多少个组织（ANY、ALL、MAJORITY、一个数或一个比例），由哪些角色的成员签名，哪些组织计入；未列出组织时，凡有相应职责的组织均计入。变更须等到网络的延迟期满，与仍然有效的规则一并列出。变更策略用 hengtan proposal open policy.set。
    .arg-limit = 最多显示的行数；0 为全部

cmd-proposal = 提案、表决并查看提案
cmd-proposal-list = 列出提案
    .arg-limit = 最多显示的行数；0 为全部
cmd-proposal-show = 查看一个提案及其表决
    .arg-number = 提案编号
cmd-proposal-open = 就一个命令提案
    .long =
        记录 proposal.open，由本组织的治理成员签名；本组织随即计为赞成。满足现行规则的那一票投出时，该命令即被执行。文件以 TOML 或 JSON 写明该命令的字段，字段名见格式文档；@文件名.pem 表示该文件中的证书。

        可以提案的命令：factor_set.adopt、feature_level.raise、limits.set、member.enrol、member.revoke、node.change、node.demote、node.promote、node.register、node.remove、node.replace、node.revoke、organisation.admit、organisation.change_duties、organisation.leave、organisation.rotate_ca、policy.set、witness.register、witness.remove。
    .arg-kind = 要执行的命令
    .arg-file = 写明其字段的文件
    .arg-reason = 原因，自行填写；永久留在账本中
    .arg-days = 表决天数
    .examples =
        hengtan proposal open organisation.leave leave.toml --reason "已出售" # leave.toml：organisation = "grid"，reason = "已出售"
        hengtan proposal open policy.set policy.json --reason "三分之二" --for 30 # 今后改由其他规则决定
cmd-proposal-vote = 对提案表决
    .long =
        记录 proposal.vote，由本组织的治理成员签名。每个组织一票，表决后不改。若作出决定时该命令被拒绝，这一票也随之被拒绝，一切不变。
    .arg-number = 提案编号
    .arg-against = 表示反对
    .arg-reason = 原因，自行填写
cmd-proposal-withdraw = 撤回本组织的提案
    .arg-number = 提案编号
    .arg-reason = 原因，自行填写

cmd-witness = 显示、登记和移除见证方
    .long =
        见证方只联署与其此前签署内容一致的最终检查点，并永久记住已签署到何处。其签名行载入回执；最终检查点需要几个见证方由治理决定。
cmd-witness-list = 列出账本登记的见证方
cmd-witness-key = 为节点生成见证方密钥
    .long =
        在节点文件夹中生成 witness.key.pem 和 witness.memory.json，并在其 config.toml 中加入 [witness]；之后须重新启动节点。后一文件记录该密钥最后签署的内容：它从属于密钥，任何时候都不得重新开始。

        登记由其他成员共同决定；请将公钥告知他们。
    .arg-name = 见证方名称，由 a-z、0-9 和连字符组成
    .arg-dir = 网络的文件夹。未指定时使用上下文所指的文件夹
    .arg-node-name = 该文件夹中的节点；有多个节点时必须指定
    .examples =
        hengtan witness key bureau-witness --dir bureau # 之后重新启动 bureau 的节点
cmd-witness-register = 提议由某个密钥联署检查点
    .long =
        为 witness.register 发起提案；只有一个组织有权决定时立即通过。--required 为 0 时无需等待见证方。仅当其节点始终运行时才可要求见证：缺少见证，任何内容都无法最终确认。
    .arg-name = 见证方名称
    .arg-public-key = 其公钥，65 字节，十六进制
    .arg-required = 此后最终检查点需要的见证方数量
    .arg-reason = 理由，自行填写；永久留在账本中
    .arg-days = 表决天数
    .examples =
        hengtan witness register bureau-witness --public-key 04… --reason "由监管方见证" # 其他组织以 hengtan proposal vote 表决
cmd-witness-remove = 提议某个见证方不再联署
    .arg-name = 见证方名称
    .arg-required = 此后最终检查点需要的见证方数量
    .arg-reason = 理由，自行填写；永久留在账本中
    .arg-days = 表决天数

cmd-recovery = 失去法定多数后继续运行
    .long =
        适用于半数以上投票节点永久丢失、无法再作任何决定的网络。请先停止所有尚存的节点。

        由其中一个节点起草保留的内容和此后的投票节点；半数以上投票组织（只有两个时须全部）以 CA 密钥签署；尚存的每个节点分别执行。已最终确认的内容不变。凡知悉该恢复者，都会指出超出该范围的回执无效。
    .examples =
        hengtan recovery draft --dir cement --voter cement-1 --voter steel-2 --reason "东区洪水" # 在日志最长的节点上
        hengtan recovery sign recovery.draft.json --dir steel # 在保存 CA 密钥的机器上
        hengtan recovery finish recovery.draft.json recovery-cement.signature.json recovery-steel.signature.json # 生成 recovery.json
        hengtan recovery apply recovery.json --dir cement # 在尚存的每个节点上；然后 hengtan start
cmd-recovery-draft = 说明保留什么以及此后由谁投票
    .long =
        读取已停止节点的文件夹。该节点记录的全部内容都会保留，因此应选日志最长的节点。投票节点须为账本登记的节点，且属于原有的投票组织；每个组织一个。
    .arg-dir = 网络的文件夹
    .arg-node-name = 该文件夹中的节点；有多个节点时必须指定
    .arg-voter = 此后投票的节点。可重复指定
    .arg-required = 此后最终检查点需要的见证方数量；不得多于原来
    .arg-reason = 理由，自行填写；永久留在账本中
    .arg-out = 草案文件
cmd-recovery-sign = 以组织的 CA 密钥签署草案
    .arg-draft = 草案
    .arg-dir = 存有 CA 密钥的网络文件夹
    .arg-ca-passphrase-file = 含 CA 密钥口令的文件；未指定时会询问
    .arg-out = 签名文件
cmd-recovery-finish = 把草案与签名合并
    .arg-draft = 草案
    .arg-signature = 每个同意的组织的签名
    .arg-out = 恢复文件
cmd-recovery-apply = 在已停止节点的文件夹中执行恢复
    .long =
        在保留的日志之后写入恢复条目，并使 Raft 重新开始；原有的 Raft 日志另行保留。中途中断可以重新执行。恢复文件同时放入该文件夹，供 hengtan verify 查找。

        节点所有内容少于保留内容时，从另一节点数据文件夹的副本取得并逐条检查；该节点须已执行恢复且此后未曾启动。
    .arg-file = 恢复文件
    .arg-dir = 网络的文件夹
    .arg-node-name = 该文件夹中的节点；有多个节点时必须指定
    .arg-from = 上述节点数据文件夹的副本

cmd-blame = 验证不当行为的证明
cmd-blame-verify = 离线验证不当行为的证明
    .long =
        判定一份指控节点的文件：在同一位置签了两个批次头，为未经发送者签名的请求签了批次头，对同一大小签了两个根，或所签声明与最终检查点矛盾。这些对任何人都是证明。未兑现的收件凭据只是延迟的证据，并如此标明。

        无需节点。不成立或网络未知时，退出码为 7。
    .arg-file = 要验证的文件
    .arg-network = 预期的网络：其标识，或含其创世的文件；省略时为上下文中的网络

ask-remove = 移除 { $name }？此操作不可撤销。
done-node-changed = 节点已记录。
done-node-joined = { $name } 已是账本中的 { $number } 号节点，并已获知其他节点。
done-node-prepared = 节点的密钥和设置位于 { $path }。
next-node-certificate = 请由本组织的 CA 签署 { $request }，把证书存为 { $certificate }，再执行 hengtan node join。
next-node-join = 下一步：hengtan node join { $name }
next-node-start = 下一步：{ $command }
done-proposal-open = 提案 { $number } 正在表决：{ $count } 个组织赞成，需要 { $needed } 个。
done-proposal-passed = 提案 { $number } 已通过并执行。
done-proposal-rejected = 提案 { $number } 已否决。
done-proposal-withdrawn = 提案 { $number } 已撤回。
phrase-votes = { $yes } 个赞成（需要 { $needed } 个），{ $no } 个反对

recovery-drafted = 供 CA 密钥签署的草案：{ $path }
recovery-finished = 供每个节点执行的恢复文件：{ $path }
recovery-applied = { $node } 将从恢复处继续。请重新启动。
recovery-sentence = 已最终确认的内容止于大小 { $base }；日志保留到大小 { $size }；此后由 { $voters } 投票（{ $reason }）。超出 { $base } 且不由此延续的回执一律无效。
ask-recovery-sign = 是否以本组织名义签署？
ask-recovery-apply = 是否在 { $path } 中执行？节点须已停止。
col-raft-before = 原有的 Raft 日志

done-witness-key = 已生成 { $name } 的密钥。请重新启动 { $node }，并以 hengtan witness register 登记该密钥。

col-witnesses-required = 所需数量
col-witnessed-size = 已见证到
col-against = 反对
col-closed = 结束时间
col-content = 内容
col-deadline = 表决截止
col-in-favour = 赞成
col-next-from = 生效时间
col-next-rule = 待生效规则
col-organisations = 组织
col-roles = 角色
col-rule = 规则
col-votes = 表决情况

proposal-state-open = 表决中
proposal-state-lapsed = 已逾期
proposal-state-passed = 已通过
proposal-state-rejected = 已否决
proposal-state-withdrawn = 已撤回

node-state-voter = 投票节点
node-state-learner = 学习节点
node-state-revoked = 传输密钥已吊销
node-state-removed = 已移除

blame-two_headers = 同一位置有两个批次头
blame-forged_envelope = 批次头覆盖了未经发送者签名的请求
blame-two_roots = 同一大小有两个根
blame-against_final = 所签声明与最终检查点矛盾
blame-ticket = 承诺未按时兑现

blame-strength-proof = 不当行为的证明
blame-strength-evidence = 延迟的证据，不是证明

proved-recovery = 网络在条目 { $index } 处于失去法定多数后继续运行，由 { $organisations } 于 { $time } 决定（{ $reason }）。此前的最终内容止于大小 { $base }。

value-level = 级别
value-hex = 十六进制
value-index = 序号
value-voter = 投票节点
value-learner = 学习节点
