package hearth.bootstrap;

import java.io.ByteArrayOutputStream;

/** A response in the making, whose bytes can be had without a copy of them. */
final class Body extends ByteArrayOutputStream {
    /** A larger buffer is given back after its invocation. */
    private static final int KEPT = 1 << 20;

    Body() {
        super(1024);
    }

    void copyTo(byte[] target, int at) {
        System.arraycopy(buf, 0, target, at, count);
    }

    @Override
    public synchronized void reset() {
        super.reset();
        if (buf.length > KEPT) {
            buf = new byte[1024];
        }
    }
}
