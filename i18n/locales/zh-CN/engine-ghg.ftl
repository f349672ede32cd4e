### 温室气体核算体系、ISO 14083 与减排目标：各个量、规则、提示和标准的名称。

## 排放因子

quantity-emission_rate = 排放因子
quantity-gas_rate = 该气体的排放因子
quantity-gas_rate_co2e = 该气体的排放因子（二氧化碳当量）
quantity-biogenic_co2_rate = 排放因子（生物源二氧化碳）
quantity-mass_unit = 来源文件的质量单位
quantity-activity_unit = 来源文件的活动数据单位
quantity-mass_of_source = 来源文件每单位活动数据的排放质量
quantity-share_of_blend = 该气体在混合制冷剂中的质量分数
quantity-gwp = 百年全球增温潜势
quantity-unit_conversion = 单位换算系数
rule-rate-unit_conversion = 单位换算
rule-rate-in_unit = 换算为计算单位的排放因子
rule-rate-co2e = 单一气体的二氧化碳当量
rule-rate-all_gases = 各气体的二氧化碳当量合计
rule-rate-blend = 混合制冷剂中的单一气体
notice-rate-outside_window = 该排放因子适用于 { $detail }；因尚无更新的公布值，用于其他时期。
notice-rate-other_gwp_set = 该排放因子以 { $detail } 的全球增温潜势折算，与本清单采用的不同。

## 范围二

standard-ghg_scope2 = 温室气体核算体系 范围二指南
quantity-energy_consumed = 购入并消耗的能源
quantity-energy_total = 范围二能源消耗总量
quantity-attributes_sold = 环境属性已售出的电量
quantity-attributes_kept = 保留环境属性的电量
quantity-location_emissions = 基于位置的排放量
quantity-market_emissions = 基于市场的排放量
quantity-market_emissions_of_facility = 设施基于市场的排放量
quantity-scope_2_location = 范围二（基于位置）
quantity-scope_2_market = 范围二（基于市场）
quantity-instrument_energy = 合同凭证对应的电量
quantity-instrument_energy_left = 合同凭证剩余的电量
quantity-energy_covered = 合同凭证抵扣的电量
quantity-energy_left = 尚未被凭证覆盖的电量
quantity-energy_by_certificates = 绿色电力证书等属性证书覆盖的电量
quantity-energy_by_contracts = 购电合同覆盖的电量
quantity-energy_by_supplier_rates = 采用供应商因子的电量
quantity-energy_by_residual_mix = 采用剩余混合因子的电量
quantity-energy_by_grid_average = 基于市场的结果中采用电网平均因子的电量
quantity-biogenic_co2_location = 购入能源的生物源二氧化碳（范围外单列）
rule-scope2-location = 基于位置的排放量
rule-scope2-location_total = 各设施合计（基于位置）
rule-scope2-market = 基于市场的排放量
rule-scope2-market_total = 各设施合计（基于市场）
rule-scope2-energy = 能源合计
rule-scope2-attributes_kept = 环境属性留在用能方的电量
rule-scope2-applied = 合同凭证覆盖的电量
rule-scope2-left = 剩余量
rule-scope2-biogenic = 购入能源的生物源二氧化碳
notice-scope2-two_results = 范围二有基于位置和基于市场两个结果，并列报告，不得相加。
notice-scope2-location_only = 各设施所在市场均无合同凭证，只报告基于位置的一个结果。
notice-scope2-own_generation = 自发自用的能源不计入范围二，其排放计入范围一。
notice-scope2-residual_proxy = 中国未公布剩余混合因子，以不包括市场化交易的非化石能源电量的电网因子代替，特此披露。
notice-scope2-residual_absent = 该电网没有剩余混合因子，采用电网平均因子，可能与他人的绿色电力声明重复计算。
notice-scope2-surplus = 该凭证有 { $detail } MWh 未用于覆盖任何用电：其市场内的用电已全部覆盖。
notice-scope2-target_method = 减排目标和范围三采用 { $detail } 方法的结果（location 为基于位置，market 为基于市场）。
notice-scope2-target_method_open = 文档未说明减排目标和范围三采用哪个结果，指南要求说明。
notice-scope2-vintage_window = 依据“{ $detail }”接受报告期以外发电时间的凭证。
