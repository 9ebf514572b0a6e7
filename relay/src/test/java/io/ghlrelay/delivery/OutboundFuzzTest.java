package io.ghlrelay.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.DictionaryFile;
import com.code_intelligence.jazzer.junit.FuzzTest;
import io.ghlrelay.ManualClock;
import io.ghlrelay.TestEvents;
import io.ghlrelay.config.TargetConfig;
import io.ghlrelay.platform.EnvelopeReader;
import io.ghlrelay.store.Event;
import io.ghlrelay.store.Header;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpRequestEncoder;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Whatever headers and ids an event came with, the target gets one request, with ours once. */
class OutboundFuzzTest {
  private static final List<String> OURS_ONCE =
      List.of("relay-event-id", "relay-attempt", "relay-verified", "webhook-id", "traceparent");

  private final TestEvents events = new TestEvents(new ManualClock());
  private final TargetConfig target = TestEvents.target("crm");

  /** A request as it comes in; its body, if any, is the event's. */
  @FuzzTest
  @DictionaryFile(resourcePath = "headers.dict")
  void headers(byte[] input) {
    List<Header> came = headersOf(input);
    String text = new String(input, StandardCharsets.ISO_8859_1);
    int end = text.indexOf("\r\n\r\n");
    byte[] body = text.substring(end < 0 ? 0 : end + 4).getBytes(StandardCharsets.ISO_8859_1);
    Event plain = events.admission(new EnvelopeReader().read(body), "", "crm").event();
    Event event =
        new Event(
            plain.id(),
            plain.receivedAt(),
            plain.envelope(),
            plain.verified(),
            came,
            body.length,
            false);

    OutboundRequest request = OutboundRequest.of(event, body, 1, 1, target, Instant.EPOCH, null);
    byte[] wire = bytes(ExchangeHandler.message(target.url(), request));

    List<HttpRequest> arrived = requests(wire);
    assertThat(arrived).hasSize(1);
    HttpRequest one = arrived.get(0);
    assertThat(one.decoderResult().isSuccess()).isTrue();
    assertThat(one.uri()).isEqualTo("/crm");
    assertThat(one.headers().getAll("Content-Length")).containsExactly("" + body.length);
    assertThat(one.headers().getAll("Host")).containsExactly(target.url().getRawAuthority());
    assertThat(one.headers().contains("Transfer-Encoding")).isFalse();
    for (String name : OURS_ONCE) {
      assertThat(one.headers().getAll(name)).as(name).hasSize(1);
    }
    assertThat(one.headers().get("Relay-Event-Id")).isEqualTo(event.id().toString());
    assertThat(one.headers().get("Webhook-Id")).matches("[A-Za-z0-9_-]{1,128}");
    List<String> names = came.stream().map(h -> h.name().toLowerCase(Locale.ROOT)).toList();
    for (Map.Entry<String, String> header : one.headers()) {
      String name = header.getKey().toLowerCase(Locale.ROOT);
      assertThat(
              names.contains(name)
                  || OURS_ONCE.contains(name)
                  || name.equals("host")
                  || name.equals("content-length"))
          .as("nobody sent %s", name)
          .isTrue();
    }
  }

  /** The headers that the ingress would take in, in order. */
  private static List<Header> headersOf(byte[] input) {
    List<Header> headers = new ArrayList<>();
    for (HttpRequest request : requests(input)) {
      if (headers.isEmpty() && request.decoderResult().isSuccess()) {
        request.headers().forEach(one -> headers.add(new Header(one.getKey(), one.getValue())));
      }
    }
    return headers;
  }

  private static List<HttpRequest> requests(byte[] wire) {
    EmbeddedChannel channel = new EmbeddedChannel(new HttpRequestDecoder());
    channel.writeInbound(Unpooled.copiedBuffer(wire));
    List<HttpRequest> requests = new ArrayList<>();
    for (Object read = channel.readInbound(); read != null; read = channel.readInbound()) {
      if (read instanceof HttpRequest request) {
        requests.add(request);
      }
      ReferenceCountUtil.release(read);
    }
    channel.finishAndReleaseAll();
    return requests;
  }

  private static byte[] bytes(Object message) {
    EmbeddedChannel channel = new EmbeddedChannel(new HttpRequestEncoder());
    channel.writeOutbound(message);
    ByteBuf all = Unpooled.buffer();
    for (ByteBuf out = channel.readOutbound(); out != null; out = channel.readOutbound()) {
      all.writeBytes(out);
      out.release();
    }
    channel.finishAndReleaseAll();
    byte[] bytes = new byte[all.readableBytes()];
    all.readBytes(bytes);
    return bytes;
  }
}
