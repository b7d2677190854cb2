package org.diffsynth.app.terminal;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntConsumer;

/**
 * Receives Ctrl-C and the signals that ask a process to end, before the JVM does. Otherwise the JVM
 * runs all shutdown hooks at once, and that of ONNX Runtime frees what a running model call uses.
 *
 * <p>Uses {@code sun.misc.Signal} of the module {@code jdk.unsupported} by reflection, because the
 * compiler warns of it and other JVMs may lack it.
 */
final class Signals implements AutoCloseable {

  private static final List<String> NAMES = List.of("INT", "TERM", "HUP");

  private final Method handle;
  private final Map<Object, Object> before = new LinkedHashMap<>();

  private Signals(Method handle) {
    this.handle = handle;
  }

  /**
   * Calls an action with the number of each signal that asks the process to end, until the result
   * is closed. A signal that the process was started to ignore, as by {@code nohup}, stays ignored.
   *
   * @return empty if this JVM cannot do that
   */
  static Optional<Signals> receive(IntConsumer action) {
    try {
      Class<?> type = Class.forName("sun.misc.Signal");
      Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
      Method number = type.getMethod("getNumber");
      Object handler =
          Proxy.newProxyInstance(
              handlerType.getClassLoader(),
              new Class<?>[] {handlerType},
              (proxy, method, arguments) -> {
                if (method.getDeclaringClass() == Object.class) {
                  return method.invoke(action, arguments);
                }
                action.accept((Integer) number.invoke(arguments[0]));
                return null;
              });
      Signals signals = new Signals(type.getMethod("handle", type, handlerType));
      for (String name : NAMES) {
        signals.add(type, name, handler);
      }
      return signals.before.isEmpty() ? Optional.empty() : Optional.of(signals);
    } catch (ReflectiveOperationException | LinkageError e) {
      return Optional.empty();
    }
  }

  /** Leaves out a signal that this platform does not know or that the JVM uses itself. */
  private void add(Class<?> type, String name, Object handler) {
    try {
      Object signal = type.getConstructor(String.class).newInstance(name);
      before.put(signal, handle.invoke(null, signal, handler));
    } catch (ReflectiveOperationException e) {
      // The signal keeps its usual effect.
    }
  }

  /** Gives the signals back to those who received them before. */
  @Override
  public void close() {
    for (Map.Entry<Object, Object> entry : before.entrySet()) {
      try {
        handle.invoke(null, entry.getKey(), entry.getValue());
      } catch (ReflectiveOperationException e) {
        // The signal still cancels a command, and there is none.
      }
    }
  }
}
