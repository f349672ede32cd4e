### 生态环境部核算指南与配额分配方案用语。

## 标准

standard-mee_power = 企业温室气体排放核算与报告指南 发电设施
standard-cn_ets_power = 全国碳排放权交易发电行业配额总量和分配方案

## 燃料

quantity-fuel_consumption = 燃料消耗量
quantity-carbon_content = 收到基元素碳含量
quantity-carbon_content_air_dried = 空气干燥基元素碳含量
quantity-carbon_content_dry = 干燥基元素碳含量
quantity-carbon_content_partial = 元素碳含量与干燥部分之积
quantity-carbon_content_mean = 燃煤元素碳含量年度加权平均值
quantity-carbon_per_heat = 单位热值含碳量
quantity-oxidation_rate = 碳氧化率
quantity-moisture_as_received = 收到基全水分
quantity-moisture_air_dried = 空气干燥基水分
quantity-hydrogen_air_dried = 空气干燥基氢含量
quantity-dry_part = 水分以外的部分
quantity-net_calorific_value = 收到基低位发热量
quantity-net_calorific_value_air_dried = 空气干燥基低位发热量
quantity-gross_calorific_value_air_dried = 空气干燥基高位发热量
quantity-net_calorific_value_mean = 燃煤低位发热量年度加权平均值
quantity-calorific_value_partial = 发热量与干燥部分之积
quantity-calorific_value_without_water = 不计水分汽化热的发热量
quantity-condensation_heat_hydrogen = 每百分之一氢的汽化热
quantity-condensation_heat = 氢生成水的汽化热
quantity-evaporation_heat_water = 每百分之一水分的汽化热
quantity-evaporation_heat = 水分汽化热
quantity-fuel_energy = 燃料热量
quantity-fuel_emissions = 化石燃料燃烧排放量
quantity-non_fossil_factor = 非化石燃料排放因子
quantity-coal_consumption = 年度燃煤消耗量
quantity-weighted = 消耗量与数值之积
quantity-percent = 百分之一
quantity-hundred = 百分之百
quantity-one = 一
quantity-thousandth = 千分之一

## 电力与热力

quantity-electricity_factor = 适用通知规定的电网排放因子
quantity-electricity_purchased = 购入使用电量
quantity-electricity_emissions = 购入使用电力产生的排放量
quantity-steam_mass = 蒸汽量
quantity-steam_enthalpy = 蒸汽热焓
quantity-feed_water_enthalpy = 给水热焓
quantity-enthalpy_gain = 热焓差
quantity-water_mass = 热水量
quantity-water_temperature = 热水温度
quantity-feed_water_temperature = 给水温度
quantity-temperature_gain = 温度差
quantity-water_heat_capacity = 水的比热容
quantity-heat_supplied = 供热量

## 发电机组

quantity-emissions = 二氧化碳排放量
quantity-generation = 发电量
quantity-supply = 供电量
quantity-boiler_heat = 锅炉总产热量
quantity-heat_ratio = 供热比
quantity-power_ratio = 供电比（一减供热比）
quantity-auxiliary_consumption = 厂用电量
quantity-auxiliary_consumption_heat = 供热专用厂用电量
quantity-auxiliary_consumption_shared = 发电与供热共用厂用电量
quantity-auxiliary_consumption_power = 发电厂用电量
quantity-running_hours = 运行小时数
quantity-rated_capacity = 额定功率
quantity-possible_generation = 额定功率下的发电量
quantity-generation_percent = 发电量乘以百分之百
quantity-load_factor = 负荷（出力）系数
quantity-heat_emissions = 供热碳排放量
quantity-power_emissions = 发电碳排放量
quantity-heat_intensity = 供热碳排放强度
quantity-power_intensity = 发电碳排放强度

## 规则

rule-mee-carbon_from_air_dried = 空气干燥基元素碳含量换算为收到基
rule-mee-carbon_from_dry = 干燥基元素碳含量换算为收到基
rule-mee-carbon_from_heat = 由低位发热量和单位热值含碳量计算元素碳含量
rule-mee-combustion = 化石燃料燃烧排放
rule-mee-dry_part = 百分之百减去水分
rule-mee-electricity = 购入使用电力产生的排放
rule-mee-fuel_energy = 燃料热量
rule-mee-heat_sum = 各股热量之和
rule-mee-ncv_from_air_dried = 空气干燥基低位发热量换算为收到基
rule-mee-ncv_from_gross = 由空气干燥基高位发热量换算收到基低位发热量
rule-mee-non_fossil = 非化石碳按零计算
rule-mee-round = 按指南四舍五入
rule-mee-steam_heat = 按蒸汽量和热焓计算热量
rule-mee-water_heat = 按热水量和温度计算热量
rule-mee-working_precision = 无限小数按三十位小数计算
rule-mee_power-heat_ratio = 供热量与锅炉总产热量之比
rule-mee_power-intensity = 单位产出的排放量
rule-mee_power-load_factor = 运行小时内发电量与额定发电量之比
rule-mee_power-plant = 各机组之和
rule-mee_power-split = 按供热比划分供热与发电排放量
rule-mee_power-supply = 发电量减发电厂用电量
rule-mee_power-unit = 机组排放量
rule-mee_power-weighted_mean = 按消耗量加权平均
rule-mee_power-year = 各月之和

## 提示

