### 每个命令的帮助：消息本身是列表中的一行，`.long` 是该命令自己的说明，`.arg-…` 各对应一个参数，
### `.examples` 每行一条命令，`#` 之后是说明。

cmd-hengtan = 记录气候数据，核算排放，并证明二者
    .long =
        衡碳是用于温室气体数据的许可链账本。每个节点都按已发布的排放因子独立核算，结果逐位一致；任何持有回执的人都可以脱离网络离线验证记录。

        初次使用？请运行 hengtan demo：它在一个文件夹中建立网络，导入全年活动数据，对温室气体清单封账并给出证明，用时不到一分钟。
    .exit-codes =
        0 完成；1 失败；2 命令行有误；3 未找到；4 无权限；5 冲突；
        6 不可用；7 完整性或签名不成立；8 输入数据有误
    .examples =
        hengtan demo # 完整演示一遍
        hengtan init --dir my-network # 建立自己的网络
        hengtan start --dir my-network # 运行该网络的节点
        hengtan activity import 2025.xlsx # 记录活动数据
        hengtan inventory close 2025 # 对清单封账
        hengtan explain 购入电力 # 查看数字的由来

cmd-global = 所有命令通用的选项
    .arg-lang = 文案语言：en 或 zh-CN。未指定时依次由 HENGTAN_LANG、LC_ALL、LC_MESSAGES、LANG 和上下文文件决定
    .arg-context = 上下文文件，保存节点地址、网络、身份和语言。未指定时依次使用 HENGTAN_CONTEXT、当前文件夹中的 context.toml、用户配置文件夹中的 context.toml
    .arg-endpoint = 节点地址，例如 http://127.0.0.1:7440。未指定时依次使用 HENGTAN_ENDPOINT 和上下文文件
    .arg-output = 标准输出的数据格式。json、yaml、csv 的键名从不翻译；json 和 yaml 始终使用 UTF-8 编码
    .arg-color = 何时使用颜色；遵守 NO_COLOR
    .arg-quiet = 标准错误只输出错误信息
    .arg-yes = 对所有询问回答“是”。命令需要确认而又没有终端时必须使用
    .arg-timeout = 等待节点的时间
    .arg-help = 显示本帮助
    .arg-version = 显示版本

cmd-help = 显示某个命令的帮助

cmd-init = 在一个文件夹中建立单组织网络
    .long =
        生成 CA、成员密钥、一个带密钥和配置的节点，以及已签名的创世文件。文件夹之外不做任何改动；唯一的例外是：如果您还没有默认上下文，默认上下文将指向这个新网络。

        该文件夹中保存着私钥，仅您本人可读；网络投入使用后，请将 CA 私钥离线保管。
    .arg-dir = 要建立的文件夹；必须为空或不存在
    .arg-name = 网络名称，由 a-z、0-9 和连字符组成
    .arg-organisation = 组织在密钥和签名中使用的名称，由 a-z、0-9 和连字符组成
    .arg-name-zh = 中文显示名称
    .arg-name-en = 英文显示名称
    .arg-credit-code = 统一社会信用代码（GB 32100），将检查其校验码
    .arg-listen = 节点的服务地址。在支持 TLS 之前只接受环回地址
    .arg-require-review = 数据行须经另一名成员签名审核后才计入
    .arg-no-default-context = 即使没有默认上下文也不建立
    .arg-tls = 节点使用国密 TLS 1.3（RFC 8998），可监听任意地址
    .examples =
        hengtan init --dir my-network --name-zh 示例热电 # 建立网络
        hengtan start --dir my-network # 然后运行它的节点

cmd-start = 在前台运行节点
    .long =
        运行节点，直到收到停止信号（Ctrl-C 或 SIGTERM）；gRPC 与 REST 使用同一端口。节点已确认的内容不会因崩溃而丢失，重新启动后从原处继续。
    .arg-dir = 由 init 建立的网络文件夹。未指定时使用上下文所指的文件夹
    .arg-node = 该文件夹中的节点；有多个节点时必须指定
    .arg-config = 节点配置文件，用以代替文件夹
    .arg-ready-file = 节点开始服务后写入的文件，内容为服务地址
    .arg-log = 标准错误中日志的格式
    .examples =
        hengtan start --dir my-network # 运行该网络的节点
        hengtan status # 在另一个终端中查看运行情况

cmd-key = 生成和查看密钥
cmd-key-new = 生成密钥对；CA 私钥可用时同时签发证书
    .long =
        生成 SM2 密钥对并写入“名称.key.pem”，仅您本人可读；指定 --passphrase-file 时加密保存。如果网络文件夹中有本组织的 CA 私钥，还会按给定角色签发“名称.cert.pem”；随后用 member enrol 登记该证书。
    .arg-name = 持有者名称，由 a-z、0-9 和连字符组成
    .arg-role = 证书中的角色
    .arg-dir = 存有 CA 私钥的网络文件夹。未指定时使用上下文所指的文件夹
    .arg-out = 新文件的存放文件夹；未指定时为网络文件夹下的 members
    .arg-no-certificate = 只生成密钥，证书由别处签发
    .arg-passphrase-file = 用该文件中的口令加密密钥，文件须仅您本人可读；填 prompt 则提示输入
    .examples =
        hengtan key new li-na --role business # 生成密钥和证书
        hengtan member enrol hengtan-network/members/li-na.cert.pem # 登记后持有者即可签名
