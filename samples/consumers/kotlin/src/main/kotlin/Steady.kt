import org.diffsynth.deflicker.Deflicker
import org.diffsynth.deflicker.PatchBlending
import org.diffsynth.frame.Frame
import org.diffsynth.frame.FrameRate
import org.diffsynth.frame.Monitor
import org.diffsynth.frame.Video
import org.diffsynth.io.FrameSources

fun clip(flicker: Int) = Video.of(List(5) { t ->
    Frame.ofRgb8(48, 32, ByteArray(48 * 32 * 3) { i -> ((i * 7 + i / 144 * 31) % 150 + t % 2 * flicker).toByte() })
}, FrameRate.of(25))

fun main() {
    val monitor = Monitor.of { println(it.toText()) }
    val steady = PatchBlending.fast(1).withWindowRadius(2).apply(clip(0), clip(40), monitor)
    // A deflicker as a lambda, and a source as a sequence.
    val copy = Deflicker { _, style, sink, _ -> generateSequence { style.read() }.forEach(sink::write) }
    val copied = copy.apply(clip(0), steady, Monitor.NONE)
    val frames = FrameSources.stream(copied.open()).use { it.count() }
    println("steadied $frames frames")
}
