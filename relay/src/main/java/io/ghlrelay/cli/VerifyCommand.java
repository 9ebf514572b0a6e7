package io.ghlrelay.cli;

import io.ghlrelay.config.ConfigException;
import io.ghlrelay.config.ConfigLoader;
import io.ghlrelay.config.RelayConfig;
import io.ghlrelay.platform.CryptoProviders;
import io.ghlrelay.platform.Envelope;
import io.ghlrelay.platform.EnvelopeReader;
import io.ghlrelay.platform.SignatureScheme;
import io.ghlrelay.platform.SignatureVerifier;
import io.ghlrelay.platform.Verification;
import io.ghlrelay.routing.Route;
import io.ghlrelay.routing.RoutingTable;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code verify}: checks one signature and says why not. */
@Command(
    name = "verify",
    mixinStandardHelpOptions = true,
    header = {
      "Examples:",
      "  relay verify -c relay.yaml --header 'X-GHL-Signature: k3Jf...==' body.json",
      ""
    },
    description =
        "Verify a body against its signature headers, and say where the routes would take it: exit 0"
            + " if genuine, 1 if not.")
public final class VerifyCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = {"-c", "--config"},
      required = true,
      paramLabel = "FILE",
      description = "The configuration with the keys.")
  private Path config = Path.of("relay.yaml");

  @Option(
      names = "--header",
      paramLabel = "'NAME: VALUE'",
      description = "A request header; repeat for more.")
  private List<String> headers = new ArrayList<>();

  @Parameters(paramLabel = "BODY", description = "File with the exact body bytes; - reads stdin.")
  private String body = "-";

  @Override
  public Integer call() throws IOException, ConfigException {
    PrintWriter err = spec.commandLine().getErr();
    byte[] bytes;
    if (body.equals("-")) {
      bytes = System.in.readAllBytes();
    } else if (Files.exists(Path.of(body))) {
      bytes = Files.readAllBytes(Path.of(body));
    } else {
      err.println("error: there is no file " + body);
      return ExitCodes.NO_INPUT;
    }
    RelayConfig loaded = new ConfigLoader(System.getenv(), Map.of()).load(config);
    SignatureVerifier verifier =
        new SignatureVerifier(loaded.verification().keys(), CryptoProviders.choose());
    Verification verification =
        verifier.verify(bytes, values(SignatureScheme.ED25519), values(SignatureScheme.RSA_SHA256));
    int exit = report(verification);
    if (exit == ExitCodes.OK) {
      spec.commandLine()
          .getOut()
          .println(goesTo(new EnvelopeReader().read(bytes), loaded.routes()));
    }
    return exit;
  }

  private static String goesTo(Envelope envelope, List<Route> routes) {
    RoutingTable.Choice choice = new RoutingTable(routes).route(envelope, null);
    String targets =
        choice.targets().stream()
            .map(to -> to.target() + " (route " + to.route() + ")")
            .collect(Collectors.joining(", "));
    String where = "goes to " + targets;
    if (choice.direct()) {
      where = "goes directly to " + targets + "; nothing is stored";
    } else if (choice.targets().isEmpty()) {
      where = "stays unrouted: no route takes it";
    }
    boolean byCompany = routes.stream().anyMatch(route -> !route.companies().isEmpty());
    return byCompany && envelope.companyId() == null && envelope.locationId() != null
        ? where + ". Companies that the relay has learnt of locations are not known here"
        : where;
  }

  private List<String> values(SignatureScheme scheme) {
    List<String> values = new ArrayList<>();
    for (String header : headers) {
      int colon = header.indexOf(':');
      if (colon < 1) {
        throw new ParameterException(
            spec.commandLine(), "--header '" + header + "' (expected: 'Name: value')");
      }
      if (header.substring(0, colon).trim().equalsIgnoreCase(scheme.header())) {
        values.add(header.substring(colon + 1).trim());
      }
    }
    return values;
  }

  private int report(Verification verification) {
    PrintWriter out = spec.commandLine().getOut();
    if (verification instanceof Verification.Verified verified) {
      out.println("genuine: " + verified.scheme().id() + ", key " + verified.keyId());
      return ExitCodes.OK;
    }
    Verification.Reason reason = ((Verification.Refused) verification).reason();
    out.println("refused: " + explain(reason));
    return ExitCodes.CHECK_FAILED;
  }

  private static String explain(Verification.Reason reason) {
    return switch (reason) {
      case MISSING ->
          "no signature header (X-GHL-Signature or X-WH-Signature), or only the literal N/A";
      case MALFORMED ->
          "the signature header is not standard base64 of the right length (88 characters for"
              + " X-GHL-Signature, 684 for X-WH-Signature), or stands there twice";
      case NO_KEY ->
          "no key is configured for this scheme; X-GHL-Signature alone counts when it is there";
      case WRONG ->
          "the signature fits none of the keys. Is this the exact body, byte for byte? A body that"
              + " was parsed and written again, or lost its last line break, has another signature";
    };
  }
}
