package org.diffsynth.control;

import java.util.Map;
import java.util.Objects;
import org.diffsynth.frame.Frame;

/**
 * A finished picture from outside the clip that the frames attend to, such as a garment, or a frame
 * of another clip with the style to keep.
 *
 * @param picture the picture; it is scaled to the size of the clip
 * @param controlPictures control pictures of this picture by name of the ControlNet. A ControlNet
 *     that is not in the map uses its annotator
 */
public record ReferencePicture(Frame picture, Map<String, Frame> controlPictures) {

  /** Checks that a picture is given, and copies the map. */
  public ReferencePicture {
    Objects.requireNonNull(picture, "picture");
    controlPictures = Map.copyOf(controlPictures);
  }

  /** Creates a reference picture whose control pictures come from annotators. */
  public static ReferencePicture of(Frame picture) {
    return new ReferencePicture(picture, Map.of());
  }
}
