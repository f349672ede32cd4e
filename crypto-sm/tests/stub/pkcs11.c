/* A library with the PKCS #11 v2.40 interface for tests. The keys and the arithmetic are the test's own, called back; what
 * goes wrong is chosen with stub_set, what was called is counted in stub_count. */

#include <stdlib.h>
#include <string.h>

typedef unsigned long CK_ULONG;
typedef unsigned char CK_BYTE;
typedef CK_ULONG CK_RV;

typedef struct { CK_BYTE major, minor; } CK_VERSION;
typedef struct { CK_ULONG type; void *value; CK_ULONG length; } CK_ATTRIBUTE;
typedef struct { CK_ULONG mechanism; void *parameter; CK_ULONG length; } CK_MECHANISM;
typedef struct {
    CK_BYTE label[32], manufacturer[32], model[16], serial[16];
    CK_ULONG flags, limits[10];
    CK_VERSION hardware, firmware;
    CK_BYTE time[16];
} CK_TOKEN_INFO;
typedef struct {
    CK_VERSION version;
    void *functions[68];
} CK_FUNCTION_LIST;

enum {
    SLOTS, PIN_CODE, TOKEN_FLAGS, LOSE_AFTER, LOSE_CODE, OPEN_CODE, SIGN_CODE, SIGN_FAULT, POINT_FAULT, FIND_FAULT,
    RANDOM_FAULT, DECRYPT_FAULT, SIGN_INPUT, INITIALIZE_CODE, SWITCHES
};
enum { SESSIONS_OPENED, SESSIONS_CLOSED, PIN_ATTEMPTS, COUNTERS };

#define CKR_SLOT_ID_INVALID 0x03
#define CKR_GENERAL_ERROR 0x05
#define CKR_ATTRIBUTE_TYPE_INVALID 0x12
#define CKR_KEY_HANDLE_INVALID 0x60
#define CKR_MECHANISM_INVALID 0x70
#define CKR_PIN_INCORRECT 0xa0
#define CKR_SESSION_HANDLE_INVALID 0xb3
#define CKR_USER_ALREADY_LOGGED_IN 0x100
#define CKR_USER_NOT_LOGGED_IN 0x101
#define CKR_BUFFER_TOO_SMALL 0x150
#define CKR_ENCRYPTED_DATA_INVALID 0x40

typedef int public_key_call(unsigned int index, int encryption, unsigned char *xy);
typedef int sign_call(unsigned int index, const unsigned char *digest, unsigned char *rs);
typedef int decrypt_call(unsigned int index, const unsigned char *xy, const unsigned char *m, const unsigned char *c,
                         unsigned int length, unsigned char *out);
typedef int hash_call(unsigned int index, const unsigned char *data, unsigned int length, unsigned char *digest);

static long switches[SWITCHES];
static long counters[COUNTERS];
static public_key_call *public_key;
static sign_call *sign;
static decrypt_call *decrypt;
static hash_call *hash;

void stub_set(int which, long value) { __atomic_store_n(&switches[which], value, __ATOMIC_SEQ_CST); }
long stub_count(int which) { return __atomic_load_n(&counters[which], __ATOMIC_SEQ_CST); }
void stub_keys(public_key_call *p, sign_call *s, decrypt_call *d) { public_key = p; sign = s; decrypt = d; }
void stub_hash(hash_call *h) { hash = h; }

static long on(int which) { return __atomic_load_n(&switches[which], __ATOMIC_SEQ_CST); }
static long count(int which) { return __atomic_add_fetch(&counters[which], 1, __ATOMIC_SEQ_CST); }

/* Sessions 1 to 63; each is used by one thread at a time. */
static struct { int open; long calls; CK_ULONG mechanism, key; CK_ULONG found[8]; int finds, next; } sessions[64];
static int logged_in, open_sessions;

static CK_RV used(CK_ULONG session) {
    if (session == 0 || session >= 64 || !sessions[session].open) return CKR_SESSION_HANDLE_INVALID;
    sessions[session].calls++;
    if (on(LOSE_AFTER) && sessions[session].calls > on(LOSE_AFTER)) {
        if (on(LOSE_CODE) == CKR_USER_NOT_LOGGED_IN) logged_in = 0;
        return (CK_RV)on(LOSE_CODE);
    }
    return 0;
}

