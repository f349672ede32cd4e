### 生态环境部核算指南与配额分配方案用语。

## 标准

standard-mee_power = 企业温室气体排放核算与报告指南 发电设施

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
