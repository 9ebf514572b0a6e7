package io.ghlrelay.admin;

import io.ghlrelay.store.EventFilter;
import io.ghlrelay.store.EventId;
import io.ghlrelay.store.EventQuery;
import io.ghlrelay.store.StoreUnavailableException;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.DefaultHttpContent;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One watcher's stream of server-sent events. Looks at the feed ten times a second and sends at
 * most a few messages each time, so that a watcher costs the same however much happens; what was
 * left out it says as a {@code gap}. Confined to the connection's event loop.
 */
final class LiveStream {
  /** New events sent for one look: fifty a second is more than anyone reads. */
  static final int EVENTS_PER_LOOK = 5;

  /** Attempts sent for one look of events that this watcher was shown. */
  static final int SHOWN_PER_LOOK = 20;

  /** Attempts sent for one look of other events, as of those that are tried again. */
  static final int OTHERS_PER_LOOK = 5;

  /** Events remembered as shown. */
  private static final int REMEMBERED = 200;

  private static final long LOOK_EVERY_MILLIS = 100;

  /** Looks between two summaries. */
  private static final int SUMMARY_EVERY = 20;

  private static final long LINGER_SECONDS = 30;

  /** Looks that a watcher may take nothing for: then it is gone, whatever TCP says. */
  private static final int MAX_UNWRITABLE = 300;

  private static final Logger log = LoggerFactory.getLogger(LiveStream.class);

  private final LiveFeed feed;
  private final EventQuery query;
  private final EventFilter filter;
  private final Summaries summaries;
  private final Executor threads;
  private final Set<EventId> shown =
      Collections.newSetFromMap(
          new LinkedHashMap<>() {
            @Override
            protected boolean removeEldestEntry(Map.Entry<EventId, Boolean> eldest) {
              return size() > REMEMBERED;
            }
          });
  private long position;
  private long skipped;
  private int looks;
  private int unwritable;

  /**
   * What every watcher is shown every two seconds; asked on a thread that may block.
   *
   * @param status JSON of the status
   * @param targets JSON of the targets
   */
  record Summaries(Supplier<String> status, Supplier<String> targets) {}

  /**
   * A stream.
   *
   * @param lastEventId the last message that the watcher has, if it comes back; or null
   * @param threads for the summaries
   */
  LiveStream(
      LiveFeed feed,
      EventQuery query,
      @Nullable String lastEventId,
      Summaries summaries,
      Executor threads) {
    this.feed = feed;
    this.query = query;
    this.filter = new EventFilter(query);
    this.summaries = summaries;
    this.threads = threads;
    this.position = feed.next();
    if (lastEventId != null) {
      long last = feed.numberOf(lastEventId);
      // Of another run, nobody knows how much was missed: at least something.
      skipped = last < 0 ? 1 : 0;
      position = last < 0 ? position : last + 1;
    }
  }

  /** Starts it on a connection whose response head is written; ends with the connection. */
  void start(ChannelHandlerContext ctx) {
    feed.watch();
    write(ctx, "retry: 2000\n\n");
    summarize(ctx);
    ScheduledFuture<?> looking =
        ctx.executor()
            .scheduleAtFixedRate(
                () -> look(ctx), LOOK_EVERY_MILLIS, LOOK_EVERY_MILLIS, TimeUnit.MILLISECONDS);
    ctx.channel()
        .closeFuture()
        .addListener(
            closed -> {
              looking.cancel(false);
              // Who comes back within half a minute finds what happened meanwhile.
              ctx.executor().schedule(feed::unwatch, LINGER_SECONDS, TimeUnit.SECONDS);
            });
  }

  private void look(ChannelHandlerContext ctx) {
    if (!ctx.channel().isWritable()) {
      if (++unwritable > MAX_UNWRITABLE) {
        ctx.close();
      }
      return;
    }
    unwritable = 0;
    StringBuilder text = new StringBuilder();
    collect(text);
    if (text.length() > 0) {
      write(ctx, text.toString());
    }
    if (++looks % SUMMARY_EVERY == 0) {
      summarize(ctx);
    }
  }

  /**
   * The newest messages that fit, oldest of them first; counts the events that are left out. What
   * becomes of an event that is shown is shown too.
   */
  void collect(StringBuilder text) {
    long end = feed.next();
    long oldest = Math.max(position, end - LiveFeed.KEPT);
    skipped += oldest - position;
    List<LiveFeed.Message> events = new ArrayList<>();
    List<LiveFeed.Message> attempts = new ArrayList<>();
    for (position = oldest; position < end && feed.isPublished(position); position++) {
      LiveFeed.Message message = feed.at(position);
      if (message != null && fits(message)) {
        (message.isEvent() ? events : attempts).add(message);
      }
    }
    skipped += Math.max(0, events.size() - EVENTS_PER_LOOK);
    List<LiveFeed.Message> chosen = newest(events, EVENTS_PER_LOOK);
    chosen.forEach(message -> shown.add(message.event().id()));
    Map<Boolean, List<LiveFeed.Message>> known =
        attempts.stream()
            .collect(Collectors.partitioningBy(one -> shown.contains(one.event().id())));
    chosen.addAll(newest(known.getOrDefault(true, List.of()), SHOWN_PER_LOOK));
    chosen.addAll(newest(known.getOrDefault(false, List.of()), OTHERS_PER_LOOK));
    chosen.sort(Comparator.comparingLong(LiveFeed.Message::number));
    if (skipped > 0) {
      message(text, null, "gap", EventJson.object().put("skipped", skipped).toString());
      skipped = 0;
    }
    chosen.forEach(one -> message(text, feed.id(one.number()), one.name(), one.json()));
  }

  private static List<LiveFeed.Message> newest(List<LiveFeed.Message> messages, int most) {
    int size = messages.size();
    return new ArrayList<>(messages.subList(Math.max(0, size - most), size));
  }

  private boolean fits(LiveFeed.Message message) {
    return filter.fits(message.event())
        && (query.unrouted()
            ? message.isEvent() && message.deliveries().isEmpty()
            : filter.fits(message.deliveries()));
  }

  /** Asked elsewhere, since it may read the store; written here. One that fails is left out. */
  private void summarize(ChannelHandlerContext ctx) {
    try {
      threads.execute(
          () -> {
            try {
              StringBuilder text = new StringBuilder();
              message(text, null, "status", summaries.status().get());
              message(text, null, "targets", summaries.targets().get());
              ctx.executor().execute(() -> write(ctx, text.toString()));
            } catch (StoreUnavailableException e) {
              log.debug("A watcher gets no summary this time.", e);
            }
          });
    } catch (RejectedExecutionException e) {
      log.debug("A watcher gets no summary this time: too much waits.", e);
    }
  }

  private static void message(StringBuilder text, @Nullable String id, String name, String json) {
    if (id != null) {
      text.append("id: ").append(id).append('\n');
    }
    text.append("event: ").append(name).append("\ndata: ").append(json).append("\n\n");
  }

  private static void write(ChannelHandlerContext ctx, String text) {
    ctx.writeAndFlush(new DefaultHttpContent(ByteBufUtil.writeUtf8(ctx.alloc(), text)));
  }
}
