package io.ghlrelay.conformance.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * What a process has used so far, from Linux's {@code /proc}.
 *
 * @param cpu time on processors
 * @param residentBytes memory in use
 * @param writtenBytes given to disks; 0 where the system does not say
 */
record ProcessCost(Duration cpu, long residentBytes, long writtenBytes) {
  /** Reads it; empty where there is no such process or no {@code /proc}. */
  static Optional<ProcessCost> of(long pid) {
    Path proc = Path.of("/proc", String.valueOf(pid));
    Optional<Duration> cpu =
        ProcessHandle.of(pid).flatMap(process -> process.info().totalCpuDuration());
    if (cpu.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new ProcessCost(
              cpu.get(),
              number(proc.resolve("status"), "VmRSS:") * 1024,
              number(proc.resolve("io"), "write_bytes:")));
    } catch (IOException e) {
      return Optional.empty(); // not Linux, or not ours to look at
    }
  }

  private static long number(Path file, String name) throws IOException {
    return Files.readAllLines(file).stream()
        .filter(line -> line.startsWith(name))
        .map(line -> line.replaceAll("[^0-9]", ""))
        .map(Long::parseLong)
        .findFirst()
        .orElse(0L);
  }
}
