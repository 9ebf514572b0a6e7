package io.ghlrelay.cli;

import io.ghlrelay.config.ConfigException;
import io.ghlrelay.config.ConfigLoader;
import io.ghlrelay.config.ListenAddress;
import io.ghlrelay.config.RelayConfig;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How the verbs find the admin API: flags, then environment, then a configuration file. */
public final class AdminOptions {
  @Option(
      names = "--admin",
      paramLabel = "URL",
      description =
          "The admin API (default: RELAY_ADMIN_URL, else that of -c, else http://127.0.0.1:9090).")
  private @Nullable URI url;

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      description = "File with the token (default: RELAY_ADMIN_TOKEN, else that of -c).")
  private @Nullable Path tokenFile;

  @Option(
      names = {"-c", "--config"},
      paramLabel = "FILE",
      description = "The relay's configuration, to take both from.")
  private @Nullable Path config;

  /** A client for the API. */
  AdminClient client() throws ConfigException, IOException {
    RelayConfig loaded =
        config == null ? null : new ConfigLoader(System.getenv(), Map.of()).load(config);
    return new AdminClient(address(loaded), token(loaded));
  }

  private URI address(@Nullable RelayConfig loaded) {
    if (url != null) {
      return url;
    }
    String variable = System.getenv("RELAY_ADMIN_URL");
    if (variable != null && !variable.isEmpty()) {
      return URI.create(variable);
    }
    if (loaded == null) {
      return URI.create("http://127.0.0.1:9090");
    }
    ListenAddress listen = loaded.admin().listen();
    boolean any = listen.host().equals("0.0.0.0") || listen.host().equals("::");
    return URI.create("http://" + (any ? new ListenAddress("127.0.0.1", listen.port()) : listen));
  }

  private @Nullable String token(@Nullable RelayConfig loaded) throws IOException {
    if (tokenFile != null) {
      return Files.readString(tokenFile).strip();
    }
    String variable = System.getenv("RELAY_ADMIN_TOKEN");
    if (variable != null && !variable.isEmpty()) {
      return variable;
    }
    return loaded == null || loaded.admin().token() == null
        ? null
        : loaded.admin().token().reveal();
  }
}
