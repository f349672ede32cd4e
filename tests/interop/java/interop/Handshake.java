package interop;

import static interop.Peer.one;

import interop.Peer.Operation;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Vector;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.bouncycastle.tls.AlertDescription;
import org.bouncycastle.tls.Certificate;
import org.bouncycastle.tls.CertificateEntry;
import org.bouncycastle.tls.CertificateRequest;
import org.bouncycastle.tls.DefaultTlsClient;
import org.bouncycastle.tls.DefaultTlsServer;
import org.bouncycastle.tls.NamedGroup;
import org.bouncycastle.tls.ProtocolVersion;
import org.bouncycastle.tls.SignatureAndHashAlgorithm;
import org.bouncycastle.tls.SignatureScheme;
import org.bouncycastle.tls.TlsAuthentication;
import org.bouncycastle.tls.TlsClientProtocol;
import org.bouncycastle.tls.TlsContext;
import org.bouncycastle.tls.TlsCredentials;
import org.bouncycastle.tls.TlsFatalAlert;
import org.bouncycastle.tls.TlsServerCertificate;
import org.bouncycastle.tls.TlsServerProtocol;
import org.bouncycastle.tls.TlsUtils;
import org.bouncycastle.tls.crypto.TlsCertificate;
import org.bouncycastle.tls.crypto.TlsCryptoParameters;
import org.bouncycastle.tls.crypto.impl.jcajce.JcaDefaultTlsCredentialedSigner;
import org.bouncycastle.tls.crypto.impl.jcajce.JcaTlsCrypto;
import org.bouncycastle.tls.crypto.impl.jcajce.JcaTlsCryptoProvider;

/** Both ends of RFC 8998 with BouncyCastle's own protocol classes: one suite, curveSM2, sm2sig_sm3. Loopback only. */
final class Handshake {
    private static final int PATIENCE_MS = 20_000;
    private static final SignatureAndHashAlgorithm SCHEME =
        SignatureScheme.getSignatureAndHashAlgorithm(SignatureScheme.sm2sig_sm3);

    /** By port. */
    private static final Map<Integer, CompletableFuture<List<byte[]>>> OUTCOMES = new ConcurrentHashMap<>();

    private Handshake() {}

    private static JcaTlsCrypto crypto() {
        return new JcaTlsCryptoProvider().setProvider("BC").create(new SecureRandom());
    }

    private static Vector<Object> only(Object element) {
        return new Vector<>(List.of(element));
    }

    /** A key with its certificates, the leaf first. */
    private record Identity(byte[] secret, byte[][] chain) {
        TlsCredentials credentials(TlsContext context, JcaTlsCrypto crypto, byte[] request) throws IOException {
            CertificateEntry[] entries = new CertificateEntry[chain.length];
            for (int i = 0; i < chain.length; i++) {
                entries[i] = new CertificateEntry(crypto.createCertificate(chain[i]), null);
            }
            PrivateKey key;
            try {
                key = BouncyCastle.jcaSecret(secret);
            } catch (Exception e) {
                throw new IOException(e);
            }
            return new JcaDefaultTlsCredentialedSigner(
                new TlsCryptoParameters(context), crypto, key, new Certificate(request, entries), SCHEME);
        }
    }

    private static byte[] leaf(Certificate certificate) throws IOException {
        return certificate == null || certificate.isEmpty() ? new byte[0] : certificate.getCertificateAt(0).getEncoded();
    }

    /** Checks what the other side showed against the root. */
    private static void check(byte[] root, Certificate shown) throws IOException {
        List<byte[]> path = new ArrayList<>(List.of(root));
        for (TlsCertificate certificate : shown.getCertificateList()) {
            path.add(certificate.getEncoded());
        }
        try {
            Peer.must(path.size() > 1);
            // The verifier takes root, leaf, and what is between them from the root downwards.
            List<byte[]> between = new ArrayList<>(path.subList(2, path.size()));
            java.util.Collections.reverse(between);
            List<byte[]> arguments = new ArrayList<>(path.subList(0, 2));
            arguments.addAll(between);
            BouncyCastle.verifyChain(arguments.toArray(new byte[0][]));
        } catch (Exception e) {
            throw new TlsFatalAlert(AlertDescription.bad_certificate, e);
        }
    }

    private static final class Client extends DefaultTlsClient {
        private final int suite;
        private final byte[] root;
        private final Identity identity;

        Client(int suite, byte[] root, Identity identity) {
            super(crypto());
            this.suite = suite;
            this.root = root;
            this.identity = identity;
        }

        @Override
        public ProtocolVersion[] getProtocolVersions() {
            return ProtocolVersion.TLSv13.only();
        }

        @Override
        public int[] getCipherSuites() {
            return new int[] {suite};
        }

        @Override
        protected Vector<Object> getSupportedGroups(@SuppressWarnings("rawtypes") Vector roles) {
            return only(NamedGroup.curveSM2);
        }

        @Override
        public Vector<Object> getEarlyKeyShareGroups() {
            return only(NamedGroup.curveSM2);
        }

        @Override
        protected Vector<Object> getSupportedSignatureAlgorithms() {
            return only(SCHEME);
        }

