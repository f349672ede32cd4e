### 接口：请求、限额、应答。

ht-api-001 = 节点尚未就绪：{ $reason }。
    .cause = 节点正在启动、停止，或有情况使其无法接收签名请求。
    .remedy = 请稍候；hengtan status 有进一步的说明。
ht-api-002 = 等待的签名请求已超过 { $limit } 个。
    .cause = 提交的速度超过了节点记录的速度。
    .remedy = 请稍后重试。
ht-api-003 = 该发送方每秒提交的签名请求超过 { $limit } 个。
    .cause = 限额使节点能够服务其他用户。
    .remedy = 请放慢速度，并在每个签名请求中多放一些数据行。
ht-api-004 = { $what } 的大小为 { $found } 字节，允许 { $limit } 字节。
    .cause = 接口只接收大小有限的请求。
    .remedy = 请分批发送。
ht-api-005 = 字段 { $field } 不能取值“{ $value }”。
    .cause = 该字段缺失，或取值不被允许。
    .remedy = 请更正请求。
ht-api-006 =
    没有名为 { $name } 的{ $what ->
        [entry] 账本条目
        [envelope] 签名请求
        [organisation] 组织
        [member] 成员
        [facility] 设施
        [factor_set] 排放因子集
        [submission] 提交
        [inventory] 清单
        [row] 数据行
        [import] 导入
       *[other] { $what }
    }。
    .cause = 名称拼写有误，或本网络中没有它。
    .remedy = 请用同类的列表查看已有的内容。
ht-api-007 = 分页标记不属于该列表。
    .cause = 它来自其他列表，或来自条件不同的请求。
    .remedy = 请不带分页标记重新读取列表。
ht-api-008 = 账本条目 { $index } 尚未达到最终性。
    .cause = 还没有具有最终性的检查点覆盖它。
    .remedy = 请稍后重试。
ht-api-009 = 本节点目前联系不到领导节点，所知的上一个领导节点为 { $leader }。
    .cause = 正在选举，或相互连通的投票节点不足。
    .remedy = 请几秒后重试；hengtan cluster status 显示各节点的状态。
ht-api-010 = 节点正在停止。
    .cause = 由其运维人员发出指令。
    .remedy = 请在节点重新启动后重试。
ht-api-011 = 账本条目 { $index } 的数据行或结果不在此保存。
    .cause = 它们已被删除，或归档在别处。
    .remedy = 请询问数据所有者或档案保管方；各项证明仍然有效。
ht-api-015 = 请求处理时间过长。
    .cause = 节点繁忙。
    .remedy = 请重试；hengtan status 可显示节点的运行情况。
ht-api-017 = 已有 { $limit } 个条目订阅。
    .cause = 每个订阅占用一个连接；其数量由 limits.watches_max 限定。
    .remedy = 结束无人读取的订阅，或调大 limits.watches_max。
ht-api-040 = 没有路径 { $path }。
    .cause = 路径拼写有误，或属于其他版本。
    .remedy = /openapi.json 列出了全部路径。
ht-api-041 = 路径 { $path } 不支持方法 { $method }。
    .cause = 该路径存在，但只支持其他方法。
    .remedy = /openapi.json 列出了支持的方法。
ht-api-042 = 请求正文自第 { $line } 行第 { $column } 列起不是有效的 JSON。
    .cause = 缺少或多出了引号、逗号或括号。
    .remedy = 请在该处更正。
ht-api-043 = 没有字段或参数 { $field }。
    .cause = 名称拼写有误，或属于其他请求；系统不会悄悄忽略。
    .remedy = /openapi.json 列出了该请求的字段。
ht-api-044 = “{ $value }”不符合字段 { $field } 的要求。
    .cause = 取值的形式不对，或超出允许范围。
    .remedy = /openapi.json 给出了要求的形式。
ht-api-045 = 节点违背了自身的约定。
    .cause = 这是程序的缺陷。
    .remedy = 请连同节点日志一起反馈。
ht-api-016 = 节点出现未知故障。
    .cause = 这是程序的缺陷。
    .remedy = 请连同节点日志一起反馈。日志信息：{ $detail }。
