### 帮助页面、错误信息和简短提示中的用语。

help-usage = 用法：
help-usage-options = [选项]
help-commands = 命令：
help-arguments = 参数：
help-options = 选项：
help-global-options = 全局选项：
help-exit-codes = 退出码：
help-examples = 示例：
help-choice = { $choice }：{ $meaning }
help-choices = （可选：{ $choices }）
help-default = （默认：{ $default }）
help-separator-of-choices = 、

error-head = 错误 { $code }：
error-cause = 原因
error-remedy = 处理办法
error-did-you-mean = 您要输入的是不是 { $suggestion }？

talk-yes-no = [y/N]
talk-signer-not-judged = 未指定可以签名者：如需判断签名者，请加 --signer 或 --ca。
talk-set-signed = { $set } 由 { $signer } 签名。
talk-nothing-to-show = 没有可显示的内容。
