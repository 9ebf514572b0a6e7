package io.ghlrelay.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which events a verb is about: options, beside the words of a filter. */
final class FilterOptions {
  @Option(names = "--location", paramLabel = "ID", description = "Only of this location.")
  private @Nullable String location;

  @Option(
      names = "--type",
      paramLabel = "TYPE",
      description = "Only of this type; * stands for anything.")
  private @Nullable String type;

  @Option(names = "--webhook-id", paramLabel = "ID", description = "Only with this webhook id.")
  private @Nullable String webhookId;

  @Option(
      names = "--state",
      paramLabel = "STATE",
      description = "pending, delivered, dead, cancelled or unrouted.")
  private @Nullable String state;

  @Option(
      names = "--since",
      paramLabel = "WHEN",
      description = "Received since: 30m, 2h, 7d, or an instant.")
  private @Nullable String since;

  @Option(names = "--until", paramLabel = "WHEN", description = "Received before: the same.")
  private @Nullable String until;

  @Option(
      names = "--from",
      paramLabel = "INSTANT",
      description = "Received at or after, for example 2026-11-24T10:00:00Z.")
  private @Nullable String from;

  @Option(names = "--to", paramLabel = "INSTANT", description = "Received before.")
  private @Nullable String to;

  /** Whether nothing narrows what is asked for. */
  boolean isEmpty() {
    return single(null).values().stream().allMatch(value -> value == null)
        && since == null
        && until == null;
  }

  /** Parameters of the API. */
  Map<String, @Nullable String> parameters(List<String> words, @Nullable String target) {
    Map<String, @Nullable String> parameters = single(target);
    parameters.put("q", filter(words));
    return parameters;
  }

  private Map<String, @Nullable String> single(@Nullable String target) {
    Map<String, @Nullable String> parameters = new LinkedHashMap<>();
    parameters.put("location", location);
    parameters.put("type", type);
    parameters.put("webhookId", webhookId);
    parameters.put("target", target);
    parameters.put("state", state);
    parameters.put("from", from);
    parameters.put("to", to);
    return parameters;
  }

  /** Adds them to a JSON object. */
  void put(ObjectNode body, List<String> words, @Nullable String target) {
    parameters(words, target)
        .forEach(
            (name, value) -> {
              if (value != null) {
                body.put(name, value);
              }
            });
  }

  /** The words as one filter, with those options that the API knows as words only. */
  @Nullable String filter(List<String> words) {
    List<String> all = new ArrayList<>(words);
    if (since != null) {
      all.add("since:" + since);
    }
    if (until != null) {
      all.add("until:" + until);
    }
    return all.isEmpty() ? null : String.join(" ", all);
  }

  /** Everything as words: a stream knows no other form. */
  @Nullable String asWords(List<String> words, @Nullable String target) {
    List<String> all = new ArrayList<>();
    add(all, "location", location);
    add(all, "type", type);
    add(all, "webhook", webhookId);
    add(all, "target", target);
    add(all, "state", state);
    add(all, "since", from);
    add(all, "until", to);
    all.addAll(words);
    return filter(all);
  }

  private static void add(List<String> words, String key, @Nullable String value) {
    if (value != null) {
      words.add(key + ":\"" + value + '"');
    }
  }
}
