### Signed and encrypted messages (GM/T 0010): commands, results and names.

cmd-crypto-cms = Sign, verify, encrypt and decrypt files for others
    .long =
        Makes and reads the messages of GM/T 0010-2012 (GB/T 35275-2017), as authorities and their software exchange them. No node is needed.
cmd-crypto-cms-sign = Sign a file with an SM2 certificate
    .long =
        Writes SignedData with the signer's certificate: into FILE.p7m with the content, or with --detached into FILE.p7s beside it. Without --key the first identity of the context signs, wherever its key is. Time and digest are signed attributes unless you ask otherwise.
        With --for the content is encrypted as well (SignedAndEnvelopedData with SM4-CBC), without attributes.
    .arg-file = File to sign
    .arg-key = Key file or key store that signs; needs --cert
    .arg-cert = Certificate of the key, PEM or DER
    .arg-key-name = Label or key id of the key in a key store
    .arg-passphrase-file = File with the passphrase of the key; without it you are asked
    .arg-identity = Name of the identity of the context that signs; the first if absent
    .arg-detached = Leave the content in its own file
    .arg-no-attributes = Sign the content itself, without time
    .arg-syntax = Whose object identifiers the message has
    .arg-chain = Certificates of CAs to put into the message. May be repeated
    .arg-crl = Revocation list to put into the message. May be repeated
    .arg-recipients = Encryption certificate of a recipient. May be repeated
    .arg-out = File to write; it must not exist
    .arg-pem = Write PEM instead of DER
    .examples =
        hengtan crypto cms sign report.pdf --detached # signed by the context's identity
        hengtan crypto cms sign report.pdf --key li-na.key.pem --cert li-na.cert.pem --chain office.cert.pem # signed by a key in a file
cmd-crypto-cms-verify = Verify a signed message up to a trusted root
    .long =
        Every signature must hold, and every signer's certificate must lead to a root that you trust. The stated time is the signer's word; certificates are judged at --at. Exit code 0 means valid, 7 means not to be trusted, 8 that the file cannot be read.
    .arg-file = Signed message, PEM or DER
    .arg-content = Content, if it is not in the message
    .arg-ca = Certificates that you trust; a file may hold several. May be repeated
    .arg-chain = Certificates of CAs between, and of signers that the message lacks. May be repeated
    .arg-crl = Revocation list of one of the CAs. May be repeated
    .arg-crl-check = Which revocation lists must not be missing
    .arg-at = Moment to judge for, such as 2026-03-31 or 2026-03-31T08:00:00+08:00; now if absent
    .arg-out = New file for the content, once it is verified
    .examples =
        hengtan crypto cms verify report.pdf.p7s --content report.pdf --ca root.cert.pem # a detached signature
        hengtan crypto cms verify report.pdf.p7m --ca root.cert.pem --out report.pdf # with the content in it
cmd-crypto-cms-encrypt = Encrypt a file for holders of encryption certificates
    .long =
        Writes a digital envelope that each recipient can open. It does not say who made it: sign first if that matters.
    .arg-file = File to encrypt
    .arg-recipients = Encryption certificate of a recipient. May be repeated
    .arg-cipher = How the content is encrypted
    .arg-out = File to write; it must not exist
    .arg-pem = Write PEM instead of DER
    .examples =
        hengtan crypto cms encrypt report.pdf --for office.enc.cert.pem # with SM4-GCM
        hengtan crypto cms encrypt report.pdf.p7m --for office.enc.cert.pem --cipher cbc # a signed message, for software that knows GM/T 0010 only
cmd-crypto-cms-decrypt = Decrypt a message with a key
    .long =
        Opens digital envelopes with SM4-GCM and those of GM/T 0010 with SM4-CBC. A message that is signed and encrypted in one is verified too and needs --ca.
    .arg-file = Encrypted message, PEM or DER
    .arg-key = Key file or key store that decrypts
    .arg-cert = Encryption certificate that the sender used; without it every wrapped key is tried
    .arg-key-name = Label or key id of the key in a key store
    .arg-passphrase-file = File with the passphrase of the key; without it you are asked
    .arg-ca = Certificates that you trust, for a signed message. May be repeated
    .arg-chain = Certificates of CAs between, for a signed message. May be repeated
    .arg-crl = Revocation list of one of the CAs. May be repeated
    .arg-crl-check = Which revocation lists must not be missing
    .arg-at = Moment to judge for, such as 2026-03-31 or 2026-03-31T08:00:00+08:00; now if absent
    .arg-out = New file for the content, which only you may read
    .examples =
        hengtan crypto cms decrypt report.pdf.p7m --key office.enc.key.pem --out report.pdf # an envelope
cmd-crypto-cms-show = Show what a message says
    .long =
        Names kind, signers, certificates and recipients. Nothing is verified and no key is needed.
    .arg-file = Message, PEM or DER
    .examples =
        hengtan crypto cms show report.pdf.p7m # for people
        hengtan crypto cms show report.pdf.p7m -o json # for programs

choice-gm = GM/T 0010 (GB/T 35275)
choice-rfc5652 = RFC 5652, as software outside China has it
choice-gcm = SM4-GCM with a tag: a change is noticed (AuthEnvelopedData, RFC 5083)
choice-cbc = SM4-CBC as GM/T 0010 has it: no change is noticed

message-kind-signed = signed message
message-kind-signed_and_enveloped = signed and encrypted message
message-kind-enveloped = digital envelope (SM4-CBC)
message-kind-authenticated_enveloped = digital envelope (SM4-GCM)

col-certificates = Certificates
col-cipher = Encryption
col-content-bytes = Content, bytes
col-content-sm3 = SM3 of the content
col-detached = Content beside it
col-recipients = Recipients
col-signed-at = Stated time
col-signers = Signers
col-signers-and-roots = Signers, stated time, root
col-syntax = Syntax
done-cms-signed = The signature is in { $path }.
done-cms-verified = Every signature holds and every signer is trusted.
done-cms-encrypted = The digital envelope is { $path }.
done-cms-decrypted = The content is in { $path }.
cms-unauthenticated = SM4-CBC does not show whether the content was changed on its way. Rely on it only if a signature inside vouches for it.
