package io.ghlrelay.conformance.cli;

import io.ghlrelay.conformance.signing.SigningKeys;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** {@code keygen}: makes keys to play the platform with. */
final class KeygenCommand implements Command {
  @Override
  public String name() {
    return "keygen";
  }

  @Override
  public List<String> examples() {
    return List.of("keygen", "keygen --out configs/keys");
  }

  @Override
  public String description() {
    return "Make the keys that simulate and certify sign with, and their public halves.";
  }

  @Override
  public List<Option> options() {
    return List.of(
        new Option("--out", "FOLDER", "Where to (default: keys). Nothing is overwritten."));
  }

  @Override
  public int run(Arguments arguments, Terminal terminal) throws IOException {
    Path folder = Path.of(arguments.get("--out", "keys"));
    SigningKeys.generate().write(folder);
    terminal.out().println(folder.resolve("ghl-ed25519.pub.pem"));
    terminal.out().println(folder.resolve("ghl-rsa.pub.pem"));
    terminal.message(
        "Give these public keys to the endpoint under test, in place of the platform's.");
    return ExitCodes.OK;
  }
}
