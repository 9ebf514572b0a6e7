package io.ghlrelay.delivery;

import io.ghlrelay.config.Secret;
import io.ghlrelay.config.TargetAuth;
import io.ghlrelay.config.TargetConfig;
import io.ghlrelay.store.EventId;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** What a lane's requests carry as {@code Authorization}. Confined to the dispatcher's loop. */
interface Credentials {

  /**
   * What one request carries.
   *
   * @param value of the header; null = there is none
   * @param since when it was got; the beginning of time where it never changes
   */
  record Authorization(@Nullable Secret value, Instant since) {}

  /**
   * What a request that starts now carries.
   *
   * @return null if there is nothing yet: it is being got, and the lane is told when to ask again
   */
  @Nullable Authorization at(Instant now);

  /** Whether a lane that asks now would be told again later anyhow, so that it needs no alarm. */
  boolean awaited();

  /** Until when requests had to wait for credentials, the last time that they had to. */
  Instant awaitedUntil();

  /**
   * Learns how an attempt ended.
   *
   * @param event whose attempt it was
   * @param used what it carried
   * @param answer how it ended
   * @return whether the attempt is to be made again, since what it carried had become worthless
   */
  boolean worthless(EventId event, Authorization used, TargetAnswer answer);

  /**
   * Those of a target.
   *
   * @param target its configuration
   * @param parts what lanes share
   * @param metrics the lane's
   * @param changed told when it is worth asking again
   */
  static Credentials of(
      TargetConfig target, Lane.Parts parts, DeliveryMetrics.Target metrics, Runnable changed) {
    TargetAuth auth = target.auth();
    if (auth instanceof TargetAuth.OAuth2 oauth2) {
      return new FetchedToken(target, oauth2, parts, metrics.tokenFetches(), changed);
    }
    if (auth instanceof TargetAuth.Basic basic) {
      return new Fixed(basic(basic.user().reveal(), basic.password().reveal()));
    }
    return new Fixed(
        auth instanceof TargetAuth.Bearer bearer
            ? new Secret("Bearer " + bearer.token().reveal())
            : null);
  }

  /** The value by RFC 7617, in UTF-8. */
  static Secret basic(String user, String password) {
    byte[] pair = (user + ":" + password).getBytes(StandardCharsets.UTF_8);
    return new Secret("Basic " + Base64.getEncoder().encodeToString(pair));
  }

  /** None, or such as stay as they are. */
  final class Fixed implements Credentials {
    private final Authorization authorization;

    private Fixed(@Nullable Secret value) {
      this.authorization = new Authorization(value, Instant.MIN);
    }

    @Override
    public Authorization at(Instant now) {
      return authorization;
    }

    @Override
    public boolean awaited() {
      return false;
    }

    @Override
    public Instant awaitedUntil() {
      return Instant.MIN;
    }

    @Override
    public boolean worthless(EventId event, Authorization used, TargetAnswer answer) {
      return false;
    }
  }
}
