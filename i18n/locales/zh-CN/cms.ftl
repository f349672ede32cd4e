### 签名消息与加密消息（GM/T 0010）：命令、结果和名称。

cmd-crypto-cms = 为对外交换签名、验签、加密和解密文件
    .long =
        生成和读取 GM/T 0010-2012（GB/T 35275-2017）规定的消息，即主管部门及其软件所交换的格式。无需节点。
cmd-crypto-cms-sign = 用 SM2 证书对文件签名
    .long =
        生成带签名者证书的签名数据（SignedData）：内容在内时写入 FILE.p7m，使用 --detached 时写入 FILE.p7s，内容保留在原文件中。未指定 --key 时，由上下文的第一个身份签名，其私钥可在文件、令牌或设备中。默认将时间和杂凑值作为签名属性。
        使用 --for 时同时加密内容（签名及数字信封数据，SM4-CBC），此时不含属性。
    .arg-file = 要签名的文件
    .arg-key = 用于签名的密钥文件或密钥库；须同时指定 --cert
    .arg-cert = 该密钥的证书，PEM 或 DER
    .arg-key-name = 密钥库中密钥的标签或密钥标识
    .arg-passphrase-file = 存放私钥口令的文件；未指定时当场询问
    .arg-identity = 上下文中签名身份的名称；未指定时为第一个
    .arg-detached = 内容保留在原文件中
    .arg-no-attributes = 直接对内容签名，不含时间
    .arg-syntax = 消息采用哪一套对象标识符
    .arg-chain = 放入消息的 CA 证书。可重复
    .arg-crl = 放入消息的证书撤销列表。可重复
    .arg-recipients = 接收者的加密证书。可重复
    .arg-out = 要写入的文件，不得已存在
    .arg-pem = 输出 PEM 而非 DER
    .examples =
        hengtan crypto cms sign report.pdf --detached # 由上下文的身份签名
        hengtan crypto cms sign report.pdf --key li-na.key.pem --cert li-na.cert.pem --chain office.cert.pem # 由文件中的密钥签名
cmd-crypto-cms-verify = 验证签名消息直至可信的根
    .long =
        每个签名都必须有效，每个签名者的证书都必须能追溯到您信任的根。所述时间是签名者自己的陈述；证书按 --at 的时刻判断。退出码 0 表示有效，7 表示不可信，8 表示文件无法读取。
    .arg-file = 签名消息，PEM 或 DER
    .arg-content = 内容文件（消息中不含内容时）
    .arg-ca = 您信任的证书；一个文件可含多张。可重复
    .arg-chain = 中间 CA 的证书，以及消息中缺少的签名者证书。可重复
    .arg-crl = 其中某个 CA 的证书撤销列表。可重复
    .arg-crl-check = 哪些撤销列表不可缺少
    .arg-at = 所判断的时刻，如 2026-03-31 或 2026-03-31T08:00:00+08:00；未指定时为现在
    .arg-out = 验证通过后存放内容的新文件
    .examples =
        hengtan crypto cms verify report.pdf.p7s --content report.pdf --ca root.cert.pem # 分离式签名
        hengtan crypto cms verify report.pdf.p7m --ca root.cert.pem --out report.pdf # 内容在内
cmd-crypto-cms-encrypt = 为加密证书的持有者加密文件
    .long =
        生成每个接收者都能打开的数字信封。它不表明由谁制作；如有需要，请先签名。
    .arg-file = 要加密的文件
    .arg-recipients = 接收者的加密证书。可重复
    .arg-cipher = 内容的加密方式
    .arg-out = 要写入的文件，不得已存在
    .arg-pem = 输出 PEM 而非 DER
    .examples =
        hengtan crypto cms encrypt report.pdf --for office.enc.cert.pem # 使用 SM4-GCM
        hengtan crypto cms encrypt report.pdf.p7m --for office.enc.cert.pem --cipher cbc # 加密签名消息，供仅支持 GM/T 0010 的软件使用
cmd-crypto-cms-decrypt = 用密钥解密消息
    .long =
        打开 SM4-GCM 数字信封以及 GM/T 0010 的 SM4-CBC 数字信封。签名及数字信封数据会同时验签，须指定 --ca。
    .arg-file = 加密消息，PEM 或 DER
    .arg-key = 用于解密的密钥文件或密钥库
    .arg-cert = 发送方所用的加密证书；未指定时逐一尝试
    .arg-key-name = 密钥库中密钥的标签或密钥标识
    .arg-passphrase-file = 存放私钥口令的文件；未指定时当场询问
    .arg-ca = 您信任的证书，用于带签名的消息。可重复
    .arg-chain = 中间 CA 的证书，用于带签名的消息。可重复
    .arg-crl = 其中某个 CA 的证书撤销列表。可重复
    .arg-crl-check = 哪些撤销列表不可缺少
    .arg-at = 所判断的时刻，如 2026-03-31 或 2026-03-31T08:00:00+08:00；未指定时为现在
    .arg-out = 存放内容的新文件，仅您本人可读
    .examples =
        hengtan crypto cms decrypt report.pdf.p7m --key office.enc.key.pem --out report.pdf # 打开数字信封
cmd-crypto-cms-show = 显示消息的内容说明
    .long =
        列出种类、签名者、证书和接收者。不作任何验证，也无需密钥。
    .arg-file = 消息，PEM 或 DER
    .examples =
        hengtan crypto cms show report.pdf.p7m # 供人阅读
        hengtan crypto cms show report.pdf.p7m -o json # 供程序使用

choice-gm = GM/T 0010（GB/T 35275）
choice-rfc5652 = RFC 5652，供国外软件使用
choice-gcm = SM4-GCM，带鉴别标签，改动可被发现（RFC 5083）
choice-cbc = SM4-CBC，按 GM/T 0010，改动无法被发现

message-kind-signed = 签名消息
message-kind-signed_and_enveloped = 签名及数字信封消息
message-kind-enveloped = 数字信封（SM4-CBC）
message-kind-authenticated_enveloped = 数字信封（SM4-GCM）

col-certificates = 证书
col-cipher = 加密方式
col-content-bytes = 内容字节数
col-content-sm3 = 内容的 SM3 杂凑值
col-detached = 内容另存
col-recipients = 接收者
col-signed-at = 所述时间
col-signers = 签名者
col-signers-and-roots = 签名者、所述时间、根证书
col-syntax = 语法
done-cms-signed = 签名已写入 { $path }。
done-cms-verified = 所有签名均有效，所有签名者均可信。
done-cms-encrypted = 数字信封已写入 { $path }。
done-cms-decrypted = 内容已写入 { $path }。
cms-unauthenticated = SM4-CBC 无法表明内容在传输中是否被改动。只有在其中含有签名时方可信赖。
