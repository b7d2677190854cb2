package org.diffsynth.job;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSink;
import org.diffsynth.frame.Monitor;
import org.diffsynth.internal.blend.PartEnd;
import org.diffsynth.internal.shots.KnownShots;
import org.diffsynth.internal.shots.ShotAnalysis;

/**
 * What a job computes: its settings, its inputs, and how the frames of a part are computed. Tasks
 * are immutable values.
 */
public abstract sealed class JobTask permits DeflickerJob, InterpolateJob {

  private final Map<String, String> further;

  JobTask(Map<String, String> further) {
    this.further = Map.copyOf(further);
  }

  /** Returns the word for the work in progress, such as {@code "deflicker"}. */
  abstract String name();

  /** Returns the settings that change frames, without the further ones. */
  abstract Map<String, String> ownSettings();

  /** Returns all inputs. */
  abstract List<JobInput> inputs();

  /** Returns a new analysis that finds the shots. */
  abstract ShotAnalysis analysis();

  /** Returns a scan of frames by {@link #analysis}, which reports its progress. */
  abstract ClipScan newScan(long frameCount, Monitor monitor);

  /** Returns the number of frames that the inputs state, or a negative number if they do not. */
  abstract long frameCount() throws IOException;

  /**
   * Reads the inputs from a frame on.
   *
   * @param frames receives the frames, and says when they are enough
   * @return whether the inputs have ended
   */
  abstract boolean read(int from, PartScan.Frames frames, Monitor monitor) throws IOException;

  /** Checks that everything else fits to the clip that was scanned. */
  abstract void checkScanned(KnownShots shots) throws IOException;

  /** Reads the inputs once, and finds out how to treat each frame. */
  final KnownShots scan(Monitor monitor) throws IOException {
    ClipScan scan = newScan(frameCount(), monitor);
    read(
        0,
        (guide, style) -> {
          scan.add(guide, style);
          return true;
        },
        monitor);
    KnownShots shots = scan.end();
    checkScanned(shots);
    return shots;
  }

  /**
   * Computes frames from a frame on, until {@code end} says that they are enough.
   *
   * @param sink receives the frames from {@code from} on
   */
  abstract void compute(KnownShots shots, int from, FrameSink sink, PartEnd end, Monitor monitor)
      throws IOException;

  /** Returns the depth to which finished frames are converted, or null to keep theirs. */
  abstract Frame.Depth depth();

  /** Returns all settings that change frames, by name. */
  final Map<String, String> settings() {
    Map<String, String> settings = new TreeMap<>(further);
    settings.putAll(ownSettings());
    settings.put("task", name());
    settings.put("version", version());
    settings.put("depth", depth() == null ? "as computed" : depth().toString());
    return settings;
  }

  final Map<String, String> further() {
    return further;
  }

  final Map<String, String> furtherWith(String name, String value) {
    Map<String, String> settings = new TreeMap<>(further);
    settings.put(name, value);
    return settings;
  }

  /** Returns the version of the program, which is a setting of every job. */
  static String version() {
    String version = Job.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }
}
