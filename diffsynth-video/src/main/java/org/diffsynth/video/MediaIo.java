package org.diffsynth.video;

import static org.bytedeco.ffmpeg.global.avformat.AVIO_FLAG_READ;
import static org.bytedeco.ffmpeg.global.avformat.AVIO_FLAG_WRITE;
import static org.bytedeco.ffmpeg.global.avformat.AVSEEK_FORCE;
import static org.bytedeco.ffmpeg.global.avformat.AVSEEK_SIZE;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.bytedeco.ffmpeg.avformat.AVIOContext;
import org.bytedeco.ffmpeg.avformat.Read_packet_Pointer_BytePointer_int;
import org.bytedeco.ffmpeg.avformat.Seek_Pointer_long_int;
import org.bytedeco.ffmpeg.avformat.Write_packet_Pointer_BytePointer_int;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.global.avformat;
import org.bytedeco.ffmpeg.global.avutil;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;

/**
 * The bytes of one file, read or written by FFmpeg. FFmpeg opens a file of the default file system
 * itself; a file of any other file system is a Java channel behind callbacks.
 *
 * <p>FFmpeg knows the channel by a number: there is one callback of each kind for all files, which
 * is never collected, and the number leads to the object. An exception in a callback is kept and
 * becomes the cause of the error that FFmpeg's call then reports.
 *
 * <p>An object of this class must not be used by several threads at a time.
 */
final class MediaIo implements AutoCloseable {

  private static final int BUFFER_BYTES = 1 << 16;
  private static final Map<Long, MediaIo> OPEN = new ConcurrentHashMap<>();
  private static final AtomicLong NEXT_ID = new AtomicLong(1);

  private final boolean writes;
  private final long id = NEXT_ID.getAndIncrement();
  private SeekableByteChannel channel;
  private AVIOContext context;
  private Exception failure;

  private MediaIo(boolean writes) {
    this.writes = writes;
  }

  /** Opens a file to read. FFmpeg's libraries must be loaded. */
  static MediaIo read(Path file) throws IOException {
    MediaIo io = new MediaIo(false);
    io.open(file, "cannot read " + file);
    return io;
  }

  /** Opens an existing file to write it from its start. FFmpeg's libraries must be loaded. */
  static MediaIo write(Path file, String failedTo) throws IOException {
    MediaIo io = new MediaIo(true);
    io.open(file, failedTo);
    return io;
  }

  private void open(Path file, String failedTo) throws IOException {
    if (file.getFileSystem() == FileSystems.getDefault()) {
      context = new AVIOContext(null);
      // Without "file:", FFmpeg would take the start of a name such as "a:b.mp4" for a protocol.
      try (BytePointer url = new BytePointer("file:" + file, nameCharset())) {
        int flags = writes ? AVIO_FLAG_WRITE : AVIO_FLAG_READ;
        Ffmpeg.check(avformat.avio_open2(context, url, flags, null, (AVDictionary) null), failedTo);
      }
      return;
    }
    channel =
        writes
            ? Files.newByteChannel(
                file, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)
            : Files.newByteChannel(file);
    OPEN.put(id, this);
    BytePointer buffer = new BytePointer(avutil.av_malloc(BUFFER_BYTES));
    context =
        avformat.avio_alloc_context(
            buffer,
            BUFFER_BYTES,
            writes ? 1 : 0,
            new Id(id),
            writes ? null : Callbacks.READ,
            writes ? Callbacks.WRITE : null,
            Callbacks.SEEK);
    if (context == null) {
      avutil.av_free(buffer);
      close();
      throw new IOException("out of native memory for " + file);
    }
  }

  /** Returns the character set in which the operating system expects the names of files. */
  private static String nameCharset() {
    boolean isWindows = System.getProperty("os.name").startsWith("Windows");
    return isWindows ? "UTF-8" : System.getProperty("sun.jnu.encoding", "UTF-8");
  }

  /** Returns FFmpeg's context, which is valid until this object is closed. */
  AVIOContext context() {
    return context;
  }

