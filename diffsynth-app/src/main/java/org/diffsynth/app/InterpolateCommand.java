package org.diffsynth.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.diffsynth.app.frames.KeyLikeness;
import org.diffsynth.app.frames.KeyPictures;
import org.diffsynth.app.options.ColourMatchOptions;
import org.diffsynth.app.options.HardwareOptions;
import org.diffsynth.app.options.InputOptions;
import org.diffsynth.app.options.JobFolder;
import org.diffsynth.app.options.OutputOptions;
import org.diffsynth.app.options.OutputVideo;
import org.diffsynth.app.options.ShotOptions;
import org.diffsynth.app.terminal.AppCommand;
import org.diffsynth.app.terminal.CommandMonitor;
import org.diffsynth.app.terminal.UsageException;
import org.diffsynth.deflicker.KeyframeInterpolation;
import org.diffsynth.deflicker.Shots;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameRate;
import org.diffsynth.frame.FrameSize;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.Video;
import org.diffsynth.frame.VideoFormat;
import org.diffsynth.internal.text.Text;
import org.diffsynth.io.FrameFiles;
import org.diffsynth.io.Resampler;
import org.diffsynth.job.InterpolateJob;
import org.diffsynth.job.JobInput;
import org.diffsynth.video.PictureTags;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Command {@code diffsynth interpolate}: computes the frames between finished key frames, along the
 * motion of a guide video.
 */
@Command(
    name = "interpolate",
    customSynopsis = "diffsynth interpolate --guide PATH --keyframes DIR --out PATH [OPTIONS]",
    description = "Fills in the frames between finished key frames, along the motion of a guide.")
final class InterpolateCommand extends AppCommand {

  private static final Logger LOG = LoggerFactory.getLogger(InterpolateCommand.class);

  @ArgGroup(validate = false, order = 10, heading = "%nInput:%n")
  private Input input = new Input();

  private static final class Input extends InputOptions {

    @Option(
        names = "--guide",
        order = 1,
        required = true,
        paramLabel = "PATH",
        description = "The steady video that the key frames were made from. Required.")
    private Path guide;

    @Option(
        names = "--keyframes",
        order = 2,
        required = true,
        paramLabel = "DIR",
        description =
            "Folder of finished pictures. If the guide is a folder, each belongs to the guide picture"
                + " of its name, or else of its number; if the guide is a video, the number in its"
                + " name is the frame, counted from 0: key-00012.png is frame 12. Required.")
    private Path keyframes;

    @Option(
        names = "--keyframes-from",
        order = 3,
        paramLabel = "N",
        description =
            "Number of the guide's first frame in the names of the key frames; 1 for pictures that"
                + " ffmpeg wrote. Default: the guide's own numbers if it is a folder, otherwise 0.")
    private Integer keyframesFrom;
  }

  @ArgGroup(validate = false, order = 20, heading = "%nOutput:%n")
  private OutputOptions output = new OutputOptions();

  @ArgGroup(validate = false, order = 22, heading = "%nColours of another clip:%n")
  private ColourMatchOptions colours = new ColourMatchOptions();

  @ArgGroup(validate = false, order = 25, heading = "%nLong work:%n")
  private JobFolder job = new JobFolder();

  @ArgGroup(validate = false, order = 40, heading = "%nShots:%n")
  private ShotOptions shots = new ShotOptions();

  @ArgGroup(validate = false, order = 90, heading = "%nWhere to compute:%n")
  private HardwareOptions hardware = new HardwareOptions();

  @Override
  public Integer call() throws IOException {
    UsageException.check(
        input.keyframesFrom == null || input.keyframesFrom >= 0,
        "--keyframes-from must be at least 0, but was " + input.keyframesFrom);
    SortedMap<Integer, Frame> keys = readKeys();
    Frame first = keys.get(keys.firstKey());
    try (CommandMonitor monitor = monitor();
        FrameSource opened = input.open(input.guide);
        FrameSource guide =
            input.fitted(
                "guide",
                opened,
                input.guide,
                opened.format().withSize(first.size()),
                "first key frame in",
                input.keyframes)) {
      output.setTimes(input.times());
      output.checkIsNot(colours.reference());
      output.setColours(colours.transfer(input, () -> keyVideo(keys)));
      KeyframeInterpolation interpolation =
          KeyframeInterpolation.DEFAULT
              .withCompute(hardware.compute())
              .withShots(knownShots(opened.format(), monitor));
      OutputVideo video =
          new OutputVideo(
              guide.format(),
              input.guide,
              tags(opened.format().size(), first.size()),
              first.depth(),
              output.enhancement());
      if (job.isGiven()) {
        job.check(output, input.guide, input.keyframes, colours.reference());
        job.write(
            task(interpolation, keys, video), output, video, monitor, line -> say("%s", line));
        return 0;
      }
      output.write(video, sink -> interpolation.apply(guide, keys, sink, monitor));
    }
    say("wrote %s from %d key frames", output.path(), keys.size());
    return 0;
  }

