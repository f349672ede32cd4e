"""A peer of the interoperability tests: Tongsuo's library of TLS behind one line per request (see ../src/peer.rs).

The package tongsuopy-crayon brings the whole library as one file, but offers its ciphers only; the functions of TLS are
called in it by name. Both ends of RFC 8998: one suite, curveSM2, sm2sig_sm3. Loopback only.
"""

import ctypes
import importlib.util
import os
import socket
import struct
import sys
import threading

PATIENCE_S = 20
P, I, L, S = ctypes.c_void_p, ctypes.c_int, ctypes.c_long, ctypes.c_char_p

SIGNATURES = {
    "TLS_method": (P, []),
    "SSL_CTX_new": (P, [P]),
    "SSL_CTX_free": (None, [P]),
    "SSL_CTX_ctrl": (L, [P, I, L, P]),
    "SSL_CTX_set_ciphersuites": (I, [P, S]),
    "SSL_CTX_enable_sm_tls13_strict": (None, [P]),
    "SSL_CTX_set_verify": (None, [P, I, P]),
    "SSL_CTX_set_session_id_context": (I, [P, S, I]),
    "SSL_CTX_get_cert_store": (P, [P]),
    "SSL_CTX_use_certificate": (I, [P, P]),
    "SSL_CTX_use_PrivateKey": (I, [P, P]),
    "SSL_CTX_check_private_key": (I, [P]),
    "X509_STORE_add_cert": (I, [P, P]),
    "d2i_X509": (P, [P, P, L]),
    "i2d_X509": (I, [P, P]),
    "X509_free": (None, [P]),
    "d2i_AutoPrivateKey": (P, [P, P, L]),
    "SSL_new": (P, [P]),
    "SSL_free": (None, [P]),
    "SSL_set_fd": (I, [P, I]),
    "SSL_ctrl": (L, [P, I, L, P]),
    "SSL_connect": (I, [P]),
    "SSL_accept": (I, [P]),
    "SSL_read": (I, [P, P, I]),
    "SSL_write": (I, [P, S, I]),
    "SSL_shutdown": (I, [P]),
    "SSL_session_reused": (I, [P]),
    "SSL_get1_session": (P, [P]),
    "SSL_set_session": (I, [P, P]),
    "SSL_SESSION_free": (None, [P]),
    "SSL_get_current_cipher": (P, [P]),
    "SSL_CIPHER_get_id": (ctypes.c_uint32, [P]),
    "SSL_get_peer_certificate": (P, [P]),
    "SSL_get_verify_result": (L, [P]),
}

# Numbers of SSL_CTX_ctrl and SSL_ctrl, and of verification, of OpenSSL's headers.
EXTRA_CHAIN_CERT, SET_GROUPS, SET_SIGALGS, SET_MIN, SET_MAX = 14, 92, 98, 123, 124
SET_CLIENT_SIGALGS, SET_HOSTNAME = 102, 55
TLS_1_3, VERIFY_PEER, VERIFY_FAIL_WITHOUT = 0x0304, 1, 2
SUITES = {0x00C6: b"TLS_SM4_GCM_SM3", 0x00C7: b"TLS_SM4_CCM_SM3"}

# PKCS #8 of an SM2 key up to its 32 bytes.
KEY_PREFIX = bytes.fromhex("3041020100301306072a8648ce3d020106082a811ccf5501822d042730250201010420")


class Refused(Exception):
    """The library looked at the arguments or the other side and refused them."""


def must(accepted):
    if not accepted:
        raise Refused


def load():
    package = importlib.util.find_spec("tongsuopy")
    folder = os.path.join(list(package.submodule_search_locations)[0], "backends")
    library = ctypes.CDLL(os.path.join(folder, "_tongsuo.abi3.so"))
    for name, (result, arguments) in SIGNATURES.items():
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    return library


TLS = load()


def parsed(read, der):
    buffer = ctypes.create_string_buffer(der, len(der))
    cursor = ctypes.c_void_p(ctypes.addressof(buffer))
    value = read(None, ctypes.byref(cursor), len(der))
    must(value)
    return value


def encoded(certificate):
    if not certificate:
        return b""
    length = TLS.i2d_X509(certificate, None)
    buffer = ctypes.create_string_buffer(length)
    cursor = ctypes.c_void_p(ctypes.addressof(buffer))
    TLS.i2d_X509(certificate, ctypes.byref(cursor))
    TLS.X509_free(certificate)
    return buffer.raw


