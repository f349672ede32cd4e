/* A library with the SDF interface (GM/T 0018-2012) for tests. The keys and the arithmetic are the test's own, called back;
 * what goes wrong is chosen with stub_set, what was called is counted in stub_count. */

#include <stdlib.h>
#include <string.h>

typedef struct {
    unsigned char issuer[40], name[16], serial[16];
    unsigned int version, standard;
    unsigned int asymmetric[2], symmetric, hash, buffer;
} DEVICEINFO;

typedef struct {
    unsigned int bits;
    unsigned char x[64], y[64];
} ECCrefPublicKey;

typedef struct {
    unsigned char r[64], s[64];
} ECCSignature;

typedef struct {
    unsigned char x[64], y[64], M[32];
    unsigned int L;
    unsigned char C[1];
} ECCCipher;

enum {
    OPEN_DEVICE_CODE, OPEN_SESSION_CODE, LOSE_AFTER, LOSE_CODE, PIN_NEEDED, PIN_CODE, SIGN_CODE, SIGN_FAULT, KEY_FAULT,
    RANDOM_FAULT, DECRYPT_FAULT, STALE_DEVICES, NULL_HANDLE, SWITCHES
};
enum { DEVICES_OPENED, DEVICES_CLOSED, SESSIONS_OPENED, SESSIONS_CLOSED, PIN_ATTEMPTS, RIGHTS_RELEASED, COUNTERS };

#define ERR(n) ((int)(0x01000000 + (n)))

typedef int public_key_call(unsigned int index, int encryption, unsigned char *xy);
typedef int sign_call(unsigned int index, const unsigned char *digest, unsigned char *rs);
typedef int decrypt_call(unsigned int index, const unsigned char *xy, const unsigned char *m, const unsigned char *c,
                         unsigned int length, unsigned char *out);

static long switches[SWITCHES];
static long counters[COUNTERS];
static public_key_call *public_key;
static sign_call *sign;
static decrypt_call *decrypt;

void stub_set(int which, long value) { __atomic_store_n(&switches[which], value, __ATOMIC_SEQ_CST); }
long stub_count(int which) { return __atomic_load_n(&counters[which], __ATOMIC_SEQ_CST); }
void stub_keys(public_key_call *p, sign_call *s, decrypt_call *d) { public_key = p; sign = s; decrypt = d; }

static long on(int which) { return __atomic_load_n(&switches[which], __ATOMIC_SEQ_CST); }
static long count(int which) { return __atomic_add_fetch(&counters[which], 1, __ATOMIC_SEQ_CST); }

typedef struct { long number; } device;
typedef struct { long calls; unsigned int rights; } session;

int SDF_OpenDevice(void **handle) {
    if (on(OPEN_DEVICE_CODE)) return (int)on(OPEN_DEVICE_CODE);
    device *opened = calloc(1, sizeof *opened);
    opened->number = count(DEVICES_OPENED);
    if (!on(NULL_HANDLE)) *handle = opened;
    return 0;
}

int SDF_CloseDevice(void *handle) { count(DEVICES_CLOSED); free(handle); return 0; }

int SDF_OpenSession(void *opened, void **handle) {
    if (on(OPEN_SESSION_CODE)) return (int)on(OPEN_SESSION_CODE);
    if (((device *)opened)->number <= on(STALE_DEVICES)) return ERR(6);
    count(SESSIONS_OPENED);
    *handle = calloc(1, sizeof(session));
    return 0;
}

int SDF_CloseSession(void *handle) { count(SESSIONS_CLOSED); free(handle); return 0; }

/* A session that has done its work is lost until it is closed. */
static int lost(void *handle) {
    session *used = handle;
    used->calls++;
    if (on(LOSE_AFTER) && used->calls > on(LOSE_AFTER)) return (int)on(LOSE_CODE);
    return 0;
}

int SDF_GetDeviceInfo(void *handle, DEVICEINFO *info) {
    int code = lost(handle);
    if (code) return code;
    memset(info, 0, sizeof *info);
    memset(info->issuer, 'I', 40);
    memcpy(info->name, "STUB\ncard  ", 11);
    memcpy(info->serial, "2026112600000001", 16);
    info->version = 0x00010002;
    info->standard = 1;
    return 0;
}

int SDF_GenerateRandom(void *handle, unsigned int length, unsigned char *bytes) {
    int code = lost(handle);
    if (code) return code;
    if (on(RANDOM_FAULT) == 1) { memset(bytes, 7, length + 8); return 0; }
    if (on(RANDOM_FAULT) == 2) return 0;
    if (on(RANDOM_FAULT) == 3) return ERR(0x17);
    for (unsigned int i = 0; i < length; i++) bytes[i] = (unsigned char)rand();
    return 0;
}

int SDF_GetPrivateKeyAccessRight(void *handle, unsigned int index, unsigned char *password, unsigned int length) {
    int code = lost(handle);
    if (code) return code;
    count(PIN_ATTEMPTS);
    if (on(PIN_CODE)) return (int)on(PIN_CODE);
    if (length != 8 || memcmp(password, "11111111", 8)) return ERR(0x18);
    ((session *)handle)->rights |= 1u << index;
    return 0;
}