cmd-key-show = 显示密钥或证书文件的内容
    .long =
        显示种类、密钥标识、持有者、组织、角色和有效期。绝不显示私钥。
    .arg-file = 密钥或证书的 PEM 文件
cmd-key-list = 列出上下文中的密钥及其是否可用
    .long =
        逐一打开各身份的密钥，无论其在文件、密钥库、PKCS #11 令牌还是 SDF 设备中。只显示公开内容，绝不显示私钥。
cmd-key-passphrase = 加密密钥文件、更改或去除其口令
    .long =
        在原处重新写入密钥，以 PBKDF2-HMAC-SM3 和 SM4 加密。口令从不写在命令行上：输入时不显示，或从仅您本人可读的文件中读取。
    .arg-file = 密钥的 PEM 文件
    .arg-passphrase-file = 存有新口令的文件；填 prompt 则提示输入
    .arg-old-passphrase-file = 存有当前口令的文件；未指定时提示输入
    .arg-remove = 不再使用口令
    .examples =
        hengtan key passphrase hengtan-network/members/li-na.key.pem # 加密成员的密钥

cmd-cert = 运行证书认证机构，查看和验证证书
    .long =
        供没有自己的证书认证机构的联盟使用。其他机构的证书只要以 SM2 和 SM3 签名，同样可以查看和验证。
    .examples =
        hengtan cert ca example --dir example-ca # 建立根 CA
        hengtan cert issue li-na --dir example-ca --role business # 成员的密钥和证书
        hengtan cert revoke li-na --dir example-ca --reason key-compromise # 撤销证书并写出撤销列表
        hengtan cert verify li-na.cert.pem --ca example-ca/ca.cert.pem --crl example-ca/ca.crl.pem # 证书是否仍然有效
cmd-cert-ca = 在文件夹中建立证书认证机构
    .long =
        生成根 CA 的密钥和证书；指定 --parent 时，生成其下的中间 CA。同时建立签发索引。文件夹中存有私钥，仅您本人可读；请离线保存，并与索引一同备份。
    .arg-organisation = CA 及其签发的所有证书的组织（O），由 a-z、0-9 和连字符组成
    .arg-dir = 要建立的文件夹
    .arg-name = CA 的名称（CN）；未指定时为组织名称加“CA”
    .arg-parent = 上级 CA 的文件夹，由其签发证书；未指定时建立根 CA
    .arg-path-length = 该 CA 之下最多可有几级 CA；未指定时根 CA 为 1，中间 CA 为 0
    .arg-days = 有效天数
    .arg-passphrase-file = 用此文件中的口令加密新密钥，文件须仅本人可读；写作 prompt 时当场输入
    .arg-ca-passphrase-file = 存放 CA 私钥口令的文件；未指定时当场询问
    .examples =
        hengtan cert ca example --dir root # 建立根 CA
        hengtan cert ca example --dir office --name "Office CA" --parent root --days 3650 # 在其下建立中间 CA
cmd-cert-request = 生成密钥和证书请求
    .long =
        生成 SM2 密钥对及其 PKCS #10 证书请求。私钥由您保管，请求交给 CA。请求中的名称只是意愿，证书的内容由 CA 决定。
    .arg-name = 持有者名称（CN），由 a-z、0-9 和连字符组成
    .arg-organisation = 组织（O），由 a-z、0-9 和连字符组成
    .arg-kind = 证书的用途
    .arg-role = 成员的角色
    .arg-san = 节点的主机名或 IP 地址，可重复
    .arg-out = 新文件的存放文件夹
    .arg-passphrase-file = 用此文件中的口令加密新密钥，文件须仅本人可读；写作 prompt 时当场输入
    .examples =
        hengtan cert request li-na --organisation example --role business # 得到 li-na.key.pem 和 li-na.csr.pem
        hengtan cert issue li-na --dir example-ca --role business --csr li-na.csr.pem # CA 据此签发
cmd-cert-issue = 签发证书
    .long =
        为请求中的密钥或新密钥签发证书。名称、角色和主机以本命令行为准，不取自请求。双证书中一张用于签名，一张用于加密，加密密钥在此生成。若为请求签发双证书，加密密钥写入 NAME.enc.key.der（SM2EnvelopedKey），只有请求的密钥能解开，见 hengtan key receive。
    .arg-name = 持有者名称（CN），由 a-z、0-9 和连字符组成
    .arg-dir = CA 的文件夹
    .arg-kind = 证书的用途
    .arg-role = 成员的角色；双证书未指定角色时属于节点
    .arg-san = 节点的主机名或 IP 地址，可重复
    .arg-csr = 含有密钥的证书请求；未指定时生成新密钥
    .arg-days = 有效天数
    .arg-path-length = 所签发的 CA 之下最多可有几级 CA
    .arg-out = 新文件的存放文件夹
    .arg-passphrase-file = 用此文件中的口令加密新密钥，文件须仅本人可读；写作 prompt 时当场输入
    .arg-ca-passphrase-file = 存放 CA 私钥口令的文件；未指定时当场询问
    .examples =
        hengtan cert issue li-na --dir example-ca --role business # 使用新密钥的成员
        hengtan cert issue node-1 --dir example-ca --kind node --san node-1.example.org --san 192.0.2.7 # 节点
        hengtan cert issue wang-fang --dir example-ca --kind dual --role operations # 签名证书和加密证书
