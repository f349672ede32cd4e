### Words of the explanation: sentences around the numbers of a derivation.

derivation-headline = { $name } = { $value }
derivation-of = { $name }（{ $subject }）
derivation-above = { $line }（推导见上文）
derivation-input = 填报于 { $place }
derivation-input-evidence = 填报于 { $place }；证据：{ $evidence }
derivation-parameter = 已公布：{ $source }（{ $standing }）
derivation-constant = 按定义
derivation-rule = 规则：{ $rule }［{ $clause }］
derivation-rule-formula = 规则：{ $rule }：{ $formula }［{ $clause }］
derivation-of-many = { $count } 个数的{ $operator } = { $result }
derivation-choice = 取 { $result }，依据为 { $because }
derivation-round = { $before } → { $after }：{ $how }，{ $places } 位小数
derivation-to-places = { $line }，{ $places } 位小数
derivation-solution = { $equation } = { $result }，求解至 { $places } 位小数

rounding-mode-half_up = 四舍五入
rounding-mode-half_even = 四舍六入五成双
rounding-mode-down = 向下取整

operator-sum = 和
operator-difference = 差
operator-product = 积
operator-quotient = 商
operator-minimum = 最小值
operator-maximum = 最大值
operator-choice = 选择
operator-power = 乘方
operator-solution = 解
