### 欧盟碳市场的用语：量、规则、提示、标准。

standard-eu_ets = 欧盟碳市场：设施排放量与免费配额

quantity-ets_activity_level = 采用的产量（AL）
quantity-ets_allocation = 免费配额
quantity-ets_benchmark = 基准值
quantity-ets_cbam_factor = CBAM 下剩余免费配额比例
quantity-ets_class_figure = 源流类别限值
quantity-ets_class_limit = 该类源流的上限
quantity-ets_correction = 跨行业修正系数
quantity-ets_de_minimis = 极小源流合计
quantity-ets_emissions = 年度排放量
quantity-ets_energy = 燃料热量合计
quantity-ets_exposure = 碳泄漏暴露系数
quantity-ets_historical_level = 历史产量（HAL）
quantity-ets_level = 年产量（AL）
quantity-ets_level_change = 产量变化（ALC）
quantity-ets_level_threshold = 产量变化阈值
quantity-ets_minor = 次要源流合计
quantity-ets_preliminary = 初步配额
quantity-ets_recent_level = 前两年产量（AL）
quantity-ets_stream_size = 源流规模
quantity-ets_years = 年数

rule-ets-activity_data = 燃料的热量
rule-ets-biogenic = 零评级 CO2（仅供参考）
rule-ets-carbon_from_energy_factor = 由单位热值排放因子计算含碳量
rule-ets-carbon_from_factor = 由单位质量排放因子计算含碳量
rule-ets-class = 源流类别
rule-ets-combustion = 燃烧排放
rule-ets-energy = 燃料热量合计
rule-ets-factor_from_carbon = 由含碳量计算排放因子
rule-ets-final = 跨行业修正
rule-ets-fossil_carbon = 扣除零评级碳后的含碳量
rule-ets-fossil_factor = 扣除零评级碳后的排放因子
rule-ets-historical_level = 历史产量（HAL）
rule-ets-installation = 设施配额合计
rule-ets-integer = 配额取整
rule-ets-level_change = 产量变化（ALC）
rule-ets-mass_balance = 质量平衡
rule-ets-output = 随产出物离开的碳
rule-ets-oxidation = 由灰渣含碳计算氧化系数
rule-ets-preliminary = 初步配额
rule-ets-process_emissions = 过程排放
rule-ets-stream_size = 源流规模
rule-ets-tonnes = 取整吨
rule-ets-total = 设施排放量合计

notice-ets_category = 按平均排放量确定的设施类别。
notice-ets_category_unknown = 未给出平均排放量，无法确定设施类别和所需层级。
notice-ets_level_changed = 产量变化超过阈值，配额按前两年均值确定。
notice-ets_tier_lower = 采用低于要求的层级，理由如下。
