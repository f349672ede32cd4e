package interop;

import static interop.Peer.concat;
import static interop.Peer.must;
import static interop.Peer.number;
import static interop.Peer.one;

import interop.Peer.Operation;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Security;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.gm.GMNamedCurves;
import org.bouncycastle.asn1.gm.GMObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.X9ECParameters;
import org.bouncycastle.cert.X509CRLEntryHolder;
import org.bouncycastle.cert.X509CRLHolder;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.X509v2CRLBuilder;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.crypto.BlockCipher;
import org.bouncycastle.crypto.BufferedBlockCipher;
import org.bouncycastle.crypto.DefaultBufferedBlockCipher;
import org.bouncycastle.crypto.agreement.SM2KeyExchange;
import org.bouncycastle.crypto.digests.SM3Digest;
import org.bouncycastle.crypto.engines.SM2Engine;
import org.bouncycastle.crypto.engines.SM4Engine;
import org.bouncycastle.crypto.generators.HKDFBytesGenerator;
import org.bouncycastle.crypto.generators.KDF2BytesGenerator;
import org.bouncycastle.crypto.generators.PKCS5S2ParametersGenerator;
import org.bouncycastle.crypto.macs.HMac;
import org.bouncycastle.crypto.modes.AEADBlockCipher;
import org.bouncycastle.crypto.modes.CBCBlockCipher;
import org.bouncycastle.crypto.modes.CCMBlockCipher;
import org.bouncycastle.crypto.modes.GCMBlockCipher;
import org.bouncycastle.crypto.modes.SICBlockCipher;
import org.bouncycastle.crypto.paddings.PKCS7Padding;
import org.bouncycastle.crypto.paddings.PaddedBufferedBlockCipher;
import org.bouncycastle.crypto.params.AEADParameters;
import org.bouncycastle.crypto.params.ECDomainParameters;
import org.bouncycastle.crypto.params.ECNamedDomainParameters;
import org.bouncycastle.crypto.params.ECPrivateKeyParameters;
import org.bouncycastle.crypto.params.ECPublicKeyParameters;
import org.bouncycastle.crypto.params.HKDFParameters;
import org.bouncycastle.crypto.params.KDFParameters;
import org.bouncycastle.crypto.params.KeyParameter;
import org.bouncycastle.crypto.params.ParametersWithID;
import org.bouncycastle.crypto.params.ParametersWithIV;
import org.bouncycastle.crypto.params.ParametersWithRandom;
import org.bouncycastle.crypto.params.SM2KeyExchangePrivateParameters;
import org.bouncycastle.crypto.params.SM2KeyExchangePublicParameters;
import org.bouncycastle.crypto.signers.SM2Signer;
import org.bouncycastle.crypto.util.PrivateKeyFactory;
import org.bouncycastle.crypto.util.PrivateKeyInfoFactory;
import org.bouncycastle.crypto.util.PublicKeyFactory;
import org.bouncycastle.crypto.util.SubjectPublicKeyInfoFactory;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.ContentVerifierProvider;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.pkcs.PKCS10CertificationRequestBuilder;
import org.bouncycastle.util.BigIntegers;

/** BouncyCastle, through its lightweight interface where there is one. */
final class BouncyCastle {
    private static final X9ECParameters CURVE = GMNamedCurves.getByName("sm2p256v1");
    private static final ECDomainParameters DOMAIN =
        new ECNamedDomainParameters(GMObjectIdentifiers.sm2p256v1, CURVE);
    private static final SecureRandom RANDOM = new SecureRandom();

    private BouncyCastle() {}

    private static ECPrivateKeyParameters secret(byte[] d) {
        return new ECPrivateKeyParameters(new BigInteger(1, d), DOMAIN);
    }

    private static ECPublicKeyParameters point(byte[] encoded) {
        return new ECPublicKeyParameters(CURVE.getCurve().decodePoint(encoded), DOMAIN);
    }

    private static ECPublicKeyParameters publicOf(ECPrivateKeyParameters secret) {
        return new ECPublicKeyParameters(DOMAIN.getG().multiply(secret.getD()), DOMAIN);
    }

    private static byte[] bytes(ECPublicKeyParameters key) throws Peer.Refusal {
        must(key.getParameters().equals(DOMAIN));
        return key.getQ().getEncoded(false);
    }

