package io.ghlrelay.conformance.fault;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the grammar of {@link FaultScript}. Stateless. */
final class ScriptParser {
  private static final int MAX_RULES = 1_000;
  private static final Pattern RANGE = Pattern.compile("([0-9]{1,9})(-([0-9]{1,9})?)?");
  private static final String FAULTS =
      "ok, status, redirect, latency, timeout, reset_peer, slicer, bandwidth, limit_data,"
          + " slow_close, endless_body, garbage, refuse, lose_answer";

  private ScriptParser() {}

  static FaultScript parse(String text) {
    List<FaultRule> rules = new ArrayList<>();
    for (String line : text.split("[;\n]", -1)) {
      String rule = line.replaceFirst("(^|\\s)#.*", "").strip();
      if (rule.isEmpty()) {
        continue;
      }
      if (rules.size() == MAX_RULES) {
        throw new IllegalArgumentException("fault script: more than " + MAX_RULES + " rules");
      }
      try {
        rules.add(rule(rule));
      } catch (IllegalArgumentException | NoSuchElementException e) {
        String why =
            e instanceof NoSuchElementException
                ? "(expected: another word at its end)"
                : e.getMessage();
        throw new IllegalArgumentException(
            "fault script, rule %d `%s`: %s".formatted(rules.size() + 1, rule, why), e);
      }
    }
    return new FaultScript(rules);
  }

  private static FaultRule rule(String text) {
    // The first colon outside of a URL: WHEN holds none.
    int colon = text.indexOf(':');
    if (colon < 0) {
      throw new IllegalArgumentException("no ':' (expected: WHEN: FAULT)");
    }
    Deque<String> words = words(text.substring(0, colon));
    int percent = 100;
    if (!words.isEmpty() && words.getLast().endsWith("%")) {
      percent = number(words.removeLast().replace("%", ""));
    }
    When when = when(words);
    end(words);
    List<Fault> faults = new ArrayList<>();
    for (String part : text.substring(colon + 1).split(",", -1)) {
      Deque<String> fault = words(part);
      if (fault.size() == 1 && fault.getFirst().equals("ok")) {
        continue;
      }
      faults.add(fault(fault));
      end(fault);
    }
    return new FaultRule(when, percent, faults);
  }

  private static When when(Deque<String> words) {
    String first = words.removeFirst();
    return switch (first) {
      case "*" -> new When.Always();
      case "attempt", "request" -> count(first, words.removeFirst());
      case "from" -> {
        Duration from = Units.duration(words.removeFirst());
        yield new When.Window(from, took(words, "to") ? Units.duration(words.removeFirst()) : null);
      }
      default ->
          throw new IllegalArgumentException(
              "'" + first + "' (expected: one of *, attempt, request, from)");
    };
  }

  private static When count(String of, String range) {
    Matcher matcher = RANGE.matcher(range);
    if (matcher.matches()) {
      long first = Long.parseLong(matcher.group(1));
      long last =
          matcher.group(2) == null
              ? first
              : matcher.group(3) == null ? Long.MAX_VALUE : Long.parseLong(matcher.group(3));
      if (first >= 1 && last >= first) {
        return new When.Count(of, first, last);
      }
    }
    throw new IllegalArgumentException("'" + range + "' (expected: 3, 1-3 or 4-, from 1)");
  }

  private static Fault fault(Deque<String> words) {
    String name = words.removeFirst();
    return switch (name) {
      case "status" -> status(words);
      case "redirect" -> new Fault.Redirect(words.removeFirst());
      case "latency" ->
          new Fault.Latency(
              Units.duration(words.removeFirst()),
              took(words, "jitter") ? Units.duration(words.removeFirst()) : Duration.ZERO);
      case "timeout" ->
          new Fault.Timeout(words.isEmpty() ? null : Units.duration(words.removeFirst()));
      case "reset_peer" -> new Fault.ResetPeer();
      case "slicer" ->
          new Fault.Slicer(
              positive(Units.size(words.removeFirst())), Units.duration(words.removeFirst()));
      case "bandwidth" -> new Fault.Bandwidth(positive(Units.size(words.removeFirst())));
      case "limit_data" -> new Fault.LimitData(Units.size(words.removeFirst()));
      case "slow_close" -> new Fault.SlowClose(Units.duration(words.removeFirst()));
      case "endless_body" -> new Fault.EndlessBody();
      case "garbage" -> new Fault.Garbage();
      case "refuse" -> new Fault.Refuse();
      case "lose_answer" -> new Fault.LoseAnswer();
      default ->
          throw new IllegalArgumentException("'" + name + "' (expected: one of " + FAULTS + ")");
    };
  }

  private static Fault status(Deque<String> words) {
    int status = number(words.removeFirst());
    if (status < 200 || status > 599) {
      throw new IllegalArgumentException("'" + status + "' (expected: a status, 200 to 599)");
    }
    return new Fault.Status(
        status,
        took(words, "retry-after") ? Duration.ofSeconds(number(words.removeFirst())) : null);
  }

  private static int number(String word) {
    if (!word.matches("[0-9]{1,9}")) {
      throw new IllegalArgumentException("'" + word + "' (expected: a whole number)");
    }
    return Integer.parseInt(word);
  }

  private static int positive(int bytes) {
    if (bytes < 1) {
      throw new IllegalArgumentException("'0B' (expected: 1B or more)");
    }
    return bytes;
  }

  private static Deque<String> words(String text) {
    return new ArrayDeque<>(
        Arrays.stream(text.strip().split("\\s+")).filter(word -> !word.isEmpty()).toList());
  }

  private static boolean took(Deque<String> words, String word) {
    boolean there = word.equals(words.peekFirst());
    if (there) {
      words.removeFirst();
    }
    return there;
  }

  private static void end(Deque<String> words) {
    if (!words.isEmpty()) {
      throw new IllegalArgumentException("'" + words.getFirst() + "' is too much");
    }
  }
}
