package io.ghlrelay.logging;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.spi.ContextAwareBase;
import co.elastic.logging.logback.EcsEncoder;
import java.io.Console;
import java.util.Locale;

/**
 * Sets logging up without a file: one line a record on stderr; readable on a terminal, ECS JSON
 * elsewhere. {@code RELAY_LOG_FORMAT} (human or json) and {@code RELAY_LOG_LEVEL} override; system
 * properties {@code relay.log.format} and {@code relay.log.level} do so before them. Found by
 * logback as a service.
 */
public final class LoggingConfigurator extends ContextAwareBase implements Configurator {
  private static final String PATTERN = "%d{HH:mm:ss.SSS} %-5level %logger{0} - %msg%n";

  @Override
  public ExecutionStatus configure(LoggerContext context) {
    ConsoleAppender<ILoggingEvent> stderr = new ConsoleAppender<>();
    stderr.setContext(context);
    stderr.setName("stderr");
    stderr.setTarget("System.err");
    stderr.setEncoder(encoder(context));
    stderr.start();
    var root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    root.addAppender(stderr);
    root.setLevel(Level.toLevel(setting("level", "INFO"), Level.INFO));
    context.getLogger("audit").setLevel(Level.INFO); // whatever else is worth saying
    context.getLogger("io.netty").setLevel(Level.WARN);
    return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
  }

  private static Encoder<ILoggingEvent> encoder(LoggerContext context) {
    String format = setting("format", isTerminal() ? "human" : "json");
    if (format.equals("json")) {
      EcsEncoder ecs = new EcsEncoder();
      ecs.setContext(context);
      ecs.setServiceName("ghl-relay");
      ecs.start();
      return ecs;
    }
    PatternLayoutEncoder pattern = new PatternLayoutEncoder();
    pattern.setContext(context);
    pattern.setPattern(PATTERN);
    pattern.start();
    return pattern;
  }

  /** On JDK 22 and later a console is there even without a terminal, and says which it is. */
  @SuppressWarnings("SystemConsoleNull")
  private static boolean isTerminal() {
    Console console = System.console();
    if (console == null) {
      return false;
    }
    try {
      return (boolean) Console.class.getMethod("isTerminal").invoke(console);
    } catch (NoSuchMethodException olderJdk) {
      return true;
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("Console.isTerminal is public and takes nothing", e);
    }
  }

  private static String setting(String name, String fallback) {
    String property = System.getProperty("relay.log." + name);
    if (property != null) {
      return property;
    }
    String variable = System.getenv("RELAY_LOG_" + name.toUpperCase(Locale.ROOT));
    return variable == null || variable.isEmpty() ? fallback : variable;
  }
}
