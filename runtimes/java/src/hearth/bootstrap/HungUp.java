package hearth.bootstrap;

import java.io.IOException;

/** The node has closed the connection: there will be no more invocations. */
final class HungUp extends IOException {
    private static final long serialVersionUID = 1;
}
