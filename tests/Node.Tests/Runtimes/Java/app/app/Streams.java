package app;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

public class Streams implements RequestStreamHandler {
    @Override
    public void handleRequest(InputStream input, OutputStream output, Context context) throws IOException {
        output.write(("[" + context.getFunctionName() + "]").getBytes(StandardCharsets.UTF_8));
        input.transferTo(output);
    }

    public static void both(InputStream input, OutputStream output) throws IOException {
        input.transferTo(output);
    }

    public static void out(OutputStream output) throws IOException {
        output.write('7');
    }

    public static int in(InputStream input) throws IOException {
        return input.readAllBytes().length;
    }
}
