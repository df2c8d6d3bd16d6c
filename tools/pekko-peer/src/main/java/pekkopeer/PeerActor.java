package pekkopeer;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.Props;
import org.apache.pekko.persistence.AbstractPersistentActor;
import org.apache.pekko.persistence.DeleteMessagesFailure;
import org.apache.pekko.persistence.DeleteMessagesSuccess;
import org.apache.pekko.persistence.DeleteSnapshotsFailure;
import org.apache.pekko.persistence.DeleteSnapshotsSuccess;
import org.apache.pekko.persistence.Recovery;
import org.apache.pekko.persistence.RecoveryCompleted;
import org.apache.pekko.persistence.SaveSnapshotFailure;
import org.apache.pekko.persistence.SaveSnapshotSuccess;
import org.apache.pekko.persistence.SnapshotOffer;
import org.apache.pekko.persistence.SnapshotSelectionCriteria;
import scala.Option;

/** A persistent actor that keeps what its recovery gave it and persists what it is told to. */
final class PeerActor extends AbstractPersistentActor {
  record Seen(long seqNr, Object value) {}

  record Snap(long seqNr, long timestamp, Object value) {}

  /** What one recovery came to. */
  static final class Recovered {
    final String pid;
    final List<Seen> events = new ArrayList<>();
    Snap snapshot;
    long highest = -1;
    String failure;

    Recovered(String pid) {
      this.pid = pid;
    }

    List<Object> eventsJson() {
      List<Object> l = new ArrayList<>();
      for (Seen e : events) l.add(Json.typed(Json.obj("seq", e.seqNr()), e.value()));
      return l;
    }

    Map<String, Object> snapshotJson() {
      if (snapshot == null) return null;
      return Json.typed(Json.obj("seq", snapshot.seqNr(), "ts", snapshot.timestamp()), snapshot.value());
    }

    Map<String, Object> json() {
      Map<String, Object> m = Json.obj("pid", pid, "highestSequenceNr", highest < 0 ? null : highest);
      if (snapshot != null) m.put("snapshot", snapshotJson());
      m.put("events", eventsJson());
      if (failure != null) m.put("failure", failure);
      return m;
    }
  }

  record Handle(ActorRef ref, Recovered recovered) {
    /** Persists the events one after the other; gives the sequence numbers of those that were rejected. */
    List<Long> singles(List<?> events) {
      List<Long> rejected = new ArrayList<>();
      tell(done -> new Singles(events.iterator(), rejected, done));
      return rejected;
    }

    /** Persists the events with one persistAll. */
    void batch(List<?> events) {
      batch(events, 0, null);
    }

    /** The same, saving a snapshot when the given number of its events have been handled. */
    void batch(List<?> events, int snapshotAfter, Object state) {
      tell(done -> new Batch(List.copyOf(events), snapshotAfter, state, done));
    }

    void deleteTo(long seqNr) {
      tell(done -> new Delete(seqNr, done));
    }

    void snapshot(Object state) {
      tell(done -> new Save(state, done));
    }

    void deleteSnapshots(SnapshotSelectionCriteria criteria) {
      tell(done -> new DeleteSaved(criteria, done));
    }

    private void tell(Function<CompletableFuture<Void>, Object> message) {
      CompletableFuture<Void> done = new CompletableFuture<>();
      ref.tell(message.apply(done), ActorRef.noSender());
      Peer.await(done);
    }
  }

  private record Singles(Iterator<?> events, List<Long> rejected, CompletableFuture<Void> done) {}

  private enum Next {
    SINGLE
  }

  private record Batch(List<?> events, int snapshotAfter, Object state, CompletableFuture<Void> done) {}

  private record Delete(long toSeqNr, CompletableFuture<Void> done) {}

  private record Save(Object state, CompletableFuture<Void> done) {}

  private record DeleteSaved(SnapshotSelectionCriteria criteria, CompletableFuture<Void> done) {}