cmd-cert-renew = 以新的有效期重新签发证书
    .long =
        除序列号和有效期外，内容均取自本 CA 已签发的证书，密钥可沿用或更换。原证书在到期之前仍然有效；如不得再用，请以“被取代”为由撤销。
    .arg-certificate = 持有者名称或序列号；序列号只需开头几位
    .arg-dir = CA 的文件夹
    .arg-new-key = 生成新密钥
    .arg-csr = 含有新密钥的证书请求
    .arg-days = 有效天数
    .arg-out = 新文件的存放文件夹；绝不覆盖已有文件
    .arg-passphrase-file = 用此文件中的口令加密新密钥，文件须仅本人可读；写作 prompt 时当场输入
    .arg-ca-passphrase-file = 存放 CA 私钥口令的文件；未指定时当场询问
    .examples =
        hengtan cert renew li-na --dir example-ca --out renewed # 沿用密钥，再延三年
        hengtan cert renew li-na --dir example-ca --new-key --out renewed # 更换密钥
cmd-cert-revoke = 撤销证书并写出撤销列表
    .long =
        永久撤销证书，并在 CA 的文件夹中写出下一份证书撤销列表 ca.crl.pem。信任这些证书的各方都需要该列表。在账本中撤销成员请用 hengtan member revoke。
    .arg-certificate = 持有者名称或序列号；序列号只需开头几位
    .arg-dir = CA 的文件夹
    .arg-reason = 原因
    .arg-next-update = 距下一份列表的天数
    .arg-ca-passphrase-file = 存放 CA 私钥口令的文件；未指定时当场询问
    .examples =
        hengtan cert revoke li-na --dir example-ca --reason key-compromise # 其密钥被盗
cmd-cert-crl = 写出新的证书撤销列表
    .long =
        在 CA 的文件夹中写出下一份证书撤销列表 ca.crl.pem。列表只在下次更新之前有效：即使没有撤销任何证书，也请在此之前写出新列表。
    .arg-dir = CA 的文件夹
    .arg-next-update = 距下一份列表的天数
    .arg-ca-passphrase-file = 存放 CA 私钥口令的文件；未指定时当场询问
    .examples =
        hengtan cert crl --dir example-ca --next-update 7 # 有效一周的列表
cmd-cert-list = 列出证书认证机构签发的证书
    .long =
        显示每张证书的剩余天数，以及已撤销的证书及其原因。
    .arg-dir = CA 的文件夹
    .arg-ca-passphrase-file = 存放 CA 私钥口令的文件；未指定时当场询问
    .examples =
        hengtan cert list --dir example-ca -o csv # 供电子表格使用
cmd-cert-show = 显示证书、证书请求或撤销列表
    .long =
        读取以 SM2 和 SM3 签名的任何机构的 PEM 或 DER 文件并显示其内容。请求的签名会得到验证；证书或列表是否可信，请用 hengtan cert verify 判断。
    .arg-file = 含有一张证书、一份请求或一份撤销列表的文件
    .examples =
        hengtan cert show li-na.cert.pem # 供人阅读
        hengtan cert show ca.crl.pem -o json # 供程序使用
cmd-cert-verify = 验证证书直至可信的根
    .long =
        寻找从证书到可信根的证书链，检查签名、有效期、密钥用途、路径长度和撤销情况。退出码 0 表示有效，7 表示不可信，8 表示文件无法读取。
    .arg-file = 要验证的证书
    .arg-ca = 您信任的证书；一个文件可含多张。可重复
    .arg-chain = 中间 CA 的证书；一个文件可含多张。可重复
    .arg-crl = 其中某个 CA 的证书撤销列表。可重复
    .arg-crl-check = 哪些撤销列表不可缺少
    .arg-purpose = 证书将用于什么
    .arg-encryption = 双证书中的加密证书；两张都会验证，并检查是否配对
    .arg-at = 所判断的时刻，如 2026-03-31 或 2026-03-31T08:00:00+08:00；未指定时为现在
    .examples =
        hengtan cert verify li-na.cert.pem --ca root.cert.pem # 现在是否有效
        hengtan cert verify node-1.cert.pem --ca root.cert.pem --chain office.cert.pem --crl office.crl.pem --crl-check certificate --purpose server # 能否用于服务端

cmd-org = 查看和接纳组织
cmd-org-list = 列出网络中的组织
    .arg-limit = 最多显示的行数；0 表示全部
cmd-org-show = 显示一个组织
    .arg-id = 组织名称
cmd-org-admit = 接纳一个组织
    .long =
        记录 organisation.admit。只有在由一个组织治理网络期间，才能不经提案直接接纳。
    .arg-id = 组织名称，由 a-z、0-9 和连字符组成
    .arg-ca = 该组织的 CA 证书，PEM 格式
    .arg-name-zh = 中文显示名称
    .arg-name-en = 英文显示名称
    .arg-credit-code = 统一社会信用代码（GB 32100）
    .arg-duty = 组织的职责，其成员不能担任职责之外的角色。可重复使用
    .arg-jurisdiction = 主管部门的管辖地区，例如 CN-BJ；未指定时为全部地区
    .arg-member = 首批成员的证书，PEM 格式；至少一个具有 governance 角色，一个具有 operations 角色。可重复使用
    .examples =
        hengtan org admit city-grid --ca grid-ca.pem --duty governance --duty operations --duty business --member gov.pem --member ops.pem # 接纳该组织

cmd-member = 查看、登记和撤销成员
cmd-member-list = 列出成员
    .arg-organisation = 只显示该组织的成员
    .arg-limit = 最多显示的行数；0 表示全部
