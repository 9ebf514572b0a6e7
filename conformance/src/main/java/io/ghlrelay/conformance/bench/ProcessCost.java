package io.ghlrelay.conformance.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a process and those that it started have used so far, from Linux's {@code /proc}.
 *
 * @param cpu time on processors
 * @param residentBytes memory in use
 * @param writtenBytes given to disks; 0 where the system does not say
 */
record ProcessCost(Duration cpu, long residentBytes, long writtenBytes) {
  /** Of a process and all that it has started; empty where that cannot be seen. */
  static Optional<ProcessCost> of(long pid) {
    Optional<ProcessHandle> process = ProcessHandle.of(pid);
    if (process.isEmpty()) {
      return Optional.empty();
    }
    ProcessCost sum = new ProcessCost(Duration.ZERO, 0, 0);
    for (ProcessHandle one :
        Stream.concat(process.stream(), process.get().descendants()).toList()) {
      Optional<Duration> cpu = one.info().totalCpuDuration();
      if (cpu.isEmpty()) {
        return Optional.empty();
      }
      Path proc = Path.of("/proc", String.valueOf(one.pid()));
      try {
        sum =
            new ProcessCost(
                sum.cpu().plus(cpu.get()),
                sum.residentBytes() + number(proc.resolve("status"), "VmRSS:") * 1024,
                sum.writtenBytes() + number(proc.resolve("io"), "write_bytes:"));
      } catch (IOException e) {
        return Optional.empty(); // not Linux, or not ours to look at
      }
    }
    return Optional.of(sum);
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
