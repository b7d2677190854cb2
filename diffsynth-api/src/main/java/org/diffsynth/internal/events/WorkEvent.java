package org.diffsynth.internal.events;

import jdk.jfr.Category;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/**
 * A piece of work as an event of JDK Flight Recorder. The pieces are calls of an engine or a model,
 * which take milliseconds, so the cost of an event does not matter.
 */
@Category("DiffSynth")
@StackTrace(false)
public abstract class WorkEvent extends Event {

  /** Name of the engine, backend or file format. */
  @Label("Engine")
  public String engine;

  /** What was called, such as {@code "agree"}. */
  @Label("Operation")
  public String operation;

  /** Columns of the frames or latents; 0 where there are none. */
  @Label("Width")
  public int width;

  /** Rows of the frames or latents; 0 where there are none. */
  @Label("Height")
  public int height;

  /** Number of frames, pairs of frames or rows of the model. */
  @Label("Count")
  public int count;

  WorkEvent() {}

  /** Search for correspondences. */
  @Name("org.diffsynth.FieldSearch")
  @Label("Field Search")
  public static final class FieldSearch extends WorkEvent {}

  /** Carrying and combining frames. */
  @Name("org.diffsynth.Blend")
  @Label("Blend")
  public static final class Blend extends WorkEvent {}

  /** Bringing frames into the engine's form, and deriving guides. */
  @Name("org.diffsynth.Prepare")
  @Label("Prepare")
  public static final class Prepare extends WorkEvent {}

  /** Waiting for work on other threads or on a device. */
  @Name("org.diffsynth.Wait")
  @Label("Wait")
  public static final class Wait extends WorkEvent {}

  /** A call of UNet and ControlNets. */
  @Name("org.diffsynth.ModelCall")
  @Label("Model Call")
  public static final class ModelCall extends WorkEvent {}

  /** Encoding of pictures or prompts. */
  @Name("org.diffsynth.Encode")
  @Label("Encode")
  public static final class Encode extends WorkEvent {}

  /** Decoding of latents to pictures by the VAE. */
  @Name("org.diffsynth.Decode")
  @Label("Decode")
  public static final class Decode extends WorkEvent {}

  /** Opening of a model. */
  @Name("org.diffsynth.OpenModel")
  @Label("Open Model")
  public static final class OpenModel extends WorkEvent {}

  /** Reading or writing of a frame of a file, or other work on files. */
  @Name("org.diffsynth.Files")
  @Label("Files")
  public static final class Files extends WorkEvent {}

  /** A stage of the command line, such as measuring. */
  @Name("org.diffsynth.Stage")
  @Label("Stage")
  public static final class Stage extends WorkEvent {}

  /** Starts the event, and returns it. */
  public static <E extends WorkEvent> E started(E event) {
    event.begin();
    return event;
  }

  /**
   * Ends the event and commits it, if it is recorded.
   *
   * @param newEngine name of the engine, backend or file format
   * @param newOperation what was called
   * @param newWidth columns of frames or latents; 0 where there are none
   * @param newHeight rows of frames or latents; 0 where there are none
   * @param newCount number of frames, pairs or rows
   */
  public final void done(
      String newEngine, String newOperation, int newWidth, int newHeight, int newCount) {
    end();
    if (shouldCommit()) {
      engine = newEngine;
      operation = newOperation;
      width = newWidth;
      height = newHeight;
      count = newCount;
      commit();
    }
  }
}
