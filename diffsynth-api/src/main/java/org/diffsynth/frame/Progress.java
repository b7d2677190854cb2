package org.diffsynth.frame;

import java.time.Duration;
import java.util.Optional;

/**
 * How far a long run has come.
 *
 * @param stage what is being done, in a word or two such as {@code "deflicker"}
 * @param fraction share of the work done, in [0, 1]
 * @param framesDone frames finished in this stage
 * @param framesTotal frames in this stage, or {@link VideoFormat#UNKNOWN_COUNT}
 * @param timeLeft estimate of the time to the end; empty while there is nothing to estimate from
 */
public record Progress(
    String stage,
    double fraction,
    long framesDone,
    long framesTotal,
    Optional<Duration> timeLeft) {}
