package consumer;

import java.util.List;
import org.diffsynth.deflicker.PatchBlending;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameRate;
import org.diffsynth.frame.Video;

/** Deflickers three frames in a linked runtime image. */
public class Steady {
  public static void main(String[] arguments) {
    byte[] dark = new byte[48 * 32 * 3];
    byte[] light = new byte[48 * 32 * 3];
    java.util.Arrays.fill(light, (byte) 40);
    Frame a = Frame.ofRgb8(48, 32, dark);
    Frame b = Frame.ofRgb8(48, 32, light);
    Video guide = Video.of(List.of(a, a, a), FrameRate.of(25));
    Video style = Video.of(List.of(a, b, a), FrameRate.of(25));
    Video steady = PatchBlending.fast(1).apply(guide, style);
    System.out.println("steadied " + steady.size() + " frames");
  }
}
