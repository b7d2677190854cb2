package org.diffsynth;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.diffsynth.deflicker.KeyframeInterpolation;
import org.diffsynth.diffusion.Embedding;
import org.diffsynth.diffusion.ImagePrompt;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSink;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.Monitor;
import org.diffsynth.frame.Monitor.Progress;
import org.diffsynth.frame.Video;
import org.diffsynth.frame.VideoFormat;
import org.diffsynth.io.Resampler;
import org.diffsynth.request.Conditioning;

/**
 * The cheap way through a clip: every so many frames are rendered by diffusion, and carried to the
 * frames in between along matches in the input.
 *
 * <p>Key frames are 0, k, 2k, … and the last frame. They come out exactly as the pipeline renders
 * them as a clip of their own: "the frame before" in an attention pattern is the key before, and a
 * deflicker window counts keys. Motion must be such that most of a frame can be seen in one of its
 * two keys.
 *
 * @param every distance of key frames, at least 1; 1 renders all frames by diffusion
 * @param interpolation how the frames between two key frames are made
 */
public record KeyframeRendering(int every, KeyframeInterpolation interpolation) {

  /** Of the work, rendering keys is about this much where a model is not tiny. */
  private static final double RENDERING = 0.9;

  /** Checks the range. */
  public KeyframeRendering {
    Objects.requireNonNull(interpolation, "interpolation");
    if (every < 1) {
      throw new IllegalArgumentException("every must be at least 1, was " + every);
    }
  }

  /** With the default interpolation. */
  public static KeyframeRendering every(int frames) {
    return new KeyframeRendering(frames, KeyframeInterpolation.DEFAULT);
  }

  /** Returns a copy of this rendering with the given interpolation. */
  public KeyframeRendering withInterpolation(KeyframeInterpolation newInterpolation) {
    return new KeyframeRendering(every, newInterpolation);
  }

  /** A video that is read twice: for its keys, and as the guide between them. */
  @FunctionalInterface
  public interface Input {

    /** Opens it at its first frame; whoever calls this closes the source. */
    FrameSource open() throws IOException;
  }

  /** Renders a clip in memory; see {@link Pipeline#render(Video, RenderRequest, Monitor)}. */
  public Video render(Pipeline pipeline, Video input, RenderRequest request, Monitor monitor) {
    Video.Collector result = Video.collector(input.format().frameRate());
    try {
      render(pipeline, input::open, request, result, monitor);
    } catch (IOException e) {
      throw new UncheckedIOException("temporary files failed: " + e.getMessage(), e);
    }
    return result.toVideo();
  }

  /**
   * Renders a stream. In memory are the key frames, and the input between two of them. Does not
   * commit the sink.
   *
   * @param pipeline renders the keys; lent
   * @param input what is made anew
   * @param request what to make; control videos are as long as the input, of which only the
   *     pictures of keys are used, or one picture. An annotator of the pipeline sees keys only: one
   *     that hands out pictures must be given those of {@link #keys}. Image prompts likewise: one
   *     for all frames, or one for each of the input
   * @param sink where finished frames go, in order
   * @param monitor told as the work goes on, asked before every model call and every batch
   * @throws IllegalArgumentException as {@link Pipeline#render(Video, RenderRequest, Monitor)}
   */
  public void render(
      Pipeline pipeline, Input input, RenderRequest request, FrameSink sink, Monitor monitor)
      throws IOException {
    if (every == 1) {
      try (FrameSource frames = input.open()) {
        pipeline.render(frames, request, sink, monitor);
      }
      return;
    }
    if (request.conditioning().stackedPoses().isPresent()) {
      throw new IllegalArgumentException(
          "stacked poses are of neighbouring frames: every must be 1 with them, was " + every);
    }
    RenderRequest keyed = keyImages(request, input).withControlVideos(keyVideos(request, input));
    Map<Integer, Frame> keys = new HashMap<>();
    int count;
    try (FrameSource frames = input.open()) {
      Keys source = new Keys(frames, every);
      Video.Collector rendered = Video.collector(frames.format().frameRate());
      pipeline.render(source, keyed, rendered, part(monitor, 0, RENDERING));
      Video video = rendered.toVideo();
      for (int i = 0; i < video.size(); i++) {
        keys.put(source.numbers.get(i), video.frame(i));
      }
      count = source.nextNumber;
    }
    try (FrameSource frames = input.open()) {
      interpolation
          .withDefaultCompute(pipeline.options().compute())
          .apply(
              new Sized(frames, count, keys.get(0)),
              keys,
              sink,
              part(monitor, RENDERING, 1 - RENDERING));
    }
  }

