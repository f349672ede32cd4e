### 数值推导用语：各个量是什么、按哪条规则计算。核算引擎的每一部分各有一个文件 `engine-<部分>.ftl`，
### 键名为 `quantity-<标签>`、`rule-<代码>`、`notice-<代码>`、`standard-<代码>`。

quantity-carbon_to_co2 = 碳与二氧化碳的质量换算