int SDF_ReleasePrivateKeyAccessRight(void *handle, unsigned int index) {
    ((session *)handle)->rights &= ~(1u << index);
    count(RIGHTS_RELEASED);
    return 0;
}

static int export_key(void *handle, unsigned int index, int encryption, ECCrefPublicKey *key) {
    unsigned char xy[64];
    int code = lost(handle);
    if (code) return code;
    if (public_key(index, encryption, xy)) return ERR(8);
    if (on(KEY_FAULT) == 4) return 0;
    key->bits = on(KEY_FAULT) == 1 ? 512 : 256;
    memset(key->x, 0, 32);
    memset(key->y, 0, 32);
    memcpy(key->x + 32, xy, 32);
    memcpy(key->y + 32, xy + 32, 32);
    if (on(KEY_FAULT) == 2) key->y[63] ^= 1;
    if (on(KEY_FAULT) == 3) memset(key + 1, 0, 16);
    if (on(KEY_FAULT) == 5) { memcpy(key->x, xy, 32); memcpy(key->x + 32, xy + 32, 32); }
    return 0;
}

int SDF_ExportSignPublicKey_ECC(void *handle, unsigned int index, ECCrefPublicKey *key) {
    return export_key(handle, index, 0, key);
}

int SDF_ExportEncPublicKey_ECC(void *handle, unsigned int index, ECCrefPublicKey *key) {
    return export_key(handle, index, 1, key);
}

static int usable(void *handle, unsigned int index) {
    int code = lost(handle);
    if (code) return code;
    if (on(PIN_NEEDED) && !(((session *)handle)->rights >> index & 1)) return ERR(7);
    return 0;
}

#ifndef WITHOUT_SIGN
int SDF_InternalSign_ECC(void *handle, unsigned int index, unsigned char *data, unsigned int length,
                         ECCSignature *signature) {
    static const unsigned char order[32] = {
        0xff, 0xff, 0xff, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
        0x72, 0x03, 0xdf, 0x6b, 0x21, 0xc6, 0x05, 0x2b, 0x53, 0xbb, 0xf4, 0x09, 0x39, 0xd5, 0x41, 0x23,
    };
    unsigned char digest[32], rs[64];
    int code = usable(handle, index);
    if (code) return code;
    if (on(SIGN_CODE)) return (int)on(SIGN_CODE);
    if (length != 32) return ERR(0x1d);
    memcpy(digest, data, 32);
    if (on(SIGN_FAULT) == 1) digest[0] ^= 1;
    if (sign(index, digest, rs)) return ERR(8);
    if (on(SIGN_FAULT) == 2) return 0;
    memset(signature, 0, sizeof *signature);
    memcpy(signature->r + 32, rs, 32);
    memcpy(signature->s + 32, rs + 32, 32);
    if (on(SIGN_FAULT) == 3) memset(signature->r, 0, 64);
    if (on(SIGN_FAULT) == 4) memcpy(signature->s + 32, order, 32);
    if (on(SIGN_FAULT) == 5) signature->r[31] = 1;
    if (on(SIGN_FAULT) == 6) memset(signature + 1, 0, 32);
    if (on(SIGN_FAULT) == 7) { memset(signature, 0xa5, sizeof *signature); memcpy(signature, rs, 64); }
    return 0;
}
#endif

#ifndef WITHOUT_VERIFY
int SDF_ExternalVerify_ECC(void *handle, unsigned int algorithm, ECCrefPublicKey *key, unsigned char *data,
                           unsigned int length, ECCSignature *signature) {
    int code = lost(handle);
    if (code) return code;
    if (algorithm != 0x00020200 || key->bits != 256 || length != 32) return ERR(0x1d);
    /* The verdict is the test's: the last byte of the digest. */
    (void)signature;
    return data[31] & 1 ? ERR(0x0e) : 0;
}
#endif

#ifndef WITHOUT_DECRYPT
#ifdef DECRYPT_NAMED
int SDF_InternalDecrypt_ECC(void *handle, unsigned int index, unsigned int algorithm, ECCCipher *cipher,
                            unsigned char *data, unsigned int *length) {
#else
int SDF_InternalDecrypt_ECC(void *handle, unsigned int index, ECCCipher *cipher, unsigned char *data,
                            unsigned int *length) {
#endif
    unsigned char xy[64];
    int code = usable(handle, index);
    if (code) return code;
#ifdef DECRYPT_NAMED
    if (algorithm != 0x00020800) return ERR(9);
#endif
    if (*length < cipher->L) return ERR(0x1c);
    memcpy(xy, cipher->x + 32, 32);
    memcpy(xy + 32, cipher->y + 32, 32);
    if (decrypt(index, xy, cipher->M, cipher->C, cipher->L, data)) return ERR(0x16);
    *length = cipher->L;
    if (on(DECRYPT_FAULT) == 1) *length = cipher->L - 1;
    if (on(DECRYPT_FAULT) == 2) *length = 0x7fffffff;
    if (on(DECRYPT_FAULT) == 3) memset(data + cipher->L, 0, 16);
    return 0;
}
#endif
