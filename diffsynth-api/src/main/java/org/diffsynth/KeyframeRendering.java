package org.diffsynth;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import org.diffsynth.deflicker.KeyframeInterpolation;
import org.diffsynth.deflicker.Shots;
import org.diffsynth.diffusion.Embedding;
import org.diffsynth.diffusion.ImagePrompt;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSink;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.Monitor;
import org.diffsynth.frame.Monitor.Progress;
import org.diffsynth.frame.Video;
import org.diffsynth.frame.VideoFormat;
import org.diffsynth.internal.shots.ShotAnalysis;
import org.diffsynth.internal.text.Text;
import org.diffsynth.io.Resampler;
import org.diffsynth.request.Conditioning;

/**
 * Renders only every n-th frame by diffusion, and carries these key frames to the other frames
 * along the motion of the input. This is about n times faster than rendering every frame.
 *
 * <p>Key frames are the frames 0, n, 2n, … of each shot and the last frame of the shot, so that no
 * frame is made from another shot. The shots are those of the interpolation; with {@link
 * Shots#AUTO}, the input is read once more to find them. The pipeline renders them as a clip of
 * their own: in an attention pattern, the previous frame is the previous key frame, and the window
 * of a deflicker counts key frames. The result is good where most of a frame can be seen in one of
 * its two neighboring key frames.
 *
 * @param every distance between key frames, n, at least 1; 1 renders every frame by diffusion. 4 to
 *     8 is typical
 * @param interpolation how the frames between two key frames are made
 */
public record KeyframeRendering(int every, KeyframeInterpolation interpolation) {

  /** Share of the work that is rendering key frames, for the progress. */
  private static final double RENDERING = 0.9;

  /**
   * Creates a {@code KeyframeRendering} from its components.
   *
   * @throws IllegalArgumentException if a component is outside its documented range
   */
  public KeyframeRendering {
    Objects.requireNonNull(interpolation, "interpolation");
    if (every < 1) {
      throw new IllegalArgumentException("every must be at least 1, but was " + every);
    }
  }

  /** Creates a rendering of every n-th frame with the default interpolation. */
  public static KeyframeRendering every(int frames) {
    return new KeyframeRendering(frames, KeyframeInterpolation.DEFAULT);
  }

  /** Returns a copy of this rendering with the given interpolation. */
  public KeyframeRendering withInterpolation(KeyframeInterpolation newInterpolation) {
    return new KeyframeRendering(every, newInterpolation);
  }

  /** Returns a copy of this rendering with the given shots. */
  public KeyframeRendering withShots(Shots shots) {
    return withInterpolation(interpolation.withShots(shots));
  }

  /**
   * Returns a copy of this rendering with the shots of a video, which is read once if the shots are
   * {@link Shots#AUTO}. Otherwise, and if every frame is a key frame, returns this rendering.
   */
  public KeyframeRendering withShotsOf(Input input, Monitor monitor) throws IOException {
    if (every == 1 || interpolation.shots().starts().isPresent()) {
      return this;
    }
    try (FrameSource frames = input.open()) {
      return withShots(Shots.detect(frames, monitor));
    }
  }

  /** A video that is read several times: for its shots, for its key frames, and as the guide. */
  @FunctionalInterface
  public interface Input {

    /** Opens the video at its first frame. The caller closes the source. */
    FrameSource open() throws IOException;
  }

  /**
   * Renders a clip in memory.
   *
   * @param pipeline renders the key frames; the caller closes it
   * @throws IllegalArgumentException as {@link Pipeline#render(Video, RenderRequest, Monitor)}
   */
  public Video render(Pipeline pipeline, Video input, RenderRequest request, Monitor monitor) {
    Video.Collector result = Video.collector(input.format().frameRate());
    try {
      render(pipeline, input::open, request, result, monitor);
    } catch (IOException e) {
      throw new UncheckedIOException("a temporary file failed: " + e.getMessage(), e);
    }
    return result.toVideo();
  }

  /**
   * Renders a stream. Memory holds the key frames and the input between two of them. Does not
   * commit the sink.
   *
   * @param pipeline renders the key frames; the caller closes it
   * @param input the input video
   * @param request what to render; with key frames, its shots are those of this rendering. A
   *     control video and an image prompt have one picture for all frames, or one for each frame of
   *     the input, of which those of key frames are used. Annotators see key frames only; an
   *     annotator over pictures from a stream must be given the pictures of {@link #keys}
   * @param sink receives the finished frames in order
   * @param monitor receives the progress, and is asked before every model call and every batch of
   *     matches whether to cancel
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
          "every must be 1 with stacked poses, which are those of neighboring frames, but was "
              + every);
    }
    withShotsOf(input, monitor).renderKeys(pipeline, input, request, sink, monitor);
  }

  private void renderKeys(
      Pipeline pipeline, Input input, RenderRequest request, FrameSink sink, Monitor monitor)
      throws IOException {
    RenderRequest keyed =
        withShotsOfKeys(keyImages(request, input).withControlVideos(keyVideos(request, input)));
    Map<Integer, Frame> keys = new HashMap<>();
    int count;
    try (FrameSource frames = input.open()) {
      Keys source = new Keys(frames, every, interpolation.shots());
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

  /** The clip of key frames is too coarse to find cuts in it. */
  private RenderRequest withShotsOfKeys(RenderRequest request) {
    if (every == 1) {
      return request;
    }
    int last = interpolation.shots().starts().orElseThrow().stream().reduce(0, Math::max);
    return request.withShots(shotsOfKeys(last + 1L)); // later frames do not change the numbers
  }

