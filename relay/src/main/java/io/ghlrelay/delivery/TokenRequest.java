package io.ghlrelay.delivery;

import io.ghlrelay.config.FlowConfig;
import io.ghlrelay.config.TargetAuth;
import io.ghlrelay.config.TargetConfig;
import io.ghlrelay.store.Header;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** How a token is asked for: RFC 6749, section 4.4.2. */
final class TokenRequest {
  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);

  private TokenRequest() {}

  /** Where to: the target's rule on addresses holds there too. */
  static TargetConfig endpoint(TargetConfig target, TargetAuth.OAuth2 auth) {
    return new TargetConfig(
        target.name(),
        auth.tokenUrl(),
        TIMEOUT,
        CONNECT_TIMEOUT,
        target.retry(),
        1,
        null,
        Map.of(),
        target.addresses(),
        null,
        null,
        auth.tls(),
        FlowConfig.DEFAULT);
  }

  /** What is sent: the same each time. */
  static OutboundRequest of(TargetAuth.OAuth2 auth) {
    Map<String, String> form = new LinkedHashMap<>();
    form.put("grant_type", "client_credentials");
    if (auth.scope() != null) {
      form.put("scope", auth.scope());
    }
    if (auth.audience() != null) {
      form.put("audience", auth.audience());
    }
    List<Header> headers = new ArrayList<>();
    headers.add(new Header("Content-Type", "application/x-www-form-urlencoded"));
    headers.add(new Header("Accept", "application/json"));
    if (auth.authenticate() == TargetAuth.Authenticate.BODY) {
      form.put("client_id", auth.clientId());
      form.put("client_secret", auth.clientSecret().reveal());
    } else {
      // Section 2.3.1: encoded as in a form before they are joined.
      headers.add(
          new Header(
              "Authorization",
              Credentials.basic(encoded(auth.clientId()), encoded(auth.clientSecret().reveal()))
                  .reveal()));
    }
    String body =
        form.entrySet().stream()
            .map(field -> encoded(field.getKey()) + "=" + encoded(field.getValue()))
            .collect(Collectors.joining("&"));
    return new OutboundRequest(
        headers, body.getBytes(StandardCharsets.UTF_8), ExchangeHandler.MAX_BODY);
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
