package io.ghlrelay.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A secret for each place of a configuration that names one: {@code ${file:name}}, {@code
 * passwordFile: name} and its like, {@code secretFile: name}, {@code ${NAME}} of the environment,
 * and {@code @name@} for one that stands in the configuration itself. Finds them, and what can be
 * made of them, in whatever is put out.
 */
public final class PlantedSecrets {
  private static final Pattern FILE =
      Pattern.compile("(?:\\$\\{file:|(?:password|token|clientSecret)File: )([a-z-]+)");
  private static final Pattern SIGNING = Pattern.compile("secretFile: ([a-z-]+)");
  private static final Pattern VARIABLE = Pattern.compile("\\$\\{([A-Z_]+)}");
  private static final Pattern LITERAL = Pattern.compile("@([a-z-]+)@");

  private final Random random = new Random(20_261_124);
  private final Map<String, String> secrets = new LinkedHashMap<>();
  private final Map<String, String> environment = new HashMap<>();
  private final Map<String, String> forms = new LinkedHashMap<>();
  private final String yaml;

  /** Makes the secrets that the template names, and writes those that are in files. */
  public PlantedSecrets(Path folder, String template) throws IOException {
    for (String name : names(FILE, template)) {
      write(folder.resolve(name), plant(name, text(name)));
    }
    for (String name : names(SIGNING, template)) {
      byte[] key = new byte[32];
      random.nextBytes(key);
      write(folder.resolve(name), plant(name, "whsec_" + Base64.getEncoder().encodeToString(key)));
      form(name + " as bytes", new String(key, StandardCharsets.ISO_8859_1));
      form(name + " in hex", HexFormat.of().formatHex(key));
    }
    for (String name : names(VARIABLE, template)) {
      environment.put(name, plant(name, text(name)));
    }
    String filled = template;
    for (String name : names(LITERAL, template)) {
      filled = filled.replace("@" + name + "@", plant(name, text(name)));
    }
    yaml = filled;
  }

  private static void write(Path file, String secret) throws IOException {
    Files.writeString(file, secret);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
  }

  private static List<String> names(Pattern pattern, String template) {
    List<String> names = new ArrayList<>();
    for (Matcher matcher = pattern.matcher(template); matcher.find(); ) {
      names.add(matcher.group(1));
    }
    return names;
  }

  /** As long as a real one, without anything that YAML, a URL or a header would change. */
  private String text(String name) {
    byte[] bytes = new byte[16];
    random.nextBytes(bytes);
    return "planted-" + name.toLowerCase(java.util.Locale.ROOT) + HexFormat.of().formatHex(bytes);
  }

  /** One more, that stands in no configuration. */
  public String plant(String name) {
    return plant(name, text(name));
  }

  private String plant(String name, String secret) {
    assertThat(secrets.put(name, secret)).as("%s is planted twice", name).isNull();
    byte[] bytes = secret.getBytes(StandardCharsets.UTF_8);
    form(name, secret.startsWith("whsec_") ? secret.substring(6) : secret);
    for (int shift = 0; shift < 3; shift++) {
      // Wherever it stands in what was encoded, its middle looks in one of three ways.
      byte[] shifted = new byte[shift + bytes.length];
      System.arraycopy(bytes, 0, shifted, shift, bytes.length);
      String encoded = Base64.getEncoder().withoutPadding().encodeToString(shifted);
      form(name + " in base64", encoded.substring(4, encoded.length() - 4));
    }
    form(name + " in hex", HexFormat.of().formatHex(bytes));
    for (String algorithm : List.of("MD5", "SHA-1", "SHA-256", "SHA-512")) {
      try {
        byte[] hash = MessageDigest.getInstance(algorithm).digest(bytes);
        form(name + " by " + algorithm, HexFormat.of().formatHex(hash));
        form(
            name + " by " + algorithm + " in base64",
            Base64.getEncoder().withoutPadding().encodeToString(hash));
        form(
            name + " by " + algorithm + " in base64url",
            Base64.getUrlEncoder().withoutPadding().encodeToString(hash));
      } catch (NoSuchAlgorithmException e) {
        throw new AssertionError(e);
      }
    }
    return secret;
  }

  private void form(String what, String form) {
    forms.put(form, what);
  }

  /** The configuration, with what stands in itself filled in. */
  public String yaml() {
    return yaml;
  }

  /** What is to be in the environment. */
  public Map<String, String> environment() {
    return environment;
  }

  /** One of them. */
  public String secret(String name) {
    return java.util.Objects.requireNonNull(secrets.get(name), name);
  }

  /** All of them, by name. */
  public Map<String, String> all() {
    return secrets;
  }

  /** The forms found in a text, in words; hex in either case. */
  public List<String> in(String text) {
    String lower = text.toLowerCase(java.util.Locale.ROOT);
    List<String> found = new ArrayList<>();
    forms.forEach(
        (form, what) -> {
          if (text.contains(form) || (what.endsWith("hex") && lower.contains(form))) {
            found.add(what);
          }
        });
    return found;
  }

  /** The forms found in any file of a folder. */
  public List<String> inFiles(Path folder) throws IOException {
    List<String> found = new ArrayList<>();
    try (var files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        for (String what : in(Files.readString(file, StandardCharsets.ISO_8859_1))) {
          found.add(what + ": " + file);
        }
      }
    }
    return found;
  }
}
