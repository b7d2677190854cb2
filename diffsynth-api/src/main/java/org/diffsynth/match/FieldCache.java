package org.diffsynth.match;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fields found once and used again, for one guide that several videos are made steady by: matching
 * looks at the guide alone, so the second video needs no search. Results are the same bytes with or
 * without it.
 *
 * <p>Fields lie in a temporary file, 4 bytes a pixel, which is made when the first is put and goes
 * when this is closed; the heap holds their places only. When the budget is used up, what is there
 * stays and nothing more is taken. If the file cannot be written, that is logged once and nothing
 * more is taken. One thread at a time.
 *
 * <p>The caller vouches for the guide: whoever gives this cache with another one gets the matches
 * of the first.
 */
public final class FieldCache implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(FieldCache.class);

  private final long budget;
  private final Map<Key, Place> places = new HashMap<>();
  private FileChannel file;
  private long end;
  private boolean full;
  private long hits;

  /**
   * What a field is of.
   *
   * @param how all that it depends on besides the guide; compared by equals
   * @param source the frame it points into
   * @param target the frame whose pixels it has
   */
  public record Key(Object how, int source, int target) {

    /** Checks that how is given. */
    public Key {
      Objects.requireNonNull(how, "how");
    }
  }

  private record Place(int width, int height, long position) {}

  private FieldCache(long budget) {
    this.budget = budget;
  }

  /** An empty cache that takes up to so many bytes of disk, at least 0. */
  public static FieldCache ofBytes(long budget) {
    if (budget < 0) {
      throw new IllegalArgumentException("budget must be at least 0, was " + budget);
    }
    return new FieldCache(budget);
  }

  /** Whether a field of this size would still be taken. */
  public boolean hasRoom(int width, int height) {
    return !full && end + bytes(width, height) <= budget;
  }

  private static long bytes(int width, int height) {
    return (long) Integer.BYTES * width * height;
  }

  /** The field kept for a key. */
  public Optional<NearestNeighborField> get(Key key) {
    Place place = places.get(key);
    if (place == null) {
      return Optional.empty();
    }
    ByteBuffer bytes = ByteBuffer.allocate((int) bytes(place.width, place.height));
    try {
      while (bytes.hasRemaining()) {
        if (file.read(bytes, place.position + bytes.position()) < 0) {
          throw new IOException("a temporary file of fields was cut short");
        }
      }
    } catch (ClosedByInterruptException e) {
      throw cancelled(e);
    } catch (IOException e) {
      LOG.warn("a field cannot be read again and is searched anew: {}", e.toString());
      places.remove(key);
      return Optional.empty();
    }
    int[] packed = new int[place.width * place.height];
    bytes.flip().asIntBuffer().get(packed);
    hits++;
    return Optional.of(NearestNeighborField.ofPacked(place.width, place.height, packed));
  }

  /** Keeps a field if there is room; one that is there already stays. */
  public void put(Key key, NearestNeighborField field) {
    if (places.containsKey(key) || !hasRoom(field.width(), field.height())) {
      return;
    }
    ByteBuffer bytes = ByteBuffer.allocate((int) bytes(field.width(), field.height()));
    bytes.asIntBuffer().put(field.toPacked());
    try {
      if (file == null) {
        file = temporaryFile();
      }
      long position = end;
      while (bytes.hasRemaining()) {
        position += file.write(bytes, position);
      }
    } catch (ClosedByInterruptException e) {
      throw cancelled(e);
    } catch (IOException e) {
      LOG.warn("no more fields are kept, all others are searched anew: {}", e.toString());
      full = true;
      return;
    }
    places.put(key, new Place(field.width(), field.height(), end));
    end += bytes.limit();
  }

  private static FileChannel temporaryFile() throws IOException {
    Path path = Files.createTempFile("diffsynth", ".fields");
    return FileChannel.open(
        path,
        StandardOpenOption.READ,
        StandardOpenOption.WRITE,
        StandardOpenOption.DELETE_ON_CLOSE);
  }

  /** An interrupt cancels the run wherever it arrives; the flag is still set. */
  private static CancellationException cancelled(ClosedByInterruptException e) {
    CancellationException cancelled = new CancellationException("cancelled");
    cancelled.initCause(e);
    return cancelled;
  }

  /** Bytes of disk in use. */
  public long bytes() {
    return end;
  }

  /** How many fields were handed out. */
  public long hits() {
    return hits;
  }

  /** Forgets everything and deletes the file; a second call does nothing. */
  @Override
  public void close() {
    places.clear();
    full = true;
    if (file != null) {
      try {
        file.close();
      } catch (IOException e) {
        LOG.warn("a temporary file of fields could not be closed: {}", e.toString());
      }
    }
  }
}