notice-mee_default_used = 未实测的参数采用缺省值。
notice-mee_newest_electricity_factor = 未收录规定本年度电网排放因子的通知，采用报告时最新公布的全国电力平均排放因子。
notice-mee_power_supply_unknown = 未逐月给出供电量或厂用电量，未计算供电量。
notice-mee_rounding_profile = 按指南规定的小数位数四舍五入。
notice-mee_unrounded = 未修约；无限小数按三十位小数计算。

## 配额分配

quantity-output = 基准值对应的电量
quantity-power_benchmark = 供电（发电）基准值
quantity-heat_benchmark = 供热基准值
quantity-power_balance = 供电（发电）平衡值
quantity-heat_balance = 供热平衡值
quantity-class_boundary = 机组类别划分的额定功率
quantity-cooling_correction = 冷却方式修正系数
quantity-heat_supply_slope = 供热量修正的斜率
quantity-heat_supply_part = 供热比与斜率之积
quantity-heat_supply_correction = 供热量修正系数
quantity-load_correction = 负荷（出力）系数修正系数、调峰修正系数
quantity-load_threshold = 不再修正的负荷（出力）系数
quantity-load_band_top = 区间上限
quantity-load_band_start = 区间上限处的修正系数
quantity-load_band_slope = 区间斜率
quantity-load_band_rise = 区间内修正增量
quantity-load_below_top = 低于区间上限的部分
quantity-load_power_base = 幂的底数
quantity-load_exponent_slope = 负荷系数每百分之一对应的指数
quantity-load_exponent_start = 零负荷时的指数
quantity-load_exponent_part = 指数中随负荷系数变化的部分
quantity-load_exponent = 指数
quantity-load_exponential_start = 常数项
quantity-load_amplitude = 幅值
quantity-load_decay = 衰减常数
quantity-load_decayed = 指数函数值
quantity-load_grown = 一减指数函数值
quantity-load_term = 幅值与增长之积
quantity-load_negative = 负荷系数的相反数
quantity-power_allowance = 供电（发电）配额量
quantity-heat_allowance = 供热配额量
quantity-allowance = 配额量
quantity-approved_allowance = 核定配额量
quantity-allowance_floor = 核定配额下限
quantity-top_up = 补发配额量
quantity-verified_emissions = 方案边界内经核查排放量
quantity-previous_emissions = 基准年度经核查排放量
quantity-base_supply = 基准年度供电量
quantity-base_heat = 基准年度供热量
quantity-pre_allocation_base = 按基准年度产量计算的配额量
quantity-pre_allocation_share = 预分配比例
quantity-pre_allocation = 预分配配额量
quantity-gap_share = 配额缺口率上限
quantity-gap_limit = 配额缺口量上限
quantity-obligation = 应清缴配额量
quantity-obligation_cap = 应清缴配额量上限
quantity-allowance_gap = 配额缺口量
quantity-borrowing_gap_share = 可预支的缺口率
quantity-borrowing_least_gap = 可预支的缺口量
quantity-borrowing_share = 预支比例
quantity-borrowing_limit = 预支上限
quantity-borrowed = 预支量
quantity-offset_share = 抵销比例上限
quantity-offset_limit = 抵销量上限
quantity-offset = 抵销量
quantity-available = 可用于清缴的数量
quantity-allowance_balance = 清缴后结余
quantity-allowances_held = 持有量
quantity-allowances_transferred_out = 转出量
quantity-allowances_transferred_in = 转入量
quantity-net_sales = 净卖出量
quantity-carry_over_base = 基础结转量
quantity-carry_over_multiple = 净卖出量倍数
quantity-carry_over_by_sales = 按净卖出量计算的结转量
quantity-carry_over_most = 结转上限
quantity-carry_over = 可结转量
quantity-zero = 零
rule-cn_ets-at_most = 上限按整吨计，舍去小数
rule-cn_ets-balance = 配额、预支与抵销之和减应清缴量
rule-cn_ets-carry_over = 配额结转
rule-cn_ets-offset_cap = 抵销比例不超过应清缴配额的 5%
rule-cn_ets-whole_tonnes = 配额四舍五入取整
rule-cn_ets_power-allowance = 机组配额量
rule-cn_ets_power-borrowing = 缺口率达到 10% 的可预支缺口量的一半
rule-cn_ets_power-class = 按额定功率判定类别
rule-cn_ets_power-cooling_correction = 冷却方式修正
rule-cn_ets_power-entity = 各机组之和
rule-cn_ets_power-gap_limit = 经核查排放量的 20%
rule-cn_ets_power-gap_obligation = 清缴义务不超过配额量加排放量的 20%
rule-cn_ets_power-gap_top_up = 核定配额不低于排放量的 80%
rule-cn_ets_power-gas_unit = 燃气机组不承担缺口
rule-cn_ets_power-heat_allowance = 供热配额量
rule-cn_ets_power-heat_supply_correction = 供热量修正
rule-cn_ets_power-load_band = 负荷（出力）系数区间线性修正
rule-cn_ets_power-load_exponential = 调峰修正（指数式）
rule-cn_ets_power-load_none = 不作负荷修正
rule-cn_ets_power-load_power = 负荷修正（幂式）
rule-cn_ets_power-power_allowance = 供电（发电）配额量
rule-cn_ets_power-pre_allocation = 预分配
notice-cn_ets_draft = 该分配方案为征求意见稿，不得作为正式依据。
notice-cn_ets_outside = 该机组不在方案边界内，其排放量不计入清缴义务。
