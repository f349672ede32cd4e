package interop;

import static interop.Peer.must;
import static interop.Peer.one;

import interop.Peer.Operation;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Set;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSet;
import org.bouncycastle.asn1.cms.AuthEnvelopedData;
import org.bouncycastle.asn1.cms.CMSObjectIdentifiers;
import org.bouncycastle.asn1.cms.ContentInfo;
import org.bouncycastle.asn1.cms.EncryptedContentInfo;
import org.bouncycastle.asn1.cms.EnvelopedData;
import org.bouncycastle.asn1.cms.GCMParameters;
import org.bouncycastle.asn1.cms.IssuerAndSerialNumber;
import org.bouncycastle.asn1.cms.KeyTransRecipientInfo;
import org.bouncycastle.asn1.cms.RecipientIdentifier;
import org.bouncycastle.asn1.cms.RecipientInfo;
import org.bouncycastle.asn1.gm.GMObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaCertStore;
import org.bouncycastle.cms.CMSProcessableByteArray;
import org.bouncycastle.cms.CMSSignedData;
import org.bouncycastle.cms.CMSSignedDataGenerator;
import org.bouncycastle.cms.SignerInformation;
import org.bouncycastle.cms.jcajce.JcaSimpleSignerInfoGeneratorBuilder;
import org.bouncycastle.cms.jcajce.JcaSimpleSignerInfoVerifierBuilder;
import org.bouncycastle.util.Selector;

/**
 * Messages of BouncyCastle. Signed ones come from its CMS package, which knows the names of RFC 5652 only. Its package does
 * not encrypt with SM2 as GM/T 0009 has it, so that envelopes are put together from its ASN.1 classes and its ciphers.
 */
final class Messages {
    private static final ASN1ObjectIdentifier GM_DATA = new ASN1ObjectIdentifier("1.2.156.10197.6.1.4.2.1");
    private static final ASN1ObjectIdentifier GM_ENVELOPED = new ASN1ObjectIdentifier("1.2.156.10197.6.1.4.2.3");
    private static final ASN1ObjectIdentifier SM2_ENCRYPTION = new ASN1ObjectIdentifier("1.2.156.10197.1.301.3");
    private static final ASN1ObjectIdentifier SM4_CBC = GMObjectIdentifiers.sms4_cbc;
    private static final ASN1ObjectIdentifier SM4_GCM = new ASN1ObjectIdentifier("1.2.156.10197.1.104.8");
    private static final SecureRandom RANDOM = new SecureRandom();

    private Messages() {}

    private static X509Certificate certificate(byte[] der) throws Exception {
        return (X509Certificate) CertificateFactory.getInstance("X.509", "BC")
            .generateCertificate(new ByteArrayInputStream(der));
    }

    private static boolean is(byte[] word, String text) {
        return new String(word, StandardCharsets.US_ASCII).equals(text);
    }

    /** form (direct or attributes), place (attached or detached), content, then secret and certificate of each signer. */
    private static byte[] sign(byte[][] a) throws Exception {
        CMSSignedDataGenerator generator = new CMSSignedDataGenerator();
        List<X509Certificate> certificates = new ArrayList<>();
        for (int i = 3; i + 1 < a.length; i += 2) {
            X509Certificate certificate = certificate(a[i + 1]);
            certificates.add(certificate);
            generator.addSignerInfoGenerator(new JcaSimpleSignerInfoGeneratorBuilder()
                .setProvider("BC").setDirectSignature(is(a[0], "direct"))
                .build("SM3WITHSM2", BouncyCastle.jcaSecret(a[i]), certificate));
        }
        generator.addCertificates(new JcaCertStore(certificates));
        CMSSignedData signed = generator.generate(new CMSProcessableByteArray(a[2]), is(a[1], "attached"));
        return signed.toASN1Structure().getEncoded(ASN1Encoding.DER);
    }

    /** root, message, content (empty: in the message); gives the content. */
    @SuppressWarnings("unchecked")
    private static byte[] verify(byte[][] a) throws Exception {
        CMSSignedData signed = a[2].length == 0 ? new CMSSignedData(a[1])
            : new CMSSignedData(new CMSProcessableByteArray(a[2]), a[1]);
        must(signed.getSignerInfos().size() > 0);
        for (SignerInformation signer : signed.getSignerInfos()) {
            Selector<X509CertificateHolder> id = signer.getSID();
            List<X509CertificateHolder> found = new ArrayList<>(signed.getCertificates().getMatches(id));
            must(found.size() == 1);
            X509Certificate certificate = certificate(found.get(0).getEncoded());
            must(signer.verify(new JcaSimpleSignerInfoVerifierBuilder().setProvider("BC").build(certificate)));
            BouncyCastle.verifyChain(new byte[][] {a[0], found.get(0).getEncoded()});
        }
        must(signed.getSignedContent() != null);
        return (byte[]) signed.getSignedContent().getContent();
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        RANDOM.nextBytes(bytes);
        return bytes;
    }

