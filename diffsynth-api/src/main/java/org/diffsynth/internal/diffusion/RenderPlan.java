package org.diffsynth.internal.diffusion;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.diffsynth.control.ControlNet;
import org.diffsynth.control.ReferencePicture;
import org.diffsynth.control.StackedPoses;
import org.diffsynth.deflicker.FramePull;
import org.diffsynth.deflicker.LatentDeflicker;
import org.diffsynth.diffusion.ClipStart;
import org.diffsynth.diffusion.CrossFrameAttention;
import org.diffsynth.diffusion.Embedding;
import org.diffsynth.diffusion.ImagePrompt;
import org.diffsynth.diffusion.InitialNoise;
import org.diffsynth.diffusion.Scheduler;
import org.diffsynth.diffusion.StepListener;
import org.diffsynth.frame.FrameRate;
import org.diffsynth.frame.Video;

/**
 * All settings of a run: the pipeline's, and the request's with the preset's in the gaps.
 *
 * @param rowsPerCall rows of a model call at most, or 0 for the backend's word
 * @param guidanceInTwoCalls whether the sides of guidance are evaluated one after the other
 * @param fieldCacheBytes disk for fields that are used again from one deflickering to the next
 */
public record RenderPlan(
    String prompt,
    String negativePrompt,
    int steps,
    double guidanceScale,
    double strength,
    InitialNoise noise,
    Scheduler scheduler,
    CrossFrameAttention attention,
    List<ControlNet> controlNets,
    Map<String, Video> controlVideos,
    List<ReferencePicture> references,
    ClipStart start,
    Optional<FramePull> framePull,
    Optional<ImagePrompt> imagePrompt,
    Optional<Embedding> promptEmbedding,
    Optional<StackedPoses> stackedPoses,
    Optional<LatentDeflicker> deflicker,
    int outputWidth,
    int outputHeight,
    FrameRate frameRate,
    int rowsPerCall,
    boolean guidanceInTwoCalls,
    long fieldCacheBytes,
    StepListener listener) {}
