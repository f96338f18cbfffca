package hearth.bootstrap;

import java.lang.reflect.Method;
import java.util.Map;

/** What a handler gets of its invocation. Source: developer guide, "Lambda context object in Java". */
final class LambdaContext extends Likeness {
    private final Map<String, String> headers;
    private final long deadlineMs;
    private final Map<?, ?> client;
    private final Map<?, ?> identity;

    LambdaContext(Map<String, String> headers) {
        this.headers = headers;
        deadlineMs = Long.parseLong(headers.getOrDefault("lambda-runtime-deadline-ms", "0"));
        client = parse("lambda-runtime-client-context");
        identity = parse("lambda-runtime-cognito-identity");
    }

    @Override
    Object answer(Method method, Object[] arguments) {
        return switch (method.getName()) {
            case "getAwsRequestId" -> headers.get("lambda-runtime-aws-request-id");
            case "getInvokedFunctionArn" -> headers.get("lambda-runtime-invoked-function-arn");
            case "getXrayTraceId" -> headers.get("lambda-runtime-trace-id");
            case "getTenantId" -> headers.get("lambda-runtime-aws-tenant-id");
            case "getFunctionName" -> Environment.get("AWS_LAMBDA_FUNCTION_NAME");
            case "getFunctionVersion" -> Environment.get("AWS_LAMBDA_FUNCTION_VERSION");
            case "getLogGroupName" -> Environment.get("AWS_LAMBDA_LOG_GROUP_NAME");
            case "getLogStreamName" -> Environment.get("AWS_LAMBDA_LOG_STREAM_NAME");
            case "getMemoryLimitInMB" -> Integer.parseInt(Environment.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE"));
            case "getRemainingTimeInMillis" -> (int) Math.max(0, deadlineMs - System.currentTimeMillis());
            case "getLogger" -> Output.logger(method.getReturnType());
            case "getIdentity" -> identity == null ? null : new CognitoIdentity(identity).as(method.getReturnType());
            case "getClientContext" -> client == null ? null : new ClientContext(client).as(method.getReturnType());
            default -> null;
        };
    }

    private Map<?, ?> parse(String header) {
        String text = headers.get(header);
        if (text == null || text.isEmpty()) {
            return null;
        }
        try {
            return (Map<?, ?>) JsonReader.read(text);
        } catch (JsonException | ClassCastException e) {
            throw new RuntimeException("The header " + header + " is no JSON object", e);
        }
    }
}
