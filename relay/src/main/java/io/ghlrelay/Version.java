package io.ghlrelay;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;

/** Which build this is. */
final class Version {
  private static final Properties PROPERTIES = load();

  private Version() {}

  static String version() {
    return PROPERTIES.getProperty("version", "unknown");
  }

  static String commit() {
    return PROPERTIES.getProperty("commit", "unknown");
  }

  private static Properties load() {
    Properties properties = new Properties();
    try (InputStream in = Version.class.getResourceAsStream("version.properties")) {
      if (in != null) {
        properties.load(in);
      }
      return properties;
    } catch (IOException e) {
      throw new IllegalStateException("the jar cannot be read", e);
    }
  }
}