    /** The key encrypted for each certificate, found by issuer and serial number. */
    private static ASN1Set wraps(byte[] key, byte[][] certificates) throws Exception {
        ASN1EncodableVector wraps = new ASN1EncodableVector();
        for (byte[] der : certificates) {
            X509CertificateHolder holder = new X509CertificateHolder(der);
            byte[] point = holder.getSubjectPublicKeyInfo().getPublicKeyData().getOctets();
            wraps.add(new RecipientInfo(new KeyTransRecipientInfo(
                new RecipientIdentifier(new IssuerAndSerialNumber(holder.toASN1Structure())),
                new AlgorithmIdentifier(SM2_ENCRYPTION),
                new DEROctetString(BouncyCastle.encryptDer(new byte[][] {point, key})))));
        }
        return new DERSet(wraps);
    }

    private static byte[] unwrap(byte[] secret, byte[] der, ASN1Set wraps) throws Exception {
        IssuerAndSerialNumber own = new IssuerAndSerialNumber(new X509CertificateHolder(der).toASN1Structure());
        for (ASN1Encodable wrap : wraps) {
            KeyTransRecipientInfo info =
                KeyTransRecipientInfo.getInstance(RecipientInfo.getInstance(wrap).getInfo());
            if (own.equals(info.getRecipientIdentifier().getId())) {
                must(info.getKeyEncryptionAlgorithm().getAlgorithm().equals(SM2_ENCRYPTION));
                return BouncyCastle.decryptDer(new byte[][] {secret, info.getEncryptedKey().getOctets()});
            }
        }
        throw new Peer.Refusal();
    }

    /** content, then each recipient's certificate; EnvelopedData of GM/T 0010 with SM4-CBC. */
    private static byte[] encrypt(byte[][] a) throws Exception {
        byte[] key = random(16);
        byte[] iv = random(16);
        EncryptedContentInfo content = new EncryptedContentInfo(GM_DATA,
            new AlgorithmIdentifier(SM4_CBC, new DEROctetString(iv)),
            new DEROctetString(BouncyCastle.cbc(true, key, iv, a[0])));
        ASN1Set wraps = wraps(key, Arrays.copyOfRange(a, 1, a.length));
        EnvelopedData data = new EnvelopedData(null, wraps, content, (ASN1Set) null);
        return new ContentInfo(GM_ENVELOPED, data).getEncoded(ASN1Encoding.DER);
    }

    /** secret, certificate, message. */
    private static byte[] decrypt(byte[][] a) throws Exception {
        ContentInfo info = ContentInfo.getInstance(a[2]);
        must(info.getContentType().equals(GM_ENVELOPED));
        EnvelopedData data = EnvelopedData.getInstance(info.getContent());
        EncryptedContentInfo content = data.getEncryptedContentInfo();
        AlgorithmIdentifier algorithm = content.getContentEncryptionAlgorithm();
        must(algorithm.getAlgorithm().equals(SM4_CBC));
        byte[] iv = ASN1OctetString.getInstance(algorithm.getParameters()).getOctets();
        byte[] key = unwrap(a[0], a[1], data.getRecipientInfos());
        return BouncyCastle.cbc(false, key, iv, content.getEncryptedContent().getOctets());
    }

    /** The same arguments; AuthEnvelopedData (RFC 5083) with SM4-GCM. */
    private static byte[] seal(byte[][] a) throws Exception {
        byte[] key = random(16);
        byte[] nonce = random(12);
        byte[] sealed = BouncyCastle.gcm(true, key, nonce, a[0]);
        EncryptedContentInfo content = new EncryptedContentInfo(CMSObjectIdentifiers.data,
            new AlgorithmIdentifier(SM4_GCM, new GCMParameters(nonce, 16)),
            new DEROctetString(Arrays.copyOf(sealed, a[0].length)));
        AuthEnvelopedData data = new AuthEnvelopedData(null, wraps(key, Arrays.copyOfRange(a, 1, a.length)), content, null,
            new DEROctetString(Arrays.copyOfRange(sealed, a[0].length, sealed.length)), null);
        return new ContentInfo(CMSObjectIdentifiers.authEnvelopedData, data).getEncoded(ASN1Encoding.DER);
    }

    /** secret, certificate, message. */
    private static byte[] open(byte[][] a) throws Exception {
        ContentInfo info = ContentInfo.getInstance(a[2]);
        must(info.getContentType().equals(CMSObjectIdentifiers.authEnvelopedData));
        AuthEnvelopedData data = AuthEnvelopedData.getInstance(info.getContent());
        EncryptedContentInfo content = data.getAuthEncryptedContentInfo();
        AlgorithmIdentifier algorithm = content.getContentEncryptionAlgorithm();
        must(algorithm.getAlgorithm().equals(SM4_GCM));
        GCMParameters parameters = GCMParameters.getInstance(algorithm.getParameters());
        must(parameters.getIcvLen() == 16);
        byte[] key = unwrap(a[0], a[1], data.getRecipientInfos());
        byte[] sealed = Peer.concat(content.getEncryptedContent().getOctets(), data.getMac().getOctets());
        return BouncyCastle.gcm(false, key, parameters.getNonce(), sealed);
    }

    static Map<String, Operation> operations() {
        return Map.of(
            "cms-sign-rfc", one(Messages::sign), "cms-verify-rfc", one(Messages::verify),
            "cms-encrypt", one(Messages::encrypt), "cms-decrypt", one(Messages::decrypt),
            "cms-seal", one(Messages::seal), "cms-open", one(Messages::open));
    }
}