cmd-member-show = 显示一名成员
    .arg-member = 成员名称或密钥标识；密钥标识只需开头几位
cmd-member-enrol = 登记成员
    .long =
        以本组织 CA 签发的证书记录 member.enrol。此后持有者即可在角色允许的范围内签名。
    .arg-certificate = 成员证书，PEM 格式
    .arg-name = 成员名称；未指定时取证书中的名称
    .arg-name-zh = 中文显示名称
    .arg-name-en = 英文显示名称
cmd-member-revoke = 撤销成员
    .long =
        记录 member.revoke。此前的签名仍然有效；自该账本条目起，该密钥不能再签名。此操作不可撤回，需要时请登记新密钥。
    .arg-member = 成员名称或密钥标识；密钥标识只需开头几位
    .arg-reason = 用自己的话说明原因；将永久保存在账本中

cmd-facility = 查看和登记设施
cmd-facility-list = 列出设施
    .arg-limit = 最多显示的行数；0 表示全部
cmd-facility-show = 显示一个设施
    .arg-id = 设施编号
cmd-facility-register = 登记设施
    .long =
        记录 facility.register。此后活动数据可以引用该设施；数据行未写明地区时，按设施所在地区选用电网排放因子。
    .arg-id = 设施编号，由 a-z、0-9 和连字符组成
    .arg-name-zh = 中文显示名称
    .arg-name-en = 英文显示名称
    .arg-region = 地区代码，例如 CN、CN-BJ 或 GB
    .arg-address = 通信地址
    .arg-industry-code = 国民经济行业代码（GB/T 4754）
    .arg-external-id = 排污许可证编号或其他标识
    .examples =
        hengtan facility register plant-1 --name-zh 一号热电厂 --region CN-HE # 登记该设施

cmd-activity = 记录、查看和更正活动数据
cmd-activity-import = 记录 CSV 或 XLSX 文件中的数据行
    .long =
        读取文件，逐行核算，列出所选用的排放因子，然后以您的签名记录并提交。

        文件可保持办公软件导出的原样：UTF-8（有无 BOM 均可）或 GB18030 编码、中文或英文表头、全角数字、千分位分隔符、“2025年3月”这样的日期、合并的表头单元格、空行。所有错误行会一次性报告，写明工作表、行、列、数值和原因；除非使用 --skip-bad，否则整个文件都不会记录。

        再次导入同一文件时会接着完成中断的导入，不会重复记录。
    .arg-file = CSV 或 XLSX 文件
    .arg-sheet = 工作表名称；有多个含活动数据的工作表时必须指定。可重复使用
    .arg-facility = 数据行未写明设施，或所写设施未登记时采用的设施
    .arg-skip-bad = 记录正确的行，并将错误的行写入文件
    .arg-bad-rows = 错误行的输出文件；未指定时为输入文件旁的“文件名.rejected.csv”
    .arg-plan = 监测计划（TOML）：须有数据的月份和设备能力；见 docs/zh-CN/bad-input.md
    .arg-dry-run = 只读取、检查和核算，不记录；没有节点时也可使用，并与预期结果列比对
    .arg-pending = 记录但保持待提交状态；由 activity submit 使其计入
    .arg-restates = 这些数据行所更正的已封账清单；由 inventory restate 纳入后才计入
    .arg-gwp = 全球变暖潜势表：ar4、ar5 或 ar6
    .arg-rounding = 核算的修约规则
    .arg-factor-set = 只从该排放因子集选取因子，写作“因子集”或“因子集@版本”。可重复使用，优先者在前；未指定时为所有已采用的排放因子集
    .examples =
        hengtan activity import 2025.xlsx --dry-run # 先看结果，再记录
        hengtan activity import 2025.xlsx # 记录并提交
        hengtan activity import 2025.csv --skip-bad # 只记录正确的行
cmd-activity-list = 列出活动数据
    .arg-import = 只显示该次导入的数据行；只需标识的开头几位
    .arg-facility = 只显示该设施的数据行
    .arg-category = 只显示该类别的数据行，例如 purchased_electricity
    .arg-from = 只显示自该日或该月起开始的数据行
    .arg-to = 只显示截至该日或该月结束的数据行
    .arg-imports = 每次导入显示一行，而不是每条数据一行
    .arg-limit = 最多显示的行数；0 表示全部
    .examples =
        hengtan activity list --imports # 查看已有的导入
        hengtan activity list --category purchased_electricity -o csv # 供电子表格使用
cmd-activity-show = 显示一行数据及其结果
    .arg-row = 数据行，写作“导入标识:行号”；见 activity list 的第一列
cmd-activity-submit = 提交待提交的导入
    .long =
        记录 activity.submit，写明行数和行根，计入的正是这些行。策略要求审核时，审核通过后才计入。
    .arg-import = 导入标识；只需开头几位
cmd-activity-review = 由另一名成员审核通过导入
    .long =
        针对当前的数据行和更改记录 activity.review。填报、提交或更改过数据的人不能审核。如不同意，请告知填报人更正或作废。
    .arg-import = 导入标识；只需开头几位
    .arg-statement = 审核意见
cmd-activity-replace = 用更正后的数据替换一行
    .long =
        记录 activity.replace。原数据行仍然可见，但不再计入。清单封账后请改用 inventory restate。
    .arg-row = 要替换的数据行，写作“导入标识:行号”
    .arg-with = 含一行更正数据的文件，CSV 或 XLSX
    .arg-reason = 用自己的话说明原因；将永久保存在账本中
    .arg-gwp = 全球变暖潜势表：ar4、ar5 或 ar6
    .arg-rounding = 核算的修约规则
    .arg-factor-set = 只从该排放因子集选取因子，写作“因子集”或“因子集@版本”。可重复使用，优先者在前；未指定时为所有已采用的排放因子集
