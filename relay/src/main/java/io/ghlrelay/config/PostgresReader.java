package io.ghlrelay.config;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads {@code store.postgres:}. */
final class PostgresReader {
  private static final Pattern URL =
      Pattern.compile("(jdbc:)?postgres(ql)?://[A-Za-z0-9._:,\\[\\]-]+/[A-Za-z0-9_-]+(\\?.*)?");
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");
  private static final Pattern CREDENTIALS = Pattern.compile("[?&](user|password)=");

  private PostgresReader() {}

  static StoreConfig.Postgres read(Section section, Path folder) {
    String url = section.read("url", "", PostgresReader::url);
    if (!section.has("url")) {
      section.error("url", "is missing (for example postgresql://db.example.com:5432/relay)");
    }
    String user = section.text("user", "relay");
    Secret password = password(section, folder);
    String name = section.read("name", hostName(), PostgresReader::name);
    section.end();
    return new StoreConfig.Postgres(url, user, password, name);
  }

  private static String url(String text) {
    if (!URL.matcher(text).matches()) {
      throw new IllegalArgumentException(
          "cannot be used (expected: postgresql://host:port/database?parameters)");
    }
    if (CREDENTIALS.matcher(text).find()) {
      throw new IllegalArgumentException("holds a user or password; give user and passwordFile");
    }
    return text.replaceFirst("^(jdbc:)?postgres(ql)?://", "postgresql://");
  }

  private static String name(String text) {
    if (!NAME.matcher(text).matches()) {
      throw new IllegalArgumentException(
          "'" + text + "' (expected: letters, digits, '.', '_', '-', 64 at most)");
    }
    return text;
  }

  private static @Nullable Secret password(Section section, Path folder) {
    return section
        .read(
            "passwordFile",
            Optional.<Secret>empty(),
            text -> {
              String content = References.fileContent(folder.resolve(text));
              if (content.isEmpty()) {
                throw new IllegalArgumentException("the file " + text + " is empty");
              }
              return Optional.of(new Secret(content));
            })
        .orElse(null);
  }

  /** A container's or machine's own name: one of its own, and the same after a restart. */
  private static String hostName() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "relay";
    }
  }
}
