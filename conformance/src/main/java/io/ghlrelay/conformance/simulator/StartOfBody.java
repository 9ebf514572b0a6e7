package io.ghlrelay.conformance.simulator;

import java.io.ByteArrayOutputStream;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the first 1 KiB of an answer and stops reading at 64 KiB. Called by one thread of the
 * client; {@link #text} by any.
 */
final class StartOfBody implements BodySubscriber<Void> {
  private static final int KEPT = 1024;
  private static final int READ = 64 * 1024;

  private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
  private final CompletableFuture<Void> done = new CompletableFuture<>();
  private Flow.@Nullable Subscription subscription;
  private int read;

  @Override
  public CompletionStage<Void> getBody() {
    return done;
  }

  @Override
  public void onSubscribe(Flow.Subscription given) {
    subscription = given;
    given.request(Long.MAX_VALUE);
  }

  @Override
  public void onNext(List<ByteBuffer> buffers) {
    for (ByteBuffer buffer : buffers) {
      read += buffer.remaining();
      byte[] bytes = new byte[Math.min(buffer.remaining(), KEPT - kept.size())];
      buffer.get(bytes);
      kept.writeBytes(bytes);
    }
    if (read > READ && subscription != null) {
      subscription.cancel();
      done.complete(null);
    }
  }

  @Override
  public void onError(Throwable error) {
    done.completeExceptionally(error);
  }

  @Override
  public void onComplete() {
    done.complete(null);
  }

  String text() {
    return kept.toString(StandardCharsets.UTF_8);
  }
}