cmd-activity-void = 作废数据行
    .long =
        记录 activity.void。数据行仍然可见，但不再计入。清单封账后请改用 inventory restate。
    .arg-rows = 数据行，写作“导入标识:行号”；只写导入标识则撤回整次导入
    .arg-reason = 用自己的话说明原因；将永久保存在账本中

cmd-factor = 查找、查看和采用排放因子
cmd-factor-list = 列出排放因子
    .arg-set = 只显示该排放因子集中的因子
    .arg-category = 只显示该类别的因子，例如 purchased_electricity
    .arg-region = 只显示该地区的因子，例如 CN
    .arg-limit = 最多显示的行数；0 表示全部
cmd-factor-show = 显示一个排放因子及其来源、条款和许可
    .arg-factor = 排放因子编号，见 factor list
cmd-factor-search = 用中文或英文搜索排放因子
    .arg-words = 关键词，须全部出现在编号、名称、来源或地区中
    .arg-limit = 最多显示的行数；0 表示全部
    .examples =
        hengtan factor search 电力 全国 # 中文
        hengtan factor search electricity 2023 # 英文
cmd-factor-sets = 列出账本已采用的排放因子集
    .arg-shipped = 改为列出随本程序发布的排放因子集；不需要节点
cmd-factor-adopt = 采用排放因子集
    .long =
        记录 factor_set.adopt，包含该集的全部排放因子。核算只读取账本中的排放因子。

        策略要求多个组织同意时，--propose 为每个因子集提出一项提案，其中含全部因子。满足规则的那一票投出时，该因子集即被采用。
    .arg-sets = 随程序发布的排放因子集编号；用 factor sets --shipped 列出
    .arg-all = 采用账本中尚没有的全部随附排放因子集
    .arg-propose = 改为提出提案，由其他组织表决
    .arg-reason = 原因，自行填写；永久留在账本中
    .arg-days = 表决天数
    .examples =
        hengtan factor adopt --all # 由一个组织决定
        hengtan factor adopt mee-grid-2023 --propose --reason "2025 年发布" # 由多个组织决定
cmd-factor-lint = 审查排放因子集：相互冲突的行、单位、异常数值和非官方数值；不需要节点
    .arg-sets = 随程序发布的因子集，或含有 set.toml 和 factors.csv 的文件夹；可重复；缺省为全部随附因子集
    .examples =
        hengtan factor lint # 全部随附因子集
        hengtan factor lint my-set # 文件夹 my-set
cmd-factor-diff = 显示两个排放因子集之间的变更；不需要节点
    .arg-first = 变更前的随附因子集或文件夹
    .arg-second = 变更后的随附因子集或文件夹
    .examples =
        hengtan factor diff mee-grid-2022 mee-grid-2023 # 同一系列的两个年度
cmd-factor-simulate = 显示清单在另一因子集下的结果；不写入任何内容
    .long =
        按该因子集已在使用的情形重新核算清单的每一行。被取代的因子集不参与：编号相同的、其清单文件声明取代的，以及用 --instead-of 指定的；其余仍按该行当时所用。每项合计的变化逐项列出原因，各项之和恰等于总变化。该因子集无法核算的行保留原结果，并逐一列出。使用 -o csv 时逐行输出，而非只有合计。
    .arg-set = 随附因子集、文件夹，或网络中的因子集
    .arg-instead-of = 被其取代的因子集；可多次指定
    .arg-inventory = 清单；缺省为全部清单
    .examples =
        hengtan factor simulate --set mee-grid-2023 --instead-of mee-grid-2022 # 全部历史改用 2023 年因子
        hengtan factor simulate --set my-set inv-2025 -o json # 尚未采用的因子集
cmd-factor-import = 从 CSV 或 XLSX 读取排放因子集并审查；不需要节点
    .long =
        表头使用格式规定的列名；允许为空的列可以省略，列的次序不限。无法读取的每一行都会连同错误列出。使用 --out 时写出可供 factor adopt 采用的文件夹，其清单文件含各行的 SM3 摘要。
    .arg-file = 表格：UTF-8 或 GB18030 编码的 CSV，或 XLSX
    .arg-manifest = 因子集的清单文件（TOML）：发布者、文件、许可等
    .arg-out = 因子集的新文件夹；缺省时只审查
    .examples =
        hengtan factor import factors.xlsx --manifest set.toml --out my-set # 之后：hengtan factor adopt my-set
cmd-factor-sign = 用 SM2 密钥为因子集签名；不需要节点
    .long =
        对含有数据行 SM3 摘要的清单文件签名，二者任一被改动都会被发现。签名及签名者写入 set.toml，证书或公钥以 signer.pem 存放在旁。网络是否采用另由其成员决定。
    .arg-folder = 因子集文件夹，含 set.toml 和 factors.csv
    .arg-key = 私钥（PEM 文件）
    .arg-certificate = 该密钥的证书；省略时只附公钥
    .arg-passphrase-file = 存放密钥口令的文件
    .examples =
        hengtan factor sign my-set --key expert.key.pem --certificate expert.pem # 之后：hengtan factor verify my-set
