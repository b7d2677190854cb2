package org.diffsynth.app.options;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import org.diffsynth.app.frames.OutputSink;
import org.diffsynth.app.frames.UnfinishedOutput;
import org.diffsynth.app.frames.WriteBehindSink;
import org.diffsynth.app.settings.Setting;
import org.diffsynth.app.terminal.KeptFrames;
import org.diffsynth.app.terminal.UsageException;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameRate;
import org.diffsynth.frame.FrameSink;
import org.diffsynth.frame.VideoFormat;
import org.diffsynth.internal.text.Text;
import org.diffsynth.io.Enhancement;
import org.diffsynth.io.Palette;
import org.diffsynth.job.Job;
import org.diffsynth.video.FrameTimes;
import org.diffsynth.video.PictureTags;
import org.diffsynth.video.StreamCopy;
import org.diffsynth.video.VideoCodec;
import org.diffsynth.video.VideoFiles;
import org.diffsynth.video.VideoSettings;
import picocli.CommandLine.Option;

/** Command-line options for the path and the compression of the output video. */
public class OutputOptions {

  @Option(
      names = "--out",
      required = true,
      paramLabel = "PATH",
      description =
          "Output, required: a video file (.mp4 .mov .mkv .webm .avi .gif), or a name without an"
              + " extension for a folder of PNG pictures.")
  private Path out;

  @Option(
      names = "--overwrite",
      description = "Replace an existing output. Default: stop with an error.")
  private boolean overwrite;

  @Option(
      names = "--codec",
      paramLabel = "NAME",
      description =
          "${COMPLETION-CANDIDATES}. FFV1 is lossless. Default: by file extension; for 8 bits per"
              + " sample .mp4 .mov .mkv H264, .webm VP9, .avi FFV1, .gif GIF; for more, .mp4 .mkv"
              + " .webm AV1, .mov PRORES.")
  private VideoCodec codec;

  @Option(
      names = "--quality",
      paramLabel = "N",
      defaultValue = "90",
      description =
          "Picture quality of H264, VP9, AV1 and PRORES, 1 (smallest file) to 100 (best). Default:"
              + " ${DEFAULT-VALUE}.")
  private int quality;

  @Option(
      names = "--no-audio",
      description =
          "Leave the input's audio out. Default: copy it; convert it if the output needs that.")
  private boolean noAudio;

  @Option(
      names = "--no-subtitles",
      description = "Leave the input's subtitles out. Default: copy them.")
  private boolean noSubtitles;

  @Option(
      names = "--no-metadata",
      description =
          "Leave out the input's texts (title, date, place, camera), chapters, cover picture, fonts"
              + " and time code. Default: copy what the output can hold.")
  private boolean noMetadata;

  @Option(
      names = "--depth",
      paramLabel = "BITS",
      description =
          "Bits per sample, 8 or 16. FFV1 and PNG store 16, AV1 and PRORES 10 of them. Default: the"
              + " depth of the input; 8 for tone-mapped input.")
  private Integer depth;

  @Setting("output.contrast")
  @Option(
      names = "--contrast",
      paramLabel = "X",
      defaultValue = "1",
      description =
          "Contrast of finished frames, 0 (grey) to 10; 1 changes nothing. Default:"
              + " ${DEFAULT-VALUE}.")
  private float contrast;

  @Setting("output.sharpness")
  @Option(
      names = "--sharpness",
      paramLabel = "X",
      defaultValue = "1",
      description =
          "Sharpness of finished frames, 0 (smoothed) to 10; 1 changes nothing. Default:"
              + " ${DEFAULT-VALUE}.")
  private float sharpness;

  private Map<String, String> texts = Map.of();
  private Optional<FrameTimes> times = Optional.empty();
  private Optional<Palette.Transfer> colours = Optional.empty();
  private boolean writesBehind;

  /** Work that writes frames to a sink and may be cancelled. */
  public interface Work {

    /** Writes all frames; the caller commits and closes the sink. */
    void run(FrameSink sink) throws IOException;
  }

  /** Returns the path of the output. */
  public Path path() {
    return out;
  }

  /** Sets texts by keyword that every picture in a folder of PNG pictures carries. */
  public void setTexts(Map<String, String> newTexts) {
    texts = Map.copyOf(newTexts);
  }

  /**
   * Sets the times of the frames of the output. By default they are those of the file that streams
   * are copied from.
   */
  public void setTimes(Optional<FrameTimes> newTimes) {
    times = newTimes;
  }

  /** Sets a change of colours that finished frames get, before contrast and sharpness. */
  public void setColours(Optional<Palette.Transfer> change) {
    colours = change;
  }

  /**
   * Sets the number of threads that the command may use. With more than one, frames are encoded on
   * a thread of its own.
   */
  public void setThreads(int threads) {
    writesBehind = threads > 1;
  }

  /** Checks that the output does not replace a video that is read. */
  public void checkIsNot(Path input) throws IOException {
    if (input != null && Files.exists(out) && Files.isSameFile(out, input)) {
      throw new IOException(out + " is read, so --out must be another file");
    }
  }

  /** Returns the requested contrast and sharpness. */
  public Enhancement enhancement() {
    try {
      return new Enhancement(contrast, sharpness);
    } catch (IllegalArgumentException e) {
      throw new UsageException("--" + e.getMessage());
    }
  }

  private VideoSettings settings(FrameRate rate, Path streamsFrom, PictureTags tags) {
    UsageException.check(
        quality >= 1 && quality <= 100, "--quality must be in [1, 100], but was " + quality);
    return new VideoSettings(
        rate,
        Optional.ofNullable(codec),
        quality,
        Optional.ofNullable(streamsFrom).map(this::streams),
        overwrite,
        texts,
        tags,
        times);
  }

