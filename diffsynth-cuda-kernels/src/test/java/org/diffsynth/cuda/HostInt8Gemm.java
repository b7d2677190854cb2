package org.diffsynth.cuda;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Products of matrices by Java, in place of cuBLAS. */
record HostInt8Gemm(GpuDevice device) implements Int8Gemm {

  @Override
  public void multiply(
      long sources, int sourceRows, long targets, int targetRows, int rowBytes, long products) {
    byte[] s = download(sources, sourceRows * rowBytes);
    byte[] t = download(targets, targetRows * rowBytes);
    ByteBuffer host =
        device.allocateHost(4 * sourceRows * targetRows).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < targetRows; i++) {
      for (int k = 0; k < sourceRows; k++) {
        int sum = 0;
        for (int b = 0; b < rowBytes; b++) {
          sum += s[k * rowBytes + b] * t[i * rowBytes + b];
        }
        host.putInt(4 * (i * sourceRows + k), sum);
      }
    }
    device.upload(host, products, host.capacity());
    device.synchronize();
    device.freeHost(host);
  }

  private byte[] download(long from, int bytes) {
    ByteBuffer host = device.allocateHost(bytes);
    device.download(from, host, bytes);
    byte[] copy = new byte[bytes];
    host.get(copy);
    device.freeHost(host);
    return copy;
  }

  @Override
  public void close() {}
}
