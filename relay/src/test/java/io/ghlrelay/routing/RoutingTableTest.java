package io.ghlrelay.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.ghlrelay.platform.Envelope;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Which targets an event goes to. */
class RoutingTableTest {
  private static Envelope envelope(
      @Nullable String type, @Nullable String location, @Nullable String company) {
    return new Envelope("w", type, location, company, "app1", null);
  }

  private static Route route(
      String name,
      List<String> locations,
      List<String> companies,
      List<String> types,
      boolean stop) {
    return new Route(
        name, locations, companies, List.of(), types, List.of("to-" + name), stop, false);
  }

  private static List<String> targets(
      RoutingTable table, Envelope envelope, @Nullable String learnt) {
    return table.route(envelope, learnt).targets().stream().map(RoutedTarget::target).toList();
  }

  @Test
  void everyConditionMustHoldAndAllMatchingRoutesApply() {
    RoutingTable table =
        new RoutingTable(
            List.of(
                route("north", List.of("n"), List.of(), List.of("Contact*"), false),
                route("agency", List.of(), List.of("comp"), List.of(), false),
                route("rest", List.of(), List.of(), List.of(), false)));

    assertThat(targets(table, envelope("ContactCreate", "n", "comp"), null))
        .containsExactly("to-north", "to-agency", "to-rest");
    assertThat(targets(table, envelope("OrderCreate", "n", null), null)).containsExactly("to-rest");
    assertThat(targets(table, Envelope.EMPTY, null)).containsExactly("to-rest");
  }

  @Test
  void theLearntCompanyCountsOnlyWhereTheEventNamesNone() {
    RoutingTable table =
        new RoutingTable(List.of(route("a", List.of(), List.of("comp"), List.of(), false)));

    assertThat(targets(table, envelope("T", "n", null), "comp")).containsExactly("to-a");
    assertThat(targets(table, envelope("T", "n", "other"), "comp")).isEmpty();
  }

  @Test
  void stopEndsTheSearchAndATargetComesOnce() {
    Route first =
        new Route(
            "1", List.of("n"), List.of(), List.of(), List.of(), List.of("a", "b"), true, false);
    Route second =
        new Route("2", List.of(), List.of(), List.of(), List.of(), List.of("b", "c"), false, false);
    Route third =
        new Route("3", List.of(), List.of(), List.of(), List.of(), List.of("c"), false, false);
    RoutingTable table = new RoutingTable(List.of(first, second, third));

    assertThat(targets(table, envelope("T", "n", null), null)).containsExactly("a", "b");
    assertThat(table.route(envelope("T", "x", null), null).targets())
        .containsExactly(new RoutedTarget("b", "2"), new RoutedTarget("c", "2"));
    assertThat(table.explain(envelope("T", "x", null), null))
        .extracting(RoutingTable.Explanation::because)
        .containsExactly("locations", null, null);
    assertThat(table.explain(envelope("T", "n", null), null))
        .extracting(RoutingTable.Explanation::because)
        .containsExactly(null, "stopped", "stopped");
  }

  @Test
  void aDirectRouteTakesWhatNoneBeforeItTookAndTakesItAlone() {
    Route contacts = route("contacts", List.of(), List.of(), List.of("Contact*"), false);
    Route direct =
        new Route(
            "direct",
            List.of("n"),
            List.of(),
            List.of(),
            List.of(),
            List.of("to-direct"),
            false,
            true);
    Route rest = route("rest", List.of(), List.of(), List.of(), false);
    RoutingTable table = new RoutingTable(List.of(contacts, direct, rest));

    Envelope alone = envelope("OrderCreate", "n", null);
    assertThat(table.route(alone, null))
        .isEqualTo(new RoutingTable.Choice(List.of(new RoutedTarget("to-direct", "direct")), true));
    assertThat(table.explain(alone, null))
        .extracting(RoutingTable.Explanation::because)
        .containsExactly("types", null, "stopped");

    Envelope taken = envelope("ContactCreate", "n", null);
    assertThat(table.route(taken, null).direct()).isFalse();
    assertThat(targets(table, taken, null)).containsExactly("to-contacts", "to-rest");
    assertThat(table.explain(taken, null))
        .extracting(RoutingTable.Explanation::because)
        .containsExactly(null, "taken", null);

    Envelope elsewhere = envelope("OrderCreate", "x", null);
    assertThat(table.route(elsewhere, null).direct()).isFalse();
    assertThat(targets(table, elsewhere, null)).containsExactly("to-rest");
    assertThat(table.explain(elsewhere, null))
        .extracting(RoutingTable.Explanation::because)
        .containsExactly("types", "locations", null);
  }

  /** Against the obvious, slow way to say the same. */
  @Test
  void wildcardsMatchAsRegularExpressionsWould() {
    Random random = new Random(11);
    for (int i = 0; i < 50_000; i++) {
      String pattern = word(random, "ab*", 6);
      String text = word(random, "ab", 8);
      String regex = Pattern.quote(pattern).replace("*", "\\E.*\\Q");
      assertThat(new Wildcard(pattern).matches(text))
          .as("%s on %s", pattern, text)
          .isEqualTo(text.matches(regex));
    }
  }

  private static String word(Random random, String letters, int max) {
    StringBuilder word = new StringBuilder();
    int length = random.nextInt(max + 1);
    for (int i = 0; i < length; i++) {
      word.append(letters.charAt(random.nextInt(letters.length())));
    }
    return word.toString();
  }
}
