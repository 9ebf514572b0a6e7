package io.ghlrelay;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.ghlrelay.config.Secret;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The house as it is drawn: who may use whom, and what nobody may do. */
class ArchitectureTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .withImportOption(location -> !location.contains("/conformance"))
          .importPackages("io.ghlrelay");

  /** Each package and the packages of ours that it may use, beside itself. */
  private static final Map<String, String[]> MAY_USE =
      Map.ofEntries(
          Map.entry("time", new String[] {}),
          Map.entry("logging", new String[] {}),
          Map.entry("platform", new String[] {}),
          Map.entry("retry", new String[] {}),
          Map.entry("routing", new String[] {"platform"}),
          Map.entry("store", new String[] {"platform", "retry", "routing"}),
          Map.entry("store.commit", new String[] {"store"}),
          Map.entry(
              "store.rocksdb",
              new String[] {"store", "store.commit", "platform", "retry", "routing"}),
          Map.entry(
              "store.postgres",
              new String[] {"store", "store.commit", "platform", "retry", "routing"}),
          Map.entry("store.memory", new String[] {"store", "platform", "retry", "routing"}),
          Map.entry("config", new String[] {"platform", "retry", "routing"}),
          Map.entry("ingress", new String[] {"config", "platform", "routing", "store"}),
          Map.entry("delivery", new String[] {"config", "platform", "retry", "store"}),
          Map.entry(
              "admin",
              new String[] {"config", "delivery", "platform", "retry", "routing", "store"}),
          Map.entry("cli", new String[] {"config", "platform", "retry", "routing"}));

  static Stream<String> packages() {
    return MAY_USE.keySet().stream().sorted();
  }

  @ParameterizedTest
  @MethodSource("packages")
  void usesOnlyWhatItMay(String name) {
    String[] allowed =
        Stream.concat(Stream.of(name), Arrays.stream(MAY_USE.getOrDefault(name, new String[0])))
            .map(one -> "io.ghlrelay." + one)
            .toArray(String[]::new);
    noClasses()
        .that()
        .resideInAPackage("io.ghlrelay." + name)
        .should()
        .dependOnClassesThat(
            resideInAnyPackage("io.ghlrelay..").and(resideOutsideOfPackages(allowed)))
        .check(CLASSES);
  }

  private static DescribedPredicate<JavaClass> resideOutsideOfPackages(String[] packages) {
    return JavaClass.Predicates.resideOutsideOfPackages(packages);
  }

  @Test
  void everyPackageStandsInTheTable() {
    noClasses()
        .that(
            resideInAnyPackage("io.ghlrelay..")
                .and(resideOutsideOfPackage("io.ghlrelay"))
                .and(
                    resideOutsideOfPackages(
                        packages().map(one -> "io.ghlrelay." + one).toArray(String[]::new))))
        .should()
        .resideInAPackage("..")
        .allowEmptyShould(true)
        .check(CLASSES);
  }

  @Test
  void packagesFormNoCycle() {
    slices().matching("io.ghlrelay.(*)..").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void rulesKnowNoNetwork() {
    noClasses()
        .that()
        .resideInAnyPackage(
            "io.ghlrelay.retry",
            "io.ghlrelay.platform",
            "io.ghlrelay.routing",
            "io.ghlrelay.config",
            "io.ghlrelay.store..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.netty..")
        .check(CLASSES);
  }

  @Test
  void onlyTheTimePackageReadsTheClock() {
    noClasses()
        .that()
        .resideOutsideOfPackage("io.ghlrelay.time")
        .should()
        .callMethod(Instant.class, "now")
        .orShould()
        .callMethod(System.class, "currentTimeMillis")
        .orShould()
        .callMethod(Clock.class, "systemUTC")
        .orShould()
        .callMethod(Thread.class, "sleep", long.class)
        .check(CLASSES);
  }

  /** Whoever else reveals one may print it. A new name here needs a line in {@code SecretsIT}. */
  @Test
  void onlyWhoSendsOrComparesASecretRevealsIt() {
    noClasses()
        .that()
        .doNotHaveSimpleName("AdminAccess")
        .and()
        .doNotHaveSimpleName("AdminOptions")
        .and()
        .doNotHaveSimpleName("Credentials")
        .and()
        .doNotHaveSimpleName("FetchedToken")
        .and()
        .doNotHaveSimpleName("OutboundRequest")
        .and()
        .doNotHaveSimpleName("Redaction")
        .and()
        .doNotHaveSimpleName("StandardWebhooksSigner")
        .and()
        .doNotHaveSimpleName("Stores")
        .and()
        .doNotHaveSimpleName("TokenRequest")
        .should()
        .callMethod(Secret.class, "reveal")
        .check(CLASSES);
  }

  @Test
  void tokensAreComparedInConstantTime() {
    classes()
        .that()
        .haveSimpleName("AdminAccess")
        .should()
        .callMethod(MessageDigest.class, "isEqual", byte[].class, byte[].class)
        .check(CLASSES);
    noClasses()
        .that()
        .haveSimpleName("AdminAccess")
        .should()
        .callMethod(Arrays.class, "equals", byte[].class, byte[].class)
        .orShould()
        .callMethod(Secret.class, "equals", Object.class)
        .check(CLASSES);
  }

  @Test
  void onlyTheCommandLinePrints() {
    noClasses()
        .that()
        .resideOutsideOfPackages("io.ghlrelay.cli", "io.ghlrelay")
        .should()
        .accessField(System.class, "out")
        .orShould()
        .accessField(System.class, "err")
        .check(CLASSES);
  }
}
