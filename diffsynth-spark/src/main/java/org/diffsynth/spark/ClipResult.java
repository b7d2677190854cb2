package org.diffsynth.spark;

import java.io.Serializable;

/** What has become of a clip: a row with the path of the output, measurements, or an error. */
public class ClipResult implements Serializable {

  private static final long serialVersionUID = 1;

  private String style;
  private String output;
  private long frames;
  private double seconds;
  private String host;
  private String error;

  /** Creates an empty result, as Spark's encoders do. */
  public ClipResult() {}

  /** Returns the path of the flickering video. */
  public String getStyle() {
    return style;
  }

  /** Sets the path of the flickering video. */
  public void setStyle(String path) {
    style = path;
  }

  /** Returns the path of the output. */
  public String getOutput() {
    return output;
  }

  /** Sets the path of the output. */
  public void setOutput(String path) {
    output = path;
  }

  /** Returns the number of frames that were written; 0 after an error. */
  public long getFrames() {
    return frames;
  }

  /** Sets the number of frames that were written. */
  public void setFrames(long count) {
    frames = count;
  }

  /** Returns the seconds that the clip took, with reading and writing. */
  public double getSeconds() {
    return seconds;
  }

  /** Sets the seconds that the clip took. */
  public void setSeconds(double time) {
    seconds = time;
  }

  /** Returns the machine that computed the clip. */
  public String getHost() {
    return host;
  }

  /** Sets the machine that computed the clip. */
  public void setHost(String name) {
    host = name;
  }

  /** Returns what was wrong with the clip, and null if its output was written. */
  public String getError() {
    return error;
  }

  /** Sets what was wrong with the clip. */
  public void setError(String message) {
    error = message;
  }

  @Override
  public String toString() {
    return error == null
        ? "ClipResult[" + output + ", " + frames + " frames]"
        : "ClipResult[" + output + ", " + error + "]";
  }
}
