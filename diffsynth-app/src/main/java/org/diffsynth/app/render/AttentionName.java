package org.diffsynth.app.render;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.diffsynth.diffusion.CrossFrameAttention;
import org.diffsynth.diffusion.CrossFrameAttention.FrameRef;

/** The text form of cross-frame attention in options and settings files. */
public final class AttentionName {

  private static final String JOINT = "joint";
  private static final int DEFAULT_WINDOW = 16;

  private AttentionName() {}

  /**
   * Reads the name of a mode in any case, {@code joint:16:8}, or frames separated by commas, such
   * as {@code first,-1,0,1}.
   *
   * @throws IllegalArgumentException if the text is none of these
   */
  public static CrossFrameAttention parse(String text) {
    String name = text.trim().toLowerCase(Locale.ROOT);
    return switch (name) {
      case "none" -> CrossFrameAttention.NONE;
      case "first_frame" -> CrossFrameAttention.FIRST_FRAME;
      case "first_and_previous" -> CrossFrameAttention.FIRST_AND_PREVIOUS;
      case "neighbours" -> pattern("first,-1,0,1");
      case JOINT -> CrossFrameAttention.joint(DEFAULT_WINDOW, DEFAULT_WINDOW / 2);
      default -> name.startsWith(JOINT + ":") ? joint(name) : pattern(name);
    };
  }

  /** Returns attention in the form in which users write it. */
  static String format(CrossFrameAttention attention) {
    if (attention.equals(CrossFrameAttention.NONE)) {
      return "none";
    }
    return attention.frames().stream()
        .map(frame -> frame.kind() == FrameRef.Kind.REFERENCE ? "reference" : frame.toString())
        .collect(Collectors.joining(","));
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
    return switch (text) {
      case "first" -> FrameRef.FIRST;
      case "reference" -> FrameRef.reference(0);
      default -> FrameRef.offset(number(text));
    };
  }

  private static int number(String text) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "expected none, first_frame, first_and_previous, neighbours, joint, joint:WINDOW:STRIDE"
              + " or a list of first, reference and offsets, but was '"
              + text
              + "'",
          e);
    }
  }
}
