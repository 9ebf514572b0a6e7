package io.ghlrelay.admin;

import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The console's files, out of the jar. They hold no secret and are served to everyone; all they do
 * is ask the API. Thread-safe.
 */
final class ConsoleFiles {
  /** Nothing but what this server serves, and no script or style in a page. */
  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
          + " connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none';"
          + " frame-ancestors 'none'";

  /** Names that can be in the jar, and cannot climb out of their folder. */
  private static final Pattern PATH =
      Pattern.compile("(?:[a-z0-9][A-Za-z0-9_-]*/)*[a-z0-9][A-Za-z0-9_.-]*\\.([a-z0-9]+)");

  private static final Map<String, String> TYPES =
      Map.of(
          "html", "text/html; charset=utf-8",
          "css", "text/css; charset=utf-8",
          "js", "text/javascript; charset=utf-8",
          "svg", "image/svg+xml",
          "png", "image/png");

  private static final String INDEX = "index.html";

  private final Map<String, File> files = new ConcurrentHashMap<>();

  private record File(byte[] bytes, String type, String tag) {}

  ApiResponse index(ApiRequest request) {
    return serve(INDEX, request);
  }

  ApiResponse file(ApiRequest request) {
    return serve(request.variables().getOrDefault("path", ""), request);
  }

  private ApiResponse serve(String path, ApiRequest request) {
    request.onlyParameters(Set.of());
    File file = files.get(path);
    if (file == null) {
      file = read(path);
      if (file == null) {
        throw new ApiException(404, "The console has no such file.");
      }
      files.put(path, file);
    }
    Map<String, String> headers =
        Map.of(
            "Content-Security-Policy",
            POLICY,
            "ETag",
            file.tag(),
            // Asked for anew each time, so that a new version of the relay is seen at once.
            "Cache-Control",
            "no-cache",
            "Referrer-Policy",
            "no-referrer");
    if (file.tag().equals(request.headers().get("If-None-Match"))) {
      return new ApiResponse(304, file.type(), new byte[0], headers);
    }
    return new ApiResponse(200, file.type(), file.bytes(), headers);
  }

  private static @Nullable File read(String path) {
    var matcher = PATH.matcher(path);
    String type = matcher.matches() ? TYPES.get(matcher.group(1)) : null;
    if (type == null) {
      return null;
    }
    try (InputStream in = ConsoleFiles.class.getResourceAsStream("console/" + path)) {
      if (in == null) {
        return null;
      }
      byte[] bytes = in.readAllBytes();
      String hash =
          HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes), 0, 8);
      return new File(bytes, type, '"' + hash + '"');
    } catch (IOException e) {
      throw new IllegalStateException("the jar cannot be read", e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("SHA-256 is missing from this Java runtime", e);
    }
  }
}
