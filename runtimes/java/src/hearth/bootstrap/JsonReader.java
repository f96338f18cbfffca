package hearth.bootstrap;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * JSON text to maps, lists, strings, booleans and numbers: the smallest of Integer, Long and BigInteger that holds it,
 * and BigDecimal for one with a fraction or an exponent, so that no digit is lost before the type it is for is known.
 */
final class JsonReader {
    private static final int DEEPEST = 1000;

    private final String text;
    private int at;
    private int depth;

    private JsonReader(String text) {
        this.text = text;
    }

    static Object read(String text) {
        JsonReader reader = new JsonReader(text);
        Object value = reader.value();
        if (reader.skipSpace() >= 0) {
            throw reader.unexpected();
        }
        return value;
    }

    private Object value() {
        int first = skipSpace();
        return switch (first) {
            case '{' -> object();
            case '[' -> array();
            case '"' -> string();
            case 't' -> word("true", Boolean.TRUE);
            case 'f' -> word("false", Boolean.FALSE);
            case 'n' -> word("null", null);
            case 'N' -> word("NaN", Double.NaN);
            default -> number();
        };
    }

    private Map<String, Object> object() {
        Map<String, Object> members = new LinkedHashMap<>();
        descend();
        if (skipSpace() == '}') {
            at++;
        } else {
            do {
                if (skipSpace() != '"') {
                    throw unexpected();
                }
                String name = string();
                expect(':');
                members.put(name, value());
            } while (another('}'));
        }
        depth--;
        return members;
    }

    private List<Object> array() {
        List<Object> elements = new ArrayList<>();
        descend();
        if (skipSpace() == ']') {
            at++;
        } else {
            do {
                elements.add(value());
            } while (another(']'));
        }
        depth--;
        return elements;
    }

    private void descend() {
        at++;
        if (++depth > DEEPEST) {
            throw new JsonException("The JSON is nested deeper than " + DEEPEST);
        }
    }

    private boolean another(char end) {
        int next = skipSpace();
        if (next != ',' && next != end) {
            throw unexpected();
        }
        at++;
        return next == ',';
    }

    private String string() {
        int start = ++at;
        for (; at < text.length(); at++) {
            char c = text.charAt(at);
            if (c == '"') {
                return text.substring(start, at++);
            }
            if (c == '\\') {
                return stringWithEscapes(start);
            }
        }
        throw unexpected();
    }

    private String stringWithEscapes(int start) {
        StringBuilder result = new StringBuilder(text.length() - start < 256 ? 64 : 256).append(text, start, at);
        while (at < text.length()) {
            char c = text.charAt(at++);
            if (c == '"') {
                return result.toString();
            }
            result.append(c == '\\' ? escape() : c);
        }
        throw unexpected();
    }

    private char escape() {
        char c = at < text.length() ? text.charAt(at++) : 0;
        return switch (c) {
            case 'n' -> '\n';
            case 't' -> '\t';
            case 'r' -> '\r';
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'u' -> hexadecimal();
            case '"', '\\', '/' -> c;
            default -> throw unexpected();
        };
    }

    private char hexadecimal() {
        int code = 0;
        for (int end = at + 4; at < end; at++) {
            int digit = at < text.length() ? Character.digit(text.charAt(at), 16) : -1;
            if (digit < 0) {
                throw unexpected();
            }
            code = code * 16 + digit;
        }
        return (char) code;
    }

    private Object number() {
        int start = at;
        boolean whole = true;
        for (; at < text.length() && "+-.eE0123456789".indexOf(text.charAt(at)) >= 0; at++) {
            whole &= "+.eE".indexOf(text.charAt(at)) < 0;
        }
        String digits = text.substring(start, at);
        try {
            return whole ? whole(digits) : new BigDecimal(digits);
        } catch (NumberFormatException e) {
            at = start;
            throw unexpected();
        }
    }

    private static Number whole(String digits) {
        if (digits.length() > 18) {
            BigInteger big = new BigInteger(digits);
            return big.bitLength() < 64 ? (Number) big.longValue() : big;
        }
        long number = Long.parseLong(digits);
        return number == (int) number ? (Number) (int) number : (Number) number;
    }

    private Object word(String word, Object value) {
        if (!text.startsWith(word, at)) {
            throw unexpected();
        }
        at += word.length();
        return value;
    }

    private void expect(char c) {
        if (skipSpace() != c) {
            throw unexpected();
        }
        at++;
    }

    /** The next character that is no space, or -1 at the end. */
    private int skipSpace() {
        while (at < text.length() && text.charAt(at) <= ' ') {
            at++;
        }
        return at < text.length() ? text.charAt(at) : -1;
    }

    private JsonException unexpected() {
        return new JsonException(at < text.length()
            ? "Unexpected character ('" + text.charAt(at) + "') in JSON at position " + at
            : "Unexpected end of JSON");
    }
}
