package hearth.bootstrap;

import java.lang.reflect.Method;
import java.util.Map;

/** Who calls through Cognito: the JSON of the identity header. */
final class CognitoIdentity extends Likeness {
    private final Map<?, ?> fields;

    CognitoIdentity(Map<?, ?> fields) {
        this.fields = fields;
    }

    @Override
    Object answer(Method method, Object[] arguments) {
        return switch (method.getName()) {
            case "getIdentityId" -> fields.get("cognitoIdentityId");
            case "getIdentityPoolId" -> fields.get("cognitoIdentityPoolId");
            default -> null;
        };
    }
}
