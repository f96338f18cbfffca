package hearth.bootstrap;

import java.lang.reflect.Method;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.util.Base64;
import java.util.Calendar;
import java.util.Date;
import java.util.List;
import java.util.UUID;

/** Values that are one string or number in JSON. Points in time are numbers there, as Lambda's own runtime writes them. */
final class Scalars {
    private Scalars() {
    }

    /** Something that the writer knows; a StringBuilder is JSON already; null for a value that is no scalar. */
    static Object plain(Object value) {
        if (value instanceof Enum<?> constant) {
            return constant.name();
        }
        if (value instanceof CharSequence || value instanceof Character || value instanceof UUID
            || value instanceof java.net.URI || value instanceof java.net.URL || value instanceof java.nio.file.Path) {
            return value.toString();
        }
        if (value instanceof Date date) {
            return date.getTime();
        }
        if (value instanceof Calendar calendar) {
            return calendar.getTimeInMillis();
        }
        if (value instanceof ByteBuffer bytes) {
            byte[] copy = new byte[bytes.remaining()];
            bytes.duplicate().get(copy);
            return Base64.getEncoder().encodeToString(copy);
        }
        if (value instanceof Class<?> type) {
            return type.getName();
        }
        return isTime(value.getClass()) ? time(value) : null;
    }

    static String key(Object key) {
        Object plain = key instanceof String ? key : plain(key);
        return String.valueOf(plain == null || plain instanceof StringBuilder ? key : plain);
    }

    /** A date or time of java.time or of Joda: told by name, so that neither is loaded for this. */
    static boolean isTime(Class<?> type) {
        return type.getName().startsWith("java.time.") || type.getName().startsWith("org.joda.time.");
    }

    private static Object time(Object value) {
        if (value instanceof Instant instant) {
            return seconds(instant);
        }
        if (value instanceof OffsetDateTime time) {
            return seconds(time.toInstant());
        }
        if (value instanceof ZonedDateTime time) {
            return seconds(time.toInstant());
        }
        return value instanceof LocalDate date
            ? List.of(date.getYear(), date.getMonthValue(), date.getDayOfMonth())
            : value.toString();
    }

    private static StringBuilder seconds(Instant instant) {
        StringBuilder nanos = new StringBuilder().append(instant.getNano());
        nanos.insert(0, "0".repeat(9 - nanos.length()));
        return new StringBuilder().append(instant.getEpochSecond()).append('.').append(nanos);
    }

    /** @param value a string or a number */
    static Object time(Object value, Class<?> type) throws ReflectiveOperationException {
        if (value instanceof Number && type == Instant.class) {
            BigDecimal seconds = new BigDecimal(value.toString());
            return Instant.ofEpochSecond(seconds.longValue(), seconds.remainder(BigDecimal.ONE).movePointRight(9).longValue());
        }
        if (type.getName().startsWith("org.joda.")) {
            return type.getConstructor(Object.class).newInstance(value instanceof Integer seconds ? (Object) seconds.longValue() : value);
        }
        Method parse = type.getMethod("parse", CharSequence.class);
        return parse.invoke(null, value.toString());
    }

    /** Numbers are milliseconds since the epoch; in AWS's events, seconds. */
    static Date date(Object value, boolean inEvent) {
        if (value instanceof Number number) {
            BigDecimal stated = new BigDecimal(number.toString());
            return new Date(inEvent ? stated.movePointRight(3).longValue() : stated.longValue());
        }
        String text = value.toString();
        return Date.from(text.length() == 10 ? Instant.parse(text + "T00:00:00Z") : OffsetDateTime.parse(text).toInstant());
    }
}