  private static FrameSource keyVideo(SortedMap<Integer, Frame> keys) {
    return Video.of(List.copyOf(keys.values()), FrameRate.DEFAULT).open();
  }

  /** Returns the work as a job, which opens the guide by itself. */
  private InterpolateJob task(
      KeyframeInterpolation interpolation, SortedMap<Integer, Frame> keys, OutputVideo video)
      throws IOException {
    FrameSize size = video.format().size();
    JobInput guide = JobInput.of("guide", input.guide, () -> openGuide(size));
    InterpolateJob task =
        InterpolateJob.of(interpolation, guide, keys).withDepth(output.outputDepth(video));
    Map<String, String> settings = new TreeMap<>();
    input.describe(settings);
    for (Map.Entry<String, String> setting : settings.entrySet()) {
      task = task.withSetting(setting.getKey(), setting.getValue());
    }
    return task;
  }

  private FrameSource openGuide(FrameSize size) throws IOException {
    FrameSource opened = input.open(input.guide);
    try {
      VideoFormat keys = opened.format().withSize(size);
      return input.fitted(
          "guide", opened, input.guide, keys, "first key frame in", input.keyframes);
    } catch (IOException | RuntimeException | Error e) {
      opened.close();
      throw e;
    }
  }

  /** Finds the shots before the work, so that a shot without a key frame is named at once. */
  private Shots knownShots(VideoFormat format, CommandMonitor monitor) throws IOException {
    Shots given = shots.of(format);
    if (given.starts().isPresent()) {
      return given;
    }
    try (FrameSource frames = input.open(input.guide)) {
      return Shots.detect(frames, monitor);
    }
  }

  /** Returns the tags of the guide, with the shape of pixels at the size of the key frames. */
  private PictureTags tags(FrameSize guide, FrameSize keys) throws IOException {
    PictureTags tags = input.tags(input.guide);
    return tags.withPixelAspect(tags.pixelAspect().scaled(guide, keys));
  }

  /** Reads the key frames, and says which frame of the guide each belongs to. */
  private SortedMap<Integer, Frame> readKeys() throws IOException {
    if (!Files.exists(input.keyframes) && !FrameFiles.isFolder(input.keyframes)) {
      throw new IOException(
          input.keyframes + " is not a folder; --keyframes needs a folder of pictures");
    }
    try (FrameSource guide = input.open(input.guide)) {
      KeyPictures pictures =
          KeyPictures.match(
              input.keyframes, input.guide, guide.format().frameCount(), input.keyframesFrom);
      SortedMap<Integer, Frame> keys = new TreeMap<>();
      for (Map.Entry<Integer, Path> picture : pictures.files().entrySet()) {
        Frame key = FrameFiles.readPicture(picture.getValue());
        Frame first = keys.isEmpty() ? key : keys.get(keys.firstKey());
        if (!input.resize() && !key.sameSize(first)) {
          throw new IOException(
              Text.format(
                  "the key frame %s is %s, but the first key frame is %s; --resize scales it",
                  picture.getValue(), key.size(), first.size()));
        }
        keys.put(picture.getKey(), Resampler.resized(key, first.size()));
      }
      say("%s", pictures.summary(guide.format().frameRate()));
      KeyLikeness.shift(guide, keys).ifPresent(shift -> warn(shift, pictures));
      return keys;
    }
  }

  private void warn(int shift, KeyPictures pictures) {
    boolean isCounted = input.keyframesFrom != null || !FrameFiles.isFolder(input.guide);
    int from = (input.keyframesFrom == null ? 0 : input.keyframesFrom) - shift;
    LOG.warn(
        "the key frames look like the frames one {} than those they are used for ({} for frame"
            + " {}){}",
        shift > 0 ? "later" : "earlier",
        pictures.files().get(pictures.files().firstKey()).getFileName(),
        pictures.files().firstKey(),
        isCounted && from >= 0
            ? "; if the first frame is number " + from + ", add --keyframes-from " + from
            : "; check their names");
  }
}
