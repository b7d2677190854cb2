package org.diffsynth.control;

import java.util.Map;
import java.util.Objects;
import org.diffsynth.frame.Frame;

/**
 * A finished picture from outside the clip that the clip's frames look at: a garment, or a frame of
 * another clip whose style is to be kept.
 *
 * @param picture the picture
 * @param controlPictures its control pictures by name of the ControlNet, instead of those its
 *     annotator would make
 */
public record ReferencePicture(Frame picture, Map<String, Frame> controlPictures) {

  /** Copies the map. */
  public ReferencePicture {
    Objects.requireNonNull(picture, "picture");
    controlPictures = Map.copyOf(controlPictures);
  }

  /** A picture whose control pictures annotators make. */
  public static ReferencePicture of(Frame picture) {
    return new ReferencePicture(picture, Map.of());
  }
}
