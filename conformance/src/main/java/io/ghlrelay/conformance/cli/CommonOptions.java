package io.ghlrelay.conformance.cli;

import io.ghlrelay.conformance.schedule.Profile;
import io.ghlrelay.conformance.schedule.Profiles;
import io.ghlrelay.conformance.schedule.RetryRules;
import io.ghlrelay.conformance.signing.SigningKeys;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Options that several verbs have. Stateless. */
final class CommonOptions {
  static final Option KEYS =
      new Option("--keys", "FOLDER", "Keys to sign with, made by keygen (default: keys).");
  static final Option SEED =
      new Option("--seed", "N", "Source of all randomness (default: a new one, printed).");
  static final Option JSON = Option.flag("--json", "Data as JSON.");
  static final Option REPORT = new Option("--report", "FILE", "Write a JUnit XML report for a CI.");

  static final List<Option> PROFILE =
      List.of(
          new Option(
              "--profile",
              "NAME",
              "ghl-2025 (default), ghl-2025/intervals, ghl-429-only, ghl-current."),
          new Option("--min-backoff", "DURATION", "In place of what is assumed or published."),
          new Option("--max-backoff", "DURATION", "In place of what is assumed or published."),
          new Option("--min-jitter", "DURATION", "In place of what is assumed or published."),
          new Option("--max-jitter", "DURATION", "In place of what is assumed or published."),
          new Option("--max-duration", "DURATION", "In place of what is assumed or published."),
          Option.flag("--honor-retry-after", "Let Retry-After push a retry later."));

  private CommonOptions() {}

  /** The profile with the changes given; what is given is no longer assumed. */
  static Profile profile(Arguments arguments) {
    Profile profile = arguments.get("--profile", Profiles.GHL_2025, Profiles::get);
    RetryRules rules = profile.rules();
    try {
      rules =
          rules
              .with(
                  arguments.duration("--min-backoff", rules.minBackoff()),
                  arguments.duration("--max-backoff", rules.maxBackoff()),
                  arguments.duration("--min-jitter", rules.minJitter()),
                  arguments.duration("--max-jitter", rules.maxJitter()))
              .within(arguments.duration("--max-duration", rules.maxDuration()))
              .honoringRetryAfter(rules.honorRetryAfter() || arguments.has("--honor-retry-after"));
    } catch (IllegalArgumentException e) {
      throw new UsageException(e.getMessage());
    }
    List<String> assumed = new ArrayList<>(profile.assumed());
    assumed.removeIf(
        what ->
            (what.startsWith("minBackoff") && arguments.has("--min-backoff"))
                || (what.startsWith("maxBackoff") && arguments.has("--max-backoff"))
                || (what.startsWith("maxDuration") && arguments.has("--max-duration"))
                || (what.startsWith("jitter")
                    && arguments.has("--min-jitter")
                    && arguments.has("--max-jitter")));
    return profile.with(rules, assumed);
  }

  /** Says where a profile comes from and what of it is guessed. */
  static void explain(Profile profile, Terminal terminal) {
    terminal.message(
        "profile %s: %s (known since %s)%s"
            .formatted(
                profile.name(),
                profile.source(),
                profile.since(),
                profile.assumed().isEmpty()
                    ? ""
                    : "; ASSUMED, since nobody publishes it: "
                        + String.join(", ", profile.assumed())));
  }

  static long seed(Arguments arguments) {
    long fresh = new SecureRandom().nextInt(1, 1_000_000_000);
    return arguments.get("--seed", fresh, Long::valueOf);
  }

  static SigningKeys keys(Arguments arguments) throws IOException {
    Path folder = Path.of(arguments.get("--keys", "keys"));
    if (!Files.isDirectory(folder)) {
      throw new NoSuchFileException(folder + ": make keys first: keygen --out " + folder);
    }
    return SigningKeys.read(folder);
  }

  static URI url(String option, String value) {
    try {
      URI url = URI.create(value);
      String scheme = String.valueOf(url.getScheme());
      if ((scheme.equals("http") || scheme.equals("https")) && url.getHost() != null) {
        return url;
      }
    } catch (IllegalArgumentException e) {
      throw new UsageException(option + ": " + e.getMessage());
    }
    throw new UsageException(option + ": " + value + " (expected: http(s)://host/path)");
  }

  static Duration limit(Arguments arguments) {
    return arguments.duration("--limit", Duration.ofSeconds(3));
  }
}
