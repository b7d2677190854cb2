/**
 * Long work that survives interruption and that several processes can share.
 *
 * <p>A {@link org.diffsynth.job.DeflickerJob} or {@link org.diffsynth.job.InterpolateJob} describes
 * what to compute. {@link org.diffsynth.job.Job#open Job.open} makes a folder for it, or continues
 * the job in a folder that exists; {@link org.diffsynth.job.Job#run run} computes what is missing;
 * {@link org.diffsynth.job.Job#writeTo writeTo} streams the finished frames into a video. The
 * frames are those of one uninterrupted run, byte by byte, however often the work was interrupted
 * and however it was divided.
 *
 * <pre>{@code
 * JobInput style = JobInput.of("style", file, () -> VideoFiles.open(file));
 * JobInput guide = JobInput.of("guide", guideFile, () -> VideoFiles.open(guideFile));
 * DeflickerJob work = DeflickerJob.of(PatchBlending.DEFAULT, style).withGuide(guide);
 * Job job = Job.open(folder, work, JobOptions.DEFAULT, monitor);
 * job.run(monitor); // may run in several processes at a time
 * try (FrameSink out = VideoFiles.create(output, settings)) {
 *   job.writeTo(out, monitor);
 *   out.commit();
 * }
 * }</pre>
 */
package org.diffsynth.job;
