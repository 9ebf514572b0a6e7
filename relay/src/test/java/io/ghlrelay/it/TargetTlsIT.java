package io.ghlrelay.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.ghlrelay.PrivatePki;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** TLS towards targets: whom the relay trusts, who it is, and what it does not speak. */
class TargetTlsIT {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final String[] BOTH = {"TLSv1.2", "TLSv1.3"};
  private static PrivatePki pki;

  @TempDir private Path folder;
  private int posted;

  @BeforeAll
  static void makeAuthority() throws Exception {
    pki = new PrivatePki();
  }

  @BeforeEach
  void writeFiles() throws Exception {
    pki.writeAuthority(folder.resolve("ca.pem"));
    PrivatePki.write(pki.client("relay"), folder, "client");
  }

  private static String to(HttpsTarget target, String tls) {
    return "retryPolicies: {once: {maxRetries: 0}}\n"
        + "targets: {crm: {url: \"%s\", retry: once%s}}\nroutes: [{to: [crm]}]\n"
            .formatted(target.url(), tls);
  }

  /** How the only attempt at a target ended: its status, or its error. */
  private static String outcome(RelayFixture relay, String webhookId) throws Exception {
    String id = relay.post(webhookId, "ContactCreate", "loc1");
    await().atMost(PATIENCE).until(() -> relay.delivery(id, 0).path("attemptList").size() == 1);
    JsonNode attempt = relay.delivery(id, 0).path("attemptList").get(0);
    return attempt.path("error").isNull()
        ? attempt.path("status").asText()
        : attempt.path("error").asText();
  }

  private String outcome(HttpsTarget target, String tls) throws Exception {
    try (RelayFixture relay = new RelayFixture(folder, to(target, tls))) {
      return outcome(relay, "v" + ++posted); // the store stays: no duplicates
    }
  }

  @Test
  void aPrivateAuthorityIsTrustedWhereItIsNamedAndNowhereElse() throws Exception {
    try (HttpsTarget target = HttpsTarget.start(pki.context(pki.server()), false, BOTH)) {
      new PrivatePki().writeAuthority(folder.resolve("other.pem"));
      try (RelayFixture relay = new RelayFixture(folder, to(target, ""))) {
        assertThat(outcome(relay, "w1")).isEqualTo("tls");
        relay.configure(to(target, ", tls: {caFile: other.pem, systemRoots: true}"));
        relay.relay.reload();
        assertThat(outcome(relay, "w2")).isEqualTo("tls");
        assertThat(target.clients).isEmpty();

        relay.configure(to(target, ", tls: {caFile: ca.pem}"));
        relay.relay.reload();
        assertThat(outcome(relay, "w3")).isEqualTo("204");
        relay.configure(to(target, ", tls: {caFile: ca.pem, systemRoots: true}"));
        relay.relay.reload();
        assertThat(outcome(relay, "w4")).isEqualTo("204");

        relay.configure(to(target, ""));
        relay.relay.reload();
        assertThat(outcome(relay, "w5")).as("no connection of before is used").isEqualTo("tls");
        assertThat(target.clients).containsExactly("nobody", "nobody");
      }
    }
  }

  @Test
  void theCertificateMustBeForTheHostOrForTheNameThatIsGiven() throws Exception {
    try (HttpsTarget target =
        HttpsTarget.start(pki.context(pki.foreignServer("crm.internal")), false, BOTH)) {
      assertThat(outcome(target, ", tls: {caFile: ca.pem}")).isEqualTo("tls");
      assertThat(outcome(target, ", tls: {caFile: ca.pem, serverName: crm.example}"))
          .isEqualTo("tls");
      assertThat(target.clients).isEmpty();

      assertThat(outcome(target, ", tls: {caFile: ca.pem, serverName: crm.internal}"))
          .isEqualTo("204");
      assertThat(target.serverNames).anyMatch(name -> name.contains("crm.internal"));
    }
  }

  @Test
  void anOlderVersionThanTheLeastIsNotSpoken() throws Exception {
    try (HttpsTarget target = HttpsTarget.start(pki.context(pki.server()), false, "TLSv1.2")) {
      assertThat(outcome(target, ", tls: {caFile: ca.pem, minVersion: 1.3}")).isEqualTo("tls");
      assertThat(outcome(target, ", tls: {caFile: ca.pem}")).isEqualTo("204");
    }
    try (HttpsTarget target = HttpsTarget.start(pki.context(pki.server()), false, "TLSv1.3")) {
      assertThat(outcome(target, ", tls: {caFile: ca.pem, minVersion: 1.3}")).isEqualTo("204");
    }
  }

  @Test
  void aTargetThatWantsACertificateGetsIt() throws Exception {
    String ours = ", tls: {caFile: ca.pem, certificateFile: client.pem, keyFile: client.key}";
    // With 1.3 a client learns that its certificate is refused only after its request.
    try (HttpsTarget target = HttpsTarget.start(pki.context(pki.server()), true, "TLSv1.2")) {
      assertThat(outcome(target, ", tls: {caFile: ca.pem}")).isEqualTo("tls");
      assertThat(outcome(target, ours)).isEqualTo("204");
      assertThat(target.clients).containsExactly("CN=relay");
    }
    try (HttpsTarget target = HttpsTarget.start(pki.context(pki.server()), true, "TLSv1.3")) {
      assertThat(outcome(target, ours)).isEqualTo("204");
      assertThat(target.clients).containsExactly("CN=relay");
    }
  }

  @Test
  void aReloadTakesUpChangedFilesAndUsesNoConnectionOfTheOldIdentity() throws Exception {
    String ours = ", tls: {caFile: ca.pem, certificateFile: client.pem, keyFile: client.key}";
    try (HttpsTarget target = HttpsTarget.start(pki.context(pki.server()), true, BOTH);
        RelayFixture relay = new RelayFixture(folder, to(target, ours))) {
      assertThat(outcome(relay, "w1")).isEqualTo("204");
      relay.relay.reload(); // nothing has changed
      assertThat(outcome(relay, "w2")).isEqualTo("204");

      PrivatePki.write(pki.client("relay-renewed"), folder, "client");
      relay.relay.reload();
      assertThat(outcome(relay, "w3")).isEqualTo("204");
      assertThat(target.clients).containsExactly("CN=relay", "CN=relay", "CN=relay-renewed");
    }
  }
}
