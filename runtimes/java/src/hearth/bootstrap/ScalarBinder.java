package hearth.bootstrap;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.util.Calendar;
import java.util.Date;
import java.util.GregorianCalendar;
import java.util.UUID;

/** A string, number or boolean of the JSON as the type that a handler asks for. */
final class ScalarBinder {
    private ScalarBinder() {
    }

    static Object bind(Object value, Class<?> type, boolean inEvent) {
        if (type == String.class || type == CharSequence.class) {
            return value.toString();
        }
        try {
            if (type.isPrimitive() || Number.class.isAssignableFrom(type) || type == Boolean.class || type == Character.class) {
                return Numbers.convert(value, type);
            }
            if (type.isEnum()) {
                return constant(value, type);
            }
            if ("".equals(value)) {
                return null;
            }
            Object special = special(value, type, inEvent);
            if (special == null) {
                throw Binder.misfit(value, type);
            }
            return special;
        } catch (InvocationTargetException e) {
            throw new JsonException(Binder.misfit(value, type).getMessage() + ": " + e.getCause().getMessage(), e.getCause());
        } catch (ReflectiveOperationException | IllegalArgumentException | ArithmeticException | java.time.DateTimeException e) {
            throw new JsonException(Binder.misfit(value, type).getMessage() + ": " + e.getMessage(), e);
        }
    }

    /** By name, or by number; null for a name that the enum does not have. */
    private static Object constant(Object value, Class<?> type) {
        Object[] constants = type.getEnumConstants();
        if (value instanceof Integer index && index >= 0 && index < constants.length) {
            return constants[index];
        }
        for (Object constant : constants) {
            if (((Enum<?>) constant).name().equals(value)) {
                return constant;
            }
        }
        return null;
    }

    private static Object special(Object value, Class<?> type, boolean inEvent) throws ReflectiveOperationException {
        if (Scalars.isTime(type)) {
            return Scalars.time(value, type);
        }
        if (type == Date.class) {
            return Scalars.date(value, inEvent);
        }
        if (type == Calendar.class || type == GregorianCalendar.class) {
            Calendar calendar = new GregorianCalendar();
            calendar.setTime(Scalars.date(value, inEvent));
            return calendar;
        }
        if (!(value instanceof String text)) {
            return null;
        }
        if (type == byte[].class) {
            return Binder.base64(text);
        }
        if (type == ByteBuffer.class) {
            return ByteBuffer.wrap(Binder.base64(text));
        }
        if (type == UUID.class) {
            return UUID.fromString(text);
        }
        if (type == java.net.URI.class || type == java.net.URL.class || type == StringBuilder.class) {
            return type.getConstructor(String.class).newInstance(text);
        }
        if (type == java.nio.file.Path.class) {
            Method of = type.getMethod("of", String.class, String[].class);
            return of.invoke(null, text, new String[0]);
        }
        return null;
    }
}