  private final String pid;
  private final Recovery recovery;
  private final CompletableFuture<Recovered> recoveredPromise;
  private final Recovered recovered;
  private Singles running;
  private CompletableFuture<Void> pending;

  private PeerActor(String pid, Recovery recovery, CompletableFuture<Recovered> recovered) {
    this.pid = pid;
    this.recovery = recovery;
    this.recoveredPromise = recovered;
    this.recovered = new Recovered(pid);
  }

  static Props props(String pid, Recovery recovery, CompletableFuture<Recovered> recovered) {
    return Props.create(PeerActor.class, () -> new PeerActor(pid, recovery, recovered));
  }

  @Override
  public String persistenceId() {
    return pid;
  }

  @Override
  public Recovery recovery() {
    return recovery;
  }

  @Override
  public Receive createReceiveRecover() {
    return receiveBuilder()
        .match(
            SnapshotOffer.class,
            o -> recovered.snapshot = new Snap(o.metadata().sequenceNr(), o.metadata().timestamp(), o.snapshot()))
        .match(
            RecoveryCompleted.class,
            c -> {
              recovered.highest = lastSequenceNr();
              recoveredPromise.complete(recovered);
            })
        .matchAny(e -> recovered.events.add(new Seen(lastSequenceNr(), e)))
        .build();
  }

  @Override
  public void onRecoveryFailure(Throwable cause, Option<Object> event) {
    StringBuilder sb = new StringBuilder();
    for (Throwable t = cause; t != null; t = t.getCause()) sb.append(sb.isEmpty() ? "" : " | ").append(t);
    recovered.failure = sb.toString();
    recoveredPromise.complete(recovered);
  }

  @Override
  public Receive createReceive() {
    return receiveBuilder()
        .match(
            Singles.class,
            m -> {
              running = m;
              pending = m.done;
              nextSingle();
            })
        .match(Next.class, m -> nextSingle())
        .match(
            Batch.class,
            m -> {
              running = null;
              pending = m.done;
              int[] handled = {0};
              persistAll(
                  m.events,
                  e -> {
                    handled[0]++;
                    if (handled[0] == m.snapshotAfter) saveSnapshot(m.state);
                    // with a snapshot, its confirmation is what completes this
                    if (handled[0] == m.events.size() && m.snapshotAfter == 0) m.done.complete(null);
                  });
            })
        .match(
            Delete.class,
            m -> {
              pending = m.done;
              deleteMessages(m.toSeqNr);
            })
        .match(
            Save.class,
            m -> {
              pending = m.done;
              saveSnapshot(m.state);
            })
        .match(
            DeleteSaved.class,
            m -> {
              pending = m.done;
              deleteSnapshots(m.criteria);
            })
        .match(DeleteMessagesSuccess.class, m -> pending.complete(null))
        .match(DeleteMessagesFailure.class, m -> pending.completeExceptionally(m.cause()))
        .match(SaveSnapshotSuccess.class, m -> pending.complete(null))
        .match(SaveSnapshotFailure.class, m -> pending.completeExceptionally(m.cause()))
        .match(DeleteSnapshotsSuccess.class, m -> pending.complete(null))
        .match(DeleteSnapshotsFailure.class, m -> pending.completeExceptionally(m.cause()))
        .build();
  }

  private void nextSingle() {
    if (running.events.hasNext()) {
      Object event = running.events.next();
      persist(event, e -> nextSingle());
    } else {
      running.done.complete(null);
    }
  }

  @Override
  public void onPersistFailure(Throwable cause, Object event, long seqNr) {
    pending.completeExceptionally(cause);
  }

  /** A rejected event leaves a gap: its sequence number is used up and nothing is stored under it. */
  @Override
  public void onPersistRejected(Throwable cause, Object event, long seqNr) {
    if (running == null) {
      pending.completeExceptionally(cause);
    } else {
      running.rejected.add(seqNr);
      getSelf().tell(Next.SINGLE, getSelf());
    }
  }
}
