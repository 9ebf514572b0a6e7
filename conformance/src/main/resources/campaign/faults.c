/*
 * The disk, the clock and the name service as the fault campaign wants them: loaded into the relay
 * under test by LD_PRELOAD, driven through a file that both map. Compiled when a campaign starts:
 *
 *   cc -O2 -shared -fPIC -o faults.so faults.c -ldl
 *
 * FAULTS_CONTROL names the file (see struct control), FAULTS_FOLDER the folder whose files are
 * meant. For each of these it notes, by inode, how much of it has reached the disk; after a kill -9
 * the campaign cuts the rest off, which is what a power cut would do. A sync that failed is held to
 * have lost its data for good, as Linux does: a later one that succeeds does not bring it back.
 *
 * Not played: names of files, which are held to be durable as soon as they are there.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define FILES 16384 /* a power of two */
#define FDS 65536
#define NAME "target.campaign.test"

/* Read and written by FaultyMachine.java: change both. All little-endian. */
struct control {
  int64_t magic;       /* written here: the library is in place */
  int64_t room;        /* bytes that may still be written; negative = any number */
  int64_t sync_fails;  /* not 0: fsync and fdatasync fail with EIO */
  int64_t sync_micros; /* how much longer they take */
  int64_t sync_lies;   /* not 0: they answer 0 without doing anything */
  int64_t clock_nanos; /* added to the wall clock */
  int64_t names_fail;  /* not 0: NAME is not found */
  int64_t full;        /* written here, not 0: the table below had no room */
  struct {
    uint64_t inode;  /* 0 = free */
    uint64_t synced; /* bytes on the disk */
    uint64_t broken; /* not 0: a sync of it has failed */
  } files[FILES];
};

#define MAGIC 0x4c504d4143ll

static struct control nowhere = {.room = -1};
static struct control *control = &nowhere;
static char folder[4096];
static size_t folder_length;
static unsigned char ours[FDS]; /* whether a descriptor is a file below the folder, for writing */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

#define REAL(name) ((__typeof__(&name))real(#name))

static void *real(const char *name) {
  void *found = dlsym(RTLD_NEXT, name);
  if (!found) {
    fprintf(stderr, "faults: no %s\n", name);
    abort();
  }
  return found;
}

__attribute__((constructor)) static void begin(void) {
  const char *path = getenv("FAULTS_CONTROL");
  const char *where = getenv("FAULTS_FOLDER");
  if (!path || !where || !realpath(where, folder)) return;
  folder_length = strlen(folder);
  int fd = syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC, 0);
  if (fd < 0) return;
  void *mapped = mmap(NULL, sizeof(struct control), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  syscall(SYS_close, fd);
  if (mapped == MAP_FAILED) return;
  control = mapped;
  control->magic = MAGIC;
}

static int64_t get(int64_t *field) { return __atomic_load_n(field, __ATOMIC_RELAXED); }

/* ---- which files, and how much of them is on the disk ---- */

/* The entry of an inode, made if need be; with the lock held. -1 = the table is full. */
static int entry(uint64_t inode, int *fresh) {
  for (int i = 0; i < FILES; i++) {
    int at = (inode + i) & (FILES - 1);
    if (control->files[at].inode == inode) return at;
    if (control->files[at].inode == 0) {
      control->files[at].inode = inode;
      *fresh = 1;
      return at;
    }
  }
  control->full = 1;
  return -1;
}

