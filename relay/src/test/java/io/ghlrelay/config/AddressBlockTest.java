package io.ghlrelay.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Blocks of addresses: what is one, and what is in it. */
class AddressBlockTest {
  @ParameterizedTest
  @CsvSource({
    "10.0.0.0/8, 10.255.0.1, true",
    "10.0.0.0/8, 11.0.0.0, false",
    "192.0.2.7, 192.0.2.7, true",
    "192.0.2.7, 192.0.2.6, false",
    "192.0.2.128/25, 192.0.2.127, false",
    "192.0.2.128/25, 192.0.2.128, true",
    "0.0.0.0/0, 198.51.100.1, true",
    "0.0.0.0/0, ::1, false",
    "fc00::/7, fdff::1, true",
    "fc00::/7, fe00::1, false",
    "::1, ::1, true",
    "::ffff:10.0.0.0/8, 10.1.1.1, true"
  })
  void holdsWhatIsInIt(String block, String address, boolean held) throws Exception {
    assertThat(AddressBlock.parse(block).holds(InetAddress.getByName(address))).isEqualTo(held);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/8",
        "ten/8",
        "localhost",
        "10.0.0/8",
        "10.0.0.256/32",
        "10.0.0.0/33",
        "10.0.0.0/-1",
        "10.0.0.0/x",
        "10.0.0.0/",
        "10.0.0.0/8/8",
        "fe80::1%eth0/64",
        "fc00::/129",
        ":::/1",
        "1.2.3.4:80"
      })
  void refusesWhatIsNone(String text) {
    assertThatThrownBy(() -> AddressBlock.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'" + text + "' (expected: ");
  }

  @ParameterizedTest
  @CsvSource({"10.1.2.3/8, 10.0.0.0/8", "fc00::1/7, fc00:0:0:0:0:0:0:0/7"})
  void asksWhetherTheWholeBlockIsMeant(String text, String meant) {
    assertThatThrownBy(() -> AddressBlock.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("did you mean '" + meant + "'?");
  }
}