  /** The frames of a clip that are keys; closing it closes that source. */
  public FrameSource keys(FrameSource source) {
    return new Keys(source, every);
  }

  private Map<String, Video> keyVideos(RenderRequest request, Input input) throws IOException {
    Map<String, Video> videos = new HashMap<>();
    int frames = 0;
    for (Map.Entry<String, Conditioning.Control> entry :
        request.conditioning().controls().entrySet()) {
      Video video = entry.getValue().video().orElse(null);
      if (video == null) {
        continue;
      }
      if (video.size() > 1) {
        frames = frames > 0 ? frames : count(input);
        if (video.size() != frames) {
          throw new IllegalArgumentException(
              "the control video of '%s' must have 1 frame or %d frames as the clip, but had %d"
                  .formatted(entry.getKey(), frames, video.size()));
        }
        video = Video.readAll(keys(video.open()));
      }
      videos.put(entry.getKey(), video);
    }
    return videos;
  }

  private RenderRequest keyImages(RenderRequest request, Input input) throws IOException {
    ImagePrompt prompt = request.guidance().imagePrompt().orElse(null);
    if (prompt == null || prompt.embeddings().size() == 1) {
      return request;
    }
    int frames = count(input);
    if (prompt.embeddings().size() != frames) {
      throw new IllegalArgumentException(
          "the image prompt must have 1 embedding or %d embeddings as the clip, but had %d"
              .formatted(frames, prompt.embeddings().size()));
    }
    List<Embedding> keys = new ArrayList<>();
    for (int frame = 0; frame < frames; frame++) {
      if (frame % every == 0 || frame == frames - 1) {
        keys.add(prompt.embeddings().get(frame));
      }
    }
    return request.withImagePrompt(new ImagePrompt(keys, prompt.scale()));
  }

  /** Containers may be wrong by a few, and then keys would not fit their control pictures. */
  private static int count(Input input) throws IOException {
    int count = 0;
    try (FrameSource frames = input.open()) {
      while (frames.read() != null) {
        count++;
      }
    }
    return count;
  }

  private static Monitor part(Monitor monitor, double from, double share) {
    return new Monitor() {
      @Override
      public void progress(Progress progress) {
        boolean last = from > 0;
        monitor.progress(
            new Progress(
                progress.stage(),
                from + share * progress.fraction(),
                progress.framesDone(),
                progress.framesTotal(),
                last ? progress.timeLeft() : Optional.empty()));
      }

      @Override
      public boolean isCancelled() {
        return monitor.isCancelled();
      }
    };
  }

  /** Every so many frames, and the last. */
  private static final class Keys implements FrameSource {

    private final FrameSource source;
    private final int every;
    private final List<Integer> numbers = new ArrayList<>();
    private Frame next;
    private int nextNumber;
    private boolean started;

    Keys(FrameSource source, int every) {
      this.source = source;
      this.every = every;
    }

    @Override
    public VideoFormat format() {
      VideoFormat format = source.format();
      long frames = format.frameCount();
      return frames < 1 ? format : format.withFrameCount((frames - 1 + every - 1) / every + 1);
    }

    /** Looks one frame ahead, to know the last one. */
    @Override
    public Frame read() throws IOException {
      if (!started) {
        started = true;
        next = source.read();
      }
      while (next != null) {
        Frame frame = next;
        int number = nextNumber;
        next = source.read();
        nextNumber++;
        if (number % every == 0 || next == null) {
          numbers.add(number);
          return frame;
        }
      }
      return null;
    }

    @Override
    public void close() throws IOException {
      source.close();
    }
  }

  /** Frames at the size of another. */
  private record Sized(FrameSource source, int count, Frame like) implements FrameSource {

    @Override
    public VideoFormat format() {
      return source.format().withSize(like.size()).withFrameCount(count);
    }

    @Override
    public Frame read() throws IOException {
      Frame frame = source.read();
      return frame == null ? null : Resampler.resized(frame, like.size());
    }

    @Override
    public void close() throws IOException {
      source.close();
    }
  }
}