  /**
   * Returns a source of the key frames of a clip. Closing it closes the given source. With {@link
   * Shots#AUTO} the shots are those of this clip; for pictures that belong to another video, such
   * as depth maps, call {@link #withShotsOf} with that video first.
   */
  public FrameSource keys(FrameSource source) {
    return new Keys(source, every, interpolation.shots());
  }

  /**
   * Returns the shots of the clip of key frames, for a deflicker of the pipeline that renders them.
   *
   * @param frames number of frames of the input
   * @return the shots of this rendering if every frame is a key frame or the shots are {@link
   *     Shots#AUTO}; otherwise shots that begin with the first key frame of each shot
   */
  public Shots shotsOfKeys(long frames) {
    Shots shots = interpolation.shots();
    if (every == 1 || shots.starts().isEmpty()) {
      return shots;
    }
    List<Integer> keys = new KeyNumbers(every, shots).upTo(Math.toIntExact(frames));
    return Shots.startingAt(
        shots.starts().get().stream().map(keys::indexOf).filter(key -> key >= 0).toList());
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
              Text.format(
                  "the control video of '%s' must have 1 frame or %d frames as the clip, but had %d",
                  entry.getKey(), frames, video.size()));
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
          Text.format(
              "the image prompt must have 1 embedding or %d embeddings as the clip, but had %d",
              frames, prompt.embeddings().size()));
    }
    List<Embedding> keys = new ArrayList<>();
    for (int frame : new KeyNumbers(every, interpolation.shots()).upTo(frames)) {
      keys.add(prompt.embeddings().get(frame));
    }
    return request.withImagePrompt(new ImagePrompt(keys, prompt.scale()));
  }

  /** Counts by reading, because the frame count of a container may be wrong by a few frames. */
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
            progress.withFraction(
                from + share * progress.fraction(), last ? progress.timeLeft() : Optional.empty()));
      }

      @Override
      public boolean isCancelled() {
        return monitor.isCancelled();
      }
    };
  }

  /** Which frames of a clip with known shots are key frames. */
  private record KeyNumbers(int every, Shots shots) {

    List<Integer> upTo(int frames) {
      List<Integer> ends = new ArrayList<>(shots.starts().orElse(List.of()));
      ends.removeIf(end -> end >= frames);
      ends.add(frames);
      List<Integer> keys = new ArrayList<>();
      int start = 0;
      for (int end : ends) {
        for (int frame = start; frame < end; frame++) {
          if ((frame - start) % every == 0 || frame == end - 1) {
            keys.add(frame);
          }
        }
        start = end;
      }
      return keys;
    }
  }

  /** Reads every n-th frame of each shot and the last one. */
  private static final class Keys implements FrameSource {

    private final FrameSource source;
    private final int every;
    private final Shots shots;
    private final ShotAnalysis analysis;
    private final Queue<Frame> waiting = new ArrayDeque<>();
    private final List<Integer> numbers = new ArrayList<>();
    private Frame next;
    private boolean nextStarts;
    private int nextNumber;
    private int shotStart;
    private boolean started;
    private boolean ended;

    Keys(FrameSource source, int every, Shots shots) {
      this.source = source;
      this.every = every;
      this.shots = shots;
      this.analysis = shots.starts().map(ShotAnalysis::of).orElseGet(ShotAnalysis::automatic);
    }

    @Override
    public VideoFormat format() {
      VideoFormat format = source.format();
      int frames = (int) format.frameCount();
      return frames < 1
          ? format
          : format.withFrameCount(new KeyNumbers(every, shots).upTo(frames).size());
    }

    /** Reads one frame ahead in order to recognize the last frame of a shot. */
    @Override
    public Frame read() throws IOException {
      if (!started) {
        started = true;
        advance();
      }
      while (next != null) {
        Frame frame = next;
        int number = nextNumber;
        if (nextStarts) {
          shotStart = number;
        }
        advance();
        nextNumber++;
        if ((number - shotStart) % every == 0 || next == null || nextStarts) {
          numbers.add(number);
          return frame;
        }
      }
      return null;
    }

    private void advance() throws IOException {
      while (!ended && !analysis.isReady()) {
        Frame frame = source.read();
        ended = frame == null;
        if (!ended) {
          analysis.push(frame);
          waiting.add(frame);
        }
      }
      next = waiting.poll();
      nextStarts = next != null && analysis.next().kind() == ShotAnalysis.Kind.STARTS;
    }

    @Override
    public void close() throws IOException {
      source.close();
    }
  }

  /** Scales frames to the size of another frame. */
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
