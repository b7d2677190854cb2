package org.diffsynth.video;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bytedeco.ffmpeg.avformat.AVChapter;
import org.bytedeco.ffmpeg.avformat.AVFormatContext;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.global.avutil;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;

/** The chapters of a file, with times in seconds after the first frame. */
final class Chapters {

  private record Chapter(double start, double end, Map<String, String> tags) {}

  private final List<Chapter> chapters = new ArrayList<>();

  /**
   * Reads the chapters of an open file.
   *
   * @param start time of the first frame in seconds
   */
  Chapters(AVFormatContext from, double start) {
    for (int i = 0; i < from.nb_chapters(); i++) {
      AVChapter chapter = from.chapters(i);
      double tick = (double) chapter.time_base().num() / chapter.time_base().den();
      chapters.add(
          new Chapter(
              Math.max(0, chapter.start() * tick - start),
              chapter.end() * tick - start,
              Tags.read(chapter.metadata())));
    }
  }

  /** Returns the number of chapters. */
  int count() {
    return chapters.size();
  }

  /**
   * Adds the chapters to a container, cut to a length. Containers write chapters at their end, when
   * the length is known.
   *
   * @param length length of the video in seconds
   * @param shift time of the first frame in the new file, in seconds
   */
  void addTo(AVFormatContext container, double length, double shift) throws IOException {
    List<Chapter> kept = chapters.stream().filter(c -> c.end() > 0 && c.start() < length).toList();
    if (kept.isEmpty()) {
      return;
    }
    // FFmpeg frees the chapters with the container, so they are allocated with its functions.
    PointerPointer<AVChapter> list =
        new PointerPointer<>(allocate((long) kept.size() * Pointer.sizeof(Pointer.class)));
    container.chapters(list);
    for (int i = 0; i < kept.size(); i++) {
      AVChapter chapter = new AVChapter(allocate(Pointer.sizeof(AVChapter.class)));
      list.put(i, chapter);
      container.nb_chapters(i + 1);
      chapter.id(i + 1).start(millis(kept.get(i).start() + shift));
      chapter.end(millis(Math.min(kept.get(i).end(), length) + shift));
      chapter.time_base().num(1).den(1000);
      chapter.metadata(Tags.with((AVDictionary) null, kept.get(i).tags()));
    }
  }

  private static Pointer allocate(long bytes) throws IOException {
    return Ffmpeg.allocated(avutil.av_mallocz(bytes), "chapters");
  }

  private static long millis(double seconds) {
    return Math.round(seconds * 1000);
  }
}
