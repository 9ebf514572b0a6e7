package io.ghlrelay;

import io.ghlrelay.config.AddressRule;
import io.ghlrelay.config.FlowConfig;
import io.ghlrelay.config.TargetAuth;
import io.ghlrelay.config.TargetConfig;
import io.ghlrelay.platform.Envelope;
import io.ghlrelay.platform.SignatureScheme;
import io.ghlrelay.retry.RetryPolicies;
import io.ghlrelay.retry.RetryPolicy;
import io.ghlrelay.routing.RoutedTarget;
import io.ghlrelay.store.Admission;
import io.ghlrelay.store.Event;
import io.ghlrelay.store.EventIds;
import io.ghlrelay.store.Header;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Events and targets for tests. */
public final class TestEvents {
  private final EventIds ids;
  private final Clock clock;

  public TestEvents(Clock clock) {
    this.ids = new EventIds(clock);
    this.clock = clock;
  }

  /** An admission with a body of its own, for the given targets. */
  public Admission admission(String webhookId, String body, String... targets) {
    return admission(
        new Envelope(webhookId, "ContactCreate", "loc1", null, "app1", null), body, targets);
  }

  /** An admission with the given envelope. */
  public Admission admission(Envelope envelope, String body, String... targets) {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    Event event =
        new Event(
            ids.next(),
            clock.instant(),
            envelope,
            SignatureScheme.ED25519,
            List.of(new Header("Content-Type", "application/json")),
            bytes.length,
            false);
    List<RoutedTarget> routed =
        Arrays.stream(targets).map(target -> new RoutedTarget(target, "route")).toList();
    return new Admission(event, bytes, routed, null);
  }

  /** A target with the default policy. */
  public static TargetConfig target(String name) {
    return target(name, RetryPolicies.ghl2025(), 32);
  }

  /** A target with a policy and concurrency. */
  public static TargetConfig target(String name, RetryPolicy retry, int concurrency) {
    return new TargetConfig(
        name,
        URI.create("http://127.0.0.1:9/" + name),
        Duration.ofSeconds(10),
        Duration.ofSeconds(5),
        retry,
        concurrency,
        null,
        Map.of(),
        AddressRule.DEFAULT,
        null,
        null,
        null,
        FlowConfig.DEFAULT);
  }

  /** The same target with credentials. */
  public static TargetConfig authenticated(TargetConfig target, TargetAuth auth) {
    return new TargetConfig(
        target.name(),
        target.url(),
        target.timeout(),
        target.connectTimeout(),
        target.retry(),
        target.concurrency(),
        target.rateLimit(),
        target.headers(),
        target.addresses(),
        target.sign(),
        auth,
        target.tls(),
        target.flow());
  }

  /** The same target with a rate limit. */
  public static TargetConfig limited(TargetConfig target, double perSecond) {
    return new TargetConfig(
        target.name(),
        target.url(),
        target.timeout(),
        target.connectTimeout(),
        target.retry(),
        target.concurrency(),
        perSecond,
        target.headers(),
        target.addresses(),
        target.sign(),
        target.auth(),
        target.tls(),
        target.flow());
  }

  /** The same target with an order, a breaker or another ramp. */
  public static TargetConfig flowing(TargetConfig target, FlowConfig flow) {
    return new TargetConfig(
        target.name(),
        target.url(),
        target.timeout(),
        target.connectTimeout(),
        target.retry(),
        target.concurrency(),
        target.rateLimit(),
        target.headers(),
        target.addresses(),
        target.sign(),
        target.auth(),
        target.tls(),
        flow);
  }
}
