package hearth.bootstrap;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Numbers, booleans and characters, primitive or not, from whatever scalar the JSON has. */
final class Numbers {
    private Numbers() {
    }

    /** Null for an empty string, where the type has a null. A number too large for its type is an error. */
    static Object convert(Object value, Class<?> type) {
        if (type == boolean.class || type == Boolean.class) {
            return truth(value);
        }
        if (type == char.class || type == Character.class) {
            String text = value instanceof Integer code ? String.valueOf((char) (int) code) : value.toString();
            return text.isEmpty() ? (type == char.class ? (Object) '\0' : null) : (Object) text.charAt(0);
        }
        String text = value instanceof Boolean ? "not a number" : value.toString().strip();
        if (text.isEmpty()) {
            return type.isPrimitive() ? number("0", type) : null;
        }
        return number(text, type);
    }

    private static Boolean truth(Object value) {
        if (value instanceof Number number) {
            return number.doubleValue() != 0;
        }
        return switch (value.toString()) {
            case "true", "True", "TRUE" -> true;
            case "false", "False", "FALSE", "" -> false;
            default -> throw new JsonException("'" + value + "' is neither true nor false");
        };
    }

    private static Object number(String text, Class<?> type) {
        if (type == double.class || type == Double.class) {
            return Double.valueOf(text);
        }
        if (type == float.class || type == Float.class) {
            return Float.valueOf(text);
        }
        BigDecimal exact = new BigDecimal(text);
        if (type == BigDecimal.class) {
            return exact;
        }
        BigInteger whole = exact.toBigInteger(); // a fraction is cut off
        if (type == int.class || type == Integer.class) {
            return whole.intValueExact();
        }
        if (type == long.class || type == Long.class) {
            return whole.longValueExact();
        }
        if (type == short.class || type == Short.class) {
            return whole.shortValueExact();
        }
        if (type == byte.class || type == Byte.class) {
            return whole.byteValueExact();
        }
        if (type == AtomicInteger.class) {
            return new AtomicInteger(whole.intValueExact());
        }
        return type == AtomicLong.class ? new AtomicLong(whole.longValueExact()) : whole;
    }
}