static void opened(int fd, int flags) {
  if (fd < 0 || fd >= FDS) return;
  ours[fd] = 0;
  if (!folder_length || (flags & O_ACCMODE) == O_RDONLY) return;
  char link[32], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  struct stat st;
  if (length <= (ssize_t)folder_length || strncmp(path, folder, folder_length) != 0 ||
      path[folder_length] != '/' || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
    return;
  ours[fd] = 1;
  pthread_mutex_lock(&lock);
  int fresh = 0;
  int at = entry(st.st_ino, &fresh);
  if (at >= 0 && (fresh || st.st_size == 0)) { /* unknown so far, or a new file */
    control->files[at].synced = st.st_size;
    control->files[at].broken = 0;
  }
  pthread_mutex_unlock(&lock);
}

static int is_ours(int fd) { return fd >= 0 && fd < FDS && ours[fd]; }

static void shrunk(int fd, off_t size) {
  struct stat st;
  if (fstat(fd, &st) != 0) return;
  pthread_mutex_lock(&lock);
  int fresh = 0;
  int at = entry(st.st_ino, &fresh);
  if (at >= 0 && control->files[at].synced > (uint64_t)size) control->files[at].synced = size;
  pthread_mutex_unlock(&lock);
}

static int synced(int fd, int (*sync)(int)) {
  if (!is_ours(fd)) return sync(fd);
  struct stat st;
  if (fstat(fd, &st) != 0) return -1;
  int64_t micros = get(&control->sync_micros);
  if (micros > 0) usleep(micros);
  int failed = get(&control->sync_fails) != 0;
  if (!failed && get(&control->sync_lies)) return 0;
  int result = failed ? -1 : sync(fd);
  int error = failed ? EIO : errno;
  pthread_mutex_lock(&lock);
  int fresh = 0;
  int at = entry(st.st_ino, &fresh);
  if (at >= 0 && result != 0) control->files[at].broken = 1;
  if (at >= 0 && result == 0 && !control->files[at].broken &&
      control->files[at].synced < (uint64_t)st.st_size)
    control->files[at].synced = st.st_size;
  pthread_mutex_unlock(&lock);
  errno = error;
  return result;
}

int fsync(int fd) { return synced(fd, REAL(fsync)); }
int fdatasync(int fd) { return synced(fd, REAL(fdatasync)); }

#define MODE(flags, last)                       \
  mode_t mode = 0;                              \
  if (flags & (O_CREAT | __O_TMPFILE)) {        \
    va_list more;                               \
    va_start(more, last);                       \
    mode = va_arg(more, mode_t);                \
    va_end(more);                               \
  }

int open(const char *path, int flags, ...) {
  MODE(flags, flags)
  int fd = REAL(open)(path, flags, mode);
  opened(fd, flags);
  return fd;
}

int open64(const char *path, int flags, ...) {
  MODE(flags, flags)
  int fd = REAL(open64)(path, flags, mode);
  opened(fd, flags);
  return fd;
}

int openat(int at, const char *path, int flags, ...) {
  MODE(flags, flags)
  int fd = REAL(openat)(at, path, flags, mode);
  opened(fd, flags);
  return fd;
}

int openat64(int at, const char *path, int flags, ...) {
  MODE(flags, flags)
  int fd = REAL(openat64)(at, path, flags, mode);
  opened(fd, flags);
  return fd;
}

int close(int fd) {
  if (fd >= 0 && fd < FDS) ours[fd] = 0;
  return syscall(SYS_close, fd);
}

/* Of a stream neither the writes nor the close pass here: such a file (a log in words) is let be. */
FILE *fdopen(int fd, const char *mode) {
  if (fd >= 0 && fd < FDS) ours[fd] = 0;
  return REAL(fdopen)(fd, mode);
}

int ftruncate(int fd, off_t size) {
  int result = REAL(ftruncate)(fd, size);
  if (result == 0 && is_ours(fd)) shrunk(fd, size);
  return result;
}

int ftruncate64(int fd, off64_t size) {
  int result = REAL(ftruncate64)(fd, size);
  if (result == 0 && is_ours(fd)) shrunk(fd, size);
  return result;
}

/* ---- a full disk ---- */

/* How much of this may be written: all, a part as a disk does that runs full, or -1 for ENOSPC. */
static ssize_t granted(int fd, size_t wanted) {
  if (wanted == 0 || !is_ours(fd) || get(&control->room) < 0) return wanted;
  for (;;) {
    int64_t room = get(&control->room);
    if (room < 0) return wanted;
    if (room == 0) {
      errno = ENOSPC;
      return -1;
    }
    int64_t take = room < (int64_t)wanted ? room : (int64_t)wanted;
    if (__atomic_compare_exchange_n(&control->room, &room, room - take, 0, __ATOMIC_RELAXED,
                                    __ATOMIC_RELAXED))
      return take;
  }
}

ssize_t write(int fd, const void *data, size_t size) {
  ssize_t part = granted(fd, size);
  return part < 0 ? -1 : syscall(SYS_write, fd, data, part);
}

ssize_t pwrite(int fd, const void *data, size_t size, off_t at) {
  ssize_t part = granted(fd, size);
  return part < 0 ? -1 : REAL(pwrite)(fd, data, part, at);
}

ssize_t pwrite64(int fd, const void *data, size_t size, off64_t at) {
  ssize_t part = granted(fd, size);
  return part < 0 ? -1 : REAL(pwrite64)(fd, data, part, at);
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
  return granted(fd, is_ours(fd)) < 0 ? -1 : syscall(SYS_writev, fd, parts, count);
}

static int no_room(int fd) { return is_ours(fd) && get(&control->room) == 0; }

int fallocate(int fd, int mode, off_t from, off_t size) {
  if (no_room(fd)) {
    errno = ENOSPC;
    return -1;
  }
  return REAL(fallocate)(fd, mode, from, size);
}

int fallocate64(int fd, int mode, off64_t from, off64_t size) {
  if (no_room(fd)) {
    errno = ENOSPC;
    return -1;
  }
  return REAL(fallocate64)(fd, mode, from, size);
}

int posix_fallocate(int fd, off_t from, off_t size) {
  return no_room(fd) ? ENOSPC : REAL(posix_fallocate)(fd, from, size);
}

/* ---- a wall clock that was set ---- */

static void later(struct timespec *time, int64_t nanos) {
  int64_t sum = time->tv_nsec + nanos % 1000000000;
  time->tv_sec += nanos / 1000000000 + (sum < 0 ? -1 : sum / 1000000000);
  time->tv_nsec = sum < 0 ? sum + 1000000000 : sum % 1000000000;
}

int clock_gettime(clockid_t which, struct timespec *time) {
  static int (*next)(clockid_t, struct timespec *);
  if (!next) next = REAL(clock_gettime);
  int result = next(which, time);
  if (result == 0 && (which == CLOCK_REALTIME || which == CLOCK_REALTIME_COARSE))
    later(time, get(&control->clock_nanos));
  return result;
}

int gettimeofday(struct timeval *restrict time, void *restrict zone) {
  (void)zone;
  struct timespec now;
  int result = clock_gettime(CLOCK_REALTIME, &now);
  time->tv_sec = now.tv_sec;
  time->tv_usec = now.tv_nsec / 1000;
  return result;
}

time_t time(time_t *at) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (at) *at = now.tv_sec;
  return now.tv_sec;
}