#define USED(session) do { CK_RV code = used(session); if (code) return code; } while (0)

static CK_RV initialize(void *arguments) { (void)arguments; return (CK_RV)on(INITIALIZE_CODE); }

static CK_RV get_slot_list(CK_BYTE present, CK_ULONG *slots, CK_ULONG *number) {
    (void)present;
    CK_ULONG there = (CK_ULONG)on(SLOTS);
    if (slots) {
        if (*number < there) return CKR_BUFFER_TOO_SMALL;
        for (CK_ULONG i = 0; i < there; i++) slots[i] = 7 + i;
    }
    *number = there;
    return 0;
}

static CK_RV get_token_info(CK_ULONG slot, CK_TOKEN_INFO *info) {
    if (slot < 7 || slot >= 7 + (CK_ULONG)on(SLOTS)) return CKR_SLOT_ID_INVALID;
    memset(info, ' ', sizeof *info);
    memcpy(info->label, slot == 7 ? "ledger" : "other ", 6);
    memcpy(info->serial, "0001", 4);
    memset(info->limits, 0, sizeof info->limits);
    /* CKF_RNG | CKF_LOGIN_REQUIRED | CKF_USER_PIN_INITIALIZED | CKF_TOKEN_INITIALIZED */
    info->flags = 0x40d | (CK_ULONG)on(TOKEN_FLAGS);
    return 0;
}

static CK_RV open_session(CK_ULONG slot, CK_ULONG flags, void *application, void *notify, CK_ULONG *session) {
    (void)slot, (void)flags, (void)application, (void)notify;
    if (on(OPEN_CODE)) return (CK_RV)on(OPEN_CODE);
    for (CK_ULONG i = 1; i < 64; i++) {
        int closed = 0;
        if (__atomic_compare_exchange_n(&sessions[i].open, &closed, 1, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)) {
            sessions[i].calls = 0;
            __atomic_add_fetch(&open_sessions, 1, __ATOMIC_SEQ_CST);
            count(SESSIONS_OPENED);
            *session = i;
            return 0;
        }
    }
    return 0xb1;
}

static CK_RV close_session(CK_ULONG session) {
    if (session == 0 || session >= 64 || !sessions[session].open) return CKR_SESSION_HANDLE_INVALID;
    if (__atomic_sub_fetch(&open_sessions, 1, __ATOMIC_SEQ_CST) == 0) logged_in = 0;
    __atomic_store_n(&sessions[session].open, 0, __ATOMIC_SEQ_CST);
    count(SESSIONS_CLOSED);
    return 0;
}

static CK_RV login(CK_ULONG session, CK_ULONG user, CK_BYTE *pin, CK_ULONG length) {
    if (session == 0 || session >= 64 || user != 1) return CKR_GENERAL_ERROR;
    if (logged_in) return CKR_USER_ALREADY_LOGGED_IN;
    count(PIN_ATTEMPTS);
    if (on(PIN_CODE)) return (CK_RV)on(PIN_CODE);
    int pad = on(TOKEN_FLAGS) & 0x100 && !pin;
    if (!pad && (length != 6 || memcmp(pin, "123456", 6))) return CKR_PIN_INCORRECT;
    logged_in = 1;
    return 0;
}

/* Objects: 100 + n are secret keys, 200 + n public keys; n = 1, 2 sign, 3 decrypts, 4 is of another curve. */
static int key_of(CK_ULONG object) { return (int)(object % 100); }

static CK_RV point(CK_ULONG object, CK_BYTE *out, CK_ULONG *length) {
    int key = key_of(object);
    CK_BYTE xy[64];
    if (public_key(key == 3 ? 1 : (unsigned)key % 4, key == 3, xy)) memset(xy, 9, 64);
    if (on(POINT_FAULT) == 1) xy[63] ^= 1;
    out[0] = 4, out[1] = 65, out[2] = 4;
    memcpy(out + 3, xy, 64);
    *length = 67;
    if (on(POINT_FAULT) == 2) { memmove(out, out + 2, 65); *length = 65; }
    if (on(POINT_FAULT) == 3) *length = 66;
    if (on(POINT_FAULT) == 4) *length = (CK_ULONG)1 << 40;
    return 0;
}

