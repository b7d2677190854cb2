package org.diffsynth.app.render;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.diffsynth.diffusion.CrossFrameAttention;
import org.diffsynth.diffusion.CrossFrameAttention.FrameRef;

/** How users write which frames a frame looks at. */
public final class AttentionName {

  private static final String JOINT = "joint";
  private static final int USUAL_WINDOW = 16;
  private static final String REFERENCE = "reference";

  private AttentionName() {}

  /**
   * A mode by its name in any case, {@code joint:16:8}, or a pattern: frames with commas between.
   *
   * @throws IllegalArgumentException if it is none of these
   */
  public static CrossFrameAttention parse(String text) {
    String name = text.trim().toLowerCase(Locale.ROOT);
    return switch (name) {
      case "none" -> CrossFrameAttention.NONE;
      case "first_frame" -> CrossFrameAttention.FIRST_FRAME;
      case "first_and_previous" -> CrossFrameAttention.FIRST_AND_PREVIOUS;
      case "neighbours" ->
          CrossFrameAttention.pattern(
              FrameRef.FIRST, FrameRef.PREVIOUS, FrameRef.SELF, FrameRef.NEXT);
      case JOINT -> CrossFrameAttention.joint(USUAL_WINDOW, USUAL_WINDOW / 2);
      default -> name.startsWith(JOINT + ":") ? joint(name) : pattern(name);
    };
  }

  private static CrossFrameAttention joint(String name) {
    String[] parts = name.split(":");
    if (parts.length != 3) {
      throw new IllegalArgumentException("expected joint:WINDOW:STRIDE, such as joint:16:8");
    }
    return CrossFrameAttention.joint(number(parts[1]), number(parts[2]));
  }

  private static CrossFrameAttention pattern(String name) {
    List<String> frames = Arrays.stream(name.split(",")).map(String::trim).toList();
    return CrossFrameAttention.pattern(
        frames.stream().map(AttentionName::frame).toArray(FrameRef[]::new));
  }

  private static FrameRef frame(String text) {
    if (text.equals("first")) {
      return FrameRef.FIRST;
    }
    return text.equals(REFERENCE) ? FrameRef.reference(0) : FrameRef.offset(number(text));
  }

  private static int number(String text) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "expected none, first_frame, first_and_previous, neighbours, joint, joint:WINDOW:STRIDE"
              + " or a list of first, reference and offsets, found '"
              + text
              + "'",
          e);
    }
  }
}