cmd-factor-verify = 说明因子集由谁签名；不需要节点
    .long =
        检查数据行的摘要和签名。加 --signer 或 --ca 时还判断签名者是否在其中，不在其中时退出码为 7；不加时只说明由谁签名。
    .arg-folders = 因子集文件夹，可给出多个
    .arg-signer = 可以签名者的证书或公钥；可多次指定
    .arg-ca = 其成员可以签名的机构的证书；可多次指定
    .examples =
        hengtan factor verify my-set --signer expert.pem

cmd-inventory = 封账、查看和重述温室气体清单
cmd-inventory-close = 对一个时期的清单封账
    .long =
        记录 inventory.close：锁定该时期的数据行，并将合计写入账本，按范围、类别、气体和月份列出，电力同时给出基于位置和基于市场的结果。封账是您自己的期间锁定，既不是核查，也不是向主管部门报送。

        回执写入文件，可用 hengtan verify 离线验证。
    .arg-period = 年份 2025、月份 2025-03，或起止日期 2025-01-01/2025-06-30
    .arg-name = 清单名称，由 a-z、0-9 和连字符组成；未指定时由时期生成
    .arg-name-zh = 中文显示名称
    .arg-name-en = 英文显示名称
    .arg-facility = 只将该设施纳入边界。可重复使用；未指定时为整个组织
    .arg-gwp = 全球变暖潜势表：ar4、ar5 或 ar6
    .arg-rounding = 核算的修约规则
    .arg-factor-set = 只从该排放因子集选取因子，写作“因子集”或“因子集@版本”。可重复使用，优先者在前；未指定时为所有已采用的排放因子集
    .arg-boundary = 核算边界的确定方法
    .arg-receipt = 回执文件；未指定时为当前文件夹中的 receipt-inventory-….json
    .examples =
        hengtan inventory close 2025 # 对全年封账
        hengtan inventory close 2025 --gwp ar6 --rounding mee_guideline # 按指南的规则
cmd-inventory-show = 显示清单
    .arg-inventory = 清单名称；未指定时为最新的清单
    .arg-by = 只显示该表。可重复使用
cmd-inventory-list = 列出清单
    .arg-limit = 最多显示的行数；0 表示全部
cmd-inventory-restate = 重述已封账的清单
    .long =
        记录 inventory.restate：新清单写明它所取代的清单及原因。两份清单都保持可见。
    .arg-inventory = 要重述的清单名称
    .arg-add = 使用 --restates 所作的导入，其数据行增加计入。可重复使用
    .arg-cause = 原因类别
    .arg-void = 不再计入的数据行，写作“导入标识:行号”。可重复使用
    .arg-reason = 用自己的话说明原因；将永久保存在账本中
    .arg-gwp = 全球变暖潜势表：ar4、ar5 或 ar6
    .arg-rounding = 核算的修约规则
    .arg-factor-set = 只从该排放因子集选取因子，写作“因子集”或“因子集@版本”。可重复使用，优先者在前；未指定时为所有已采用的排放因子集
    .arg-receipt = 回执文件；未指定时为当前文件夹中的 receipt-inventory-….json

cmd-calculate = 按标准对一份文档进行离线计算
    .long =
        读取一份 TOML 文档，检查其中标准所要求的全部内容，输出结果以及读者须知的事项。不发送、不记录任何内容；同一份文档在任何机器上得到的数字完全相同。

        不带参数时列出全部标准。加 --official 时，凭记忆录入或出自征求意见稿的数值一律拒绝。加 --output json --explain 时，每个数都附有来源，第三方可自行复算。
    .arg-standard = 标准代码，如 cbam、mee_power；省略时列出全部标准
    .arg-file = 文档（TOML 文件）；- 表示标准输入
    .arg-example = 输出一份完整的示例文档
    .arg-official = 拒绝凭记忆录入或出自征求意见稿的数值
    .arg-explain = 附上每个数及其来源：以大纲形式，或写入 json、yaml
    .arg-of = 只解释该结果，写作“代码”或“代码@对象”，可重复
    .arg-diagram = 改为以图的形式输出每个数及其来源：mermaid 用于网页，dot 用于 Graphviz
    .arg-export = 以其他机构规定的格式输出结果：pact 为 PACT 数据交换的 ProductFootprint；cbam-summary 为运营者排放报告摘要
    .examples =
        hengtan calculate # 列出标准
        hengtan calculate mee_power --example > plant.toml # 从示例开始填写
        hengtan calculate mee_power plant.toml # 计算结果
        hengtan calculate mee_power plant.toml --explain # 每个数的来源
        hengtan calculate ghg_product product.toml --export pact # 交付客户系统

cmd-explain = 说明数字的由来，或代码的含义
    .long =
        对于数据行、类别或清单：列出活动数据、排放因子及其来源、如同笔算的算式、合计、签名者以及在账本中的位置。对于错误代码：说明发生了什么、原因和处理办法。对于术语：给出中英文和所依据的标准。
    .arg-reference = “导入标识:行号”、最新清单中的类别、范围或数字、清单名称、账本条目的序号、HT-LED-001 这样的错误代码，或术语
    .arg-diagram = 改为以图输出各行的推导：mermaid 用于网页，dot 用于 Graphviz
    .arg-outline = 以提纲输出各行的推导，直至排放因子和填报人；json 和 yaml 中为数据
    .arg-diff = 显示哪些行、因子和规则使本清单与所指清单不同；各部分之和等于全部变化
    .examples =
        hengtan explain 购入电力 # 最新清单中的电力
        hengtan explain 3f2a:7 # 标识以 3f2a 开头的导入的第 7 行
        hengtan explain HT-CLI-001 # 错误代码
        hengtan explain inventory-2024 --diff inventory-2025 # 变化的由来

