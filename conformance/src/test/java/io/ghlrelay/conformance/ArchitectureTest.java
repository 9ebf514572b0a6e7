package io.ghlrelay.conformance;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** Who may use whom, as the package comments say. */
class ArchitectureTest {
  private static final JavaClasses OURS =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("io.ghlrelay.conformance");
  private static final String ROOT = "io.ghlrelay.conformance.";

  @Test
  void nothingButTheJdkIsUsed() {
    classes()
        .that()
        .resideOutsideOfPackage(ROOT + "junit..")
        .should()
        .onlyDependOnClassesThat(
            resideInAnyPackage(
                "io.ghlrelay.conformance..",
                "java..",
                "javax..",
                "com.sun.net.httpserver..",
                "org.jspecify.annotations.."))
        .check(OURS);
  }

  @Test
  void junitIsUsedByTheExtensionAlone() {
    classes()
        .that()
        .resideInAPackage(ROOT + "junit..")
        .should()
        .onlyDependOnClassesThat(
            resideInAnyPackage(
                "io.ghlrelay.conformance..",
                "java..",
                "org.junit.jupiter.api..",
                "org.junit.platform.commons..",
                "org.apiguardian..",
                "org.jspecify.annotations.."))
        .check(OURS);
  }

  @Test
  void noPackageUsesItselfByADetour() {
    slices().matching("io.ghlrelay.conformance.(*)..").should().beFreeOfCycles().check(OURS);
  }

  @Test
  void theRulesKnowNoClockAndNoNetwork() {
    noClasses()
        .that()
        .resideInAnyPackage(
            ROOT + "schedule..", ROOT + "payload..", ROOT + "fault..", ROOT + "json..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("java.net..", "java.util.concurrent..", ROOT + "simulator..")
        .orShould()
        .callMethod(System.class, "currentTimeMillis")
        .orShould()
        .callMethod(System.class, "nanoTime")
        .orShould()
        .callMethod(java.time.Instant.class, "now")
        .check(OURS);
  }

  @Test
  void theCommandLineIsOnTop() {
    noClasses()
        .that()
        .resideOutsideOfPackage(ROOT + "cli..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage(ROOT + "cli..")
        .check(OURS);
  }
}