        @Override
        protected Vector<Object> getSNIServerNames() {
            return only(new org.bouncycastle.tls.ServerName((short) 0, "localhost".getBytes()));
        }

        @Override
        public TlsAuthentication getAuthentication() {
            return new TlsAuthentication() {
                @Override
                public void notifyServerCertificate(TlsServerCertificate shown) throws IOException {
                    check(root, shown.getCertificate());
                }

                @Override
                public TlsCredentials getClientCredentials(CertificateRequest request) throws IOException {
                    return identity.secret().length == 0 ? null
                        : identity.credentials(context, (JcaTlsCrypto) getCrypto(), request.getCertificateRequestContext());
                }
            };
        }

        int selected() {
            return context.getSecurityParametersConnection().getCipherSuite();
        }
    }

    private static final class Server extends DefaultTlsServer {
        private final int suite;
        private final byte[] root;
        private final Identity identity;

        Server(int suite, byte[] root, Identity identity) {
            super(crypto());
            this.suite = suite;
            this.root = root;
            this.identity = identity;
        }

        @Override
        public ProtocolVersion[] getProtocolVersions() {
            return ProtocolVersion.TLSv13.only();
        }

        @Override
        public int[] getCipherSuites() {
            return new int[] {suite};
        }

        @Override
        public int[] getSupportedGroups() {
            return new int[] {NamedGroup.curveSM2};
        }

        @Override
        public TlsCredentials getCredentials() throws IOException {
            return identity.credentials(context, (JcaTlsCrypto) getCrypto(), TlsUtils.EMPTY_BYTES);
        }

        @Override
        public CertificateRequest getCertificateRequest() throws IOException {
            return root.length == 0 ? null : new CertificateRequest(TlsUtils.EMPTY_BYTES, only(SCHEME), null, null);
        }

        @Override
        public void notifyClientCertificate(Certificate shown) throws IOException {
            check(root, shown);
        }

        List<byte[]> outcome() throws IOException {
            var parameters = context.getSecurityParametersConnection();
            return List.of(two(parameters.getCipherSuite()), leaf(parameters.getPeerCertificate()));
        }
    }

    private static byte[] two(int number) {
        return ByteBuffer.allocate(2).putShort((short) number).array();
    }

    private static int number(byte[] bytes) {
        return ByteBuffer.wrap(bytes).getShort() & 0xffff;
    }

    private static void secure(Socket socket) throws IOException {
        socket.setSoTimeout(PATIENCE_MS);
        socket.setTcpNoDelay(true);
    }

    /** suite, secret, root of the clients (empty: none asked for), certificates; gives the port of one connection. */
    private static byte[] listen(byte[][] a) throws IOException {
        Server server = new Server(number(a[0]), a[2], new Identity(a[1], Arrays.copyOfRange(a, 3, a.length)));
        ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        listener.setSoTimeout(PATIENCE_MS);
        CompletableFuture<List<byte[]>> future = new CompletableFuture<>();
        OUTCOMES.put(listener.getLocalPort(), future);
        Thread thread = new Thread(() -> {
            try (listener; Socket socket = listener.accept()) {
                secure(socket);
                TlsServerProtocol protocol = new TlsServerProtocol(socket.getInputStream(), socket.getOutputStream());
                protocol.accept(server);
                List<byte[]> result = server.outcome();
                InputStream in = protocol.getInputStream();
                OutputStream out = protocol.getOutputStream();
                byte[] buffer = new byte[1 << 16];
                for (int count = in.read(buffer); count > 0; count = in.read(buffer)) {
                    out.write(buffer, 0, count);
                    out.flush();
                }
                protocol.close();
                future.complete(result);
            } catch (Exception e) {
                future.completeExceptionally(e);
            }
        });
        thread.setDaemon(true);
        thread.start();
        return two(listener.getLocalPort());
    }

    /** port; what came of its connection: suite, client's certificate or nothing. */
    private static List<byte[]> served(byte[][] a) throws Exception {
        return OUTCOMES.remove(number(a[0])).get(PATIENCE_MS, TimeUnit.MILLISECONDS);
    }

    /** suite, port, root of the servers, secret or nothing, message, certificates; gives suite and echo. */
    private static List<byte[]> connect(byte[][] a) throws IOException {
        Client client = new Client(number(a[0]), a[2], new Identity(a[3], Arrays.copyOfRange(a, 5, a.length)));
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), number(a[1])), PATIENCE_MS);
            secure(socket);
            TlsClientProtocol protocol = new TlsClientProtocol(socket.getInputStream(), socket.getOutputStream());
            protocol.connect(client);
            byte[] selected = two(client.selected());
            protocol.getOutputStream().write(a[4]);
            protocol.getOutputStream().flush();
            byte[] echo = protocol.getInputStream().readNBytes(a[4].length);
            protocol.close();
            return List.of(selected, echo);
        }
    }

    static Map<String, Operation> operations() {
        return Map.of("tls-listen", one(Handshake::listen), "tls-served", Handshake::served, "tls-connect", Handshake::connect);
    }
}
