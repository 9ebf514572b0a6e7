package io.ghlrelay.config;

import java.net.URI;
import org.jspecify.annotations.Nullable;

/** How the relay authenticates itself to a target, in {@code Authorization}. Immutable. */
public sealed interface TargetAuth {

  /**
   * RFC 7617.
   *
   * @param user without a colon; secret too, since some systems take their API key there
   * @param password not empty
   */
  record Basic(Secret user, Secret password) implements TargetAuth {}

  /**
   * RFC 6750, with a token that stays as it is until the next reload.
   *
   * @param token without spaces
   */
  record Bearer(Secret token) implements TargetAuth {}

  /**
   * RFC 6749, section 4.4: a token that is fetched with the client's own credentials.
   *
   * @param tokenUrl http or https, with host; no user info, no fragment
   * @param clientId public name of the relay there
   * @param clientSecret its secret
   * @param scope names separated by a space; null = none is asked for
   * @param audience whom the token is for, where the server wants to know; null = not said
   * @param authenticate where the credentials stand in the request
   * @param tls of the token endpoint, which has nothing from the target's own; null = the usual
   */
  record OAuth2(
      URI tokenUrl,
      String clientId,
      Secret clientSecret,
      @Nullable String scope,
      @Nullable String audience,
      Authenticate authenticate,
      @Nullable TargetTls tls)
      implements TargetAuth {}

  /** RFC 6749, section 2.3.1. */
  enum Authenticate {
    /** In {@code Authorization}, which every server must take. */
    BASIC,
    /** In the form that is posted. */
    BODY
  }
}
