package org.diffsynth.job;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.Video;
import org.diffsynth.internal.text.Text;

/**
 * A video that a job reads: any process can open it again, and its fingerprint tells whether it has
 * changed.
 *
 * @param name role of the video in messages, such as {@code "style"}
 * @param fingerprint text that changes when the video changes
 * @param opener opens the video at its first frame
 */
public record JobInput(String name, String fingerprint, Opener opener) {

  /** Opens a video. */
  @FunctionalInterface
  public interface Opener {

    /**
     * Returns a new source at the first frame of the video. The job closes it.
     *
     * @throws IOException if the video cannot be read
     */
    FrameSource open() throws IOException;

    /**
     * Returns a new source at a later frame of the video. The default implementation opens the
     * video and skips the frames before, which is fast for video files and folders of pictures.
     *
     * @param first number of the frame, counted from 0
     * @throws IOException if the video cannot be read or ends before that frame
     */
    default FrameSource openAt(int first) throws IOException {
      FrameSource source = open();
      try {
        int skipped = source.skip(first);
        if (skipped < first) {
          throw new IOException(
              Text.format("the video ends after %d frames, before frame %d", skipped, first));
        }
        return source;
      } catch (IOException | RuntimeException | Error e) {
        source.close();
        throw e;
      }
    }
  }

  /** Checks that no component is null. */
  public JobInput {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(fingerprint, "fingerprint");
    Objects.requireNonNull(opener, "opener");
  }

  /**
   * Returns the input from a video file or a folder of pictures. Its fingerprint is computed from
   * the bytes of the files, so it stays when files are moved or copied. Reads all files once.
   *
   * @param path video file, folder of pictures, or pattern of picture names
   * @param opener opens the video at {@code path}
   * @throws IOException if a file cannot be read
   */
  public static JobInput of(String name, Path path, Opener opener) throws IOException {
    return new JobInput(name, Fingerprint.of(path), opener);
  }

  /** Returns the input from a clip in memory. */
  public static JobInput of(String name, Video video) {
    return new JobInput(name, Fingerprint.of(video), video::open);
  }
}
