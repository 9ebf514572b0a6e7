package io.ghlrelay.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** What is text stays text in roff. */
class RoffTest {
  @Test
  void markupInTextIsEscaped() {
    assertThat(Roff.plain("a\\b --c 'd' \"e\" `f` ^g ~h é"))
        .isEqualTo("a\\eb \\-\\-c \\(aqd\\(aq \\(dqe\\(dq \\(gaf\\(ga \\(hag \\(tih \\[u00E9]");
  }

  @Test
  void noLineIsTakenForARequest() {
    String page =
        new Roff()
            .paragraph(".so /etc/passwd")
            .paragraph("'br")
            .verbatim(List.of(".x", "", "y"))
            .section("a \"b\"")
            .toString();
    assertThat(page)
        .isEqualTo(
            """
            .PP
            \\&.so /etc/passwd
            .PP
            \\&'br
            .PP
            .RS "4"
            .nf
            \\fB.x\\fP
            \\fB\\fP
            \\fBy\\fP
            .fi
            .RE
            .SH "a \\(dqb\\(dq"
            """);
  }
}
