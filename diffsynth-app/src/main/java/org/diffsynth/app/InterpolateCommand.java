package org.diffsynth.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.diffsynth.app.options.EngineOptions;
import org.diffsynth.app.options.InputOptions;
import org.diffsynth.app.options.OutputOptions;
import org.diffsynth.app.options.Verbosity;
import org.diffsynth.app.terminal.Interruption;
import org.diffsynth.app.terminal.ProgressLine;
import org.diffsynth.deflicker.KeyframeInterpolation;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.io.FrameFiles;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code diffsynth interpolate}. */
@Command(
    name = "interpolate",
    mixinStandardHelpOptions = true,
    description = "Fills in the frames between a few finished key frames.")
final class InterpolateCommand implements Callable<Integer> {

  private static final Pattern LAST_NUMBER = Pattern.compile("(\\d+)\\D*$");

  @Option(
      names = "--guide",
      required = true,
      paramLabel = "PATH",
      description = "The steady video that the key frames were made from.")
  private Path guide;

  @Option(
      names = "--keyframes",
      required = true,
      paramLabel = "DIR",
      description =
          "Folder of finished pictures. The last number in a name is its frame, counted from 0:"
              + " key-00012.png is frame 12.")
  private Path keyframes;

  @Mixin private InputOptions input;
  @Mixin private EngineOptions engine;
  @Mixin private OutputOptions output;
  @Mixin private Verbosity verbosity;

  @Override
  public Integer call() throws IOException {
    KeyframeInterpolation interpolation =
        KeyframeInterpolation.DEFAULT.withCompute(engine.engine());
    SortedMap<Integer, Frame> keys = readKeys(keyframes);
    Frame first = keys.get(keys.firstKey());
    ProgressLine progress = verbosity.progress();
    try (Interruption interruption = Interruption.watch(progress);
        FrameSource opened = input.open(guide);
        FrameSource frames =
            input.fitted(
                opened,
                guide,
                opened.format().withSize(first.size()),
                "first key frame in",
                keyframes)) {
      output.write(
          frames.format().frameRate(),
          guide,
          first.depth(),
          sink -> interpolation.apply(frames, keys, sink, interruption));
    } finally {
      progress.endLine();
    }
    verbosity.say("wrote %s from %d key frames", output.path(), keys.size());
    return 0;
  }

  private static SortedMap<Integer, Frame> readKeys(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      throw new IOException(folder + " is no folder; --keyframes takes a folder of pictures");
    }
    SortedMap<Integer, Frame> keys = new TreeMap<>();
    for (Path picture : FrameFiles.list(folder)) {
      String name = picture.getFileName().toString();
      Matcher number = LAST_NUMBER.matcher(name.substring(0, name.lastIndexOf('.')));
      if (!number.find()) {
        throw new IOException(
            picture + " has no frame number in its name, such as key-00012.png for frame 12");
      }
      int frame;
      try {
        frame = Integer.parseInt(number.group(1));
      } catch (NumberFormatException e) {
        throw new IOException(picture + " has too large a frame number", e);
      }
      if (keys.put(frame, FrameFiles.readPicture(picture)) != null) {
        throw new IOException("%s holds two pictures for frame %d".formatted(folder, frame));
      }
    }
    return keys;
  }
}
