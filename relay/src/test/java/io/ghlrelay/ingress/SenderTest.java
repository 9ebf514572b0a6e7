package io.ghlrelay.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import io.ghlrelay.config.AddressBlock;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whose address a request counts for, behind proxies and in front of liars. */
class SenderTest {
  private static final String PROXY = "10.1.2.3";
  private static final List<AddressBlock> TRUSTED =
      List.of(AddressBlock.parse("10.0.0.0/8"), AddressBlock.parse("2001:db8:1::/48"));

  private static String sender(String peer, HttpHeaders headers) throws Exception {
    EmbeddedChannel channel = new EmbeddedChannel();
    Sender.connected(channel, InetAddress.getByName(peer));
    return Sender.of(channel, headers, TRUSTED).getHostAddress();
  }

  private static String byHeader(String name, String... values) throws Exception {
    HttpHeaders headers = new DefaultHttpHeaders();
    headers.add(name, List.of(values));
    return sender(PROXY, headers);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "198.51.100.7                          | 198.51.100.7",
        "198.51.100.7:4711                     | 198.51.100.7",
        "2001:db8::7                           | 2001:db8:0:0:0:0:0:7",
        "[2001:db8::7]                         | 2001:db8:0:0:0:0:0:7",
        "[2001:db8::7]:4711                    | 2001:db8:0:0:0:0:0:7",
        // the right-most that is no proxy of ours: what stands left of it anybody may have written
        "203.0.113.9, 198.51.100.7             | 198.51.100.7",
        "203.0.113.9, 198.51.100.7, 10.9.9.9   | 198.51.100.7",
        "203.0.113.9,198.51.100.7,2001:db8:1::5| 198.51.100.7",
        "garbage, 198.51.100.7                 | 198.51.100.7",
        "10.9.9.8, 10.9.9.9                    | 10.9.9.8",
        // nobody known: the nearest that is
        "garbage                               | 10.1.2.3",
        "198.51.100.7, unknown                 | 10.1.2.3",
        "198.51.100.7, unknown, 10.9.9.9       | 10.9.9.9",
        "198.51.100.7,                         | 10.1.2.3",
        "198.51.100.256                        | 10.1.2.3",
        "[2001:db8::7                          | 10.1.2.3",
        "[2001:db8::7]x                        | 10.1.2.3",
        "fe80::1%eth0                          | 10.1.2.3",
        "localhost                             | 10.1.2.3",
      })
  void readsXForwardedFor(String value, String expected) throws Exception {
    assertThat(byHeader("X-Forwarded-For", value)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      value = {
        "for=198.51.100.7                                        | 198.51.100.7",
        "For=198.51.100.7;proto=https;by=203.0.113.43            | 198.51.100.7",
        "by=203.0.113.43 ; for=\"198.51.100.7:4711\"             | 198.51.100.7",
        "for=\"[2001:db8::7]\"                                   | 2001:db8:0:0:0:0:0:7",
        "for=\"[2001:db8::7]:4711\"                              | 2001:db8:0:0:0:0:0:7",
        "for=\"198.51\\.100.7\"                                  | 198.51.100.7",
        "for=203.0.113.9, for=198.51.100.7, for=10.9.9.9         | 198.51.100.7",
        "for=203.0.113.9, for=198.51.100.7;host=\"a,for=1.2.3.4\"| 198.51.100.7",
        "for=198.51.100.7, for=_hidden                           | 10.1.2.3",
        "for=198.51.100.7, for=unknown                           | 10.1.2.3",
        "for=198.51.100.7, by=203.0.113.43                       | 10.1.2.3",
        "for=198.51.100.7;for=203.0.113.9                        | 10.1.2.3",
        "for=\"198.51.100.7                                      | 10.1.2.3",
        "198.51.100.7                                            | 10.1.2.3",
        "for=                                                    | 10.1.2.3",
        ";;,,==                                                  | 10.1.2.3",
      })
  void readsForwarded(String value, String expected) throws Exception {
    assertThat(byHeader("Forwarded", value)).isEqualTo(expected);
  }

  @Test
  void severalLinesAreOneList() throws Exception {
    assertThat(byHeader("X-Forwarded-For", "203.0.113.9", "198.51.100.7, 10.9.9.9"))
        .isEqualTo("198.51.100.7");
  }

  @ParameterizedTest
  @ValueSource(strings = {"X-Forwarded-For", "Forwarded"})
  void whoeverIsNoTrustedProxySpeaksForHimselfAlone(String name) throws Exception {
    HttpHeaders headers =
        new DefaultHttpHeaders().add(name, name.length() > 9 ? "10.9.9.9" : "for=10.9.9.9");
    assertThat(sender("198.51.100.99", headers)).isEqualTo("198.51.100.99");
  }

  @Test
  void aProxyThatPassesTheOtherHeaderOnCannotBeUsedToLie() throws Exception {
    HttpHeaders both =
        new DefaultHttpHeaders()
            .add("Forwarded", "for=203.0.113.9")
            .add("X-Forwarded-For", "198.51.100.7");
    assertThat(sender(PROXY, both)).isEqualTo(PROXY);
    both.set("Forwarded", "for=198.51.100.7");
    assertThat(sender(PROXY, both)).isEqualTo("198.51.100.7");
  }
}
