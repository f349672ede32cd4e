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
derivation-simulated = 模拟得出：{ $generator } 以 { $seed } 为种子，试验 { $trials } 次
operator-logarithm = 对数

### Words of the uncertainty of an inventory.

standard-ipcc_uncertainty = 清单的不确定性（IPCC 2006 第 1 卷第 3 章）

notice-uncertainty_large = 不确定性超过 30 %：误差传播仅为粗略近似，请采用模拟
notice-uncertainty_geometric = 因子的区间为几何区间，方法 1 取其上半部分
notice-uncertainty_of_zero = 排放量合计为零，没有相对不确定性
notice-uncertainty_base_zero = 基准年排放量合计为零，没有趋势
notice-uncertainty_simulated = 模拟：试验次数 × 种子

quantity-source_emissions = 排放源的排放量
quantity-source_base_emissions = 排放源的基准年排放量
quantity-activity_uncertainty = 活动数据的不确定性
quantity-factor_uncertainty = 因子的不确定性
quantity-basic_uncertainty = 基本不确定性因子
quantity-pedigree_factor = 评分对应的不确定性因子
quantity-logarithm = 自然对数
quantity-logarithm_squared = 对数的平方
quantity-sd95 = 几何标准差的平方（SD95）
quantity-sd95_less_one = SD95 减一
quantity-uncertainty_squared = 不确定性的平方
quantity-combined_uncertainty = 排放源的合成不确定性
quantity-absolute_uncertainty = 不确定性与排放量之积
quantity-absolute_uncertainty_factor = 因子不确定性与排放量之积
quantity-absolute_uncertainty_squared = 不确定性与排放量之积的平方
quantity-inventory_total = 排放总量
quantity-inventory_base_total = 基准年排放总量
quantity-inventory_uncertainty = 总量的不确定性（95 % 区间的一半）
quantity-share_of_uncertainty = 不确定性占总量的份额
quantity-contribution_to_variance = 对方差的贡献
quantity-trend = 趋势
quantity-raised_trend = 该源增加百分之一时的趋势
quantity-raised_total = 该源增加百分之一时的总量
quantity-raised_base_total = 该源增加百分之一时的基准年总量
quantity-one_per_cent_of_source = 该源的百分之一
quantity-type_a_sensitivity = A 类敏感度
quantity-type_b_sensitivity = B 类敏感度
quantity-trend_uncertainty_factor = 因子引起的趋势不确定性
quantity-trend_uncertainty_activity = 活动数据引起的趋势不确定性
quantity-trend_uncertainty_squared = 趋势不确定性的平方
quantity-trend_uncertainty = 趋势的不确定性（百分点）
quantity-root_of_two = 二的平方根
quantity-change = 变化量
quantity-relative_change = 相对变化
quantity-simulated_mean = 试验的平均值
quantity-simulated_deviation = 试验的标准差
quantity-simulated_low = 下限（第 2.5 百分位数）
quantity-simulated_high = 上限（第 97.5 百分位数）
quantity-interval_below = 下限与平均值之差
quantity-interval_above = 上限与平均值之差
quantity-distance_from_mean = 界限与平均值的距离
quantity-relative_distance = 界限的相对距离
quantity-two = 二
quantity-one_per_cent = 百分之一

rule-uncertainty-combined = 相乘各量的不确定性合成
rule-uncertainty-absolute = 以排放量单位表示的不确定性
rule-uncertainty-group = 采用同一因子的排放源相加
rule-uncertainty-square = 平方
rule-uncertainty-total = 各排放源相加
rule-uncertainty-propagated = 各排放源的不确定性传播
rule-uncertainty-contribution = 排放源的贡献
rule-uncertainty-type_a = A 类敏感度
rule-uncertainty-type_b = B 类敏感度
rule-uncertainty-trend_factor = 因子引起的趋势不确定性
rule-uncertainty-trend_activity = 活动数据引起的趋势不确定性
rule-uncertainty-trend = 趋势的不确定性
rule-uncertainty-change = 相对于基准年的变化
rule-uncertainty-pedigree = 由谱系矩阵评分得出的几何区间
rule-uncertainty-working = 修约至计算精度
rule-uncertainty-interval = 试验的区间

### Reviews and comparisons.

col-before = 变更前
col-after = 变更后
col-change = 变更
col-change-kg = 变化量（kg CO2e）
col-factor-after = 变更后的因子
col-gravity = 程度

gravity-fault = 错误
gravity-doubt = 存疑

change-added = 新增
change-removed = 删除
change-changed = 修改

change-cause-input = 活动数据
change-cause-parameter = 公布的数值
change-cause-added = 新增
change-cause-removed = 不再存在
change-cause-rule = 规则

phrase-factor-row = 第 { $row } 行：{ $text }
done-factors-signed = { $set } 已由 { $signer } 签名。
done-factors-read = 已读取 { $set }@{ $version } 的 { $count } 个排放因子。

# factor simulate
col-before-kg = 变更前（kg CO2e）
col-after-kg = 变更后（kg CO2e）
col-rows-changed = 变化行数
col-rows-kept = 保留行数
title-simulated = { $inventory } 采用 { $set }：变化原因
simulate-kept = { $inventory }：数据行 { $row } 保留原结果。{ $code } { $what }
