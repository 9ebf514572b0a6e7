package io.ghlrelay.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads {@code store:}. */
final class StoreReader {
  /** The names of the engines; the first is used where none is given. */
  private static final List<String> NAMES = List.of("rocksdb", "postgres", "memory");

  private StoreReader() {}

  static StoreConfig read(Section section, Path folder) {
    Duration retention =
        section.duration(
            "retention", Duration.ofDays(7), Duration.ofMinutes(1), Duration.ofDays(3650));
    List<String> given = NAMES.stream().filter(section::has).toList();
    String first = given.isEmpty() ? NAMES.get(0) : given.get(0);
    String chosen = section.read("engine", first, text -> engineName(text, given));
    if (given.size() > 1 && !section.has("engine")) {
      section.error(
          given.get(1), "give one store, or say which one is used, by engine: " + given.get(0));
    }
    Map<String, StoreConfig.Engine> engines = new LinkedHashMap<>();
    for (String name : given.isEmpty() ? List.of(first) : given) {
      engines.put(name, engine(name, section, folder));
    }
    if (chosen.equals("memory")) {
      section
          .problems()
          .warn(section.where("memory"), "store.memory loses every event at exit: for tests only");
    }
    section.end();
    return new StoreConfig(chosen, engines, retention);
  }

  private static String engineName(String text, List<String> given) {
    if (!given.contains(text)) {
      throw new IllegalArgumentException(
          "'"
              + text
              + "' is not among the stores given here"
              + (given.isEmpty() ? "" : ": " + given));
    }
    return text;
  }

  private static StoreConfig.Engine engine(String name, Section section, Path folder) {
    return switch (name) {
      case "memory" -> {
        section.section("memory").end();
        yield new StoreConfig.Memory();
      }
      case "postgres" -> PostgresReader.read(section.section("postgres"), folder);
      default -> {
        Section rocksdb = section.section("rocksdb");
        Path path = rocksdb.path("path", "data", folder).normalize();
        long minFreeSpace = rocksdb.size("minFreeSpace", 256L << 20, 0, 1L << 50);
        rocksdb.end();
        yield new StoreConfig.RocksDb(path, minFreeSpace);
      }
    };
  }
}
