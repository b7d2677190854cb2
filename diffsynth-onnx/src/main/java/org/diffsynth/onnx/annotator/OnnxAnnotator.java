package org.diffsynth.onnx.annotator;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.diffsynth.compute.BackendException;
import org.diffsynth.control.Annotator;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSink;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.Monitor;
import org.diffsynth.frame.Progress;
import org.diffsynth.frame.Video;
import org.diffsynth.frame.VideoFormat;
import org.diffsynth.onnx.OnnxOptions;
import org.diffsynth.onnx.internal.vision.ClipDepth;
import org.diffsynth.onnx.internal.vision.DenseMapModel;
import org.diffsynth.onnx.internal.vision.ImageModel;
import org.diffsynth.onnx.internal.vision.PoseEstimator;
import org.diffsynth.onnx.vision.VisionModelSpec;
import org.diffsynth.pose.BoundingBox;
import org.diffsynth.pose.Pose;
import org.diffsynth.pose.PoseDrawing;
import org.diffsynth.pose.PoseTrack;
import org.diffsynth.pose.SavitzkyGolay;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An annotator that runs a user's ONNX model: depth, soft edges, line art, normals, poses.
 *
 * <p>{@link #annotate(Frame)} looks at each frame by itself. Depth estimators give another scale
 * and shift for every frame, and pose estimators tremble: for a clip use {@link #annotate(Video,
 * Monitor)}, which aligns depth shot by shot ({@link org.diffsynth.annotator.DepthAlignment}) and
 * follows, fills and smooths poses ({@link PoseTrack}); its pictures are control videos.
 *
 * <pre>{@code
 * try (OnnxAnnotator depth = OnnxAnnotator.open(Path.of("models/depth-anything"))) {
 *   Video control = depth.annotate(clip, Monitor.NONE);
 * }
 * }</pre>
 *
 * <p>Holds a model: whoever opens it closes it. Threads may share it; frames are run one after the
 * other.
 */
