package org.diffsynth.app.options;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.diffsynth.deflicker.Shots;
import org.diffsynth.frame.VideoFormat;
import org.diffsynth.internal.text.Text;
import picocli.CommandLine.Option;

/** Command-line option for the shots of a video. */
public final class ShotOptions {

  /** Name of the option. */
  public static final String NAME = "--cuts";

  /** Description of the option. */
  public static final String DESCRIPTION =
      "Text file with the first frame of each shot: a frame number, counted from 0, or a timecode"
          + " on each line; scene lists of PySceneDetect are read too. 'diffsynth shots' writes such"
          + " a file. 'none' treats the video as one shot. Nothing is blended across a cut."
          + " Default: find the cuts.";

  private static final String NONE = "none";

  @Option(names = NAME, order = 60, paramLabel = "FILE", description = DESCRIPTION)
  private String cuts;

  /** Returns the requested shots of a video; see {@link #of(String, VideoFormat)}. */
  public Shots of(VideoFormat video) throws IOException {
    return of(cuts, video);
  }

  /**
   * Returns the shots of a video.
   *
   * @param cuts the value of the option, or null
   * @throws IOException if the list cannot be read, or names a frame beyond the end
   */
  public static Shots of(String cuts, VideoFormat video) throws IOException {
    if (cuts == null) {
      return Shots.AUTO;
    }
    if (cuts.equals(NONE)) {
      return Shots.NONE;
    }
    Path file = Path.of(cuts);
    Shots shots = CutList.read(file, video.frameRate());
    List<Integer> starts = shots.starts().orElseThrow();
    int last = starts.isEmpty() ? 0 : starts.get(starts.size() - 1);
    if (video.frameCount() > 0 && last >= video.frameCount()) {
      throw new IOException(
          Text.format(
              "%s names frame %d, but the video has %d frames, counted from 0",
              file, last, video.frameCount()));
    }
    return shots;
  }

  /** Returns the list of the first frames of shots as text that {@code --cuts} reads. */
  public static String text(List<Integer> starts) {
    return CutList.text(starts);
  }
}