static CK_RV value_of(CK_ULONG object, CK_ULONG type, CK_BYTE *out, CK_ULONG *length) {
    int secret = object < 200, key = key_of(object);
    CK_ULONG number = secret ? 3 : 2;
    switch (type) {
    case 0x000: memcpy(out, &number, 8); *length = 8; return 0;
    case 0x003: memcpy(out, "key- ", 5); out[4] = (CK_BYTE)('0' + key); *length = 5; return 0;
    case 0x100: number = 0x80000004; memcpy(out, &number, 8); *length = 8; return 0;
    case 0x102: out[0] = (CK_BYTE)key; *length = 1; return 0;
    case 0x105: out[0] = secret && key == 3; *length = 1; return 0;
    case 0x108: out[0] = secret && key != 3; *length = 1; return 0;
    case 0x181: if (!secret) return point(object, out, length); break;
    }
    *length = (CK_ULONG)-1;
    return CKR_ATTRIBUTE_TYPE_INVALID;
}

static CK_RV get_attribute_value(CK_ULONG session, CK_ULONG object, CK_ATTRIBUTE *attributes, CK_ULONG number) {
    USED(session);
    for (CK_ULONG i = 0; i < number; i++) {
        CK_BYTE value[128];
        CK_ULONG length = 0;
        CK_RV code = value_of(object, attributes[i].type, value, &length);
        if (!code && attributes[i].value && length <= sizeof value) memcpy(attributes[i].value, value, length);
        attributes[i].length = length;
        if (code) return code;
    }
    return 0;
}

static CK_RV find_init(CK_ULONG session, CK_ATTRIBUTE *wanted, CK_ULONG number) {
    USED(session);
    sessions[session].finds = sessions[session].next = 0;
    for (CK_ULONG object = 101; object <= 204; object = object == 104 ? 201 : object + 1) {
        if (object < 200 && !logged_in) continue;
        int fits = 1;
        for (CK_ULONG i = 0; i < number; i++) {
            CK_BYTE value[128];
            CK_ULONG length = 0;
            if (value_of(object, wanted[i].type, value, &length) || length != wanted[i].length ||
                memcmp(value, wanted[i].value, length))
                fits = 0;
        }
        if (fits) sessions[session].found[sessions[session].finds++] = object;
    }
    return 0;
}

static CK_RV find(CK_ULONG session, CK_ULONG *objects, CK_ULONG room, CK_ULONG *number) {
    USED(session);
    CK_ULONG given = 0;
    while (given < room && sessions[session].next < sessions[session].finds)
        objects[given++] = sessions[session].found[sessions[session].next++];
    *number = on(FIND_FAULT) == 1 ? (CK_ULONG)1 << 50 : given;
    return 0;
}

static CK_RV find_final(CK_ULONG session) { (void)session; return 0; }

static CK_RV sign_init(CK_ULONG session, CK_MECHANISM *mechanism, CK_ULONG key) {
    USED(session);
    if (!logged_in) return CKR_USER_NOT_LOGGED_IN;
    if (on(SIGN_CODE)) return (CK_RV)on(SIGN_CODE);
    if (mechanism->parameter || (mechanism->mechanism != 0x80008105 && mechanism->mechanism != 0x80008102 &&
                                 mechanism->mechanism != 0x00010004))
        return CKR_MECHANISM_INVALID;
    if (key < 101 || key > 102) return CKR_KEY_HANDLE_INVALID;
    sessions[session].key = key;
    return 0;
}