public final class OnnxAnnotator implements Annotator, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(OnnxAnnotator.class);

  /** Longest gap in the path of a key point that is filled, in frames. */
  private static final int MAX_GAP = 5;

  private final VisionModelSpec spec;
  private final ImageModel model;
  private final DenseMapModel maps;
  private final PoseEstimator poses;
  private final AtomicInteger alone = new AtomicInteger();

  private OnnxAnnotator(VisionModelSpec spec, ImageModel model, OnnxOptions options)
      throws IOException {
    this.spec = spec;
    this.model = model;
    boolean pose = false;
    switch (spec.kind()) {
      case DEPTH, SOFT_EDGE, LINE_ART, NORMAL -> {}
      case OPENPOSE, SIMCC -> pose = true;
      case FEATURES ->
          throw new IOException("a model of features makes no pictures and is no annotator");
      case HEAT_MAPS ->
          throw new IOException(
              "a model of one hand or face is no annotator by itself; name it by \"hand\" or"
                  + " \"face\" in the JSON file of a body model");
    }
    this.maps = pose ? null : new DenseMapModel(model, spec.output());
    this.poses = pose ? PoseEstimator.open(model, spec, options) : null;
  }

  /**
   * Opens a model with what lies beside it, on the fastest device.
   *
   * @param path a folder with {@code annotator.json}; or a JSON file; or {@code NAME.onnx} with
   *     {@code NAME.json} beside it
   * @throws IOException if something is missing or not what is needed, naming file, tensor, what
   *     was expected and what was found
   * @throws BackendException if ONNX Runtime does not take the model
   */
  public static OnnxAnnotator open(Path path) throws IOException {
    return open(path, OnnxOptions.DEFAULT);
  }

  /** The same with options. */
  public static OnnxAnnotator open(Path path, OnnxOptions options) throws IOException {
    if (!Files.exists(path)) {
      throw new IOException("there is no model file or folder " + path);
    }
    if (path.toString().endsWith(".onnx")) {
      String name = path.getFileName().toString().replaceAll("\\.onnx$", ".json");
      return open(path, VisionModelSpec.read(path.resolveSibling(name)), options);
    }
    Path json = Files.isDirectory(path) ? path.resolve(VisionModelSpec.FILE_NAME) : path;
    VisionModelSpec spec = VisionModelSpec.read(json);
    return open(json.resolveSibling(spec.model()), spec, options);
  }

  /**
   * Opens a model that is described otherwise than by a file beside it.
   *
   * @param model the model file; {@code spec.model()} is not read, what {@code spec} names beside
   *     it, as a detector, is in the same folder
   */
  public static OnnxAnnotator open(Path model, VisionModelSpec spec, OnnxOptions options)
      throws IOException {
    ImageModel opened = ImageModel.open(model, spec.input(), options);
    try {
      return new OnnxAnnotator(spec, opened, options);
    } catch (IOException | RuntimeException e) {
      opened.close();
      throw e;
    }
  }

  /** How the model is used. */
  public VisionModelSpec spec() {
    return spec;
  }

  /** Whether it finds key points, so that {@link #pose} can be asked. */
  public boolean findsPoses() {
    return poses != null;
  }

  /**
   * The control picture of one frame, by itself.
   *
   * @return a picture of the frame's size: 16 bit for maps, 8 bit for drawn poses
   * @throws BackendException if the model fails, or its output has another shape than described,
   *     naming file, tensor, expected and found
   */
  @Override
  public Frame annotate(Frame frame) {
    boolean flickers = poses != null || spec.kind() == VisionModelSpec.Kind.DEPTH;
    if (flickers && alone.incrementAndGet() == 2) {
      LOG.warn(
          "{} is asked frame by frame, and its pictures will flicker; annotate the clip as a whole",
          spec.kind());
    }
    return switch (spec.kind()) {
      case DEPTH, SOFT_EDGE, LINE_ART -> maps.greyFrame(frame, Monitor.NONE);
      case NORMAL -> maps.normalFrame(frame, Monitor.NONE);
      default -> drawn(pose(frame, List.of()), frame.width(), frame.height());
    };
  }

  private static Frame drawn(Pose pose, int width, int height) {
    return PoseDrawing.forSize(width, height).draw(pose, width, height);
  }

  /**
   * The people in one frame, in pixels of the frame.
   *
   * @param boxes for a SimCC model, where people are, one box each; empty to have its detector find
   *     them, or, without a detector, for one person who fills the frame. Empty for OpenPose
   * @throws IllegalStateException if this model finds no poses
   */
  public Pose pose(Frame frame, List<BoundingBox> boxes) {
    return reader().read(frame, boxes, Monitor.NONE);
  }

  private PoseEstimator reader() {
    if (poses == null) {
      throw new IllegalStateException(
          "poses come from models of the kind openpose or simcc, this one is of " + spec.kind());
    }
    return poses;
  }

  /**
   * The control pictures of a clip, steady over time.
   *
   * @return as many pictures of the same size
   * @throws java.util.concurrent.CancellationException if the monitor asks for it
   */
  public Video annotate(Video clip, Monitor monitor) {
    Video.Collector collector = Video.collector(clip.format().frameRate());
    try (FrameSource source = clip.open()) {
      annotate(source, collector, monitor);
    } catch (IOException e) {
      throw new IllegalStateException("frames in memory cannot fail", e);
    }
    return collector.toVideo();
  }

  /**
   * The same for a stream. Edges, lines and normals are written one by one. For depth and poses the
   * source is read to its end first; of each frame a map of the model's size (12 bytes a sample) or
   * the key points are kept, no pictures.
   *
   * @param clip read to its end; the caller closes it
   * @param pictures gets as many pictures; the caller commits and closes it
   */
  public void annotate(FrameSource clip, FrameSink pictures, Monitor monitor) throws IOException {
    ClipDepth depth =
        spec.kind() == VisionModelSpec.Kind.DEPTH
            ? new ClipDepth(maps, spec.output().filter())
            : null;
    if (poses != null) {
      VideoFormat format = clip.format();
      for (Pose pose : poses(clip, monitor).poses()) {
        pictures.write(drawn(pose, format.width(), format.height()));
      }
      return;
    }
    each(
        clip,
        monitor,
        frame -> {
          if (depth != null) {
            depth.add(frame, monitor);
          } else {
            pictures.write(annotate(frame));
          }
        });
    if (depth != null) {
      depth.writeTo(pictures);
    }
  }

  /**
   * The people of a clip, followed, short gaps filled, and smoothed: what {@link
   * #annotate(FrameSource, FrameSink, Monitor)} draws.
   *
   * @param clip read to its end; the caller closes it
   * @return key points in pixels of the frames
   * @throws IllegalStateException if this model finds no poses
   */
  public PoseTrack poses(FrameSource clip, Monitor monitor) throws IOException {
    List<Pose> found = new ArrayList<>();
    PoseEstimator reader = reader();
    each(clip, monitor, frame -> found.add(reader.read(frame, List.of(), monitor)));
    return PoseTrack.of(found).filled(MAX_GAP).smoothed(SavitzkyGolay.DEFAULT);
  }

  private interface Look {
    void at(Frame frame) throws IOException;
  }

  private static void each(FrameSource clip, Monitor monitor, Look look) throws IOException {
    long total = clip.format().frameCount();
    long done = 0;
    for (Frame frame = clip.read(); frame != null; frame = clip.read()) {
      monitor.checkCancelled();
      look.at(frame);
      done++;
      if (total != VideoFormat.UNKNOWN_COUNT) {
        double share = Math.min(1, (double) done / total);
        monitor.progress(new Progress("annotate", share, done, total, Optional.empty()));
      }
    }
  }

  /** Frees the model; a second call does nothing. */
  @Override
  public void close() {
    try {
      if (poses != null) {
        poses.close();
      }
    } finally {
      model.close();
    }
  }
}
