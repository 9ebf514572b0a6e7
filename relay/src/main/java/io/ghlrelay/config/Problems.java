package io.ghlrelay.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Gathers everything wrong with one configuration, so that one run shows all. Not thread-safe. */
final class Problems {
  private final String file;
  private final List<ConfigProblem> errors = new ArrayList<>();
  private final List<ConfigProblem> warnings = new ArrayList<>();
  private final Map<Value.Where, Map<String, String>> concealed = new HashMap<>();

  Problems(String file) {
    this.file = file;
  }

  void error(Value.Where where, String message) {
    errors.add(problem(where, message));
  }

  void warn(Value.Where where, String message) {
    warnings.add(problem(where, message));
  }

  /** From now on messages about this place show a reference, never the value it stands for. */
  void conceal(Value.Where where, Map<String, String> referred) {
    if (!referred.isEmpty()) {
      concealed.put(where, Map.copyOf(referred));
    }
  }

  private ConfigProblem problem(Value.Where where, String told) {
    String message = told;
    for (Map.Entry<String, String> one : concealed.getOrDefault(where, Map.of()).entrySet()) {
      message = message.replace(one.getKey(), one.getValue());
    }
    return where.source().isEmpty()
        ? new ConfigProblem(file, where.line(), where.column(), message)
        : new ConfigProblem(where.source(), 0, 0, message);
  }

  List<ConfigProblem> warnings() {
    return List.copyOf(warnings);
  }

  void throwIfAny() throws ConfigException {
    if (!errors.isEmpty()) {
      throw new ConfigException(
          errors.stream()
              .sorted(
                  Comparator.comparingInt(ConfigProblem::line)
                      .thenComparingInt(ConfigProblem::column))
              .toList());
    }
  }
}
