package org.diffsynth.onnx.annotator;

import static org.diffsynth.onnx.tiny.TinyGraph.attribute;
import static org.diffsynth.onnx.tiny.TinyGraph.attributes;

import org.diffsynth.onnx.tiny.TinyGraph;

/** A body network that finds one fixed person in any picture; 24×32 maps of 192×256 pixels. */
final class TinyPerson {

  /** Column and row of each of the 18 joints, in pixels of an input of 192×256. */
  static final double[][] JOINTS = {
    {95, 50},
    {95, 75},
    {67, 76},
    {55, 110},
    {43, 143},
    {123, 75},
    {136, 112},
    {145, 140},
    {80, 150},
    {77, 195},
    {75, 235},
    {110, 151},
    {114, 194},
    {116, 236},
    {87, 42},
    {103, 43},
    {78, 47},
    {112, 46}
  };

  private static final int MAP_WIDTH = 24;
  private static final int MAP_HEIGHT = 32;
  private static final int SIZE = MAP_WIDTH * MAP_HEIGHT;
  private static final double STRIDE = 8;

  /** Joints at the ends of the limb of each pair of affinity planes. */
  private static final int[][] FIELDS = {
    {1, 8}, {8, 9}, {9, 10}, {1, 11}, {11, 12}, {12, 13}, {1, 2}, {2, 3}, {3, 4}, {2, 16}, {1, 5},
    {5, 6}, {6, 7}, {5, 17}, {1, 0}, {0, 14}, {0, 15}, {14, 16}, {15, 17}
  };

  private TinyPerson() {}

  private static float[] heat() {
    float[] heat = new float[19 * SIZE];
    for (int joint = 0; joint < JOINTS.length; joint++) {
      for (int i = 0; i < SIZE; i++) {
        double dx = i % MAP_WIDTH - inMap(JOINTS[joint][0]);
        double dy = i / MAP_WIDTH - inMap(JOINTS[joint][1]);
        heat[joint * SIZE + i] = (float) Math.exp(-(dx * dx + dy * dy) / 2);
      }
    }
    return heat;
  }

  private static float[] affinity() {
    float[] affinity = new float[38 * SIZE];
    for (int field = 0; field < FIELDS.length; field++) {
      double[] from = JOINTS[FIELDS[field][0]];
      double[] to = JOINTS[FIELDS[field][1]];
      double dx = (to[0] - from[0]) / STRIDE;
      double dy = (to[1] - from[1]) / STRIDE;
      double length = Math.hypot(dx, dy);
      for (int i = 0; i < SIZE; i++) {
        double px = i % MAP_WIDTH - inMap(from[0]);
        double py = i / MAP_WIDTH - inMap(from[1]);
        double along = (px * dx + py * dy) / length;
        if (along >= -1 && along <= length + 1 && Math.abs(px * dy - py * dx) / length <= 1) {
          affinity[2 * field * SIZE + i] = (float) (dx / length);
          affinity[(2 * field + 1) * SIZE + i] = (float) (dy / length);
        }
      }
    }
    return affinity;
  }

  private static double inMap(double input) {
    return (input + 0.5) / STRIDE - 0.5;
  }

  /** A graph with two outputs in the unusual order; only their numbers of planes differ. */
  static TinyGraph apart() {
    return maps()
        .node("Add", "heat nothing", "L2")
        .node("Add", "affinity nothing", "L1")
        .output("L1", 1, 38, "h", "w")
        .output("L2", 1, 19, "h", "w");
  }

  /** A graph with heat maps and affinity fields in one output. */
  static TinyGraph together() {
    return maps()
        .node("Concat", "heat affinity", "both", attribute("axis", 1))
        .node("Add", "both nothing", "maps")
        .output("maps", 1, 57, "h", "w");
  }

  private static TinyGraph maps() {
    return new TinyGraph()
        .input("image", 1, 3, "height", "width")
        .number("zero", 0)
        .weight("heat", heat(), 1, 19, MAP_HEIGHT, MAP_WIDTH)
        .weight("affinity", affinity(), 1, 38, MAP_HEIGHT, MAP_WIDTH)
        .node("ReduceMean", "image", "mean", attributes("axes", 0, 1, 2, 3))
        .node("Mul", "mean zero", "nothing");
  }
}
