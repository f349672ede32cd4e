package interop;

import static interop.Peer.must;
import static interop.Peer.number;
import static interop.Peer.one;

import com.tencent.kona.crypto.KonaCryptoProvider;
import com.tencent.kona.crypto.spec.SM2KeyAgreementParamSpec;
import com.tencent.kona.crypto.spec.SM2PrivateKeySpec;
import com.tencent.kona.crypto.spec.SM2PublicKeySpec;
import com.tencent.kona.crypto.spec.SM2SignatureParameterSpec;
import com.tencent.kona.crypto.util.SM2Ciphertext;
import interop.Peer.Operation;
import java.nio.charset.StandardCharsets;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.Provider;
import java.security.Signature;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.AlgorithmParameterSpec;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.crypto.Cipher;
import javax.crypto.KeyAgreement;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** Tencent Kona's provider of the Java Cryptography Architecture. */
final class Kona {
    private static final Provider PROVIDER = new KonaCryptoProvider();

    private Kona() {}

    private static ECPrivateKey secret(byte[] d) throws Exception {
        return (ECPrivateKey) KeyFactory.getInstance("SM2", PROVIDER).generatePrivate(new SM2PrivateKeySpec(d));
    }

    private static ECPublicKey point(byte[] encoded) throws Exception {
        return (ECPublicKey) KeyFactory.getInstance("SM2", PROVIDER).generatePublic(new SM2PublicKeySpec(encoded));
    }

    private static byte[] run(String mode, int direction, byte[] key, AlgorithmParameterSpec parameters, byte[] associated,
                              byte[] data) throws Exception {
        Cipher cipher = Cipher.getInstance("SM4/" + mode, PROVIDER);
        cipher.init(direction, new SecretKeySpec(key, "SM4"), parameters);
        if (associated != null) {
            cipher.updateAAD(associated);
        }
        return cipher.doFinal(data);
    }

    private static byte[] encrypt(byte[][] a) throws Exception {
        Cipher cipher = Cipher.getInstance("SM2", PROVIDER);
        cipher.init(Cipher.ENCRYPT_MODE, point(a[0]));
        return cipher.doFinal(a[1]);
    }

    private static byte[] decrypt(byte[] secret, byte[] sealed) throws Exception {
        Cipher cipher = Cipher.getInstance("SM2", PROVIDER);
        cipher.init(Cipher.DECRYPT_MODE, secret(secret));
        return cipher.doFinal(sealed);
    }

    private static SM2Ciphertext ciphertext(SM2Ciphertext.Format format, byte[] sealed) throws Exception {
        return SM2Ciphertext.builder().format(format).encodedCiphertext(sealed).build();
    }

    /** role, secret, ephemeral secret, id, peer's point, peer's ephemeral point, peer's id, length, own point. */
    private static List<byte[]> agree(byte[][] a) throws Exception {
        boolean initiator = new String(a[0], StandardCharsets.US_ASCII).equals("initiator");
        KeyAgreement agreement = KeyAgreement.getInstance("SM2", PROVIDER);
        agreement.init(secret(a[2]), new SM2KeyAgreementParamSpec(
            a[3], secret(a[1]), point(a[8]), a[6], point(a[4]), initiator, number(a[7])));
        agreement.doPhase(point(a[5]), true);
        return List.of(agreement.generateSecret());
    }

    static Map<String, Operation> operations() {
        Map<String, Operation> operations = new TreeMap<>();
        operations.put("sm3", one(a -> MessageDigest.getInstance("SM3", PROVIDER).digest(a[0])));
        operations.put("hmac", one(a -> {
            Mac mac = Mac.getInstance("HmacSM3", PROVIDER);
            mac.init(new SecretKeySpec(a[0], "HmacSM3"));
            return mac.doFinal(a[1]);
        }));
        operations.put("sm4-ecb-encrypt",
            one(a -> run("ECB/NoPadding", Cipher.ENCRYPT_MODE, a[0], null, null, a[1])));
        operations.put("sm4-ecb-decrypt",
            one(a -> run("ECB/NoPadding", Cipher.DECRYPT_MODE, a[0], null, null, a[1])));
        operations.put("sm4-cbc-encrypt",
            one(a -> run("CBC/PKCS7Padding", Cipher.ENCRYPT_MODE, a[0], new IvParameterSpec(a[1]), null, a[2])));
        operations.put("sm4-cbc-decrypt",
            one(a -> run("CBC/PKCS7Padding", Cipher.DECRYPT_MODE, a[0], new IvParameterSpec(a[1]), null, a[2])));
        operations.put("sm4-ctr",
            one(a -> run("CTR/NoPadding", Cipher.ENCRYPT_MODE, a[0], new IvParameterSpec(a[1]), null, a[2])));
        operations.put("sm4-gcm-seal",
            one(a -> run("GCM/NoPadding", Cipher.ENCRYPT_MODE, a[0], new GCMParameterSpec(128, a[1]), a[2], a[3])));
        operations.put("sm4-gcm-open",
            one(a -> run("GCM/NoPadding", Cipher.DECRYPT_MODE, a[0], new GCMParameterSpec(128, a[1]), a[2], a[3])));
        operations.put("sm2-sign", one(a -> {
            // secret, user id, message, own point
            Signature signature = Signature.getInstance("SM2", PROVIDER);
            signature.setParameter(new SM2SignatureParameterSpec(a[1], point(a[3])));
            signature.initSign(secret(a[0]));
            signature.update(a[2]);
            return signature.sign();
        }));
        operations.put("sm2-verify", a -> {
            Signature signature = Signature.getInstance("SM2", PROVIDER);
            signature.setParameter(new SM2SignatureParameterSpec(a[1], point(a[0])));
            signature.initVerify(point(a[0]));
            signature.update(a[2]);
            must(signature.verify(a[3]));
            return List.of();
        });
        operations.put("sm2-encrypt-der", one(Kona::encrypt));
        operations.put("sm2-decrypt-der", one(a -> decrypt(a[0], a[1])));
        operations.put("sm2-encrypt-raw", one(a -> ciphertext(SM2Ciphertext.Format.DER_C1C3C2, encrypt(a)).rawC1C3C2()));
        operations.put("sm2-decrypt-raw", one(a ->
            decrypt(a[0], ciphertext(SM2Ciphertext.Format.RAW_C1C3C2, a[1]).derC1C3C2())));
        operations.put("sm2-agree", Kona::agree);
        return operations;
    }
}
