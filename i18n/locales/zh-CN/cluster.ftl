### 多组织网络：创立、运行与查看。

cmd-init-network = 在同一处建立多组织网络，用于演练
    .long =
        读取创始方文件，为每个组织和节点生成密钥与证书，以各方名义签署创世文件，并在同一文件夹下为每个组织各建一个文件夹。随后用 hengtan start 启动各节点。

        正式的网络由各组织自行生成密钥：init part、init draft、init sign、init finish、init settle。
    .arg-file = 创始方文件（TOML）：组织及其名称、职责、是否投票；节点及其地址
    .arg-dir = 要建立的文件夹；必须为空或不存在
    .examples =
        hengtan init network network.toml --dir rehearsal # 建立全部内容
        hengtan start --dir rehearsal/steel # 然后运行各组织的节点

cmd-init-part = 在创始方自己的机器上生成其密钥
    .long =
        在本组织的文件夹中生成 CA、成员密钥和本组织节点的密钥，并写出须告知其他各方的部分；其中只有公钥和证书。
    .arg-file = 创始方文件；各方使用同一份
    .arg-organisation = 本组织在该文件中的名称
    .arg-dir = 本组织的文件夹；必须为空或不存在
    .arg-out = 该部分的文件；未指定时为文件夹中的 part.json
    .examples =
        hengtan init part network.toml --organisation steel --dir steel # 在钢铁企业的机器上

cmd-init-draft = 汇总各创始方的部分
    .arg-file = 创始方文件
    .arg-part = 各创始方的部分
    .arg-out = 创世草案的文件
    .examples =
        hengtan init draft network.toml steel.json power.json bureau.json # 由任何一方执行

cmd-init-sign = 用创始方的 CA 私钥签署草案
    .long =
        签署前先检查：草案与创始方文件一致、不含其他内容，且所列密钥正是本文件夹中的密钥。
    .arg-file = 创始方文件
    .arg-draft = 草案
    .arg-dir = 本组织的文件夹
    .arg-out = 签名的文件；未指定时为文件夹中的 signature.json
    .examples =
        hengtan init sign network.toml draft.json --dir steel # 在钢铁企业的机器上

cmd-init-finish = 由草案和各创始方的签名生成创世文件
    .arg-draft = 草案
    .arg-signature = 各创始方的签名
    .arg-out = 创世文件
    .examples =
        hengtan init finish draft.json steel.json power.json bureau.json # 生成 genesis.pb

cmd-init-settle = 把创世文件和由此确定的配置放入创始方的文件夹
    .arg-file = 创始方文件
    .arg-genesis = 创世文件
    .arg-organisation = 本组织
    .arg-dir = 本组织的文件夹
    .examples =
        hengtan init settle network.toml genesis.pb --organisation steel --dir steel # 然后 hengtan start --dir steel

cmd-init-organisation = 为日后接纳的组织建立文件夹
    .long =
        生成该组织的 CA、首批成员的密钥和上下文，并写出 admission.json，即接纳提案的内容。由网络成员提出该提案（hengtan proposal open organisation.admit admission.json），其他组织投票。通过后，该组织用 hengtan node prepare 和 hengtan node join 加入自己的节点。

        请从可信的一方取得创世文件，并通过其他途径核对网络标识：其余一切都据此核验。
    .arg-id = 组织名称，由 a-z、0-9 和连字符组成
    .arg-genesis = 网络的创世文件
    .arg-dir = 本组织的文件夹，新建或为空
    .arg-door = 该组织的命令首先连接的网络节点地址
    .arg-name-zh = 中文显示名称
    .arg-name-en = 英文显示名称
    .arg-credit-code = 统一社会信用代码（GB 32100）
    .arg-duty = 除每个组织都有的治理、运维和审计之外的职责。可重复使用
    .arg-jurisdiction = 主管部门的管辖地区，例如 CN-BJ；未指定时为全部地区
    .examples =
        hengtan init organisation grid --genesis genesis.pb --door https://ledger.steel.example:7440 --dir grid # 企业
        hengtan init organisation bureau --genesis genesis.pb --door https://ledger.steel.example:7440 --duty regulator --jurisdiction CN-GD --dir bureau # 主管部门

