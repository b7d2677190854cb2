package org.diffsynth.spark;

import java.util.Map;
import org.apache.spark.TaskContext;
import org.apache.spark.resource.ResourceInformation;
import org.diffsynth.compute.ComputeOptions;

/** What a task may use of its executor: the CPUs and the GPU that Spark has assigned to it. */
final class ExecutorCompute {

  private ExecutorCompute() {}

  static ComputeOptions of(TaskContext context) {
    return of(context.cpus(), context.resourcesJMap());
  }

  /**
   * Returns compute options with a thread per assigned CPU, and with the engine {@code cuda:N} if a
   * GPU is assigned.
   *
   * @throws IllegalArgumentException if the address of the GPU is not a number
   */
  static ComputeOptions of(int cpus, Map<String, ResourceInformation> resources) {
    ComputeOptions compute = ComputeOptions.AUTO.withThreads(Math.max(1, cpus));
    ResourceInformation gpu = resources.get("gpu");
    if (gpu == null || gpu.addresses().length == 0) {
      return compute;
    }
    for (String address : gpu.addresses()) {
      if (!address.matches("[0-9]+")) {
        throw new IllegalArgumentException(
            "the address of a GPU must be its number, as nvidia-smi prints it, but was '"
                + address
                + "'; change the script of spark.executor.resource.gpu.discoveryScript");
      }
    }
    return compute.withEngine("cuda:" + String.join(",", gpu.addresses()));
  }
}
