package io.ghlrelay.ingress;

import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpVersion;
import java.util.List;

/**
 * Takes HTTP/1.0 and 1.1 by the letter. Whatever two servers might read differently, and so could
 * be used to smuggle one request inside another, is an error (RFC 9112, sections 2.3, 3.2, 6.1).
 */
final class StrictRequestDecoder extends HttpRequestDecoder {
  StrictRequestDecoder(HttpDecoderConfig limits) {
    super(limits);
  }

  /** Method, target and version, as they stand in the request line. */
  @Override
  protected HttpMessage createMessage(String[] line) throws Exception {
    String version = line[2];
    if (!version.equals("HTTP/1.1") && !version.equals("HTTP/1.0")) {
      throw new IllegalArgumentException("neither HTTP/1.1 nor HTTP/1.0");
    }
    if (!line[1].chars().allMatch(c -> c > ' ' && c < 0x7f)) {
      throw new IllegalArgumentException("a request target with a character that is none of a URI");
    }
    return super.createMessage(line);
  }

  @Override
  protected void handleTransferEncodingChunkedWithContentLength(HttpMessage message) {
    throw new IllegalArgumentException("both Content-Length and Transfer-Encoding");
  }

  /** Whether the headers leave no doubt of where the request ends and whom it is for. */
  static boolean isSound(HttpRequest head) {
    boolean newer = head.protocolVersion().equals(HttpVersion.HTTP_1_1);
    int hosts = head.headers().getAll(HttpHeaderNames.HOST).size();
    if (hosts > 1 || (newer && hosts == 0)) {
      return false;
    }
    List<String> codings = head.headers().getAll(HttpHeaderNames.TRANSFER_ENCODING);
    return codings.isEmpty()
        || (newer
            && codings.size() == 1
            && HttpHeaderValues.CHUNKED.contentEqualsIgnoreCase(codings.get(0)));
  }
}