/*
 * Who waits until an instant of the wall clock waits in the kernel's time. Deadlines of the
 * monotonic clock, which counts from the start of the machine, are left alone.
 */
int pthread_cond_timedwait(pthread_cond_t *condition, pthread_mutex_t *mutex,
                           const struct timespec *until) {
  static int (*next)(pthread_cond_t *, pthread_mutex_t *, const struct timespec *);
  if (!next) {
    /* Where there are two, dlsym gives the older, for conditions of another layout. */
    void *found = dlvsym(RTLD_NEXT, "pthread_cond_timedwait", "GLIBC_2.3.2");
    next = found ? (__typeof__(next))found : REAL(pthread_cond_timedwait);
  }
  int64_t nanos = get(&control->clock_nanos);
  if (nanos == 0 || until->tv_sec < 1000000000) return next(condition, mutex, until);
  struct timespec moved = *until;
  later(&moved, -nanos);
  return next(condition, mutex, &moved);
}

/* ---- a name that is not always found ---- */

int getaddrinfo(const char *name, const char *service, const struct addrinfo *hints,
                struct addrinfo **found) {
  int campaign = name && strcmp(name, NAME) == 0;
  if (campaign && get(&control->names_fail)) return EAI_NONAME;
  return REAL(getaddrinfo)(campaign ? "127.0.0.1" : name, service, hints, found);
}