cmd-receipt = 获取回执
cmd-receipt-get = 获取账本条目、导入、数据行或清单的回执
    .long =
        写入一个文件，无论现在还是二十年后，都可以用 hengtan verify 离线验证。
    .arg-reference = 账本条目的序号、导入标识、“导入标识:行号”，或清单名称
    .arg-row = 同时证明该行。可重复使用，也可用逗号连接多个行号
    .arg-out = 输出文件；未指定时为当前文件夹中的 receipt-….json，“-”表示标准输出

cmd-verify = 离线验证回执
    .long =
        对照您指定的网络检查回执中的每个杂凑值和签名，不询问任何人。同时说明回执不能证明什么：不能证明源数据真实，也不能证明已向主管部门报送。

        退出码 7 表示回执不成立，或者您不认识该网络：任何人都可以自造一个网络。
    .arg-file = 回执，JSON 文件
    .arg-network = 您信任的网络：十六进制的网络标识，或 genesis.json。未指定时使用上下文中的网络
    .arg-recovery = 您所知悉的恢复文件；上下文文件夹中的恢复文件无需指定。可重复指定
    .examples =
        hengtan verify receipt-inventory-2025.json --network genesis.json # 使用创始方给出的文件
        hengtan verify receipt-inventory-2025.json # 使用上下文中的网络

cmd-backup = 备份、核验和恢复整个账本
cmd-backup-create = 将整个账本写入文件并核验
    .long =
        在节点继续运行的同时，按最新的最终检查点取出上下文所指节点的账本，再由文件重建一遍：全部杂凑值和根一致，文件才得到正式名称。文件包含全部已记录的内容，但不含任何密钥。
    .arg-out = 要写入的文件；省略时为当前文件夹中的 backup-网络-条目数.hengtan。从不覆盖已有文件
    .examples =
        hengtan backup create --out ledger-2026-11.hengtan # 每晚执行
cmd-backup-verify = 离线核验备份
    .long =
        在临时文件夹中由文件重建账本：由条目重算日志根，由取值重算状态根，并重算全部数据行的根；结果须与所指网络的某个最终检查点一致。退出码 7 表示内容有改动。
    .arg-file = 备份文件
    .arg-network = 信任的网络：十六进制网络标识或 genesis.json；省略时取上下文中的网络
cmd-backup-restore = 用备份填充节点的空数据文件夹
    .long =
        适用于只有一个投票组织、数据文件夹已丢失的网络。网络文件夹中须有创世文件、配置和声明密钥；节点随后从备份的检查点继续运行。

        备份之后记录的内容将丢失，节点此前就这些内容出具的回执会与新条目矛盾，持有者可以证明这一点。仅当任何地方都没有更新的数据时才可恢复。
    .arg-file = 备份文件
    .arg-dir = 网络文件夹
    .arg-node = 文件夹中的节点（有多个时）
    .examples =
        hengtan backup verify ledger.hengtan --network genesis.json # 先核验
        hengtan backup restore ledger.hengtan --dir hengtan-network # 再恢复
cmd-backup-drill = 演练一次恢复，完成后全部清除
    .long =
        将备份恢复到临时文件夹，在其上启动节点（不监听任何地址），取最后一个条目的回执并以第三方身份核验，最后清除全部内容，并显示恢复所需的时间。不影响正在运行的节点。
    .arg-file = 备份文件
    .arg-dir = 网络文件夹
    .arg-node = 文件夹中的节点（有多个时）

cmd-status = 显示节点的运行情况
    .long =
        显示上下文所指节点的网络、角色、日志、检查点、计数和存储。

cmd-crypto = 检验本机安装的密码算法
cmd-crypto-selftest = 用标准给出的结果检验每种算法
    .arg-full = 同时检测随机数发生器
    .long =
        计算 GB/T 32918、32905、32907，GM/T 0042 和 RFC 8998 给出的示例，将内置实现与另外两套实现比较，并比较本机处理器支持的所有实现路径（包括未选用的）；随后检测系统随机数发生器的一组样本。节点启动时也作同样的检验。结果有误或样本不随机时退出码为 7：此时不得把密钥交给本程序或本机。
        使用 --full 时，按 GM/T 0005-2021 的十五项检测方法检测随机数发生器。
    .examples =
        hengtan crypto selftest -o json # 以机器可读格式输出检验内容
        hengtan crypto selftest --full # 包括 GM/T 0005-2021 的随机性检测

cmd-doctor = 检查本机安装并说明如何修复
    .long =
        检查密码算法、密钥及其权限、证书、时钟、磁盘、系统限制、配置、上下文和节点。每项发现都附有处理办法。存在必须修复的问题时退出码为 1。
    .arg-dir = 网络文件夹。未指定时使用上下文所指的文件夹

cmd-config = 显示和检查配置
cmd-config-show = 显示各项取值及其来源
    .arg-config = 节点配置文件；未指定时显示上下文和环境变量
cmd-config-check = 检查配置
    .arg-config = 节点配置文件；未指定时检查上下文

