package pekkopeer;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.Props;
import org.apache.pekko.persistence.AbstractPersistentActor;
import org.apache.pekko.persistence.Recovery;
import org.apache.pekko.persistence.RecoveryCompleted;
import org.apache.pekko.persistence.SnapshotOffer;
import org.apache.pekko.persistence.SnapshotSelectionCriteria;

/** One round of a benchmark, for bench/: what it took by this process's own clock. */
final class Bench {
  private final Peer peer;

  Bench(Peer peer) {
    this.peer = peer;
  }

  private enum Go {
    GO
  }

  /** What an actor tells; of a failure both. */
  private record Progress(CompletableFuture<ActorRef> recovered, CompletableFuture<Long> done) {
    static Progress begin() {
      return new Progress(new CompletableFuture<>(), new CompletableFuture<>());
    }
  }

  private abstract static class Subject extends AbstractPersistentActor {
    private final String pid;
    final Progress progress;

    Subject(String pid, Progress progress) {
      this.pid = pid;
      this.progress = progress;
    }

    @Override
    public String persistenceId() {
      return pid;
    }

    /** Looks for no snapshot. */
    @Override
    public Recovery recovery() {
      return Recovery.create(SnapshotSelectionCriteria.none());
    }

    private void fail(Throwable cause) {
      progress.recovered.completeExceptionally(cause);
      progress.done.completeExceptionally(cause);
    }

    @Override
    public void onRecoveryFailure(Throwable cause, scala.Option<Object> event) {
      fail(cause);
    }

    @Override
    public void onPersistFailure(Throwable cause, Object event, long seqNr) {
      fail(cause);
    }

    @Override
    public void onPersistRejected(Throwable cause, Object event, long seqNr) {
      fail(cause);
    }
  }

  /** Persists its events, one persist or persistAll after the other. */
  private static final class Writer extends Subject {
    private final String payload;
    private final int batch;
    private int callsLeft;
    private int eventsLeft;

    Writer(String pid, Progress progress, String payload, int batch, int calls) {
      super(pid, progress);
      this.payload = payload;
      this.batch = batch;
      this.callsLeft = calls;
    }

    @Override
    public Receive createReceiveRecover() {
      return receiveBuilder().match(RecoveryCompleted.class, c -> progress.recovered.complete(getSelf())).build();
    }

    @Override
    public Receive createReceive() {
      return receiveBuilder().matchEquals(Go.GO, g -> call()).build();
    }

    private void call() {
      if (batch == 1) {
        persist(payload, e -> stored());
        return;
      }
      eventsLeft = batch;
      persistAll(
          Collections.nCopies(batch, payload),
          e -> {
            if (--eventsLeft == 0) stored();
          });
    }

    private void stored() {
      if (--callsLeft > 0) getSelf().tell(Go.GO, getSelf());
      else progress.done.complete(0L);
    }
  }

  /** Counts its replayed events. */
  private static final class Reader extends Subject {
    private long count;

    Reader(String pid, Progress progress) {
      super(pid, progress);
    }

    @Override
    public Receive createReceiveRecover() {
      return receiveBuilder()
          .match(RecoveryCompleted.class, c -> finish())
          .match(SnapshotOffer.class, s -> {})
          .matchAny(e -> count++)
          .build();
    }

    private void finish() {
      progress.recovered.complete(getSelf());
      progress.done.complete(count);
    }

    @Override
    public Receive createReceive() {
      return receiveBuilder().build();
    }
  }

  /** New actors persist so many events each; the time begins when all have recovered. */
  Map<String, Object> write(JsonNode command) {
    int batch = command.path("batch").asInt(1);
    int calls = command.required("events").asInt() / batch;
    String payload = "x".repeat(command.path("bytes").asInt(200));
    String run = "bench-" + UUID.randomUUID();
    List<Progress> writers = new ArrayList<>();
    for (int a = 0; a < command.required("actors").asInt(); a++) {
      String pid = run + "-" + a;
      writers.add(start(Writer.class, progress -> new Writer(pid, progress, payload, batch, calls)));
    }
    List<ActorRef> refs = new ArrayList<>();
    for (Progress writer : writers) refs.add(Peer.await(writer.recovered));
    long start = System.nanoTime();
    for (ActorRef ref : refs) ref.tell(Go.GO, ActorRef.noSender());
    for (Progress writer : writers) Peer.await(writer.done);
    return finished(start, refs, 0);
  }

  /** Actors recover from all their events; the time begins when the first is started. */
  Map<String, Object> recover(JsonNode command) {
    List<Progress> readers = new ArrayList<>();
    long start = System.nanoTime();
    command
        .required("pids")
        .forEach(pid -> readers.add(start(Reader.class, progress -> new Reader(pid.asText(), progress))));
    long events = 0;
    for (Progress reader : readers) events += Peer.await(reader.done);
    Map<String, Object> result = finished(start, List.of(), events);
    for (Progress reader : readers) peer.stop(Peer.await(reader.recovered));
    return result;
  }

  private <T extends Subject> Progress start(Class<T> type, Function<Progress, T> create) {
    Progress progress = Progress.begin();
    peer.system.actorOf(Props.create(type, () -> create.apply(progress)));
    return progress;
  }

  private Map<String, Object> finished(long start, List<ActorRef> refs, long events) {
    double ms = (System.nanoTime() - start) / 1e6;
    for (ActorRef ref : refs) peer.stop(ref);
    return Json.obj("ms", ms, "events", events);
  }
}
