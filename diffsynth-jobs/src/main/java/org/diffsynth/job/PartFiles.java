package org.diffsynth.job;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.function.UnaryOperator;
import java.util.zip.DataFormatException;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSize;
import org.diffsynth.internal.host.PartName;
import org.diffsynth.job.JobPlan.Part;

/**
 * The files of finished frames of a job. A file is written under a temporary name and then renamed,
 * so that a file with its final name is whole, unless it was damaged later:
 *
 * <pre>
 *   "DSPART01"   id of the job, 32 bytes   first frame   frames
 *   for each frame:  depth, 1 byte   width   height   length   compressed samples
 *   length of the file, 8 bytes   SHA-256 of all bytes before
 * </pre>
 *
 * <p>Numbers are big-endian and have 4 bytes where nothing else is said.
 */
final class PartFiles {

  private static final byte[] MAGIC = {'D', 'S', 'P', 'A', 'R', 'T', '0', '1'};
  private static final int HEAD = MAGIC.length + 32 + 8;
  private static final int TAIL = 8 + 32;
  private static final int BUFFER = 1 << 16;

  private final Path folder;
  private final byte[] jobId;
  private final UnaryOperator<OutputStream> outputs;

  /**
   * Creates the access to a folder, which may not exist yet.
   *
   * @param outputs wraps the streams that write parts; tests make them fail
   */
  PartFiles(Path folder, byte[] jobId, UnaryOperator<OutputStream> outputs) {
    this.folder = folder;
    this.jobId = jobId;
    this.outputs = outputs;
  }

  private Path file(Part part) {
    return folder.resolve(part.fileName());
  }

  /**
   * Returns whether a part is finished: its file is there, and has the head and the length of a
   * whole file. Looks at a few bytes only.
   */
  boolean isFinished(Part part) throws IOException {
    byte[] head = new byte[HEAD];
    try (RandomAccessFile in = new RandomAccessFile(file(part).toFile(), "r")) {
      if (in.length() < HEAD + TAIL) {
        return false;
      }
      in.readFully(head);
      in.seek(in.length() - TAIL);
      return Arrays.equals(head, head(part)) && in.readLong() == in.length();
    } catch (FileNotFoundException | NoSuchFileException | EOFException e) {
      return false;
    }
  }

  private byte[] head(Part part) {
    ByteBuffer head = ByteBuffer.allocate(HEAD);
    head.put(MAGIC).put(jobId).putInt(part.first()).putInt(part.frames());
    return head.array();
  }

  /** Returns whether all bytes of a finished part are those that were written. */
  boolean isWhole(Part part) throws IOException {
    MessageDigest digest = Fingerprint.sha256();
    byte[] buffer = new byte[BUFFER];
    try (InputStream in = Files.newInputStream(file(part))) {
      long left = Files.size(file(part)) - 32;
      while (left > 0) {
        int read = in.read(buffer, 0, (int) Math.min(left, buffer.length));
        if (read < 0) {
          return false;
        }
        digest.update(buffer, 0, read);
        left -= read;
      }
      return Arrays.equals(digest.digest(), in.readAllBytes());
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  /** Deletes a damaged part. */
  void delete(Part part) throws IOException {
    Files.deleteIfExists(file(part));
  }

  /** Begins to write a part. */
  Writer write(Part part) throws IOException {
    Files.createDirectories(folder);
    return new Writer(part);
  }

  /** Writes the frames of one part. Closing it without a commit deletes what was written. */
  final class Writer implements Closeable {

    private final Part part;
    private final PartName name;
    private final FrameBytes bytes = new FrameBytes();
    private final DigestOutputStream digested;
    private final DataOutputStream out;
    private int frames;
    private long length;
    private boolean isClosed;

    private Writer(Part part) throws IOException {
      this.part = part;
      this.name = PartName.of(file(part));
      try {
        OutputStream file = outputs.apply(Files.newOutputStream(name.path()));
        digested =
            new DigestOutputStream(new BufferedOutputStream(file, BUFFER), Fingerprint.sha256());
        out = new DataOutputStream(digested);
        out.write(head(part));
        length = HEAD + TAIL;
      } catch (IOException | RuntimeException | Error e) {
        name.delete();
        throw e;
      }
    }

    void write(Frame frame) throws IOException {
      ByteBuffer packed = bytes.pack(frame);
      out.writeByte(frame.depth().ordinal());
      out.writeInt(frame.width());
      out.writeInt(frame.height());
      out.writeInt(packed.remaining());
      out.write(packed.array(), 0, packed.limit());
      length += 13 + packed.limit();
      frames++;
    }

    /** Gives the file its name, when all frames are written. */
    void commit() throws IOException {
      if (frames != part.frames()) {
        throw new IllegalStateException(
            "a part of " + part.frames() + " frames got " + frames + " frames");
      }
      out.writeLong(length);
      digested.on(false);
      out.write(digested.getMessageDigest().digest());
      out.close();
      Files.move(
          name.path(),
          file(part),
          StandardCopyOption.ATOMIC_MOVE,
          StandardCopyOption.REPLACE_EXISTING);
      close();
    }

    @Override
    public void close() throws IOException {
      if (isClosed) {
        return;
      }
      isClosed = true;
      bytes.close();
      try {
        out.close();
      } catch (IOException e) {
        // after a failure to write, which the caller knows
      } finally {
        name.delete();
      }
    }
  }

  /** Reads the frames of a part that is whole. */
  Reader read(Part part) throws IOException {
    return new Reader(part);
  }

  /** Reads the frames of one part in order. */
  final class Reader implements Closeable {

    private final Path file;
    private final DataInputStream in;
    private final FrameBytes bytes = new FrameBytes();

    private Reader(Part part) throws IOException {
      file = file(part);
      in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file), BUFFER));
      in.skipNBytes(HEAD);
    }

    Frame next() throws IOException {
      Frame.Depth depth = Frame.Depth.values()[in.readByte()];
      FrameSize size = new FrameSize(in.readInt(), in.readInt());
      byte[] packed = in.readNBytes(in.readInt());
      try {
        return bytes.unpack(packed, depth, size);
      } catch (DataFormatException e) {
        throw new IOException(file + " is damaged: " + e.getMessage(), e);
      }
    }

    @Override
    public void close() throws IOException {
      bytes.close();
      in.close();
    }
  }
}