    private static byte[] bytes(ECPrivateKeyParameters key) throws Peer.Refusal {
        must(key.getParameters().equals(DOMAIN));
        return BigIntegers.asUnsignedByteArray(32, key.getD());
    }

    private static byte[] run(BufferedBlockCipher cipher, byte[] data) throws Exception {
        byte[] out = new byte[cipher.getOutputSize(data.length)];
        int length = cipher.processBytes(data, 0, data.length, out, 0);
        length += cipher.doFinal(out, length);
        return Arrays.copyOf(out, length);
    }

    private static Operation ecb(boolean encrypt) {
        return one(a -> {
            BufferedBlockCipher cipher = new DefaultBufferedBlockCipher(new SM4Engine());
            cipher.init(encrypt, new KeyParameter(a[0]));
            return run(cipher, a[1]);
        });
    }

    static byte[] cbc(boolean encrypt, byte[] key, byte[] iv, byte[] data) throws Exception {
        BufferedBlockCipher cipher =
            new PaddedBufferedBlockCipher(CBCBlockCipher.newInstance(new SM4Engine()), new PKCS7Padding());
        cipher.init(encrypt, new ParametersWithIV(new KeyParameter(key), iv));
        return run(cipher, data);
    }

    private static Operation cbc(boolean encrypt) {
        return one(a -> cbc(encrypt, a[0], a[1], a[2]));
    }

    static byte[] gcm(boolean encrypt, byte[] key, byte[] nonce, byte[] data) throws Exception {
        return run(GCMBlockCipher.newInstance(new SM4Engine()), encrypt, key, nonce, new byte[0], data);
    }

    private static byte[] run(AEADBlockCipher cipher, boolean encrypt, byte[] key, byte[] nonce, byte[] associated,
                              byte[] data) throws Exception {
        cipher.init(encrypt, new AEADParameters(new KeyParameter(key), 128, nonce, associated));
        byte[] out = new byte[cipher.getOutputSize(data.length)];
        int length = cipher.processBytes(data, 0, data.length, out, 0);
        length += cipher.doFinal(out, length);
        return Arrays.copyOf(out, length);
    }

    private static Operation aead(boolean encrypt, boolean gcm) {
        return one(a -> {
            BlockCipher block = new SM4Engine();
            AEADBlockCipher cipher = gcm ? GCMBlockCipher.newInstance(block) : CCMBlockCipher.newInstance(block);
            return run(cipher, encrypt, a[0], a[1], a[2], a[3]);
        });
    }

    private static byte[] encrypt(byte[][] a) throws Exception {
        SM2Engine engine = new SM2Engine(SM2Engine.Mode.C1C3C2);
        engine.init(true, new ParametersWithRandom(point(a[0]), RANDOM));
        return engine.processBlock(a[1], 0, a[1].length);
    }

    private static byte[] decrypt(byte[] secret, byte[] sealed) throws Exception {
        SM2Engine engine = new SM2Engine(SM2Engine.Mode.C1C3C2);
        engine.init(false, secret(secret));
        return engine.processBlock(sealed, 0, sealed.length);
    }

    // The engine knows the raw form only; the DER form of GM/T 0009 is written and read with the ASN.1 classes.
    static byte[] encryptDer(byte[][] a) throws Exception {
        byte[] raw = encrypt(a);
        ASN1EncodableVector parts = new ASN1EncodableVector();
        parts.add(new ASN1Integer(new BigInteger(1, Arrays.copyOfRange(raw, 1, 33))));
        parts.add(new ASN1Integer(new BigInteger(1, Arrays.copyOfRange(raw, 33, 65))));
        parts.add(new DEROctetString(Arrays.copyOfRange(raw, 65, 97)));
        parts.add(new DEROctetString(Arrays.copyOfRange(raw, 97, raw.length)));
        return new DERSequence(parts).getEncoded();
    }

