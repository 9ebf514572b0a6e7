package io.ghlrelay.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Where secrets should not stand, and how not to print one that stands in the wrong place. */
final class SecretHygiene {
  /**
   * Folders that are made for secrets, by which one process is given them: nobody else sees them.
   */
  private static final List<Path> MADE_FOR_SECRETS =
      List.of(Path.of("/run/secrets"), Path.of("/var/run/secrets"), Path.of("/run/credentials"));

  /** What names of headers that carry secrets have in common. */
  private static final Pattern SECRET_HEADER =
      Pattern.compile(
          "(?i)(proxy-)?authorization|cookie|.*(api-?key|token|secret|passw|credential).*");

  /** What a key may begin with; behind it, a value may stand that was to be another's. */
  private static final Pattern KEY = Pattern.compile("[^\\s:,\"'{}\\[\\]]*");

  private SecretHygiene() {}

  /** Whether a header of this name is there to carry a secret. */
  static boolean carriesSecret(String header) {
    return SECRET_HEADER.matcher(header).matches();
  }

  /**
   * A key as it may be printed: of {@code token:s3cret}, which YAML takes for one word, only what
   * stands before the colon.
   */
  static String shown(String key) {
    Matcher start = KEY.matcher(key);
    return start.lookingAt() && start.end() < key.length() ? start.group() + "..." : key;
  }

  /** What is wrong with who may read a file that holds a secret; null if nothing, or unknown. */
  static @Nullable String readableByAll(Path file) {
    if (MADE_FOR_SECRETS.stream().anyMatch(file::startsWith)) {
      return null;
    }
    try {
      return Files.getPosixFilePermissions(file).contains(PosixFilePermission.OTHERS_READ)
          ? "every user of this machine may read " + file + " (chmod 600, or 640 with its group)"
          : null;
    } catch (IOException | UnsupportedOperationException noSuchPermissions) {
      return null;
    }
  }
}
