package io.ghlrelay.conformance.junit;

import io.ghlrelay.conformance.schedule.Profiles;
import io.ghlrelay.conformance.simulator.Simulator;
import io.ghlrelay.conformance.simulator.SimulatorConfig;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.platform.commons.support.AnnotationSupport;

/**
 * Makes a {@link Platform} for each test that asks for one, and shows its timelines when the test
 * fails. Registered by {@link PlatformTest}, or with a set-up of its own:
 *
 * <pre>{@code
 * @RegisterExtension
 * static final PlatformExtension PLATFORM =
 *     PlatformExtension.with(config -> config.profile(Profiles.GHL_CURRENT).concurrency(8));
 * }</pre>
 *
 * <p>Thread-safe: what it makes stands in the test's own store.
 */
public final class PlatformExtension
    implements ParameterResolver, AfterTestExecutionCallback, AfterEachCallback, AfterAllCallback {
  /** System property that gives a seed where the annotation gives none. */
  public static final String SEED_PROPERTY = "conformance.seed";

  private static final Namespace OURS = Namespace.create(PlatformExtension.class);

  private final UnaryOperator<SimulatorConfig> setUp;

  /** For {@link PlatformTest}. */
  public PlatformExtension() {
    this(config -> config);
  }

  private PlatformExtension(UnaryOperator<SimulatorConfig> setUp) {
    this.setUp = setUp;
  }

  /** An extension whose simulators are set up so; it is asked once for each test. */
  public static PlatformExtension with(UnaryOperator<SimulatorConfig> setUp) {
    return new PlatformExtension(setUp);
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == Platform.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    Platform known = context.getStore(OURS).get(Platform.class, Platform.class);
    if (known != null) {
      return known;
    }
    SimulatorConfig config = Simulator.configure();
    PlatformTest annotation = annotation(context);
    config.seed(seed(annotation));
    if (annotation != null) {
      config.profile(Profiles.get(annotation.profile()));
    }
    Platform made = new Platform(setUp.apply(config).build(), name(context));
    context.getStore(OURS).put(Platform.class, made);
    return made;
  }

  @Override
  public void afterTestExecution(ExtensionContext context) {
    Platform platform = context.getStore(OURS).get(Platform.class, Platform.class);
    // Our own assertions bring the timeline in their message.
    if (platform != null
        && context.getExecutionException().isPresent()
        && !(context.getExecutionException().get() instanceof TimelineAssertionError)) {
      context.publishReportEntry("platform", platform.describe());
    }
  }

  @Override
  public void afterEach(ExtensionContext context) {
    close(context);
  }

  /** For one that a constructor or a {@code @BeforeAll} asked for: the whole class shares it. */
  @Override
  public void afterAll(ExtensionContext context) {
    close(context);
  }

  private static void close(ExtensionContext context) {
    Platform platform = context.getStore(OURS).remove(Platform.class, Platform.class);
    if (platform != null) {
      platform.close();
    }
  }

  /** That of the test, its class, or the classes around it. */
  private static @Nullable PlatformTest annotation(ExtensionContext context) {
    for (Optional<ExtensionContext> at = Optional.of(context);
        at.isPresent();
        at = at.get().getParent()) {
      Optional<PlatformTest> found =
          AnnotationSupport.findAnnotation(at.get().getElement(), PlatformTest.class);
      if (found.isPresent()) {
        return found.get();
      }
    }
    return null;
  }

  private static long seed(@Nullable PlatformTest annotation) {
    if (annotation != null && annotation.seed() != 0) {
      return annotation.seed();
    }
    String given = System.getProperty(SEED_PROPERTY, "");
    try {
      return given.isEmpty() ? new SecureRandom().nextInt(1, 1_000_000_000) : Long.parseLong(given);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          SEED_PROPERTY + ": " + given + " (expected: a whole number)", e);
    }
  }

  private static String name(ExtensionContext context) {
    return context.getTestClass().map(Class::getSimpleName).orElse("")
        + context.getTestMethod().map(method -> "#" + method.getName()).orElse("");
  }
}
