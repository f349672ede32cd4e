### 数据中以代码表示的各项名称。

category-stationary_combustion = 固定源燃料燃烧
category-mobile_combustion = 移动源燃料燃烧
category-process = 过程排放
category-fugitive = 逸散排放
category-purchased_electricity = 购入电力
category-purchased_heat = 购入热力
category-purchased_goods_and_services = 购买的商品和服务
category-capital_goods = 资本商品
category-fuel_and_energy_related = 燃料和能源相关活动
category-upstream_transport = 上游运输和配送
category-waste = 运营中产生的废弃物
category-business_travel = 商务旅行
category-employee_commuting = 员工通勤
category-upstream_leased_assets = 上游租赁资产
category-downstream_transport = 下游运输和配送
category-processing_of_sold_products = 售出产品的加工
category-use_of_sold_products = 售出产品的使用
category-end_of_life = 售出产品的报废处理
category-downstream_leased_assets = 下游租赁资产
category-franchises = 特许经营
category-investments = 投资

scope-1 = 范围一
scope-2 = 范围二
scope-3 = 范围三

flag-proxy = 采用了其他国家的排放因子作为替代，本国没有已发布的因子。
flag-newest_published_used = 该时期的排放因子尚未发布，采用了最新发布的因子。
flag-earlier_period_named = 数据行指名采用了较早时期的排放因子。
flag-gwp_set_of_source_differs = 来源中的二氧化碳当量所用的全球变暖潜势表与清单不同。
flag-residual_proxy = 剩余电力组合未发布，以扣除市场化交易非化石电量后的平均值代替。
flag-no_residual_mix = 剩余电力组合未发布，以电网平均值代替。
flag-ets_factor = 采用碳市场通知中的排放因子，基于位置和基于市场的结果相同。
flag-default_parameter = 有参数未实测，采用缺省值。
flag-published_total_differs_from_parts = 已发布的合计与各部分之和不一致，以合计为准。
flag-wider_region_used = 该地区没有已发布的排放因子，采用全国的因子。
flag-unofficial_factor = 排放因子的数值并非取自官方文件。
flag-rounded = 结果已按规则修约。
flag-outside_kyoto = 含有《京都议定书》七类之外的气体，在各范围之外单独报告。

role-governance = 治理
role-operations = 运维
role-business = 业务
role-regulator = 主管部门
role-verifier = 核查技术服务机构
role-auditor = 审计
role-registry = 注册登记机构
role-partner = 供应链伙伴

obtained-measured = 实测值
obtained-default = 缺省值
obtained-calculated = 计算值

import-status-pending = 待提交
import-status-submitted = 待审核
import-status-counting = 已计入
import-status-voided = 已撤回
import-status-row_voided = 已作废
import-status-row_replaced = 已替换

consolidation-operational_control = 运营控制
consolidation-financial_control = 财务控制
consolidation-equity_share = 股权比例

rounding-unrounded = 得出结果之前不作修约
rounding-mee_guideline = 按生态环境部指南的步骤修约

gas-unallocated = 来源未按气体划分

raft-role-leader = 领导节点
raft-role-follower = 跟随节点
raft-role-candidate = 候选节点
raft-role-learner = 学习节点
raft-role-stopped = 已停止

treatment-any = 非电力
treatment-location = 基于位置
treatment-market = 基于市场
treatment-ets = 碳排放权交易
treatment-lifecycle = 生命周期
treatment-residual = 剩余电力组合

misfit-unit = 单位不符
misfit-category = 类别不符
misfit-region = 地区不符
misfit-treatment = 类型不符
misfit-period = 时期不符
misfit-named = 须指名使用
misfit-activity = 活动不符
misfit-values = 数值不符
misfit-biogenic = 生物源部分不符
misfit-gwp = 全球变暖潜势表不符

reason-not_found = 没有该文件或文件夹
reason-permission_denied = 没有权限
reason-already_exists = 已存在
reason-is_a_directory = 它是文件夹
reason-not_a_directory = 路径中有一部分不是文件夹
reason-storage_full = 磁盘已满
reason-quota_exceeded = 配额已用完
reason-read_only_filesystem = 文件系统为只读
reason-invalid_data = 内容已损坏
reason-invalid_input = 名称不被允许
reason-broken_pipe = 读取方已退出
reason-address_in_use = 地址已被占用
reason-address_not_available = 本机没有该地址
reason-connection_refused = 该地址无人监听
reason-connection_reset = 连接被中断
reason-timed_out = 未及时应答
reason-unexpected_eof = 文件提前结束
reason-other = 其他原因
reason-uncategorized = 其他原因

what-certificate = 证书
what-organisation = 组织
what-member = 成员
what-facility = 设施
what-factor = 排放因子
what-factor-set = 排放因子集
what-import = 导入
what-row = 数据行
what-inventory = 清单
what-entry = 账本条目
what-category = 类别
what-reference = 代码、数字或术语

certificate-kind-member = 成员
certificate-kind-node = 节点
certificate-kind-dual = 双证书
certificate-kind-authority = 证书认证机构
certificate-kind-signing = 签名证书
certificate-kind-encryption = 加密证书
certificate-kind-request = 证书请求
certificate-kind-revocation_list = 证书撤销列表
certificate-kind-other = 其他证书

certificate-purpose-signing = 签名
certificate-purpose-encryption = 加密
certificate-purpose-server = TLS 服务端
certificate-purpose-client = TLS 客户端
certificate-purpose-issuing = 签发证书

key-usage-digitalsignature = 数字签名
key-usage-nonrepudiation = 抗抵赖
key-usage-keyencipherment = 密钥加密
key-usage-dataencipherment = 数据加密
key-usage-keyagreement = 密钥协商
key-usage-keycertsign = 签发证书
key-usage-crlsign = 签发证书撤销列表
key-usage-encipheronly = 密钥协商后仅用于加密
key-usage-decipheronly = 密钥协商后仅用于解密
key-usage-serverauth = TLS 服务端
key-usage-clientauth = TLS 客户端
key-usage-codesigning = 代码签名
key-usage-emailprotection = 电子邮件保护
key-usage-timestamping = 时间戳
key-usage-ocspsigning = OCSP 签名
key-usage-anyextendedkeyusage = 任何用途

revocation-unspecified = 未说明原因
revocation-keycompromise = 密钥泄露
revocation-cacompromise = CA 密钥泄露
revocation-affiliationchanged = 隶属关系变更
revocation-superseded = 被取代
revocation-cessationofoperation = 不再需要
revocation-certificatehold = 暂停使用
revocation-privilegewithdrawn = 权限被收回
revocation-aacompromise = 属性机构密钥泄露

standing-official = 官方
standing-secondary = 取自转录官方文件的资料
standing-recalled = 凭记忆录入，未查阅原文
standing-draft = 征求意见稿
