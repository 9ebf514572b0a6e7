package io.ghlrelay.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AddressRuleTest {
  private static final AddressRule PUBLIC = new AddressRule(false, true);

  private static boolean refuses(AddressRule rule, String address) throws UnknownHostException {
    return rule.refusal(InetAddress.getByName(address)) != null;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "169.254.169.254",
        "169.254.0.1",
        "fe80::1",
        "fd00:ec2::254",
        "100.100.100.200",
        "192.0.0.192",
        "::ffff:169.254.169.254",
        "64:ff9b::a9fe:a9fe",
        "2002:a9fe:a9fe::1"
      })
  void nobodyReachesTheMachinesMetadataUnlessAllowed(String address) throws Exception {
    assertThat(refuses(AddressRule.DEFAULT, address)).isTrue();
    assertThat(refuses(PUBLIC, address)).isTrue();
    assertThat(refuses(new AddressRule(true, false), address)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "127.0.0.1",
        "127.9.9.9",
        "::1",
        "0.0.0.0",
        "0.1.2.3",
        "::",
        "10.0.0.1",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.1.1",
        "100.64.0.1",
        "198.18.0.1",
        "192.0.2.1",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "fc00::1",
        "fd12:3456::1",
        "ff02::1",
        "2001:db8::1",
        "100::1",
        "::ffff:10.0.0.1",
        "64:ff9b::a00:1",
        "2002:a00:1::1"
      })
  void privateOnesAreTargetsUnlessOnlyPublicOnesMayBe(String address) throws Exception {
    assertThat(refuses(AddressRule.DEFAULT, address)).isFalse();
    assertThat(refuses(PUBLIC, address)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1.1.1.1",
        "8.8.8.8",
        "172.15.255.255",
        "172.32.0.1",
        "100.63.255.255",
        "100.128.0.1",
        "192.167.1.1",
        "2606:4700::1111",
        "2002:101:101::1",
        "64:ff9b::101:101"
      })
  void publicOnesAreAllowed(String address) throws Exception {
    assertThat(refuses(PUBLIC, address)).isFalse();
  }
}