def context(suite, root, secret, chain):
    """What both ends have in common; without a root the other side is not asked for certificates."""
    made = TLS.SSL_CTX_new(TLS.TLS_method())
    for number in (SET_MIN, SET_MAX):
        must(TLS.SSL_CTX_ctrl(made, number, TLS_1_3, None))
    must(TLS.SSL_CTX_set_ciphersuites(made, SUITES[struct.unpack(">H", suite)[0]]))
    TLS.SSL_CTX_enable_sm_tls13_strict(made)
    for number, value in ((SET_GROUPS, b"SM2"), (SET_SIGALGS, b"sm2sig_sm3"), (SET_CLIENT_SIGALGS, b"sm2sig_sm3")):
        must(TLS.SSL_CTX_ctrl(made, number, 0, value))
    must(TLS.SSL_CTX_set_session_id_context(made, b"interop", 7))
    if root:
        TLS.SSL_CTX_set_verify(made, VERIFY_PEER | VERIFY_FAIL_WITHOUT, None)
        must(TLS.X509_STORE_add_cert(TLS.SSL_CTX_get_cert_store(made), parsed(TLS.d2i_X509, root)))
    if secret:
        must(TLS.SSL_CTX_use_certificate(made, parsed(TLS.d2i_X509, chain[0])))
        for der in chain[1:]:
            must(TLS.SSL_CTX_ctrl(made, EXTRA_CHAIN_CERT, 0, parsed(TLS.d2i_X509, der)))
        must(TLS.SSL_CTX_use_PrivateKey(made, parsed(TLS.d2i_AutoPrivateKey, KEY_PREFIX + secret)))
        must(TLS.SSL_CTX_check_private_key(made))
    return made


def patient(connection):
    # The library works on the bare descriptor, which must block, but not for ever.
    connection.setblocking(True)
    for option in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
        connection.setsockopt(socket.SOL_SOCKET, option, struct.pack("ll", PATIENCE_S, 0))
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def received(tls):
    buffer = ctypes.create_string_buffer(1 << 16)
    count = TLS.SSL_read(tls, buffer, len(buffer))
    return buffer.raw[:count] if count > 0 else b""


def chosen(tls):
    return struct.pack(">H", TLS.SSL_CIPHER_get_id(TLS.SSL_get_current_cipher(tls)) & 0xFFFF)


servers = {}


def listen_for(a, connections):
    """suite, secret, root of the clients (empty: none asked for), certificates; gives the port."""
    outcome = []
    made = context(a[0], a[2], a[1], a[3:])
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(PATIENCE_S)

    def serve():
        with listener:
            for _ in range(connections):
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection:
                    patient(connection)
                    tls = TLS.SSL_new(made)
                    TLS.SSL_set_fd(tls, connection.fileno())
                    if TLS.SSL_accept(tls) != 1:
                        TLS.SSL_free(tls)
                        return
                    result = [chosen(tls), encoded(TLS.SSL_get_peer_certificate(tls))]
                    if connections > 1:
                        result.append(bytes([TLS.SSL_session_reused(tls)]))
                    while data := received(tls):
                        TLS.SSL_write(tls, data, len(data))
                    TLS.SSL_shutdown(tls)
                    TLS.SSL_free(tls)
                    outcome.append(result)

    thread = threading.Thread(target=serve, daemon=True)
    port = struct.pack(">H", listener.getsockname()[1])
    servers[port] = (thread, connections, outcome)
    thread.start()
    return [port]


def served(a):
    """What came of the connections to a port: of each the suite, the client's certificate or nothing, and of several also
    whether the session was resumed."""
    thread, connections, outcome = servers.pop(a[0])
    thread.join(PATIENCE_S)
    must(len(outcome) == connections)
    return [value for result in outcome for value in result]


def connect_with(a, connections):
    """suite, port, root of the servers, secret or nothing, message, certificates; gives of each connection suite and echo,
    and of several also whether the session was resumed."""
    made = context(a[0], a[2], a[3], a[5:])
    session, results = None, []
    for _ in range(connections):
        port = struct.unpack(">H", a[1])[0]
        with socket.create_connection(("127.0.0.1", port), PATIENCE_S) as connection:
            patient(connection)
            tls = TLS.SSL_new(made)
            TLS.SSL_set_fd(tls, connection.fileno())
            TLS.SSL_ctrl(tls, SET_HOSTNAME, 0, b"localhost")
            if session:
                must(TLS.SSL_set_session(tls, session))
            try:
                must(TLS.SSL_connect(tls) == 1)
                must(TLS.SSL_write(tls, a[4], len(a[4])) == len(a[4]))
                echo = b""
                while len(echo) < len(a[4]) and (data := received(tls)):
                    echo += data
                # A client of TLS 1.3 learns only now that the server has refused its certificate.
                must(len(echo) == len(a[4]))
                results += [chosen(tls), echo]
                if connections > 1:
                    results.append(bytes([TLS.SSL_session_reused(tls)]))
                # Its ticket has come with the first data.
                session = TLS.SSL_get1_session(tls)
                TLS.SSL_shutdown(tls)
            finally:
                TLS.SSL_free(tls)
    return results


OPERATIONS = {
    "tls-listen": lambda a: listen_for(a, 1),
    "tls-listen-twice": lambda a: listen_for(a, 2),
    "tls-served": served,
    "tls-connect": lambda a: connect_with(a, 1),
    "tls-connect-twice": lambda a: connect_with(a, 2),
}


def answer(line):
    words = line.split()
    if words[0] not in OPERATIONS:
        return "unsupported"
    try:
        results = OPERATIONS[words[0]]([b"" if word == "-" else bytes.fromhex(word) for word in words[1:]])
    except (Refused, OSError):
        return "refused"
    except (IndexError, TypeError, KeyError, struct.error):
        return "panicked"
    return " ".join(["ok"] + [value.hex() or "-" for value in results])


for request in sys.stdin:
    print(answer(request), flush=True)
