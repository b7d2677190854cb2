package org.diffsynth.compute;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CloserTest {

  private final List<String> closed = new ArrayList<>();
  private final Closer closer = new Closer();

  @Test
  void close_severalResources_closesLastAddedFirst() {
    closer.add(() -> closed.add("first"));
    closer.add("second", closed::add);
    closer.add(() -> closed.add("third"));

    closer.close();

    assertThat(closed).containsExactly("third", "second", "first");
  }

  @Test
  void close_calledTwice_closesOnce() {
    closer.add(() -> closed.add("resource"));

    closer.close();
    closer.close();

    assertThat(closed).containsExactly("resource");
  }

  @Test
  void close_severalFail_closesAllAndSuppressesLaterFailures() {
    IllegalStateException later = new IllegalStateException("closed second");
    AssertionError first = new AssertionError("closed first");
    closer.add(() -> closed.add("resource"));
    closer.add(
        () -> {
          throw later;
        });
    closer.add(
        () -> {
          throw first;
        });

    assertThatThrownBy(closer::close).isSameAs(first).hasSuppressedException(later);
    assertThat(closed).containsExactly("resource");
  }

  @Test
  void close_checkedFailure_isWrapped() {
    closer.add(
        () -> {
          throw new IOException("disk full");
        });
    assertThatThrownBy(closer::close)
        .isInstanceOf(UncheckedIOException.class)
        .hasRootCauseMessage("disk full");

    closer.add(
        () -> {
          throw new Exception("driver is gone");
        });
    assertThatThrownBy(closer::close)
        .isInstanceOf(BackendException.class)
        .hasMessageContaining("driver is gone");
  }

  @Test
  void closeFiles_ioFailure_isNotWrapped() {
    closer.add(() -> closed.add("resource"));
    closer.add(
        () -> {
          throw new IOException("disk full");
        });

    assertThatThrownBy(closer::closeFiles).isInstanceOf(IOException.class).hasMessage("disk full");
    assertThat(closed).containsExactly("resource");
  }

  @Test
  void keepOpen_thenClose_closesNothing() {
    closer.add(() -> closed.add("resource"));

    closer.keepOpen();
    closer.close();

    assertThat(closed).isEmpty();
  }
}
