package io.ghlrelay.it;

import io.ghlrelay.conformance.signing.Scheme;
import io.ghlrelay.conformance.signing.SigningKeys;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Requests that nobody honest sends, and odd ones that somebody honest may, as bytes on a
 * connection; each by the name that it has in the table of {@code SECURITY.md}. All bodies are
 * signed, so that only what is odd about a request decides. Not thread-safe.
 */
final class HostileCases {
  /** Where a request has this text outside its type, it is asked whether the target saw it. */
  static final String MARKER = "evil";

  private static final String START = "POST /webhooks HTTP/1.1\r\nHost: relay\r\n";
  private static final long DRIP_NANOS = 100_000_000;

  /** Sends a case; one that never ends does so by an exception. */
  interface Sender {
    void send(OutputStream out) throws IOException;
  }

  private final Map<String, Sender> cases = new LinkedHashMap<>();
  private final SigningKeys keys;
  private int bodies;

  HostileCases(SigningKeys keys) {
    this.keys = keys;
    framing();
    chunks();
    heads();
    requestLines();
    sizes();
    slowness();
    contents();
    signatures();
    headers();
  }

  /** By name, in the order of the table. */
  Map<String, Sender> all() {
    return cases;
  }

  private void framing() {
    framed(
        "Content-Length and Transfer-Encoding", "Content-Length: 5", "Transfer-Encoding: chunked");
    framed("Content-Length twice, the same", "Content-Length: 5", "Content-Length: 5");
    framed("Content-Length twice, different", "Content-Length: 5", "Content-Length: 6");
    framed("Content-Length: +5", "Content-Length: +5");
    framed("Content-Length: -5", "Content-Length: -5");
    framed("Content-Length: 0x5", "Content-Length: 0x5");
    framed("Content-Length: 5 5", "Content-Length: 5 5");
    framed("Content-Length: 5, 5", "Content-Length: 5, 5");
    framed("Content-Length without a value", "Content-Length:");
    framed("Content-Length beyond 64 bits", "Content-Length: 99999999999999999999");
    framed("Transfer-Encoding: xchunked", "Transfer-Encoding: xchunked");
    framed("Transfer-Encoding: identity", "Transfer-Encoding: identity");
    framed("Transfer-Encoding: gzip, chunked", "Transfer-Encoding: gzip, chunked");
    framed("Transfer-Encoding: chunked, identity", "Transfer-Encoding: chunked, identity");
    framed("Transfer-Encoding: chunked, chunked", "Transfer-Encoding: chunked, chunked");
    framed("Transfer-Encoding twice", "Transfer-Encoding: chunked", "Transfer-Encoding: chunked");
    framed("Transfer-Encoding with a blank before the colon", "Transfer-Encoding : chunked");
    framed("Transfer-Encoding behind a vertical tab", "Transfer-Encoding: \u000bchunked");
    framed("Transfer-Encoding on a folded line", "Transfer-Encoding:\r\n chunked");
    text(
        "Transfer-Encoding in HTTP/1.0",
        "POST /webhooks HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
  }

  /** A body in both forms, so that whichever frame counts, something would be left over. */
  private void framed(String name, String... lines) {
    text(name, START + String.join("\r\n", lines) + "\r\n\r\n0\r\n\r\n" + genuine(""));
  }

  private void chunks() {
    String head = START + "Transfer-Encoding: chunked\r\n\r\n";
    text("a chunk size of 0x1", head + "0x1\r\nx\r\n0\r\n\r\n");
    text("a chunk size of -1", head + "-1\r\nx\r\n0\r\n\r\n");
    text("a chunk size of +1", head + "+1\r\nx\r\n0\r\n\r\n");
    text("a chunk size that is no number", head + "zz\r\nx\r\n0\r\n\r\n");
    text("an empty chunk size", head + "\r\nx\r\n0\r\n\r\n");
    text("a chunk size beyond 32 bits", head + "100000001\r\nx\r\n0\r\n\r\n");
    text("a chunk size beyond 64 bits", head + "10000000000000001\r\nx\r\n0\r\n\r\n");
    text("a chunk longer than its size", head + "1\r\nxxx\r\n0\r\n\r\n");
    text("chunks with bare line feeds", head + "1\nx\n0\n\n");
    text("a chunk extension with a line feed", head + "1;a\nb\r\nx\r\n0\r\n\r\n");
    text("a chunk extension of 20 KB", head + "1;" + "x".repeat(20_000) + "\r\nx\r\n0\r\n\r\n");
    text("trailers of 20 KB", head + "1\r\nx\r\n0\r\nX: " + "y".repeat(20_000) + "\r\n\r\n");
    byte[] body = body("");
    text(
        "the signature in a trailer",
        head + hex(body) + "0\r\nX-GHL-Signature: " + sign(body) + "\r\n\r\n");
    text(
        "a signed body in chunks, with extensions and trailers",
        START
            + signature(body)
            + "Transfer-Encoding: chunked\r\n\r\n1;n=\"v\"\r\n{\r\n"
            + hex(Arrays.copyOfRange(body, 1, body.length))
            + "0\r\nX-More: x\r\n\r\n");
  }

  private static String hex(byte[] chunk) {
    return Integer.toHexString(chunk.length) + "\r\n" + latin(chunk) + "\r\n";
  }

  private void heads() {
    text("bare line feeds", genuine("").replace("\r\n", "\n"));
    text("a bare carriage return in a header", genuine("X-A: b\rX-B: c\r\n"));
    text("a NUL in a header's value", genuine("X-A: b\0c\r\n"));
    text("a NUL in a header's name", genuine("X-\0A: b\r\n"));
    text("a blank in a header's name", genuine("X A: b\r\n"));
    text("a header without a name", genuine(": b\r\n"));
    text("a header without a colon", genuine("X-A\r\n"));
    text("a header line that begins with a blank", START.replace("Host", " Host") + "\r\n");
    text("a folded header", genuine("X-A: evil\r\n c\r\n"));
    text("no Host", genuine("").replace("Host: relay\r\n", ""));
    text("Host twice", genuine("Host: other\r\n"));
  }

  private void requestLines() {
    text("HTTP/0.9", "GET /webhooks\r\n");
    text("HTTP/1.0", genuine("").replace("HTTP/1.1", "HTTP/1.0"));
    text("HTTP/1.2", genuine("").replace("HTTP/1.1", "HTTP/1.2"));
    text("HTTP/2 announced in a request line", genuine("").replace("HTTP/1.1", "HTTP/2.0"));
    text("HTTP/2 by prior knowledge", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0");
    text("TLS on the port without TLS", latin(HexFormat.of().parseHex("16030100050100000100")));
    text("a version in lower case", genuine("").replace("HTTP/1.1", "http/1.1"));
    text("a fourth word in the request line", genuine("").replace("HTTP/1.1", "x HTTP/1.1"));
    text("a NUL in the request line", genuine("").replace("/webhooks", "/webhooks\0"));
    text("a method with a NUL", "\0" + genuine("").replace("POST", "PO\0ST"));
    text("empty lines before the request", "\r\n\r\n" + genuine(""));
    path("http://relay/webhooks");
    path("*");
    path("/webhooks/");
    path("//webhooks");
    path("/x/../webhooks");
    path("/%77ebhooks");
    path("/webhooks;x=1");
    path("/WEBHOOKS");
    path("/webhooks#x");
    text("a query behind the path", genuine("").replace("/webhooks", "/webhooks?a=b"));
    text("CONNECT", "CONNECT relay:443 HTTP/1.1\r\nHost: relay:443\r\n\r\n");
    text("TRACE", START.replace("POST", "TRACE") + "\r\n");
    text("a method that nobody knows", genuine("").replace("POST", "SMUGGLE"));
  }

  private void path(String path) {
    text("path " + path, genuine("").replace("POST /webhooks", "POST " + path));
  }

  private void sizes() {
    cases.put("1,000,000 headers", repeated(START, "X-A: b\r\n", 1_000_000, "\r\n"));
    text("a header of 20 KB", genuine("X-A: " + "b".repeat(20_000) + "\r\n"));
    cases.put("a header without end", repeated(START + "X-A: ", "b".repeat(1000), -1, ""));
    cases.put("a request line without end", repeated("POST /", "a".repeat(1000), -1, ""));
    cases.put("empty lines without end", repeated("", "\r\n".repeat(500), -1, ""));
    text("a body beyond the limit, announced", START + "Content-Length: 9999999\r\n\r\nxx");
    cases.put(
        "a body beyond the limit, in chunks",
        repeated(START + "Transfer-Encoding: chunked\r\n\r\n", chunk(1000), 5000, "0\r\n\r\n"));
    cases.put(
        "a body in chunks without end, for another path",
        repeated(
            "POST /other HTTP/1.1\r\nHost: r\r\nTransfer-Encoding: chunked\r\n\r\n",
            chunk(1000),
            -1,
            ""));
    byte[] body = body("");
    text("1000 requests at once, all the same event", genuine(body, "").repeat(1000));
    text(
        "an event and 4000 requests for another path, at once",
        genuine("") + "A / HTTP/1.1\r\nHost:\r\n\r\n".repeat(4000));
  }

  /** Some 250 MB, if the relay takes them all: far more than buffers on the way can hold. */
  private static Sender endlessRequests() {
    return repeated("", "A / HTTP/1.1\r\nHost:\r\n\r\n".repeat(1000), 10_000, "");
  }

  private static String chunk(int size) {
    return Integer.toHexString(size) + "\r\n" + "x".repeat(size) + "\r\n";
  }

  private void slowness() {
    cases.put("requests without end, answers never read", endlessRequests());
    cases.put("a head, a byte each 100 ms", dripping(START + "X-A: ", "b"));
    cases.put("a body, a byte each 100 ms", dripping(START + "Content-Length: 9999\r\n\r\n", "x"));
    cases.put(
        "a body in chunks, a byte each 100 ms",
        dripping(START + "Transfer-Encoding: chunked\r\n\r\n", "1\r\nx\r\n"));
    text("half a head, then silence", "POST /webh");
    text("half a body, then silence", START + "Content-Length: 99\r\n\r\n{");
    text("Expect: 100-continue, then silence", genuine("Expect: 100-continue\r\n").split("\\{")[0]);
    text(
        "Expect: 100-continue, for a body beyond the limit",
        START + "Expect: 100-continue\r\nContent-Length: 9999999\r\n\r\n");
    text(
        "Expect: 100-continue, for another path",
        genuine("Expect: 100-continue\r\n").replace("/webhooks", "/other").split("\\{")[0]);
    text("Expect: 100-continue, with the body", genuine("Expect: 100-continue\r\n"));
    text("Expect: another thing", genuine("Expect: miracles\r\n"));
    text(
        "Upgrade: h2c",
        genuine(
            "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n"));
    text(
        "Upgrade: websocket",
        genuine(
            "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"));
  }

  private void contents() {
    signed("Content-Encoding: gzip, 100 MB unpacked", "Content-Encoding: gzip\r\n", bomb());
    signed("Content-Encoding: identity, gzip", "Content-Encoding: identity, gzip\r\n", body(""));
    json("no body", "");
    json("an array", "[1,2,3]");
    json("no JSON", "type=HostileX&webhookId=1");
    json("JSON and something behind it", fields("") + "x");
    signed(
        "JSON 100,000 deep", "", utf8("{\"a\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}"));
    json("JSON 100,000 deep, never closed", "{\"a\":".repeat(100_000));
    json("100,000 names in an object", "{" + names() + fields("").substring(1));
    json("a name twice", fields("\"webhookId\":\"first\",\"webhookId\":{},"));
    json("a byte order mark", "\ufeff" + fields(""));
    signed("UTF-16", "", fields("").getBytes(StandardCharsets.UTF_16LE));
    signed("invalid UTF-8", "", bytes(fields("\"a\":\"\u00c0\u0080\",")));
    signed("a surrogate in UTF-8", "", bytes(fields("\"a\":\"\u00ed\u00a0\u0080\",")));
    json("a NUL in a text", fields("\"a\":\"\0\","));
    json("a NUL escaped in an id", withId("a\\u0000b"));
    json("half a surrogate pair escaped in an id", withId("a\\ud800b"));
    json("half a surrogate pair escaped elsewhere", fields("\"a\":\"\\ud800\","));
    json("a number of 100,000 digits", fields("\"a\":" + "9".repeat(100_000) + ","));
    json("the number 1e999999999", fields("\"a\":1e999999999,"));
    json("NaN", fields("\"a\":NaN,"));
    json("an id that is a number", fields("").replaceFirst("\"(hostile-\\d+)\"", "17"));
    json(
        "ids of 1 MB",
        "{\"type\":\"HostileX\",\"webhookId\":\""
            + "w".repeat(1 << 20)
            + "\",\"locationId\":\""
            + "l".repeat(1 << 20)
            + "\"}");
    json("a name of 1 MB", fields("\"" + "n".repeat(1 << 20) + "\":1,"));
    json("an id with CR LF and a header", withId("a\\r\\nX-Evil: evil"));
  }

  private static String names() {
    StringBuilder names = new StringBuilder();
    for (int i = 0; i < 100_000; i++) {
      names.append("\"n").append(i).append("\":0,");
    }
    return names.toString();
  }

  private void signatures() {
    byte[] body = body("");
    String good = sign(body);
    byte[] raw = Base64.getDecoder().decode(good);
    unsigned("no signature", body, "");
    unsigned("the signature twice", body, signature(body) + signature(body));
    unsigned("the signature and N/A", body, signature(body) + "X-GHL-Signature: N/A\r\n");
    unsigned(
        "two signatures in one header", body, "X-GHL-Signature: " + good + ", " + good + "\r\n");
    unsigned("the signature N/A", body, "X-GHL-Signature: N/A\r\n");
    unsigned("the signature empty", body, "X-GHL-Signature:\r\n");
    unsigned("another body's signature", body, signature(new byte[] {1}));
    unsigned(
        "a signature with a blank inside",
        body,
        "X-GHL-Signature: " + good.substring(0, 40) + " " + good.substring(40) + "\r\n");
    unsigned("a signature in quotes", body, "X-GHL-Signature: \"" + good + "\"\r\n");
    unsigned(
        "a signature in hex", body, "X-GHL-Signature: " + HexFormat.of().formatHex(raw) + "\r\n");
    unsigned(
        "a signature without padding", body, "X-GHL-Signature: " + good.replace("=", "") + "\r\n");
    unsigned("a signature of 63 bytes", body, encoded(Arrays.copyOf(raw, 63)));
    unsigned("a signature of 65 bytes", body, encoded(Arrays.copyOf(raw, 65)));
    unsigned("a signature of zeros", body, encoded(new byte[64]));
    unsigned("a signature with the group's order added", body, encoded(malleated(raw)));
    unsigned(
        "a signature with bits behind its end", body, "X-GHL-Signature: " + loose(good) + "\r\n");
    byte[] urlSafe = bodyWithUrlUnsafeSignature();
    unsigned(
        "a signature in URL-safe base64",
        urlSafe,
        signature(urlSafe).replace('+', '-').replace('/', '_'));
    String rsa = "X-WH-Signature: " + keys.sign(Scheme.RSA_SHA256, body) + "\r\n";
    unsigned("a wrong signature beside a good legacy one", body, signature(new byte[] {1}) + rsa);
    unsigned("a good signature in the legacy header", body, "X-WH-Signature: " + good + "\r\n");
    unsigned("a good signature beside a legacy one that is none", body(""), null);
    unsigned("N/A beside a good legacy signature", body, "X-GHL-Signature: N/A\r\n" + rsa);
    byte[] blanks = body("");
    unsigned(
        "a signature between blanks", blanks, "x-ghl-signature: \t " + sign(blanks) + " \t\r\n");
  }

  private static String lines(String... headers) {
    return String.join("\r\n", headers) + "\r\n";
  }

  private void headers() {
    signed(
        "headers that only the relay sets",
        lines(
            "Relay-Event-Id: evil",
            "relay-attempt: evil",
            "Relay-Verified: evil",
            "Relay-Evil: 1",
            "Relay_Verified: evil",
            "Webhook-Id: evil",
            "Webhook-Timestamp: evil",
            "Webhook-Signature: v1,evil",
            "Webhook_Id: evil",
            "traceparent: evil",
            "tracestate: evil",
            "baggage: evil"),
        body(""));
    signed(
        "headers of the connection alone",
        lines(
            "Connection: X-Evil, Keep-Alive",
            "X-Evil: 1",
            "Keep-Alive: evil",
            "TE: evil",
            "Trailer: evil",
            "Proxy-Authorization: evil",
            "Proxy-Connection: evil",
            "Upgrade: evil"),
        body(""));
    signed(
        "a Connection header that names the body's length",
        "Connection: Content-Length\r\n",
        body(""));
    signed("a header of the sender's own", "X-Mine: evil\r\n", body(""));
    signed("a header with bytes beyond ASCII", "X-Mine: evil \u00e4\u00ff\r\n", body(""));
  }

  // ---- what cases are made of

  private void text(String name, String latin) {
    cases.put(name, out -> out.write(bytes(latin)));
  }

  private void signed(String name, String headers, byte[] body) {
    text(name, genuine(body, headers));
  }

  private void json(String name, String body) {
    signed(name, "", utf8(body));
  }

  /** A body with the given signature headers; null = good, and a legacy one that is none. */
  private void unsigned(String name, byte[] body, @Nullable String headers) {
    String all = headers == null ? signature(body) + "X-WH-Signature: none\r\n" : headers;
    text(name, START + all + "Content-Length: " + body.length + "\r\n\r\n" + latin(body));
  }

  /** {@code times} below 0 = without end. */
  private static Sender repeated(String before, String repeated, int times, String after) {
    return out -> {
      out.write(bytes(before));
      byte[] piece = bytes(repeated);
      for (int i = 0; i != times; i++) {
        out.write(piece);
      }
      out.write(bytes(after));
    };
  }

  private static Sender dripping(String before, String drop) {
    return out -> {
      out.write(bytes(before));
      while (true) {
        LockSupport.parkNanos(DRIP_NANOS);
        out.write(bytes(drop));
        out.flush();
      }
    };
  }

  /** A whole request with an event of its own that is accepted, unless the headers spoil it. */
  String genuine(String headers) {
    return genuine(body(""), headers);
  }

  private String genuine(byte[] body, String headers) {
    return START
        + headers
        + signature(body)
        + "Content-Length: "
        + body.length
        + "\r\n\r\n"
        + latin(body);
  }

  private byte[] body(String more) {
    return utf8(fields(more));
  }

  /** An event's JSON with an id of its own at its end. */
  private String fields(String more) {
    return "{\"type\":\"HostileX\",\"locationId\":\"loc\","
        + more
        + "\"webhookId\":\"hostile-"
        + ++bodies
        + "\"}";
  }

  private static String withId(String id) {
    return "{\"type\":\"HostileX\",\"locationId\":\"loc\",\"webhookId\":\"" + id + "\"}";
  }

  private String signature(byte[] body) {
    return "X-GHL-Signature: " + sign(body) + "\r\n";
  }

  private static String encoded(byte[] signature) {
    return "X-GHL-Signature: " + Base64.getEncoder().encodeToString(signature) + "\r\n";
  }

  private String sign(byte[] body) {
    return keys.sign(Scheme.ED25519, body);
  }

  private byte[] bodyWithUrlUnsafeSignature() {
    byte[] body = body("");
    while (!sign(body).contains("+") && !sign(body).contains("/")) {
      body = body("");
    }
    return body;
  }

  /** The same signature with s + L for s: fits too where s is not checked (RFC 8032, 5.1.7). */
  private static byte[] malleated(byte[] signature) {
    BigInteger order =
        BigInteger.TWO.pow(252).add(new BigInteger("27742317777372353535851937790883648493"));
    byte[] s = reversed(Arrays.copyOfRange(signature, 32, 64));
    byte[] sum = reversed(new BigInteger(1, s).add(order).toByteArray());
    byte[] changed = Arrays.copyOf(signature, 64);
    for (int i = 0; i < 32; i++) {
      changed[32 + i] = i < sum.length ? sum[i] : 0;
    }
    return changed;
  }

  private static byte[] reversed(byte[] bytes) {
    byte[] reversed = new byte[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      reversed[i] = bytes[bytes.length - 1 - i];
    }
    return reversed;
  }

  /** The last character before the padding stands for two bits and four zeros: sets one. */
  private static String loose(String signature) {
    int last = signature.indexOf('=') - 1;
    return signature.substring(0, last)
        + (char) (signature.charAt(last) + 1)
        + signature.substring(last + 1);
  }

  private static byte[] bomb() {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
      byte[] zeros = new byte[1 << 20];
      for (int i = 0; i < 100; i++) {
        gzip.write(zeros);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return packed.toByteArray();
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  static byte[] bytes(String latin) {
    return latin.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static String latin(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }
}