    static byte[] decryptDer(byte[][] a) throws Exception {
        ASN1Sequence parts = ASN1Sequence.getInstance(ASN1Primitive.fromByteArray(a[1]));
        must(parts.size() == 4);
        byte[] raw = concat(
            new byte[] {4},
            BigIntegers.asUnsignedByteArray(32, ASN1Integer.getInstance(parts.getObjectAt(0)).getPositiveValue()),
            BigIntegers.asUnsignedByteArray(32, ASN1Integer.getInstance(parts.getObjectAt(1)).getPositiveValue()),
            ASN1OctetString.getInstance(parts.getObjectAt(2)).getOctets(),
            ASN1OctetString.getInstance(parts.getObjectAt(3)).getOctets());
        return decrypt(a[0], raw);
    }

    /** role, secret, ephemeral secret, id, peer's point, peer's ephemeral point, peer's id, length. */
    private static List<byte[]> agree(byte[][] a) throws Exception {
        boolean initiator = new String(a[0], StandardCharsets.US_ASCII).equals("initiator");
        SM2KeyExchange exchange = new SM2KeyExchange();
        exchange.init(
            new ParametersWithID(new SM2KeyExchangePrivateParameters(initiator, secret(a[1]), secret(a[2])), a[3]));
        SM2KeyExchangePublicParameters peer = new SM2KeyExchangePublicParameters(point(a[4]), point(a[5]));
        return List.of(exchange.calculateKey(number(a[7]) * 8, new ParametersWithID(peer, a[6])));
    }

    /** The same arguments without length: the confirmation S_B, then S_A (GB/T 32918.3 clause 6.1, optional). */
    private static List<byte[]> confirm(byte[][] a) throws Exception {
        SM2KeyExchange exchange = new SM2KeyExchange();
        exchange.init(
            new ParametersWithID(new SM2KeyExchangePrivateParameters(false, secret(a[1]), secret(a[2])), a[3]));
        SM2KeyExchangePublicParameters peer = new SM2KeyExchangePublicParameters(point(a[4]), point(a[5]));
        byte[][] key = exchange.calculateKeyWithConfirmation(128, null, new ParametersWithID(peer, a[6]));
        return List.of(key[1], key[2]);
    }

    static PrivateKey jcaSecret(byte[] d) throws Exception {
        byte[] der = PrivateKeyInfoFactory.createPrivateKeyInfo(secret(d)).getEncoded();
        return KeyFactory.getInstance("EC", "BC").generatePrivate(new PKCS8EncodedKeySpec(der));
    }

    private static ContentSigner signer(byte[] d) throws Exception {
        return new JcaContentSignerBuilder("SM3withSM2").setProvider("BC").build(jcaSecret(d));
    }

    private static ContentVerifierProvider verifier(SubjectPublicKeyInfo info) throws Exception {
        PublicKey key = KeyFactory.getInstance("EC", "BC").generatePublic(new X509EncodedKeySpec(info.getEncoded()));
        return new JcaContentVerifierProviderBuilder().setProvider("BC").build(key);
    }

    private static X500Name subject(byte[] common) {
        return new X500Name("C=CN,O=steel,CN=" + new String(common, StandardCharsets.UTF_8));
    }

    private static Date date(String day) {
        return Date.from(java.time.Instant.parse(day + "T00:00:00Z"));
    }

