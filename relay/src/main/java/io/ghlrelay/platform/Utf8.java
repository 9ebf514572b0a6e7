package io.ghlrelay.platform;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Whether bytes are well-formed UTF-8 (Unicode 16, table 3-7). Stateless.
 *
 * <p>The JDK can tell only by decoding, which costs more than all else that is read of a body.
 */
final class Utf8 {
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());

  /** The high bits of eight bytes: none is set in ASCII. */
  private static final long NOT_ASCII = 0x8080808080808080L;

  private Utf8() {}

  static boolean wellFormed(byte[] bytes) {
    int i = 0;
    while (i < bytes.length) {
      while (i + Long.BYTES <= bytes.length && ((long) LONGS.get(bytes, i) & NOT_ASCII) == 0) {
        i += Long.BYTES; // most of a body
      }
      if (i == bytes.length) {
        return true;
      }
      byte lead = bytes[i++];
      if (lead >= 0) {
        continue;
      }
      int more = more(lead);
      if (more == 0 || i + more > bytes.length || !second(lead, bytes[i])) {
        return false;
      }
      for (int j = 1; j < more; j++) {
        if (bytes[i + j] >= (byte) 0xC0) {
          return false;
        }
      }
      i += more;
    }
    return true;
  }

  /** How many bytes follow a lead byte; 0 = it is none. */
  private static int more(byte lead) {
    int value = lead & 0xFF;
    if (value >= 0xC2 && value <= 0xDF) {
      return 1;
    }
    if (value >= 0xE0 && value <= 0xEF) {
      return 2;
    }
    return value >= 0xF0 && value <= 0xF4 ? 3 : 0;
  }

  /** The second byte's range shuts out overlong forms, surrogates and what is beyond U+10FFFF. */
  private static boolean second(byte lead, byte second) {
    int value = second & 0xFF;
    return switch (lead & 0xFF) {
      case 0xE0 -> value >= 0xA0 && value <= 0xBF;
      case 0xED -> value >= 0x80 && value <= 0x9F;
      case 0xF0 -> value >= 0x90 && value <= 0xBF;
      case 0xF4 -> value >= 0x80 && value <= 0x8F;
      default -> value >= 0x80 && value <= 0xBF;
    };
  }
}
