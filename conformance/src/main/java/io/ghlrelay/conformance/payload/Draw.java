package io.ghlrelay.conformance.payload;

import java.math.BigDecimal;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Draws the values that templates name. Not thread-safe. */
final class Draw {
  private static final String ALPHANUMERIC =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  private static final Pattern NAME = Pattern.compile("@([a-zA-Z0-9]+)(:[^@]*)?");

  private static final List<String> FIRST =
      List.of("Zoë", "Jürgen", "Ana", "陽子", "Siobhán", "Łukasz", "נועה", "Søren", "Chloé", "Omar");
  private static final List<String> LAST =
      List.of(
          "Müller", "O'Neill", "García", "山田", "Nguyễn", "Kowalski", "Åkesson", "d'Arc", "Smith");
  private static final List<String> CITIES =
      List.of("München", "São Paulo", "東京", "Zürich", "תל אביב", "Kraków", "Austin");
  private static final List<String> COMPANIES =
      List.of("Café Größenwahn GmbH", "Smith & Sons", "株式会社テスト", "Fizz \"Pop\" Ltd", "Ünal A.Ş.");
  private static final List<String> WORDS =
      List.of("vip", "neu", "été", "a/b-test", "50%", "naïve", "日本", "🚀", "R&D", "newsletter");
  private static final List<String> TEXTS =
      List.of(
          "Called back; wants an offer by Friday.",
          "Fünf Stühle à 49,90 € – \"so bald wie möglich\".",
          "Line one\nLine two\twith a tab, a back\\slash and a </script> tag.",
          "ご連絡ありがとうございます。 🙏",
          "שלום, נתראה מחר",
          "Rendez-vous à 9 h, 2ᵉ étage 👩‍💻");

  private final SplittableRandom random;

  Draw(SplittableRandom random) {
    this.random = random;
  }

  /** The value of a template's string: a drawn one, or the text with each {@code @name} drawn. */
  Object value(String template) {
    Matcher matcher = NAME.matcher(template);
    if (matcher.matches()) {
      return named(matcher.group(1), matcher.group(2) == null ? "" : matcher.group(2).substring(1));
    }
    matcher.reset();
    return matcher.replaceAll(
        found -> Matcher.quoteReplacement(named(found.group(1), "").toString()));
  }

  private Object named(String name, String argument) {
    return switch (name) {
      case "id" -> id();
      case "hex24" -> chars("0123456789abcdef", 24);
      case "uuid" -> uuid();
      case "firstName" -> one(FIRST);
      case "lastName" -> one(LAST);
      case "fullName" -> one(FIRST) + " " + one(LAST);
      case "company" -> one(COMPANIES);
      case "city" -> one(CITIES);
      case "street" ->
          random.nextInt(1, 200) + " " + one(List.of("Main St", "Königsallee", "Rue de l'Église"));
      case "zip" -> chars("0123456789", 5);
      case "email" -> chars("abcdefghijklmnopqrstuvwxyz", 8) + "+ghl@" + domain();
      case "domain" -> domain();
      case "phone" -> "+" + random.nextInt(1, 98) + chars("0123456789", 10);
      case "url" -> "https://" + domain() + "/" + chars("abcdef", 5) + "?q=1&x=%20";
      case "word" -> one(WORDS);
      case "text" -> one(TEXTS);
      case "bool" -> random.nextBoolean();
      case "date" -> date().toString();
      case "day" -> date().toString().substring(0, 10);
      case "money" -> BigDecimal.valueOf(random.nextInt(1, 2_000_000), 2).stripTrailingZeros();
      case "int" -> number(argument);
      case "pick" -> one(List.of(argument.split("\\|")));
      default -> throw new IllegalStateException("no such draw: " + name);
    };
  }

  /** An id of 20 characters, such as {@code ve9EPM428h8vShlRW1KT}. */
  String id() {
    return chars(ALPHANUMERIC, 20);
  }

  /** An id of 24 hexadecimal digits. */
  String hex24() {
    return chars("0123456789abcdef", 24);
  }

  /** A UUID in the form of version 4. */
  String uuid() {
    long high = (random.nextLong() & 0xFFFFFFFFFFFF0FFFL) | 0x4000L;
    long low = (random.nextLong() & 0x3FFFFFFFFFFFFFFFL) | 0x8000000000000000L;
    return new UUID(high, low).toString();
  }

  boolean coin() {
    return random.nextBoolean();
  }

  int below(int bound) {
    return random.nextInt(bound);
  }

  private BigDecimal number(String range) {
    int dash = range.indexOf('-');
    long from = Long.parseLong(range.substring(0, dash));
    long to = Long.parseLong(range.substring(dash + 1));
    return BigDecimal.valueOf(random.nextLong(from, to + 1));
  }

  private Instant date() {
    return Instant.parse("2026-01-01T00:00:00.001Z")
        .plus(random.nextLong(86_400_000L * 300), ChronoUnit.MILLIS);
  }

  private String domain() {
    return chars("abcdefghijklmnop", 7) + ".example";
  }

  private String chars(String from, int count) {
    StringBuilder out = new StringBuilder(count);
    for (int i = 0; i < count; i++) {
      out.append(from.charAt(random.nextInt(from.length())));
    }
    return out.toString();
  }

  String one(List<String> from) {
    return from.get(random.nextInt(from.size()));
  }
}
