package io.ghlrelay.conformance.campaign;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Disk, clock and name service of the relay under test, as {@code faults.c} plays them: switches in
 * a file that both map. Confined to the campaign's thread.
 */
final class FaultyMachine {
  /** The name that the library resolves to loopback, unless told not to. */
  static final String NAME = "target.campaign.test";

  // The layout of struct control in faults.c: change both.
  private static final long MAGIC = 0x4c504d4143L;
  private static final int ROOM = 8;
  private static final int SYNC_FAILS = 16;
  private static final int SYNC_MICROS = 24;
  private static final int SYNC_LIES = 32;
  private static final int CLOCK_NANOS = 40;
  private static final int NAMES_FAIL = 48;
  private static final int FULL = 56;
  private static final int FILES_AT = 64;
  private static final int FILES = 16_384;
  private static final int ENTRY = 24;

  private static final int COMPILE_SECONDS = 60;

  private final Path library;
  private final Path control;
  private final Path folder;
  private final MappedByteBuffer memory;

  private FaultyMachine(Path library, Path control, Path folder) throws IOException {
    this.library = library;
    this.control = control;
    this.folder = folder;
    try (FileChannel file =
        FileChannel.open(
            control,
            StandardOpenOption.CREATE,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      memory = file.map(FileChannel.MapMode.READ_WRITE, 0, FILES_AT + (long) FILES * ENTRY);
    }
    memory.order(ByteOrder.LITTLE_ENDIAN);
    heal();
  }

  /**
   * Compiles the library.
   *
   * @param work where library and control file go
   * @param folder the relay's store, which exists
   * @throws Unavailable if this machine has no compiler for it; says why
   */
  static FaultyMachine build(Path work, Path folder) throws IOException, Unavailable {
    if (!System.getProperty("os.name").equals("Linux")) {
      throw new Unavailable("this is not Linux");
    }
    Path source = work.resolve("faults.c");
    Path library = work.resolve("faults.so");
    try (InputStream in = FaultyMachine.class.getResourceAsStream("/campaign/faults.c")) {
      if (in == null) {
        throw new IOException("faults.c is missing in this jar");
      }
      Files.copy(in, source, StandardCopyOption.REPLACE_EXISTING);
    }
    Path log = work.resolve("faults.log");
    try {
      Process cc =
          new ProcessBuilder(
                  List.of(
                      "cc",
                      "-O2",
                      "-shared",
                      "-fPIC",
                      "-o",
                      library.toString(),
                      source.toString(),
                      "-ldl"))
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
      if (!cc.waitFor(COMPILE_SECONDS, TimeUnit.SECONDS)) {
        cc.destroyForcibly();
        throw new Unavailable("the C compiler did not end");
      }
      if (cc.exitValue() != 0) {
        throw new Unavailable("the C compiler failed: " + Files.readString(log).strip());
      }
    } catch (IOException e) {
      throw new Unavailable("there is no C compiler (cc)");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Unavailable("interrupted");
    }
    return new FaultyMachine(library, work.resolve("faults.control"), folder);
  }

  /** Why there is no faulty machine. */
  static final class Unavailable extends Exception {
    private static final long serialVersionUID = 1L;

    Unavailable(String why) {
      super(why);
    }
  }

  /** What the relay's environment must have. */
  Map<String, String> environment() {
    return Map.of(
        "LD_PRELOAD", library.toString(),
        "FAULTS_CONTROL", control.toString(),
        "FAULTS_FOLDER", folder.toString());
  }

  /** Whether a process has the library: it says so when it begins. */
  boolean inPlace() {
    return memory.getLong(0) == MAGIC;
  }

  /** Ends every fault but the clock's, which {@link #clock} sets back. */
  void heal() {
    room(-1);
    syncFails(false);
    syncTakes(Duration.ZERO);
    namesFail(false);
  }

  /** So many bytes may still be written; negative = any number. */
  void room(long bytes) {
    set(ROOM, bytes);
  }

  void syncFails(boolean fails) {
    set(SYNC_FAILS, fails ? 1 : 0);
  }

  /** Each sync takes so much longer. */
  void syncTakes(Duration longer) {
    set(SYNC_MICROS, longer.toNanos() / 1000);
  }

  /** A disk that says it has synced and has not. */
  void syncLies(boolean lies) {
    set(SYNC_LIES, lies ? 1 : 0);
  }

  /** The wall clock is off by so much. */
  void clock(Duration offset) {
    set(CLOCK_NANOS, offset.toNanos());
  }

  void namesFail(boolean fail) {
    set(NAMES_FAIL, fail ? 1 : 0);
  }

  private void set(int at, long value) {
    memory.putLong(at, value);
  }

  /**
   * What a power cut leaves of the store, once the process is dead: of each file what was synced
   * and a part of the rest, so that a record may be torn.
   *
   * @return bytes lost
   */
  long powerCut(Random random) throws IOException {
    if (memory.getLong(FULL) != 0) {
      throw new IOException("the campaign's own table of files is full");
    }
    long lost = 0;
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
        int entry = entry((long) Files.getAttribute(file, "unix:ino"));
        if (entry >= 0) {
          lost += cut(file, entry, random);
        }
      }
    }
    return lost;
  }

  private int entry(long inode) {
    for (int i = 0; i < FILES; i++) {
      int at = FILES_AT + (int) ((inode + i) & (FILES - 1)) * ENTRY;
      if (memory.getLong(at) == inode) {
        return at;
      }
      if (memory.getLong(at) == 0) {
        return -1;
      }
    }
    return -1;
  }

  private long cut(Path file, int entry, Random random) throws IOException {
    long synced = memory.getLong(entry + 8);
    boolean broken = memory.getLong(entry + 16) != 0;
    long size = Files.size(file);
    if (size <= synced) {
      return 0;
    }
    // What a failed sync was for is gone for good; of what nobody synced a part may have arrived.
    long kept = broken ? synced : synced + (long) (random.nextDouble() * (size - synced + 1));
    try (FileChannel open = FileChannel.open(file, StandardOpenOption.WRITE)) {
      open.truncate(kept);
      if (random.nextInt(4) == 0 && size - kept < (1 << 20)) {
        // Some file systems have the new length on the disk before the new blocks.
        open.write(ByteBuffer.allocate((int) (size - kept)), kept);
      }
    }
    memory.putLong(entry + 8, Files.size(file));
    memory.putLong(entry + 16, 0);
    return size - kept;
  }
}
