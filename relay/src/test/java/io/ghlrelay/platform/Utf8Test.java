package io.ghlrelay.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The JDK's decoder is the oracle. */
class Utf8Test {
  private static boolean decodes(byte[] bytes) {
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
      return true;
    } catch (CharacterCodingException e) {
      return false;
    }
  }

  private static void check(byte... bytes) {
    assertThat(Utf8.wellFormed(bytes)).as("%s", (Object) bytes).isEqualTo(decodes(bytes));
  }

  @Test
  void agreesOnEveryPairAndTriple() {
    for (int a = 0; a < 256; a++) {
      check((byte) a);
      for (int b = 0; b < 256; b++) {
        check((byte) a, (byte) b);
        check((byte) a, (byte) b, (byte) 0x80);
        check((byte) a, (byte) b, (byte) 0xBF, (byte) 0x80);
        check((byte) a, (byte) b, (byte) 0xC0, (byte) 0x80);
        check((byte) a, (byte) b, (byte) 0x80, (byte) 0x41);
      }
    }
  }

  @Test
  void agreesOnEveryCodePointAndOnDamagedText() {
    for (int code = 0; code <= Character.MAX_CODE_POINT; code += 7) {
      if (code < Character.MIN_SURROGATE || code > Character.MAX_SURROGATE) {
        check(Character.toString(code).getBytes(StandardCharsets.UTF_8));
      }
    }
    Random random = new Random(1);
    byte[] text = "Grüße, 日本 🚀 — plain text between".repeat(3).getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < 20_000; i++) {
      byte[] damaged = text.clone();
      damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
      check(damaged);
      check(java.util.Arrays.copyOf(text, random.nextInt(text.length)));
    }
  }
}