static CK_RV sign_data(CK_ULONG session, CK_BYTE *data, CK_ULONG length, CK_BYTE *signature, CK_ULONG *room) {
    CK_BYTE digest[32], rs[64];
    unsigned int key = (unsigned)key_of(sessions[session].key);
    USED(session);
    if (on(SIGN_INPUT) == 0) {
        if (length != 32) return 0x21;
        memcpy(digest, data, 32);
    } else if (hash(on(SIGN_INPUT) == 2 ? key : 0, data, (unsigned)length, digest)) {
        return CKR_GENERAL_ERROR;
    }
    if (on(SIGN_FAULT) == 1) digest[0] ^= 1;
    if (sign(key, digest, rs)) return CKR_GENERAL_ERROR;
    if (*room < 72) return CKR_BUFFER_TOO_SMALL;
    memcpy(signature, rs, 64);
    *room = 64;
    if (on(SIGN_FAULT) == 2) *room = 63;
    if (on(SIGN_FAULT) == 3) *room = (CK_ULONG)1 << 45;
    if (on(SIGN_FAULT) == 4) memset(signature, 0, 32);
    if (on(SIGN_FAULT) == 5) memset(signature + 32, 0xff, 32);
    if (on(SIGN_FAULT) == 6) *room = 0;
    if (on(SIGN_FAULT) == 7) {
        /* Strict DER of both numbers. */
        CK_BYTE *out = signature + 2;
        for (int part = 0; part < 2; part++) {
            const CK_BYTE *number = rs + 32 * part;
            int size = 32;
            while (size > 1 && number[0] == 0 && number[1] < 0x80) number++, size--;
            int sign_byte = number[0] >= 0x80;
            *out++ = 2, *out++ = (CK_BYTE)(size + sign_byte);
            if (sign_byte) *out++ = 0;
            memcpy(out, number, (size_t)size);
            out += size;
        }
        signature[0] = 0x30, signature[1] = (CK_BYTE)(out - signature - 2);
        *room = (CK_ULONG)(out - signature);
    }
    return 0;
}

static CK_RV decrypt_init(CK_ULONG session, CK_MECHANISM *mechanism, CK_ULONG key) {
    USED(session);
    if (!logged_in) return CKR_USER_NOT_LOGGED_IN;
    if (mechanism->mechanism != 0x80008200) return CKR_MECHANISM_INVALID;
    if (key != 103) return CKR_KEY_HANDLE_INVALID;
    return 0;
}

/* x, y, C3, C2 without a byte 04 before them. */
static CK_RV decrypt_data(CK_ULONG session, CK_BYTE *data, CK_ULONG length, CK_BYTE *plain, CK_ULONG *room) {
    USED(session);
    if (length < 97) return CKR_ENCRYPTED_DATA_INVALID;
    if (decrypt(1, data, data + 64, data + 96, (unsigned)length - 96, plain)) return CKR_ENCRYPTED_DATA_INVALID;
    *room = length - 96;
    if (on(DECRYPT_FAULT) == 1) *room = length - 97;
    if (on(DECRYPT_FAULT) == 2) *room = (CK_ULONG)1 << 45;
    return 0;
}

static CK_RV generate_random(CK_ULONG session, CK_BYTE *bytes, CK_ULONG length) {
    USED(session);
    if (on(RANDOM_FAULT) == 1) return 0;
    if (on(RANDOM_FAULT) == 2) return 0x121;
    for (CK_ULONG i = 0; i < length; i++) bytes[i] = (CK_BYTE)rand();
    return 0;
}

static CK_FUNCTION_LIST list;

#ifndef WITHOUT_LIST
CK_RV C_GetFunctionList(CK_FUNCTION_LIST **out) {
    list.version.major = 2;
    list.version.minor = 40;
    list.functions[0] = initialize;
    list.functions[4] = get_slot_list;
    list.functions[6] = get_token_info;
    list.functions[12] = open_session;
    list.functions[13] = close_session;
    list.functions[18] = login;
    list.functions[24] = get_attribute_value;
    list.functions[26] = find_init;
    list.functions[27] = find;
    list.functions[28] = find_final;
    list.functions[33] = decrypt_init;
    list.functions[34] = decrypt_data;
#ifndef WITHOUT_SIGN
    list.functions[42] = sign_init;
    list.functions[43] = sign_data;
#else
    (void)sign_init, (void)sign_data;
#endif
    list.functions[64] = generate_random;
    *out = &list;
    return 0;
}
#else
void *unused[] = {initialize, get_slot_list, get_token_info, open_session, close_session, login, get_attribute_value,
                  find_init, find, find_final, decrypt_init, decrypt_data, sign_init, sign_data, generate_random, &list};
#endif