cmd-completion = 输出命令行补全脚本
    .long =
        输出供您的 Shell 使用的补全脚本，文案使用本次调用的语言。
    .arg-shell = Shell 名称
    .examples =
        hengtan completion bash > ~/.local/share/bash-completion/completions/hengtan # bash
        hengtan completion zsh > ~/.zfunc/_hengtan # zsh

cmd-demo = 完整演示一遍：网络、全年数据、清单、证明
    .long =
        在一个文件夹中建立单组织网络，启动节点，从中文 CSV 文件和英文工作簿导入一家企业全年的月度活动数据，对清单封账，写出回执，离线验证，并演示改动一个字节即被发现。用时不到一分钟。
    .arg-dir = 演示所用的文件夹；必须为空或不存在
    .arg-keep = 演示后保持节点运行
    .arg-listen = 节点地址；未指定时使用空闲的环回端口
    .arg-nodes = 1，或 4：三个投票组织和一个监管方，每个节点为独立进程；演示强制终止领导者后各节点的根仍然一致

    .arg-tls = 节点使用国密 TLS 1.3（RFC 8998），可监听任意地址
cmd-bench = 测量本机性能
    .long =
        使用真实的存储、签名和排放因子进行测量。结果取决于硬件，引用时请一并给出硬件配置。
    .arg-subject = ledger：每秒落盘提交的账本条目数及延迟；engine：单核每秒核算的行数；audit：单核每秒审计的账本条目数；crypto：单核每秒的签名、验签、杂凑与加密，并与其他密码库对照；cluster：本机上以三个进程运行的投票节点，每秒条目数及延迟、重启、追赶，已安装 etcd 时与其对照
    .arg-seconds = 每项测量所用的秒数，由各次运行平分
    .arg-quick = 每项只用少量数据短时运行一次：只检查能否运行，不反映速度
    .arg-dir = 存储所在的文件夹，未指定时为临时文件夹；请选择要了解的磁盘
    .arg-entries = cluster：测量节点重启和新节点追赶时账本中的条目数
    .examples =
        hengtan bench ledger -o json # 输出数据供保存

value-lang = 语言
value-file = 文件
value-standard = 标准
value-url = 网址
value-form = 格式
value-when = 时机
value-seconds = 秒数
value-dir = 文件夹
value-name = 名称
value-id = 编号
value-text = 文字
value-code = 代码
value-address = 地址
value-role = 角色
value-count = 数量
value-duty = 职责
value-name-or-key = 名称或密钥标识
value-certificate = 证书
value-region = 地区
value-import = 导入标识
value-category = 类别
value-date = 日期
value-row = 数据行
value-set = 因子集
value-factor = 因子编号
value-words = 关键词
value-period = 时期
value-table = 表
value-rule = 规则
value-boundary = 边界
value-inventory = 清单名称
value-number-or-code = 数字或代码
value-reference = 引用
value-number = 行号
value-other = 另一个
value-hex-or-file = 标识或文件
value-shell = SHELL
value-cause = 原因类别
value-subject = 项目
value-command = 命令
value-organisation = 组织
value-days = 天数
value-kind = 种类
value-host = 主机
value-name-or-serial = 名称或序列号
value-reason = 原因
value-lists = 列表
value-purpose = 用途
value-time = 时刻

choice-unrounded = 得出结果之前不作任何修约
choice-mee_guideline = 按生态环境部指南的步骤：元素碳含量保留四位小数，结果取整吨
choice-governance = 治理：接纳组织、变更策略
choice-operations = 运维：登记成员、采用排放因子集、运行节点
choice-business = 业务：填报、审核、封账
choice-regulator = 主管部门
choice-verifier = 核查技术服务机构
choice-auditor = 审计：可读取全部内容
choice-registry = 注册登记机构
choice-partner = 供应链伙伴
choice-error_correction = 更正错误
choice-factor_update = 更新排放因子
choice-boundary_change = 核算边界变化
choice-method_change = 核算方法变化
choice-better_data = 取得更好的活动数据
choice-member = 在账本中签名
choice-node = 节点传输，作 TLS 服务端和客户端
choice-dual = 双证书：一张签名，一张加密
choice-authority = 本 CA 之下的 CA
choice-unspecified = 未说明原因
choice-key-compromise = 私钥丢失或泄露
choice-ca-compromise = CA 私钥丢失或泄露
choice-affiliation-changed = 名称或隶属关系变更
choice-superseded = 被其他证书取代
choice-cessation-of-operation = 不再需要
choice-certificate-hold = 暂停使用
choice-privilege-withdrawn = 权限被收回
choice-signing = 签名
choice-encryption = 接收加密内容
choice-server = TLS 服务端
choice-client = TLS 客户端
choice-issuing = 签发证书
choice-known = 无；只使用给出的列表
choice-certificate = 该证书所属 CA 的列表
choice-path = 证书链上每个 CA 的列表

cmd-key-receive = 解开 CA 下发的加密密钥
    .long =
        用生成证书请求时的签名私钥解开加密密钥对保护结构 SM2EnvelopedKey（GB/T 35276、GM/T 0009），并将加密私钥另存为密钥文件。
    .arg-file = 下发的密钥，如 NAME.enc.key.der
    .arg-key = 签名私钥的 PEM 文件
    .arg-out = 存放加密私钥的新 PEM 文件
    .arg-passphrase-file = 用此文件中的口令加密密钥，文件须仅本人可读；写作 prompt 时当场输入
    .examples =
        hengtan key receive wang-fang.enc.key.der --key wang-fang.key.pem --out wang-fang.enc.key.pem # 在 cert issue --kind dual --csr 之后