    /** issuer's secret, issuer's certificate (empty: self-signed), subject's point, common name, kind. */
    private static byte[] issue(byte[][] a) throws Exception {
        X500Name name = subject(a[3]);
        X500Name issuer = a[1].length == 0 ? name : new X509CertificateHolder(a[1]).getSubject();
        SubjectPublicKeyInfo info = SubjectPublicKeyInfoFactory.createSubjectPublicKeyInfo(point(a[2]));
        X509v3CertificateBuilder builder = new X509v3CertificateBuilder(
            issuer, new BigInteger(120, RANDOM).add(BigInteger.ONE), date("2020-01-01"), date("2049-12-31"), name, info);
        String kind = new String(a[4], StandardCharsets.US_ASCII);
        boolean authority = kind.equals("authority");
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(authority));
        builder.addExtension(Extension.keyUsage, true, new KeyUsage(switch (kind) {
            case "authority" -> KeyUsage.keyCertSign | KeyUsage.cRLSign;
            case "encryption" -> KeyUsage.keyEncipherment | KeyUsage.dataEncipherment | KeyUsage.keyAgreement;
            default -> KeyUsage.digitalSignature | KeyUsage.nonRepudiation;
        }));
        if (!authority) {
            builder.addExtension(Extension.subjectAlternativeName, false,
                new GeneralNames(new GeneralName(GeneralName.dNSName, "localhost")));
        }
        return builder.build(signer(a[0])).getEncoded();
    }

    /** root, leaf, certificates between them; validity in the year 2026. */
    static List<byte[]> verifyChain(byte[][] a) throws Exception {
        java.security.cert.CertificateFactory factory = java.security.cert.CertificateFactory.getInstance("X.509", "BC");
        List<java.security.cert.X509Certificate> certificates = new ArrayList<>();
        for (byte[] der : a) {
            certificates.add((java.security.cert.X509Certificate)
                factory.generateCertificate(new java.io.ByteArrayInputStream(der)));
        }
        List<java.security.cert.X509Certificate> path = new ArrayList<>(certificates.subList(2, certificates.size()));
        java.util.Collections.reverse(path);
        path.add(0, certificates.get(1));
        java.security.cert.PKIXParameters parameters = new java.security.cert.PKIXParameters(
            java.util.Set.of(new java.security.cert.TrustAnchor(certificates.get(0), null)));
        parameters.setRevocationEnabled(false);
        parameters.setDate(date("2026-06-01"));
        java.security.cert.CertPathValidator.getInstance("PKIX", "BC").validate(factory.generateCertPath(path), parameters);
        return List.of();
    }

    private static byte[] makeRequest(byte[][] a) throws Exception {
        SubjectPublicKeyInfo info = SubjectPublicKeyInfoFactory.createSubjectPublicKeyInfo(publicOf(secret(a[0])));
        return new PKCS10CertificationRequestBuilder(subject(a[1]), info).build(signer(a[0])).getEncoded();
    }

    private static byte[] verifyRequest(byte[][] a) throws Exception {
        PKCS10CertificationRequest request = new PKCS10CertificationRequest(a[0]);
        must(request.isSignatureValid(verifier(request.getSubjectPublicKeyInfo())));
        return bytes((ECPublicKeyParameters) PublicKeyFactory.createKey(request.getSubjectPublicKeyInfo()));
    }

    /** issuer's secret, issuer's certificate, revoked serial number. */
    private static byte[] makeList(byte[][] a) throws Exception {
        X509v2CRLBuilder builder =
            new X509v2CRLBuilder(new X509CertificateHolder(a[1]).getSubject(), date("2020-01-01"));
        builder.setNextUpdate(date("2049-12-31"));
        builder.addExtension(Extension.cRLNumber, false, new org.bouncycastle.asn1.x509.CRLNumber(BigInteger.ONE));
        builder.addCRLEntry(new BigInteger(1, a[2]), date("2020-01-01"), CRLReason.keyCompromise);
        return builder.build(signer(a[0])).getEncoded();
    }

    /** issuer's certificate, list; gives the revoked serial numbers. */
    private static List<byte[]> verifyList(byte[][] a) throws Exception {
        X509CRLHolder list = new X509CRLHolder(a[1]);
        X509CertificateHolder issuer = new X509CertificateHolder(a[0]);
        must(list.getIssuer().equals(issuer.getSubject()));
        must(list.isSignatureValid(verifier(issuer.getSubjectPublicKeyInfo())));
        List<byte[]> serials = new ArrayList<>();
        for (Object entry : list.getRevokedCertificates()) {
            serials.add(BigIntegers.asUnsignedByteArray(((X509CRLEntryHolder) entry).getSerialNumber()));
        }
        return serials;
    }

    /** Version 1.84 knows PBES2 but finds no cipher under SM4-CBC's object identifier, so its parts are called one by one. */
    private static byte[] readEncrypted(byte[][] a) throws Exception {
        var document = org.bouncycastle.asn1.pkcs.EncryptedPrivateKeyInfo.getInstance(a[0]);
        var scheme = org.bouncycastle.asn1.pkcs.PBES2Parameters.getInstance(
            document.getEncryptionAlgorithm().getParameters());
        var derivation = org.bouncycastle.asn1.pkcs.PBKDF2Params.getInstance(
            scheme.getKeyDerivationFunc().getParameters());
        must(derivation.getPrf().getAlgorithm().equals(GMObjectIdentifiers.hmac_sm3));
        must(scheme.getEncryptionScheme().getAlgorithm().equals(GMObjectIdentifiers.sms4_cbc));
        byte[] key = derive(a[1], derivation.getSalt(), derivation.getIterationCount().intValueExact(), 16);
        byte[] iv = ASN1OctetString.getInstance(scheme.getEncryptionScheme().getParameters()).getOctets();
        BufferedBlockCipher cipher =
            new PaddedBufferedBlockCipher(CBCBlockCipher.newInstance(new SM4Engine()), new PKCS7Padding());
        cipher.init(false, new ParametersWithIV(new KeyParameter(key), iv));
        PrivateKeyInfo info = PrivateKeyInfo.getInstance(run(cipher, document.getEncryptedData()));
        return bytes((ECPrivateKeyParameters) PrivateKeyFactory.createKey(info));
    }

    /** PBES2 with PBKDF2-HMAC-SM3 and SM4-CBC, put together from the ASN.1 classes. */
    private static byte[] writeEncrypted(byte[][] a) throws Exception {
        byte[] salt = new byte[16];
        byte[] iv = new byte[16];
        RANDOM.nextBytes(salt);
        RANDOM.nextBytes(iv);
        byte[] key = derive(a[1], salt, 2048, 16);
        byte[] plain = PrivateKeyInfoFactory.createPrivateKeyInfo(secret(a[0])).getEncoded();
        BufferedBlockCipher cipher =
            new PaddedBufferedBlockCipher(CBCBlockCipher.newInstance(new SM4Engine()), new PKCS7Padding());
        cipher.init(true, new ParametersWithIV(new KeyParameter(key), iv));
        AlgorithmIdentifier prf = new AlgorithmIdentifier(GMObjectIdentifiers.hmac_sm3, org.bouncycastle.asn1.DERNull.INSTANCE);
        org.bouncycastle.asn1.pkcs.PBES2Parameters scheme = new org.bouncycastle.asn1.pkcs.PBES2Parameters(
            new org.bouncycastle.asn1.pkcs.KeyDerivationFunc(
                org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers.id_PBKDF2,
                new org.bouncycastle.asn1.pkcs.PBKDF2Params(salt, 2048, 16, prf)),
            new org.bouncycastle.asn1.pkcs.EncryptionScheme(GMObjectIdentifiers.sms4_cbc, new DEROctetString(iv)));
        AlgorithmIdentifier algorithm =
            new AlgorithmIdentifier(org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers.id_PBES2, scheme);
        return new org.bouncycastle.asn1.pkcs.EncryptedPrivateKeyInfo(algorithm, run(cipher, plain)).getEncoded();
    }

    private static byte[] derive(byte[] password, byte[] salt, int iterations, int length) {
        PKCS5S2ParametersGenerator generator = new PKCS5S2ParametersGenerator(new SM3Digest());
        generator.init(password, salt, iterations);
        return ((KeyParameter) generator.generateDerivedParameters(length * 8)).getKey();
    }

    static Map<String, Operation> operations() {
        Security.addProvider(new BouncyCastleProvider());
        Map<String, Operation> operations = new TreeMap<>();
        operations.put("sm3", one(a -> {
            SM3Digest digest = new SM3Digest();
            digest.update(a[0], 0, a[0].length);
            byte[] out = new byte[32];
            digest.doFinal(out, 0);
            return out;
        }));
        operations.put("hmac", one(a -> {
            HMac mac = new HMac(new SM3Digest());
            mac.init(new KeyParameter(a[0]));
            mac.update(a[1], 0, a[1].length);
            byte[] out = new byte[32];
            mac.doFinal(out, 0);
            return out;
        }));
        operations.put("kdf", one(a -> {
            KDF2BytesGenerator generator = new KDF2BytesGenerator(new SM3Digest());
            generator.init(new KDFParameters(a[0], new byte[0]));
            byte[] out = new byte[number(a[1])];
            generator.generateBytes(out, 0, out.length);
            return out;
        }));
        operations.put("hkdf", one(a -> {
            HKDFBytesGenerator generator = new HKDFBytesGenerator(new SM3Digest());
            generator.init(new HKDFParameters(a[0], a[1], a[2]));
            byte[] out = new byte[number(a[3])];
            generator.generateBytes(out, 0, out.length);
            return out;
        }));
        operations.put("pbkdf2", one(a -> derive(a[0], a[1], number(a[2]), number(a[3]))));
        operations.put("sm4-ecb-encrypt", ecb(true));
        operations.put("sm4-ecb-decrypt", ecb(false));
        operations.put("sm4-cbc-encrypt", cbc(true));
        operations.put("sm4-cbc-decrypt", cbc(false));
        operations.put("sm4-ctr", one(a -> {
            BufferedBlockCipher cipher = new DefaultBufferedBlockCipher(SICBlockCipher.newInstance(new SM4Engine()));
            cipher.init(true, new ParametersWithIV(new KeyParameter(a[0]), a[1]));
            return run(cipher, a[2]);
        }));
        operations.put("sm4-gcm-seal", aead(true, true));
        operations.put("sm4-gcm-open", aead(false, true));
        operations.put("sm4-ccm-seal", aead(true, false));
        operations.put("sm4-ccm-open", aead(false, false));
        operations.put("sm2-public", one(a -> bytes(publicOf(secret(a[0])))));
        operations.put("sm2-point", one(a -> bytes(point(a[0]))));
        operations.put("sm2-sign", one(a -> {
            SM2Signer signer = new SM2Signer();
            signer.init(true, new ParametersWithID(new ParametersWithRandom(secret(a[0]), RANDOM), a[1]));
            signer.update(a[2], 0, a[2].length);
            return signer.generateSignature();
        }));
        operations.put("sm2-verify", a -> {
            SM2Signer signer = new SM2Signer();
            signer.init(false, new ParametersWithID(point(a[0]), a[1]));
            signer.update(a[2], 0, a[2].length);
            must(signer.verifySignature(a[3]));
            return List.of();
        });
        operations.put("sm2-encrypt-raw", one(BouncyCastle::encrypt));
        operations.put("sm2-decrypt-raw", one(a -> decrypt(a[0], a[1])));
        operations.put("sm2-encrypt-der", one(BouncyCastle::encryptDer));
        operations.put("sm2-decrypt-der", one(BouncyCastle::decryptDer));
        operations.put("sm2-agree", BouncyCastle::agree);
        operations.put("sm2-confirm", BouncyCastle::confirm);
        operations.put("spki-write", one(a ->
            SubjectPublicKeyInfoFactory.createSubjectPublicKeyInfo(publicOf(secret(a[0]))).getEncoded()));
        operations.put("spki-read", one(a -> bytes((ECPublicKeyParameters) PublicKeyFactory.createKey(a[0]))));
        operations.put("pkcs8-write", one(a -> PrivateKeyInfoFactory.createPrivateKeyInfo(secret(a[0])).getEncoded()));
        operations.put("pkcs8-read", one(a -> bytes((ECPrivateKeyParameters) PrivateKeyFactory.createKey(a[0]))));
        operations.put("sec1-write", one(a ->
            PrivateKeyInfoFactory.createPrivateKeyInfo(secret(a[0])).parsePrivateKey().toASN1Primitive().getEncoded()));
        operations.put("sec1-read", one(a -> {
            org.bouncycastle.asn1.sec.ECPrivateKey key = org.bouncycastle.asn1.sec.ECPrivateKey.getInstance(a[0]);
            AlgorithmIdentifier algorithm = new AlgorithmIdentifier(
                org.bouncycastle.asn1.x9.X9ObjectIdentifiers.id_ecPublicKey, key.getParametersObject());
            return bytes((ECPrivateKeyParameters) PrivateKeyFactory.createKey(new PrivateKeyInfo(algorithm, key)));
        }));
        operations.put("pkcs8-encrypted-write", one(BouncyCastle::writeEncrypted));
        operations.put("pkcs8-encrypted-read", one(BouncyCastle::readEncrypted));
        operations.put("certificate-issue", one(BouncyCastle::issue));
        operations.put("chain-verify", BouncyCastle::verifyChain);
        operations.put("csr-make", one(BouncyCastle::makeRequest));
        operations.put("csr-verify", one(BouncyCastle::verifyRequest));
        operations.put("crl-make", one(BouncyCastle::makeList));
        operations.put("crl-verify", BouncyCastle::verifyList);
        operations.putAll(Handshake.operations());
        operations.putAll(Messages.operations());
        return operations;
    }
}
