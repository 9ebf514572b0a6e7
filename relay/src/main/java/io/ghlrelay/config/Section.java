package io.ghlrelay.config;

import io.ghlrelay.config.Value.Where;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * One mapping of the configuration, read key by key. It notes which keys were asked for, so that
 * {@link #end} can name those that nobody knows. Problems are gathered, and a value that cannot be
 * used reads as its default. Not thread-safe.
 */
final class Section {
  private static final Where NOWHERE = new Where(0, 0, "");

  private final Context context;
  private final String path;
  private final Where where;
  private final Map<String, Entry> entries = new LinkedHashMap<>();
  private final Set<String> known = new TreeSet<>();

  private record Entry(Where where, Node node) {}

  /** What all sections of one load share. */
  record Context(
      Problems problems,
      References references,
      Map<String, String> environment,
      Map<String, String> flags,
      Set<String> usedFlags) {}

  Section(Context context, String path, @Nullable Node node) {
    this.context = context;
    this.path = path;
    this.where = node == null ? NOWHERE : where(node);
    if (node instanceof MappingNode mapping) {
      for (NodeTuple tuple : mapping.getValue()) {
        if (tuple.getKeyNode() instanceof ScalarNode key) {
          if (entries.put(key.getValue(), new Entry(where(key), tuple.getValueNode())) != null) {
            context.problems.error(
                where(key), "'" + SecretHygiene.shown(key.getValue()) + "' stands here twice");
          }
        } else {
          context.problems.error(where(tuple.getKeyNode()), "a key must be a plain word");
        }
      }
    } else if (node != null && !isNull(node)) {
      context.problems.error(where, name() + ": expected keys and values");
    }
  }

  private static boolean isNull(Node node) {
    return node instanceof ScalarNode scalar
        && scalar.isPlain()
        && Set.of("", "~", "null").contains(scalar.getValue());
  }

  private String name() {
    return path.isEmpty() ? "the configuration" : path;
  }

  Where where() {
    return where;
  }

  Problems problems() {
    return context.problems;
  }

  boolean has(String key) {
    return entries.containsKey(key) || override(key) != null;
  }

  /** Where a key stands, or the section itself. */
  Where where(String key) {
    Entry entry = entries.get(key);
    return entry == null ? where : where(entry.node);
  }

  /** The section under a key; empty if it is absent. */
  Section section(String key) {
    known.add(key);
    Entry entry = entries.get(key);
    return new Section(context, sub(key), entry == null ? null : entry.node);
  }

  /** The sections under the names that the user chose. */
  Map<String, Section> sections() {
    Map<String, Section> sections = new LinkedHashMap<>();
    entries.forEach(
        (key, entry) -> {
          known.add(key);
          sections.put(key, new Section(context, sub(key), entry.node));
        });
    return sections;
  }

  /** The names that the user chose. */
  List<String> keys() {
    known.addAll(entries.keySet());
    return List.copyOf(entries.keySet());
  }

  /** Where a name chosen by the user stands. */
  Where whereKey(String key) {
    Entry entry = entries.get(key);
    return entry == null ? where : entry.where;
  }

  /** The sections of a list. */
  List<Section> list(String key) {
    known.add(key);
    Entry entry = entries.get(key);
    List<Section> sections = new ArrayList<>();
    if (entry != null && entry.node instanceof SequenceNode sequence) {
      int index = 0;
      for (Node item : sequence.getValue()) {
        sections.add(new Section(context, sub(key) + "[" + index++ + "]", item));
      }
    } else if (entry != null && !isNull(entry.node)) {
      context.problems.error(where(entry.node), sub(key) + ": expected a list");
    }
    return sections;
  }

  /** The values of a list of scalars. */
  List<Value> values(String key) {
    known.add(key);
    Entry entry = entries.get(key);
    List<Value> values = new ArrayList<>();
    if (entry == null || isNull(entry.node)) {
      return values;
    }
    if (!(entry.node instanceof SequenceNode sequence)) {
      context.problems.error(where(entry.node), sub(key) + ": expected a list");
      return values;
    }
    for (Node item : sequence.getValue()) {
      Value value = scalar(sub(key), item);
      if (value != null) {
        values.add(value);
      }
    }
    return values;
  }

  /** A scalar: by flag, else by environment variable, else from the file; null if it is absent. */
  @Nullable Value value(String key) {
    known.add(key);
    Value override = override(key);
    if (override != null) {
      return override;
    }
    Entry entry = entries.get(key);
    return entry == null || isNull(entry.node) ? null : scalar(sub(key), entry.node);
  }

  private @Nullable Value override(String key) {
    String full = sub(key);
    String flag = context.flags.get(full);
    if (flag != null) {
      context.usedFlags.add(full);
      return new Value(flag, new Where(0, 0, "--set " + full), false);
    }
    String variable = variable(full);
    String value = variable == null ? null : context.environment.get(variable);
    return value == null
        ? null
        : new Value(value, new Where(0, 0, "environment " + variable), true);
  }

  /** {@code ingress.maxBodySize} is {@code RELAY_INGRESS_MAX_BODY_SIZE}; only these sections. */
  private static @Nullable String variable(String full) {
    if (!full.startsWith("ingress.") && !full.startsWith("admin.") && !full.startsWith("store.")) {
      return null;
    }
    return "RELAY_"
        + full.replace('.', '_').replaceAll("([a-z])([A-Z])", "$1_$2").toUpperCase(Locale.ROOT);
  }

  private @Nullable Value scalar(String full, Node node) {
    if (!(node instanceof ScalarNode scalar)) {
      context.problems.error(where(node), full + ": expected one value");
      return null;
    }
    try {
      Where at = where(node);
      Map<String, String> referred = new LinkedHashMap<>();
      String text =
          context.references.resolve(
              scalar.getValue(), file -> warnIfReadableByAll(file, at, full), referred);
      context.problems.conceal(at, referred);
      return new Value(text, at, References.isReference(scalar.getValue()));
    } catch (IllegalArgumentException e) {
      context.problems.error(where(node), full + ": " + e.getMessage());
      return null;
    }
  }

  /** Warns of a file with a secret that every user may read. */
  void warnIfReadableByAll(Path file, String key) {
    warnIfReadableByAll(file, where(key), sub(key));
  }

  private void warnIfReadableByAll(Path file, Where at, String full) {
    String why = SecretHygiene.readableByAll(file);
    if (why != null) {
      context.problems.warn(at, full + ": " + why);
    }
  }

  /**
   * Warns of a secret that others can read where it was written: in the file itself, or on the
   * command line.
   */
  void warnIfExposed(String key) {
    String full = sub(key);
    Entry entry = entries.get(key);
    if (context.flags.containsKey(full)) {
      context.problems.warn(
          new Where(0, 0, "--set " + full),
          "a secret on the command line is shown to every user by ps; use a file or the environment");
    } else if (override(key) == null
        && entry != null
        && entry.node instanceof ScalarNode scalar
        && !scalar.getValue().isEmpty()
        && References.isLiteral(scalar.getValue())) {
      context.problems.warn(
          where(scalar),
          full + ": a secret in the configuration itself; write ${file:/path} or ${NAME} instead");
    }
  }

  /** A value read by a function that throws IllegalArgumentException on what it does not take. */
  <T> T read(String key, T fallback, Function<String, T> reader) {
    Value value = value(key);
    if (value == null) {
      return fallback;
    }
    try {
      return reader.apply(value.text());
    } catch (IllegalArgumentException | ArithmeticException e) {
      context.problems.error(value.where(), sub(key) + ": " + e.getMessage());
      return fallback;
    }
  }

  String text(String key, String fallback) {
    return read(key, fallback, text -> text);
  }

  /** A path; a relative one counts from the folder. */
  Path path(String key, String fallback, Path folder) {
    return read(key, folder.resolve(fallback), folder::resolve);
  }

  int integer(String key, int fallback, int min, int max) {
    return read(
        key,
        fallback,
        text -> {
          long number;
          try {
            number = Long.parseLong(text);
          } catch (NumberFormatException e) {
            throw new IllegalArgumentException("'" + text + "' is not a whole number", e);
          }
          if (number < min || number > max) {
            throw new IllegalArgumentException(text + " (expected: " + min + ".." + max + ")");
          }
          return (int) number;
        });
  }

  boolean flag(String key, boolean fallback) {
    return read(
        key,
        fallback,
        text -> {
          if (!text.equals("true") && !text.equals("false")) {
            throw new IllegalArgumentException("'" + text + "' (expected: true or false)");
          }
          return text.equals("true");
        });
  }

  Duration duration(String key, Duration fallback, Duration min, Duration max) {
    return read(
        key,
        fallback,
        text -> {
          Duration duration = Units.duration(text);
          if (duration.compareTo(min) < 0 || duration.compareTo(max) > 0) {
            throw new IllegalArgumentException(
                text + " (expected: " + Units.format(min) + ".." + Units.format(max) + ")");
          }
          return duration;
        });
  }

  long size(String key, long fallback, long min, long max) {
    return read(
        key,
        fallback,
        text -> {
          long size = Units.size(text);
          if (size < min || size > max) {
            throw new IllegalArgumentException(
                text + " (expected: " + min + ".." + max + " bytes)");
          }
          return size;
        });
  }

  void error(String key, String message) {
    Value value = has(key) ? value(key) : null;
    context.problems.error(value == null ? where : value.where(), sub(key) + ": " + message);
  }

  /** No more keys are known: complains of each other one, with the nearest known name. */
  void end() {
    entries.forEach(
        (key, entry) -> {
          if (!known.contains(key)) {
            String shown = SecretHygiene.shown(key);
            String nearest = Nearest.to(shown.replace("...", ""), known);
            context.problems.error(
                entry.where,
                "unknown key '"
                    + shown
                    + "' in "
                    + name()
                    + (nearest == null ? "" : "; did you mean '" + nearest + "'?")
                    + (shown.equals(key) ? "" : " (a colon needs a space behind it)")
                    + " Known here: "
                    + String.join(", ", known));
          }
        });
  }

  private String sub(String key) {
    String shown = SecretHygiene.shown(key); // paths are printed
    return path.isEmpty() ? shown : path + "." + shown;
  }

  private static Where where(Node node) {
    return node.getStartMark().map(Section::where).orElse(NOWHERE);
  }

  static Where where(Mark mark) {
    return new Where(mark.getLine() + 1, mark.getColumn() + 1, "");
  }
}
