package org.diffsynth.io;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSink;
import org.diffsynth.internal.host.PartName;
import org.diffsynth.internal.text.Text;

/** Writes numbered pictures into a temporary folder, which a commit renames to the final folder. */
final class PictureSink implements FrameSink {

  private static final List<String> WRITABLE = List.of("png", "jpg", "jpeg", "tif", "tiff");

  private final Path folder;
  private final String extension;
  private final boolean overwrite;
  private final Map<String, String> texts;
  private final List<String> names;
  private final Set<String> replacedNames;
  private final PartName part;
  private final Path temporary;
  private Frame first;
  private int count;
  private boolean committed;

  /**
   * Opens a sink.
   *
   * @param names names of the pictures without extensions, in order; empty for numbers
   */
  PictureSink(
      Path folder,
      String extension,
      boolean overwrite,
      Map<String, String> texts,
      List<String> names)
      throws IOException {
    if (!WRITABLE.contains(extension)) {
      throw new IllegalArgumentException(
          "extension must be one of " + WRITABLE + ", but was '" + extension + "'");
    }
    this.folder = folder.toAbsolutePath();
    this.extension = extension;
    this.overwrite = overwrite;
    this.texts = Map.copyOf(texts);
    this.names = List.copyOf(names);
    this.replacedNames = Set.copyOf(names);
    if (Files.exists(folder) && !overwrite && !isEmptyFolder(folder)) {
      throw new FileAlreadyExistsException(
          folder.toString(), null, "exists and is kept; remove it or ask to overwrite");
    }
    checkOthers();
    this.part = createPart(this.folder);
    this.temporary = part.path();
  }

  private static PartName createPart(Path folder) throws IOException {
    Path parent = folder.getParent();
    try {
      Files.createDirectories(parent);
      PartName part = PartName.of(folder);
      try {
        // createTempDirectory would make the finished folder readable by its owner only.
        Files.createDirectory(part.path());
        return part;
      } catch (IOException e) {
        part.close();
        throw e;
      }
    } catch (IOException e) {
      throw new IOException("cannot write into the folder " + parent + ": " + e.getMessage(), e);
    }
  }

  /** Refuses a folder in which old and new frames would be mixed. */
  private void checkOthers() throws IOException {
    if (!Files.isDirectory(folder)) {
      return;
    }
    try (Stream<Path> entries = Files.list(folder)) {
      Optional<Path> other =
          entries
              .filter(entry -> FrameFiles.isPicture(entry) && !isReplaced(entry))
              .filter(entry -> !entry.getFileName().toString().startsWith("."))
              .min(Comparator.naturalOrder());
      if (other.isPresent()) {
        throw new IOException(
            Text.format(
                "%s holds pictures with other names, such as %s, which would be mixed with the new"
                    + " ones; remove them or choose another folder",
                folder, other.get().getFileName()));
      }
    }
  }

  /** Returns whether a commit replaces a file: a numbered picture, or one of the same names. */
  private boolean isReplaced(Path file) {
    String name = file.getFileName().toString();
    return name.matches("[0-9]{5,}\\.(png|jpe?g|tiff?)")
        || (FrameFiles.isPicture(file) && replacedNames.contains(PictureFolder.stem(file)));
  }

  private static boolean isEmptyFolder(Path path) throws IOException {
    if (!Files.isDirectory(path)) {
      return false;
    }
    try (Stream<Path> entries = Files.list(path)) {
      return entries.findAny().isEmpty();
    }
  }

  @Override
  public void write(Frame frame) throws IOException {
    if (first == null) {
      first = frame;
      checkSpace(frame);
    } else if (!frame.sameSize(first)) {
      throw new IllegalArgumentException(
          Text.format(
              "all frames must have the size of the first, %s, but frame %d is %s",
              first.size(), count, frame.size()));
    }
    String name = name();
    Path file = temporary.resolve(name + "." + extension);
    try {
      FrameFiles.writePicture(file, frame, texts);
    } catch (IOException e) {
      throw new IOException(
          Text.format("cannot write frame %d to %s: %s", count, folder, e.getMessage()), e);
    }
    count++;
  }

  /** Returns the name of the next picture; names beyond the last given one sort behind it. */
  private String name() {
    if (names.isEmpty()) {
      return Text.format("%05d", count);
    }
    int last = names.size() - 1;
    return count <= last ? names.get(count) : Text.format("%s_%05d", names.get(last), count - last);
  }

  /** Fails early if the disk has no space for even one uncompressed frame. */
  private void checkSpace(Frame frame) throws IOException {
    long needed = (long) frame.width() * frame.height() * 6;
    long free = Files.getFileStore(temporary).getUsableSpace();
    if (free < needed) {
      throw new IOException(
          Text.format(
              "no room for %s: %d bytes free, %d needed for a single frame", folder, free, needed));
    }
  }

  @Override
  public void commit() throws IOException {
    if (committed) {
      return;
    }
    if (Files.isDirectory(folder)) {
      replaceNumberedPictures();
    } else {
      Files.move(temporary, folder);
    }
    committed = true;
    part.close();
  }

  /** Replaces the numbered pictures of an earlier run; other files of the folder stay. */
  private void replaceNumberedPictures() throws IOException {
    if (!overwrite && !isEmptyFolder(folder)) {
      throw new FileAlreadyExistsException(
          folder.toString(), null, "was made meanwhile by somebody else");
    }
    try (Stream<Path> entries = Files.list(folder)) {
      for (Path old : entries.toList()) {
        if (isReplaced(old)) {
          Files.delete(old);
        }
      }
    }
    try (Stream<Path> entries = Files.list(temporary)) {
      for (Path picture : entries.toList()) {
        Files.move(picture, folder.resolve(picture.getFileName()));
      }
    }
    Files.delete(temporary);
  }

  @Override
  public void close() throws IOException {
    if (committed) {
      part.close();
    } else {
      part.delete();
    }
  }
}
