package com.amazonaws.services.lambda.runtime;

/** As much of AWS's interface as the attacks need. */
public interface Context {
    String getAwsRequestId();
}
