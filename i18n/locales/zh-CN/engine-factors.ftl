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

### Words of the explanation of an inventory.

standard-inventory = 按活动数据逐行核算的清单

quantity-activity_amount = 填报的活动数据
quantity-activity_amount_converted = 换算为因子单位的活动数据
quantity-unit_ratio = 单位换算系数
quantity-per_cent = 百分之一
quantity-kilograms_per_tonne = 每吨的千克数
quantity-value_of_formula = 公式取值
quantity-emission_factor = 排放因子
quantity-emission_factor_market = 排放因子（基于市场）
quantity-non_kyoto_co2e = 《京都议定书》以外的气体（不计入各范围）
quantity-row_emissions_location = 该行排放量（基于位置）
quantity-row_emissions_market = 该行排放量（基于市场）
quantity-row_non_kyoto_co2e = 该行《京都议定书》以外的气体
quantity-category_emissions_location = 类别排放量（基于位置）
quantity-category_emissions_market = 类别排放量（基于市场）
quantity-scope_emissions_location = 范围排放量（基于位置）
quantity-scope_emissions_market = 范围排放量（基于市场）
quantity-emissions_location = 排放总量（基于位置）
quantity-emissions_market = 排放总量（基于市场）

rule-inventory-category = 类别内各行相加
rule-inventory-scope = 范围内各类别相加
rule-inventory-total = 各范围相加
rule-row-activity_co2e = 活动数据乘以公布的当量因子
rule-row-activity_gases = 活动数据乘以各气体的因子
rule-row-biogenic = 生物源二氧化碳单列
rule-row-carbon_content = 由低位发热量与单位热值含碳量得出元素碳含量
rule-row-conversion = 单位换算
rule-row-factor = 活动数据乘以因子
rule-row-fuel_carbon = 按元素碳含量核算燃料
rule-row-fuel_heat = 按单位热值含碳量核算热量
rule-row-fuel_ncv = 按低位发热量与单位热值含碳量核算燃料
rule-row-gwp = 质量乘以清单所用版本的全球变暖潜势
rule-row-mass_gwp = 释放的质量
rule-row-outside_kyoto = 《京都议定书》以外的气体单列
rule-row-round = 指南规定的修约
rule-row-sum = 该行各气体相加
