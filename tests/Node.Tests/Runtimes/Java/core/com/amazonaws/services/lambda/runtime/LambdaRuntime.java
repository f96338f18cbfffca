package com.amazonaws.services.lambda.runtime;

/** As the library has it: the runtime puts its own logger into the private field. */
public final class LambdaRuntime {
    private static volatile LambdaLogger logger;

    private LambdaRuntime() {
    }

    public static LambdaLogger getLogger() {
        return logger;
    }
}
