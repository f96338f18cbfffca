package hearth.bootstrap;

import java.lang.reflect.Method;
import java.util.Map;

/** What a mobile app that calls says of itself: the JSON of the client context header. */
final class ClientContext extends Likeness {
    private final Map<?, ?> fields;

    ClientContext(Map<?, ?> fields) {
        this.fields = fields;
    }

    @Override
    Object answer(Method method, Object[] arguments) {
        return switch (method.getName()) {
            case "getCustom" -> fields.get("custom");
            case "getEnvironment" -> fields.get("env");
            case "getClient" -> fields.get("client") instanceof Map<?, ?> app ? new Client(app).as(method.getReturnType()) : null;
            default -> null;
        };
    }

    private static final class Client extends Likeness {
        private final Map<?, ?> app;

        Client(Map<?, ?> app) {
            this.app = app;
        }

        @Override
        Object answer(Method method, Object[] arguments) {
            return app.get(switch (method.getName()) {
                case "getInstallationId" -> "installation_id";
                case "getAppTitle" -> "app_title";
                case "getAppVersionName" -> "app_version_name";
                case "getAppVersionCode" -> "app_version_code";
                case "getAppPackageName" -> "app_package_name";
                default -> "";
            });
        }
    }
}
