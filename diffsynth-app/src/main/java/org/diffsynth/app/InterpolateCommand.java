package org.diffsynth.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.diffsynth.app.options.HardwareOptions;
import org.diffsynth.app.options.InputOptions;
import org.diffsynth.app.options.OutputOptions;
import org.diffsynth.app.terminal.AppCommand;
import org.diffsynth.app.terminal.CommandMonitor;
import org.diffsynth.deflicker.KeyframeInterpolation;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSize;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.internal.text.Text;
import org.diffsynth.io.FrameFiles;
import org.diffsynth.video.PictureTags;
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

  private static final Pattern LAST_NUMBER = Pattern.compile("(\\d+)\\D*$");

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
            "Folder of finished pictures. The last number in a file name is the frame, counted from"
                + " 0: key-00012.png is frame 12. Required.")
    private Path keyframes;
  }

  @ArgGroup(validate = false, order = 20, heading = "%nOutput:%n")
  private OutputOptions output = new OutputOptions();

  @ArgGroup(validate = false, order = 90, heading = "%nWhere to compute:%n")
  private HardwareOptions hardware = new HardwareOptions();

  @Override
  public Integer call() throws IOException {
    KeyframeInterpolation interpolation =
        KeyframeInterpolation.DEFAULT.withCompute(hardware.compute());
    SortedMap<Integer, Frame> keys = readKeys(input.keyframes);
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
      output.write(
          guide.format(),
          input.guide,
          tags(opened.format().size(), first.size()),
          first.depth(),
          output.enhancement(),
          sink -> interpolation.apply(guide, keys, sink, monitor));
    }
    say("wrote %s from %d key frames", output.path(), keys.size());
    return 0;
  }

  /** Returns the tags of the guide, with the shape of pixels at the size of the key frames. */
  private PictureTags tags(FrameSize guide, FrameSize keys) throws IOException {
    PictureTags tags = input.tags(input.guide);
    return tags.withPixelAspect(tags.pixelAspect().scaled(guide, keys));
  }

  private static SortedMap<Integer, Frame> readKeys(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      throw new IOException(folder + " is not a folder; --keyframes needs a folder of pictures");
    }
    SortedMap<Integer, Frame> keys = new TreeMap<>();
    for (Path picture : FrameFiles.list(folder)) {
      if (keys.put(frameNumber(picture), FrameFiles.readPicture(picture)) != null) {
        throw new IOException(
            Text.format("%s holds two pictures for frame %d", folder, frameNumber(picture)));
      }
    }
    return keys;
  }

  private static int frameNumber(Path picture) throws IOException {
    String name = picture.getFileName().toString();
    Matcher number = LAST_NUMBER.matcher(name.substring(0, name.lastIndexOf('.')));
    if (!number.find()) {
      throw new IOException(
          picture + " has no frame number in its name, such as key-00012.png for frame 12");
    }
    try {
      return Integer.parseInt(number.group(1));
    } catch (NumberFormatException e) {
      throw new IOException(picture + " has a frame number that is too large", e);
    }
  }
}
