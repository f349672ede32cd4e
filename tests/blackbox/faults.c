/* Preloaded into a node by the black-box tests: a disk that is full, slow or forgets, and a clock that is wrong.
 *
 * HENGTAN_FAULTS_ROOT     folder whose files are meant
 * HENGTAN_FAULTS_CONTROL  file that the test writes and the node maps: struct control, native order
 * HENGTAN_FAULTS_SYNCED   file to which each sync appends `inode size`, and each new file `inode 0`; what lies beyond the size is lost when
 *                         the test cuts the power
 *
 * Names of files are taken as durable at once; only contents can be lost.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

struct control {
    int64_t full;          /* 1: writes fail with ENOSPC */
    int64_t sync_delay_us; /* each sync takes so much longer */
    int64_t forget;        /* 1: a sync says that it is done, and does nothing */
    int64_t skew_ms;       /* added to the wall clock */
};

static const struct control *control;
static const struct control none;
static const char *root;
static size_t root_length;
static int synced = -1;

#define FILES 65536
static unsigned char meant[FILES];

#define REAL(result, name, ...)                                    \
    static result (*real)(__VA_ARGS__);                            \
    if (!real) real = (result (*)(__VA_ARGS__))dlsym(RTLD_NEXT, name)

__attribute__((constructor)) static void begin(void) {
    const char *path = getenv("HENGTAN_FAULTS_CONTROL");
    root = getenv("HENGTAN_FAULTS_ROOT");
    if (!path || !root) return;
    root_length = strlen(root);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return;
    void *map = mmap(0, sizeof(struct control), PROT_READ, MAP_SHARED, file, 0);
    close(file);
    if (map != MAP_FAILED) control = map;
    path = getenv("HENGTAN_FAULTS_SYNCED");
    if (path) synced = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
}

static const struct control *now(void) { return control ? control : &none; }

static int is_meant(int file) { return file >= 0 && file < FILES && __atomic_load_n(&meant[file], __ATOMIC_RELAXED); }

static void note(ino_t inode, off_t size) {
    char line[64];
    int length = snprintf(line, sizeof line, "%llu %lld\n", (unsigned long long)inode, (long long)size);
    REAL(ssize_t, "write", int, const void *, size_t);
    if (synced >= 0 && real(synced, line, (size_t)length) != length) abort();
}

static int opened(int file, const char *path, int flags) {
    if (file < 0 || file >= FILES) return file;
    int ours = control && !strncmp(path, root, root_length) && (flags & O_ACCMODE) != O_RDONLY;
    __atomic_store_n(&meant[file], ours, __ATOMIC_RELAXED);
    struct stat found;
    /* An inode may have been another file's before. */
    if (ours && !fstat(file, &found) && S_ISREG(found.st_mode) && !found.st_size) note(found.st_ino, 0);
    return file;
}

#define MODE(flags)                                   \
    mode_t mode = 0;                                  \
    if ((flags) & (O_CREAT | O_TMPFILE)) {            \
        va_list list;                                 \
        va_start(list, flags);                        \
        mode = va_arg(list, mode_t);                  \
        va_end(list);                                 \
    }

int open(const char *path, int flags, ...) {
    MODE(flags)
    REAL(int, "open", const char *, int, ...);
    return opened(real(path, flags, mode), path, flags);
}

int open64(const char *path, int flags, ...) {
    MODE(flags)
    REAL(int, "open64", const char *, int, ...);
    return opened(real(path, flags, mode), path, flags);
}

int openat(int folder, const char *path, int flags, ...) {
    MODE(flags)
    REAL(int, "openat", int, const char *, int, ...);
    return opened(real(folder, path, flags, mode), path, flags);
}

int openat64(int folder, const char *path, int flags, ...) {
    MODE(flags)
    REAL(int, "openat64", int, const char *, int, ...);
    return opened(real(folder, path, flags, mode), path, flags);
}

FILE *fopen(const char *path, const char *how) {
    REAL(FILE *, "fopen", const char *, const char *);
    FILE *file = real(path, how);
    if (file) opened(fileno(file), path, strpbrk(how, "wa+") ? O_WRONLY : O_RDONLY);
    return file;
}

FILE *fopen64(const char *path, const char *how) {
    REAL(FILE *, "fopen64", const char *, const char *);
    FILE *file = real(path, how);
    if (file) opened(fileno(file), path, strpbrk(how, "wa+") ? O_WRONLY : O_RDONLY);
    return file;
}

int close(int file) {
    if (file >= 0 && file < FILES) __atomic_store_n(&meant[file], 0, __ATOMIC_RELAXED);
    REAL(int, "close", int);
    return real(file);
}

static int full(int file) {
    if (!is_meant(file) || !now()->full) return 0;
    errno = ENOSPC;
    return 1;
}

ssize_t write(int file, const void *bytes, size_t length) {
    if (full(file)) return -1;
    REAL(ssize_t, "write", int, const void *, size_t);
    return real(file, bytes, length);
}

ssize_t pwrite(int file, const void *bytes, size_t length, off_t offset) {
    if (full(file)) return -1;
    REAL(ssize_t, "pwrite", int, const void *, size_t, off_t);
    return real(file, bytes, length, offset);
}

ssize_t pwrite64(int file, const void *bytes, size_t length, off64_t offset) {
    if (full(file)) return -1;
    REAL(ssize_t, "pwrite64", int, const void *, size_t, off64_t);
    return real(file, bytes, length, offset);
}

ssize_t writev(int file, const struct iovec *parts, int count) {
    if (full(file)) return -1;
    REAL(ssize_t, "writev", int, const struct iovec *, int);
    return real(file, parts, count);
}

int fallocate(int file, int mode, off_t offset, off_t length) {
    if (full(file)) return -1;
    REAL(int, "fallocate", int, int, off_t, off_t);
    return real(file, mode, offset, length);
}

int fallocate64(int file, int mode, off64_t offset, off64_t length) {
    if (full(file)) return -1;
    REAL(int, "fallocate64", int, int, off64_t, off64_t);
    return real(file, mode, offset, length);
}

/* What is there when the sync begins is kept; what another thread appends meanwhile need not be. */
static int sync_with(int (*real)(int), int file) {
    struct stat found;
    if (!is_meant(file)) return real(file);
    if (now()->forget) return 0;
    if (now()->sync_delay_us) usleep((useconds_t)now()->sync_delay_us);
    int known = !fstat(file, &found) && S_ISREG(found.st_mode);
    int outcome = real(file);
    if (!outcome && known) note(found.st_ino, found.st_size);
    return outcome;
}

int fsync(int file) {
    REAL(int, "fsync", int);
    return sync_with(real, file);
}

int fdatasync(int file) {
    REAL(int, "fdatasync", int);
    return sync_with(real, file);
}

int clock_gettime(clockid_t clock, struct timespec *time) {
    REAL(int, "clock_gettime", clockid_t, struct timespec *);
    int outcome = real(clock, time);
    int64_t skew = now()->skew_ms;
    if (!outcome && skew && clock == CLOCK_REALTIME) {
        int64_t nanoseconds = time->tv_nsec + (skew % 1000) * 1000000;
        time->tv_sec += skew / 1000 + (nanoseconds < 0 ? -1 : nanoseconds / 1000000000);
        time->tv_nsec = nanoseconds < 0 ? nanoseconds + 1000000000 : nanoseconds % 1000000000;
    }
    return outcome;
}
