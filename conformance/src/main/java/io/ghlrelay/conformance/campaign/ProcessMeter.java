package io.ghlrelay.conformance.campaign;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a process takes now, from Linux's {@code /proc}.
 *
 * @param residentBytes memory
 * @param threads its threads
 * @param files open files, sockets included
 * @param sockets of them, sockets
 */
record ProcessMeter(long residentBytes, int threads, int files, int sockets) {
  static final ProcessMeter NOTHING = new ProcessMeter(0, 0, 0, 0);

  /** Of a process; empty if it has gone, or where this cannot be seen. */
  static Optional<ProcessMeter> of(long pid) {
    Path proc = Path.of("/proc", String.valueOf(pid));
    try {
      List<String> status = Files.readAllLines(proc.resolve("status"));
      int files = 0;
      int sockets = 0;
      try (Stream<Path> open = Files.list(proc.resolve("fd"))) {
        for (Path file : open.toList()) {
          files++;
          sockets += isSocket(file) ? 1 : 0;
        }
      }
      return Optional.of(
          new ProcessMeter(
              number(status, "VmRSS:") * 1024, (int) number(status, "Threads:"), files, sockets));
    } catch (IOException | java.io.UncheckedIOException e) {
      return Optional.empty(); // ended meanwhile, or not Linux
    }
  }

  private static boolean isSocket(Path file) throws IOException {
    try {
      return Files.readSymbolicLink(file).toString().startsWith("socket:");
    } catch (NoSuchFileException e) {
      return false; // closed meanwhile
    }
  }

  private static long number(List<String> status, String name) {
    return status.stream()
        .filter(line -> line.startsWith(name))
        .map(line -> line.replaceAll("[^0-9]", ""))
        .mapToLong(Long::parseLong)
        .findFirst()
        .orElse(0);
  }

  /** The greater of each. */
  ProcessMeter max(ProcessMeter other) {
    return new ProcessMeter(
        Math.max(residentBytes, other.residentBytes),
        Math.max(threads, other.threads),
        Math.max(files, other.files),
        Math.max(sockets, other.sockets));
  }
}