  /**
   * Returns a return code of FFmpeg, if it means success and no callback failed.
   *
   * @throws IOException with the exception of the callback as its cause, if there is one
   */
  int check(int code, String failedTo) throws IOException {
    if (failure != null) {
      String why = failure.getMessage() == null ? failure.toString() : failure.getMessage();
      throw new IOException(failedTo + ": " + why, failure);
    }
    return Ffmpeg.check(code, failedTo);
  }

  /** Writes everything and closes the file. */
  void finish(String failedTo) throws IOException {
    if (channel == null) {
      AVIOContext open = context;
      context = null;
      Ffmpeg.check(avformat.avio_closep(open), failedTo);
      return;
    }
    avformat.avio_flush(context);
    check(context.error(), failedTo);
    SeekableByteChannel open = channel;
    channel = null;
    release();
    open.close();
  }

  @Override
  public void close() {
    if (channel != null) {
      release();
      try {
        channel.close();
      } catch (IOException e) {
        // The file was read to its end, or it is discarded after another failure.
      }
      channel = null;
    } else if (context != null) {
      avformat.avio_closep(context);
      context = null;
    }
  }

  private void release() {
    OPEN.remove(id);
    if (context != null) {
      avutil.av_free(context.buffer());
      avformat.avio_context_free(context);
      context = null;
    }
  }

  /** An action on the channel, which returns a number of bytes or a position. */
  private interface ChannelAction {
    long run(MediaIo io) throws IOException;
  }

  /** Runs an action of a callback, from which no exception may escape into native code. */
  private static long run(Pointer opaque, ChannelAction action) {
    MediaIo io = OPEN.get(opaque.address());
    if (io == null || io.failure != null) {
      return avutil.AVERROR_EXTERNAL();
    }
    // A channel would close itself in an interrupted thread. FFmpeg's own files do not.
    boolean interrupted = Thread.interrupted();
    try {
      return action.run(io);
    } catch (IOException | RuntimeException e) {
      io.failure = e;
    } catch (Error e) {
      io.failure = new IOException(e.toString(), e);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
    return avutil.AVERROR_EXTERNAL();
  }

  private long readInto(ByteBuffer buffer) throws IOException {
    int count = channel.read(buffer);
    return count > 0 ? count : avutil.AVERROR_EOF();
  }

  private long writeFrom(ByteBuffer buffer) throws IOException {
    int count = buffer.remaining();
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
    return count;
  }

  private long seek(long offset, int whence) throws IOException {
    long from;
    switch (whence & ~AVSEEK_FORCE) {
      case AVSEEK_SIZE -> {
        return channel.size();
      }
      case 0 -> from = 0;
      case 1 -> from = channel.position();
      case 2 -> from = channel.size();
      default -> {
        return avutil.AVERROR_EXTERNAL();
      }
    }
    channel.position(from + offset);
    return from + offset;
  }

  /** A number in the place of a native address. */
  private static final class Id extends Pointer {
    Id(long id) {
      address = id;
    }
  }

  private static final class Callbacks {

    static final Read_packet_Pointer_BytePointer_int READ = new Read();
    static final Write_packet_Pointer_BytePointer_int WRITE = new Write();
    static final Seek_Pointer_long_int SEEK = new Seek();

    private static final class Read extends Read_packet_Pointer_BytePointer_int {
      @Override
      public int call(Pointer opaque, BytePointer buffer, int size) {
        ByteBuffer bytes = buffer.capacity(size).asByteBuffer();
        return (int) run(opaque, io -> io.readInto(bytes));
      }
    }

    private static final class Write extends Write_packet_Pointer_BytePointer_int {
      @Override
      public int call(Pointer opaque, BytePointer buffer, int size) {
        ByteBuffer bytes = buffer.capacity(size).asByteBuffer();
        return (int) run(opaque, io -> io.writeFrom(bytes));
      }
    }

    private static final class Seek extends Seek_Pointer_long_int {
      @Override
      public long call(Pointer opaque, long offset, int whence) {
        return run(opaque, io -> io.seek(offset, whence));
      }
    }
  }
}