  private StreamCopy streams(Path source) {
    Set<StreamCopy.Kind> kinds = EnumSet.allOf(StreamCopy.Kind.class);
    if (noAudio) {
      kinds.remove(StreamCopy.Kind.AUDIO);
    }
    if (noSubtitles) {
      kinds.remove(StreamCopy.Kind.SUBTITLES);
    }
    if (noMetadata) {
      kinds.retainAll(Set.of(StreamCopy.Kind.AUDIO, StreamCopy.Kind.SUBTITLES));
    }
    return new StreamCopy(source, kinds);
  }

  /**
   * Checks that the output can be written, before the work.
   *
   * @return the settings of the output
   */
  private VideoSettings checked(OutputVideo video) throws IOException {
    Frame.Depth outputDepth = depth(video.inputDepth());
    UsageException.check(
        !video.tags().isHdr() || outputDepth != Frame.Depth.UINT8,
        "--hdr keep needs more than 8 bits per sample; leave --depth out");
    checkIsNot(video.streamsFrom());
    VideoSettings settings =
        settings(video.format().frameRate(), video.streamsFrom(), video.tags());
    VideoFiles.check(out, settings, video.format().size(), outputDepth);
    return settings;
  }

  /** Checks that the output can be written and does not exist, before work that takes long. */
  public void check(OutputVideo video) throws IOException {
    VideoFiles.create(out, checked(video)).close();
  }

  /** Returns the depth of the output's samples. */
  public Frame.Depth outputDepth(OutputVideo video) {
    return depth(video.inputDepth());
  }

  /** Returns whether an existing output may be replaced. */
  public boolean overwrites() {
    return overwrite;
  }

  /**
   * Creates the output, runs the work that fills it, and commits it. When the work is cancelled or
   * fails, nothing is kept.
   *
   * @param beforeCommit runs when all frames are written, before the output gets its name
   */
  public void writeWhole(OutputVideo video, Work work, Job.FinalWork beforeCommit)
      throws IOException {
    VideoSettings settings = checked(video);
    try (FrameSink sink = VideoFiles.create(out, settings)) {
      OutputSink converting =
          new OutputSink(sink, outputDepth(video), video.enhancement(), colours);
      work.run(converting);
      beforeCommit.run();
      sink.commit();
    }
  }

  /**
   * Creates the output, runs the work that fills it, and commits it. When the work is cancelled or
   * fails, the finished frames are kept, beside an older output if there is one.
   *
   * @param format size and frame rate of the output, which are checked before the work
   * @param streamsFrom file whose sound, subtitles, chapters and texts are copied, or null
   * @param tags shape of the pixels and meaning of the colours of the output
   * @param inputDepth depth of the input, which the output gets unless another depth is requested
   * @param enhancement contrast and sharpness that finished frames are given
   */
  public void write(
      VideoFormat format,
      Path streamsFrom,
      PictureTags tags,
      Frame.Depth inputDepth,
      Enhancement enhancement,
      Work work)
      throws IOException {
    write(new OutputVideo(format, streamsFrom, tags, inputDepth, enhancement), work);
  }

  /**
   * Creates the output, runs the work that fills it, and commits it. When the work is cancelled or
   * fails, the finished frames are kept, beside an older output if there is one.
   */
  public void write(OutputVideo video, Work work) throws IOException {
    boolean replaces = Files.exists(out);
    VideoSettings settings = checked(video);
    try (FrameSink sink = VideoFiles.create(out, settings)) {
      OutputSink counting = new OutputSink(sink, outputDepth(video), video.enhancement(), colours);
      try {
        if (writesBehind) {
          try (WriteBehindSink behind = new WriteBehindSink(counting)) {
            work.run(behind);
          }
        } else {
          work.run(counting);
        }
        sink.commit();
      } catch (CancellationException e) {
        if (counting.frames() == 0) {
          throw new CancellationException("cancelled; " + out + " was not touched");
        }
        if (replaces) {
          throw new CancellationException("cancelled; " + keptBeside(sink, counting.frames()));
        }
        sink.commit();
        throw new CancellationException(
            Text.format(
                "cancelled; %s holds the %d frames that were finished", out, counting.frames()));
      } catch (IOException | RuntimeException | Error e) {
        if (counting.frames() > 0) {
          KeptFrames.note(
              e, replaces ? keptBeside(sink, counting.frames()) : kept(sink, counting.frames()));
        }
        throw e;
      }
    }
  }

  /** Completes the frames that were finished before a failure under another name. */
  private String keptBeside(FrameSink sink, int frames) {
    try {
      return Text.format(
          "%s was not replaced; %s holds the %d frames that were finished",
          out, UnfinishedOutput.commitBeside(out, sink), frames);
    } catch (IOException | RuntimeException e) {
      return Text.format(
          "%s was not replaced; the %d finished frames could not be kept: %s",
          out, frames, e.getMessage());
    }
  }

  /** Completes the output with the frames that were finished before a failure. */
  private String kept(FrameSink sink, int frames) {
    try {
      sink.commit();
      return Text.format("%s holds the %d frames that were finished", out, frames);
    } catch (IOException | RuntimeException e) {
      return Text.format("the %d finished frames could not be kept: %s", frames, e.getMessage());
    }
  }

  private Frame.Depth depth(Frame.Depth inputDepth) {
    if (depth == null) {
      return inputDepth == Frame.Depth.UINT8 ? Frame.Depth.UINT8 : Frame.Depth.UINT16;
    }
    return switch (depth) {
      case 8 -> Frame.Depth.UINT8;
      case 16 -> Frame.Depth.UINT16;
      default -> throw new UsageException("--depth must be 8 or 16, but was " + depth);
    };
  }
}
