package org.diffsynth.video;

import java.util.Objects;
import java.util.Optional;
import org.diffsynth.frame.FrameRate;

/**
 * Settings for reading a video: frame rate, high dynamic range and deinterlacing.
 *
 * @param frameRate frames per second that replace those of the file; empty for the rate of the
 *     file, or {@link FrameRate#DEFAULT} for pictures
 * @param hdr what is done with a high dynamic range; the default is {@link Hdr#TONE_MAP}
 * @param deinterlace what is done with interlaced pictures; the default is {@link Deinterlace#AUTO}
 */
public record ReadSettings(Optional<FrameRate> frameRate, Hdr hdr, Deinterlace deinterlace) {

  /** The frame rate of the file, tone mapping, and deinterlacing of marked pictures. */
  public static final ReadSettings DEFAULT =
      new ReadSettings(Optional.empty(), Hdr.TONE_MAP, Deinterlace.AUTO);

  /** Checks that no value is null. */
  public ReadSettings {
    Objects.requireNonNull(frameRate, "frameRate");
    Objects.requireNonNull(hdr, "hdr");
    Objects.requireNonNull(deinterlace, "deinterlace");
  }

  /** Returns a copy of these settings with the given frame rate, whatever the file says. */
  public ReadSettings withFrameRate(FrameRate rate) {
    return new ReadSettings(Optional.of(rate), hdr, deinterlace);
  }

  /** Returns a copy of these settings with the given treatment of a high dynamic range. */
  public ReadSettings withHdr(Hdr newHdr) {
    return new ReadSettings(frameRate, newHdr, deinterlace);
  }

  /** Returns a copy of these settings with the given treatment of interlaced pictures. */
  public ReadSettings withDeinterlace(Deinterlace newDeinterlace) {
    return new ReadSettings(frameRate, hdr, newDeinterlace);
  }
}
