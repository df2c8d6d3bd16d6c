package pekkopeer;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.PoisonPill;
import org.apache.pekko.pattern.Patterns;
import org.apache.pekko.persistence.Recovery;

/** An actor system whose journal, snapshot store and read journal are the plugin's. */
final class Peer implements AutoCloseable {
  private static final long WAIT_SECONDS = 60;

  final ActorSystem system;

  Peer(Options options) {
    Config config = ConfigFactory.systemProperties().withFallback(ConfigFactory.parseMap(settings(options)));
    this.system = ActorSystem.create("peer", ConfigFactory.load(config));
  }

  /** Every other setting is the plugin's or Pekko's default; any can be set as a system property. */
  private static Map<String, Object> settings(Options options) {
    Map<String, Object> c = new HashMap<>();
    c.put("pekko.loggers", List.of(StderrLogger.class.getName()));
    c.put("pekko.loglevel", "ERROR");
    c.put("pekko.stdout-loglevel", "OFF");
    c.put("pekko.log-dead-letters", "off");
    c.put("pekko.persistence.journal.plugin", "dynamodb-journal");
    c.put("pekko.persistence.snapshot-store.plugin", "dynamodb-snapshot-store");
    c.put("pekko.actor.serializers.note", Events.NoteSerializer.class.getName());
    c.put("pekko.actor.serializers.adapted", Events.AdaptedSerializer.class.getName());
    c.put("pekko.actor.serialization-bindings.\"" + Events.Note.class.getName() + "\"", "note");
    c.put("pekko.actor.serialization-bindings.\"" + Events.Adapted.class.getName() + "\"", "adapted");
    c.put("dynamodb-journal.event-adapters.adapted", Events.AdaptedAdapter.class.getName());
    c.put("dynamodb-journal.event-adapter-bindings.\"" + Events.Adapted.class.getName() + "\"", "adapted");
    for (String section : List.of("dynamodb-journal", "dynamodb-read-journal", "dynamodb-snapshot-store")) {
      c.put(section + ".endpoint", options.endpoint());
      c.put(section + ".journal-name", options.journalName());
      c.put(section + ".aws-access-key-id", "test");
      c.put(section + ".aws-secret-access-key", "test");
    }
    c.put("dynamodb-journal.journal-table", options.journalTable());
    c.put("dynamodb-read-journal.journal-table", options.journalTable());
    c.put("dynamodb-read-journal.persistence-ids-index-name", options.indexName());
    c.put("dynamodb-snapshot-store.snapshot-table", options.snapshotTable());
    return c;
  }

  static <T> T await(CompletableFuture<T> f) {
    try {
      return f.get(WAIT_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  /** Starts a persistent actor; its recovery is complete when this returns. */
  PeerActor.Handle start(String pid, Recovery recovery) {
    CompletableFuture<PeerActor.Recovered> recovered = new CompletableFuture<>();
    ActorRef ref = system.actorOf(PeerActor.props(pid, recovery, recovered));
    return new PeerActor.Handle(ref, await(recovered));
  }

  void stop(ActorRef ref) {
    await(Patterns.gracefulStop(ref, Duration.ofSeconds(60), PoisonPill.getInstance()).toCompletableFuture());
  }

  /** One recovery by a fresh actor, which is stopped again. */
  PeerActor.Recovered recover(String pid, Recovery recovery) {
    PeerActor.Handle h = start(pid, recovery);
    stop(h.ref());
    return h.recovered();
  }

  @Override
  public void close() throws Exception {
    system.terminate();
    system.getWhenTerminated().toCompletableFuture().get(30, TimeUnit.SECONDS);
  }
}
