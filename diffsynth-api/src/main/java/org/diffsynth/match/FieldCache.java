package org.diffsynth.match;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import org.diffsynth.internal.host.TemporaryFolder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stores fields so that several videos with one guide need only one search: matching reads the
 * guide alone. Results are the same bytes with or without a cache.
 *
 * <p>Fields lie in a temporary file, 4 bytes a pixel. The first {@link #put} creates the file, and
 * {@link #close} deletes it; the heap holds positions only. When the budget is used up, stored
 * fields stay and further ones are not stored. If the file cannot be written, the cache logs that
 * once and stores nothing more. Only one thread at a time may use a cache.
 *
 * <p>A cache belongs to one guide. With another guide, callers would get the matches of the first.
 */
public final class FieldCache implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(FieldCache.class);

  private final long budget;
  private final Path folder;
  private final Map<Key, Place> places = new HashMap<>();
  private FileChannel file;
  private long end;
  private boolean full;
  private long hits;

  /**
   * Key of a cached field: settings, source frame and target frame.
   *
   * @param how everything besides the guide on which the field depends; compared by equals
   * @param source frame into which the field points
   * @param target frame whose pixels the field describes
   */
  public record Key(Object how, int source, int target) {

    /** Checks that how is given. */
    public Key {
      Objects.requireNonNull(how, "how");
    }
  }

  private record Place(int width, int height, long position) {}

  private FieldCache(long budget, Path folder) {
    this.budget = budget;
    this.folder = folder;
  }

  /**
   * Creates an empty cache.
   *
   * @param budget most bytes of disk to use, at least 0
   */
  public static FieldCache ofBytes(long budget) {
    return ofBytes(budget, TemporaryFolder.path());
  }

  /**
   * Creates an empty cache in a folder.
   *
   * @param budget most bytes of disk to use, at least 0
   * @param folder folder for the file of the cache, which is created with the first field
   */
  public static FieldCache ofBytes(long budget, Path folder) {
    if (budget < 0) {
      throw new IllegalArgumentException("budget must be at least 0, but was " + budget);
    }
    return new FieldCache(budget, folder);
  }

  /**
   * Returns whether this cache would store another field for frames of {@code width} by {@code
   * height} pixels.
   */
  public boolean hasRoom(int width, int height) {
    return !full && end + bytes(width, height) <= budget;
  }

  private static long bytes(int width, int height) {
    return (long) Integer.BYTES * width * height;
  }

  /** Returns the field stored for a key, if any. */
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
      LOG.warn("a stored field cannot be read and is searched again: {}", e.toString());
      places.remove(key);
      return Optional.empty();
    }
    int[] packed = new int[place.width * place.height];
    bytes.flip().asIntBuffer().get(packed);
    hits++;
    return Optional.of(NearestNeighborField.ofPacked(place.width, place.height, packed));
  }

  /** Stores a field if there is room and the key has none yet. */
  public void put(Key key, NearestNeighborField field) {
    if (places.containsKey(key) || !hasRoom(field.width(), field.height())) {
      return;
    }
    ByteBuffer bytes = ByteBuffer.allocate((int) bytes(field.width(), field.height()));
    bytes.asIntBuffer().put(field.toPacked());
    try {
      if (file == null) {
        file = temporaryFile(folder);
      }
      long position = end;
      while (bytes.hasRemaining()) {
        position += file.write(bytes, position);
      }
    } catch (ClosedByInterruptException e) {
      throw cancelled(e);
    } catch (IOException e) {
      LOG.warn("no more fields are stored, later ones are searched again: {}", e.getMessage());
      full = true;
      return;
    }
    places.put(key, new Place(field.width(), field.height(), end));
    end += bytes.limit();
  }

  private static FileChannel temporaryFile(Path folder) throws IOException {
    Path path = TemporaryFolder.createFile(folder, ".fields");
    return FileChannel.open(
        path,
        StandardOpenOption.READ,
        StandardOpenOption.WRITE,
        StandardOpenOption.DELETE_ON_CLOSE);
  }

  /** Turns an interrupt during input or output into cancellation; the interrupt flag stays set. */
  private static CancellationException cancelled(ClosedByInterruptException e) {
    CancellationException cancelled = new CancellationException("cancelled");
    cancelled.initCause(e);
    return cancelled;
  }

  /** Returns the number of bytes of disk in use. */
  public long bytes() {
    return end;
  }

  /** Returns how often {@link #get} has returned a field. */
  public long hits() {
    return hits;
  }

  /** Frees all fields and deletes the file of this cache. A second call does nothing. */
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
