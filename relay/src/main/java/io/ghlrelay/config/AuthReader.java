package io.ghlrelay.config;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads {@code auth:} of a target. Secrets come from files or references, never from the text. */
final class AuthReader {
  /** Printable ASCII: what a header or a form may carry without surprises. */
  private static final Pattern TEXT = Pattern.compile("[\\x20-\\x7e]{1,8192}");

  private static final Pattern TOKEN = Pattern.compile("[\\x21-\\x7e]{1,8192}");

  /** RFC 7617 leaves out control characters; other characters go as UTF-8. */
  private static final Pattern PASSWORD = Pattern.compile("\\P{Cntrl}{1,8192}");

  private static final Pattern USER = Pattern.compile("[^:\\p{Cntrl}]{1,8192}");

  private final Path folder;

  AuthReader(Path folder) {
    this.folder = folder;
  }

  /**
   * Reads {@code auth} of a target.
   *
   * @param headers names of the target's own headers
   * @return null if there is none, or it is wrong
   */
  @Nullable TargetAuth read(Section target, Set<String> headers) {
    Section section = target.section("auth");
    if (!target.has("auth")) {
      return null;
    }
    if (headers.stream().anyMatch("Authorization"::equalsIgnoreCase)) {
      target
          .problems()
          .error(target.where("auth"), "give either auth or the header Authorization, not both");
    }
    List<String> kinds = Stream.of("basic", "bearer", "oauth2").filter(section::has).toList();
    // Asked for all the same, so that an unknown key is told the known ones.
    Section basic = section.section("basic");
    Section bearer = section.section("bearer");
    Section oauth2 = section.section("oauth2");
    section.end();
    if (kinds.size() != 1) {
      section
          .problems()
          .error(target.where("auth"), "give exactly one of auth.basic, auth.bearer, auth.oauth2");
      return null;
    }
    return switch (kinds.get(0)) {
      case "basic" -> basic(basic);
      case "bearer" -> bearer(bearer);
      default -> oauth2(oauth2);
    };
  }

  private @Nullable TargetAuth basic(Section section) {
    Optional<String> user = text(section, "user", USER, "a user name, without a colon");
    if (!section.has("user")) {
      section.error("user", "is missing");
    }
    Secret password = secret(section, "password", PASSWORD);
    section.end();
    return user.isEmpty() || password == null
        ? null
        : new TargetAuth.Basic(new Secret(user.get()), password);
  }

  private @Nullable TargetAuth bearer(Section section) {
    Secret token = secret(section, "token", TOKEN);
    section.end();
    return token == null ? null : new TargetAuth.Bearer(token);
  }

  private @Nullable TargetAuth oauth2(Section section) {
    URI tokenUrl = TargetReader.url(section, "tokenUrl");
    Optional<String> clientId = text(section, "clientId", TEXT, "printable ASCII");
    if (!section.has("clientId")) {
      section.error("clientId", "is missing");
    }
    Secret clientSecret = secret(section, "clientSecret", TEXT);
    String scope = text(section, "scope", TEXT, "names separated by a space").orElse(null);
    String audience = text(section, "audience", TEXT, "printable ASCII").orElse(null);
    TargetAuth.Authenticate authenticate =
        section.read(
            "authenticate",
            TargetAuth.Authenticate.BASIC,
            text ->
                switch (text) {
                  case "basic" -> TargetAuth.Authenticate.BASIC;
                  case "body" -> TargetAuth.Authenticate.BODY;
                  default ->
                      throw new IllegalArgumentException(
                          "'" + text + "' (expected: basic or body)");
                });
    TargetTls tls = new TlsReader(folder).read(section, tokenUrl);
    section.end();
    return tokenUrl == null || clientId.isEmpty() || clientSecret == null
        ? null
        : new TargetAuth.OAuth2(
            tokenUrl, clientId.get(), clientSecret, scope, audience, authenticate, tls);
  }

  private static Optional<String> text(
      Section section, String key, Pattern pattern, String expected) {
    return section.read(
        key,
        Optional.empty(),
        text -> {
          if (!pattern.matcher(text).matches()) {
            throw new IllegalArgumentException("cannot be used (expected: " + expected + ")");
          }
          return Optional.of(text);
        });
  }

  /** A secret from {@code <key>File}, or from {@code <key>} if that is a reference. */
  private @Nullable Secret secret(Section section, String key, Pattern pattern) {
    String fileKey = key + "File";
    Value direct = section.value(key);
    Value file = section.value(fileKey);
    if (section.has(key) == section.has(fileKey)) {
      section
          .problems()
          .error(section.where(fileKey), "give either " + fileKey + " or " + key + ": \"${NAME}\"");
      return null;
    }
    if (direct != null && !direct.reference()) {
      section.error(
          key,
          "a secret does not stand in the file: write \"${NAME}\", \"${file:/path}\", or "
              + fileKey);
      return null;
    }
    if (direct != null) {
      return checked(section, key, direct.text(), pattern);
    }
    if (file == null) {
      return null; // its reference cannot be resolved, which has been said
    }
    try {
      Path path = folder.resolve(file.text()).normalize();
      String content = References.fileContent(path);
      section.warnIfReadableByAll(path, fileKey);
      return checked(section, fileKey, content, pattern);
    } catch (IllegalArgumentException e) {
      section.error(fileKey, String.valueOf(e.getMessage()));
      return null;
    }
  }

  private static @Nullable Secret checked(
      Section section, String key, String content, Pattern pattern) {
    if (!pattern.matcher(content).matches()) {
      section.error(
          key, "is empty, too long, or has line breaks or other characters that cannot be sent");
      return null;
    }
    return new Secret(content);
  }
}