cmd-cluster = 网络的全部节点
cmd-cluster-status = 显示每个节点的状态，每个节点一行
    .long =
        询问上下文所指的节点，由它询问其他节点。没有应答的节点在最后一列给出原因代码。没有领导节点时退出码为 6。
    .arg-watch = 反复显示，直到 Ctrl-C
    .arg-every = 两次查看之间的秒数
    .examples =
        hengtan cluster status --watch # 持续查看

cmd-entry = 查看不断增长的账本日志
cmd-entry-watch = 条目一经最终确认即予显示
    .long =
        最终检查点覆盖某条目后即显示该条目；每个条目只显示一次，按日志顺序，直到 Ctrl-C。节点中断后恢复时，从中断处继续；节点中断时间超过 --timeout 则退出。结束时给出 --from 的值，下次从该处开始不会有遗漏。

        使用 -o json 时，每个条目占一行。
    .arg-from = 第一个条目的序号；未指定时只显示此后最终确认的条目
    .arg-kind = 只显示此类命令，例如 activity.submit。可重复指定
    .arg-organisation = 只显示由该组织的成员签署的条目
    .arg-count = 显示这么多条目后结束；0 表示不结束
    .examples =
        hengtan entry watch --kind inventory.close --kind inventory.restate # 每份清单封账时即显示
        hengtan entry watch --from 0 -o json # 从头开始的全部条目，供程序读取

cmd-leader = 由哪个节点领导
cmd-leader-transfer = 改由另一个投票节点领导
    .long =
        以节点自己的传输密钥与该节点通信，因此须在该密钥所在的机器上运行。不会丢失任何内容：各节点会把签名请求转交给当时的领导节点。
    .arg-node = 要担任领导节点的节点的名称或编号
    .arg-dir = 被询问节点所属组织的文件夹。未指定时使用上下文所指的文件夹
    .arg-node-name = 该文件夹中的节点；有多个节点时必须指定
    .examples =
        hengtan leader transfer power-1 --dir steel # 此后由 power-1 领导

col-last-index = 最后
col-committed-index = 已提交
col-applied-index = 已执行
col-lag = 滞后
col-number = 编号
col-member = 成员

watch-ended = 后续条目：hengtan entry watch --from { $next }

init-rehearsed = 已在 { $path } 下建立 { $organisations } 个组织和 { $nodes } 个节点。仅供演练：全部密钥都在同一处。
init-part-made = 交给其他创始方的部分：{ $path }
init-draft-made = 供各创始方签署的草案：{ $path }
init-signed = 已为 { $organisation } 签署：{ $path }
init-finished = 各方均已签署的创世文件：{ $path }
init-applied = 接纳提案的内容：{ $path }。由网络成员提出：hengtan proposal open organisation.admit { $path } --reason …
init-settled = 文件夹 { $path } 已完整。下一步：hengtan start --dir { $path }
leader-transferred = { $node } 在任期 { $term } 中担任领导节点。

demo-step-consortium = 在 { $dir } 中建立网络：三个投票组织和一个监管方
demo-step-nodes = 启动四个节点，各为一个独立进程
demo-step-import-at = 在 { $node } 上导入全年活动数据
demo-step-read-at = 在 { $node } 上读取
demo-step-kill = 强制终止领导节点 { $node }
demo-step-go-on = 在 { $node } 上继续
demo-step-same-root = 重新启动 { $node }，比较所有节点的根
demo-leader = { $node } 是领导节点
demo-read = { $node } 上有 { $rows } 行

value-part = 部分
value-draft = 草案
value-signature = 签名
value-genesis = 创世文件
value-node = 节点

col-scrubbed = 数据检查于
doctor-not-scrubbed = 已存数据尚未完整检查过一遍。
doctor-scrubbed = 检查于 { $time }：{ $records } 条记录均无误。
